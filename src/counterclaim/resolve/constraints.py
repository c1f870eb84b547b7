"""Propagates bounds through equations to a fixpoint; each bound knows what it follows from.

Every step is sound, so stopping early, as the caps below do, gives wider answers, never wrong ones.
The order of steps is that of the system, not that of the input.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from counterclaim.resolve.intervals import Interval, hull

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Set

    from counterclaim.resolve.equations import Equation, System, Variable

MAX_ROUNDS = 64
MAX_NARROWED_TERMS = 100
"""The parts of a longer sum bound their whole, but are not narrowed by it."""

Facts = dict["Variable", "Mapping[str, Interval]"]
"""What is given: for each figure the claims that carry its value, each with its interval."""


@dataclass(slots=True, eq=False)
class Bound:
    """One end of a figure: stated by claims, or following by an equation from other bounds."""

    variable: Variable
    value: int
    claims: tuple[str, ...] = ()
    equation: Equation | None = None
    causes: tuple[Bound, ...] = ()


@dataclass(slots=True, eq=False)
class Conflict:
    """A figure that no number can satisfy; ``low`` None is "not below 0"."""

    variable: Variable
    low: Bound | None
    high: Bound

    @property
    def trace(self) -> Derivation:
        """How it came about."""
        return derive(self.low, self.high)


@dataclass(slots=True)
class State:
    """The bounds found so far, and the first conflict, where propagation stopped."""

    lows: dict[Variable, Bound] = field(default_factory=dict)
    highs: dict[Variable, Bound] = field(default_factory=dict)
    conflict: Conflict | None = None

    def low(self, variable: Variable) -> int:
        """The lower bound; nothing is below 0."""
        bound = self.lows.get(variable)
        return bound.value if bound else 0

    def high(self, variable: Variable) -> int | None:
        """The upper bound, None where it is open."""
        bound = self.highs.get(variable)
        return bound.value if bound else None

    def interval(self, variable: Variable) -> Interval:
        """Both bounds."""
        return Interval(self.low(variable), self.high(variable))

    def narrow(self, bound: Bound, *, lower: bool) -> bool:
        """Take a bound if it says more than the one known, and note an empty interval."""
        variable = bound.variable
        low, high = self.lows.get(variable), self.highs.get(variable)
        if lower:
            if bound.value <= (low.value if low else 0):
                return False
            low = self.lows[variable] = bound
        else:
            if high is not None and bound.value >= high.value:
                return False
            high = self.highs[variable] = bound
        if high is not None and (low.value if low else 0) > high.value:
            self.conflict = Conflict(variable, low, high)
        return True


def propagate(given: State, system: System, cut: Set[Equation] = frozenset()) -> State:
    """Narrow all figures as far as the equations force it; stop at the first contradiction.

    Equations that are cut do not count.
    """
    state = State(dict(given.lows), dict(given.highs))
    due = system.touching(state.lows.keys() | state.highs.keys())
    for _ in range(MAX_ROUNDS):
        changed: set[Variable] = set()
        for equation in due:
            consequences = () if equation in cut else _consequences(equation, state)
            for bound, lower in consequences:
                if state.narrow(bound, lower=lower):
                    changed.add(bound.variable)
                if state.conflict:
                    return state
        if not changed:
            break
        due = system.touching(changed)
    return state


def stated(facts: Facts) -> State:
    """The bounds as given, before any equation."""
    state = State()
    for variable, carriers in facts.items():
        given = hull(carriers.values())
        claims = tuple(carriers)
        if given.floor > 0:
            state.lows[variable] = Bound(variable, given.floor, claims)
        if given.high is not None:
            state.highs[variable] = Bound(variable, given.high, claims)
    return state


def _consequences(equation: Equation, state: State) -> Iterator[tuple[Bound, bool]]:
    """Every bound that one equation forces, with whether it is a lower one."""
    whole, terms = equation.whole, equation.terms
    least = _known(state.lows, terms)
    floor = sum([bound.value for bound in least])
    if floor > state.low(whole):
        yield Bound(whole, floor, (), equation, least), True
    narrow_terms = len(terms) <= MAX_NARROWED_TERMS
    if narrow_terms and whole in state.highs:
        yield from _ceilings(equation, state, floor)
    if not equation.exact:
        return
    open_terms = [t for t in terms if t not in state.highs]
    if not open_terms:
        ceiling = sum(state.highs[t].value for t in terms)
        yield Bound(whole, ceiling, (), equation, _known(state.highs, terms)), False
    if narrow_terms and whole in state.lows and len(open_terms) <= 1:
        yield from _floors(equation, state, open_terms or terms)


def _ceilings(equation: Equation, state: State, floor: int) -> Iterator[tuple[Bound, bool]]:
    """A term is at most what the others leave of the whole."""
    limit = state.highs[equation.whole]
    for term in equation.terms:
        value = limit.value - (floor - state.low(term))
        known = state.highs.get(term)
        if known is None or value < known.value:
            others = _known(state.lows, (t for t in equation.terms if t != term))
            yield Bound(term, value, (), equation, (limit, *others)), False


def _floors(
    equation: Equation, state: State, targets: Iterable[Variable]
) -> Iterator[tuple[Bound, bool]]:
    """A term is at least what the others cannot make up of the whole."""
    need = state.lows[equation.whole]
    tops = {t: state.highs[t].value for t in equation.terms if t in state.highs}
    ceiling = sum(tops.values())
    for term in targets:
        value = need.value - (ceiling - tops.get(term, 0))
        if value > state.low(term):
            others = _known(state.highs, (t for t in equation.terms if t != term))
            yield Bound(term, value, (), equation, (need, *others)), True


def _known(bounds: Mapping[Variable, Bound], variables: Iterable[Variable]) -> tuple[Bound, ...]:
    return tuple([bounds[v] for v in variables if v in bounds])


@dataclass(slots=True, eq=False)
class Derivation:
    """All that bounds follow from: claims, sorted, equations, and the figures on the way."""

    claims: tuple[str, ...]
    equations: tuple[Equation, ...]
    variables: frozenset[Variable]
    stated: frozenset[Variable]


def derive(*bounds: Bound | None, besides: Variable | None = None) -> Derivation:
    """Trace bounds back to the claims, leaving out what these state of one figure itself."""
    stack = [bound for bound in bounds if bound]
    seen: dict[int, Bound] = {}
    while stack:
        bound = stack.pop()
        if id(bound) not in seen:
            seen[id(bound)] = bound
            stack.extend(bound.causes)
    found = seen.values()
    return Derivation(
        claims=tuple(sorted({c for b in found if b.variable != besides for c in b.claims})),
        equations=tuple({id(b.equation): b.equation for b in found if b.equation}.values()),
        variables=frozenset(b.variable for b in found),
        stated=frozenset(b.variable for b in found if not b.equation),
    )
