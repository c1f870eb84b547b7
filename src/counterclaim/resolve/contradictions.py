"""Finds the claims that cannot all be true, and settles what the rest of them imply.

A contradiction is named by a minimal set of claims: drop any one of them and it is gone. Then the
smallest step back is taken: between a collection and its parts the equations that link them are
cut, within one event the figures are left out. The figures at odds keep what was stated of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterclaim.resolve.constraints import Facts, State, propagate, stated

if TYPE_CHECKING:
    from counterclaim.resolve.constraints import Conflict, Derivation
    from counterclaim.resolve.equations import Equation, System, Variable
    from counterclaim.resolve.intervals import Interval

MAX_CONTRADICTIONS = 32
MAX_MINIMISED = 64
"""A set of more claims than this is named as it was found."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Claims that leave no number for one figure: at least ``low``, at most ``high``.

    ``events`` are those of which the claims state the figures involved.
    """

    variable: Variable
    low: int
    high: int
    claims: tuple[str, ...]
    events: frozenset[str]


def settle(facts: Facts, system: System) -> tuple[State, tuple[Contradiction, ...]]:
    """Propagate; on a contradiction record it, step back and start again.

    Where there are more contradictions than can be named, nothing is narrowed or derived at all.
    """
    left, cut = dict(facts), set["Equation"]()
    found: dict[tuple[str, ...], Contradiction] = {}
    at_odds = set["Variable"]()
    while conflict := (state := propagate(left, system, cut)).conflict:
        if len(found) == MAX_CONTRADICTIONS:
            return stated(facts), tuple(found.values())
        claims = _minimal(_blame(conflict, facts), facts, system)
        # Alone the claims may meet at a figure nearer to them than where they met among others.
        nearest = _refute(claims, facts, system) or conflict
        found.setdefault(claims, _contradiction(nearest, claims))
        at_odds |= nearest.trace.stated
        if not _step_back(nearest.trace, left, cut):
            _step_back(conflict.trace, left, cut)
    return _restore(state, {v: facts[v] for v in at_odds}), tuple(found.values())


def _step_back(trace: Derivation, left: Facts, cut: set[Equation]) -> bool:
    """Take out what led to a conflict; False where that had happened before."""
    links = {equation for equation in trace.equations if equation.links}
    figures = frozenset() if links else trace.stated & left.keys()
    if links <= cut and not figures:
        return False
    cut |= links
    for variable in figures:
        del left[variable]
    return True


def _restore(state: State, facts: Facts) -> State:
    """The state with these figures as they were stated."""
    given = stated(facts)
    lows = {v: bound for v, bound in state.lows.items() if v not in facts}
    highs = {v: bound for v, bound in state.highs.items() if v not in facts}
    return State(lows | given.lows, highs | given.highs)


def _blame(conflict: Conflict, facts: Facts) -> tuple[str, ...]:
    """One claim for each stated figure that led to the empty interval.

    One is enough: the others carry the same value, or one that is no narrower.
    """
    return tuple(sorted({min(facts[variable]) for variable in conflict.trace.stated}))


def _minimal(claims: tuple[str, ...], facts: Facts, system: System) -> tuple[str, ...]:
    """Drop claim after claim as long as the rest still contradict each other."""
    if len(claims) > MAX_MINIMISED:
        return claims
    facts = _restrict(facts, claims)
    for claim in claims:
        rest = tuple(c for c in claims if c != claim)
        if _refute(rest, facts, system):
            claims = rest
    return claims


def _refute(claims: tuple[str, ...], facts: Facts, system: System) -> Conflict | None:
    """The contradiction among these claims alone, if there is one."""
    return propagate(_restrict(facts, claims), system).conflict


def implied(
    variable: Variable, claims: tuple[str, ...], facts: Facts, system: System
) -> Interval | None:
    """What some claims alone make of a figure; None where they contradict each other."""
    state = propagate(_restrict(facts, claims), system)
    return None if state.conflict else state.interval(variable)


def _restrict(facts: Facts, claims: tuple[str, ...]) -> Facts:
    some = frozenset(claims)
    kept = ((v, {c: i for c, i in by.items() if c in some}) for v, by in facts.items())
    return {variable: carriers for variable, carriers in kept if carriers}


def _contradiction(conflict: Conflict, claims: tuple[str, ...]) -> Contradiction:
    low = conflict.low.value if conflict.low else 0
    events = frozenset(variable.event for variable in conflict.trace.stated)
    return Contradiction(conflict.variable, low, conflict.high.value, claims, events)
