"""Finds the claims that cannot all be true, and settles what the rest of them imply.

A contradiction is named by a minimal set of claims: drop any one of them and it is gone. Then the
smallest step back is taken: between a collection and its parts the equations that link them are
cut, within one event the figures are left out. The figures at odds keep what was stated of them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterclaim.resolve.constraints import State, propagate, stated

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from counterclaim.resolve.constraints import Conflict, Derivation, Facts
    from counterclaim.resolve.equations import Equation, System, Variable
    from counterclaim.resolve.intervals import Interval

MAX_CONTRADICTIONS = 32
MAX_STEPS_BACK = 128
ONE_BY_ONE = 64
MAX_REFUTATIONS = 1000
"""So often, for all contradictions together, a set is tried without some of its claims."""


@dataclass(slots=True)
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
    given = stated(facts)
    search: _Search | None = None
    left, cut = State(dict(given.lows), dict(given.highs)), set["Equation"]()
    found: dict[tuple[str, ...], Contradiction] = {}
    at_odds = set["Variable"]()
    for _ in range(MAX_STEPS_BACK):
        conflict = (state := propagate(left, system, cut)).conflict
        if conflict is None:
            return _restore(state, given, at_odds), tuple(found.values())
        if len(found) == MAX_CONTRADICTIONS:
            break
        # Alone the claims may meet at a figure nearer to them than where they met among others.
        search = search or _Search(facts, system)
        claims, nearest = search.minimal(conflict)
        found.setdefault(claims, _contradiction(nearest, claims))
        at_odds |= nearest.trace.stated
        if not _step_back(nearest.trace, left, cut):
            _step_back(conflict.trace, left, cut)
    return given, tuple(found.values())


def _step_back(trace: Derivation, left: State, cut: set[Equation]) -> bool:
    """Take out what led to a conflict; False where that had happened before."""
    links = {equation for equation in trace.equations if equation.links}
    figures = frozenset() if links else trace.stated & (left.lows.keys() | left.highs.keys())
    if links <= cut and not figures:
        return False
    cut |= links
    for variable in figures:
        left.lows.pop(variable, None)
        left.highs.pop(variable, None)
    return True


def _restore(state: State, given: State, at_odds: Set[Variable]) -> State:
    """The state with some figures as they were stated."""
    lows = {v: bound for v, bound in state.lows.items() if v not in at_odds}
    highs = {v: bound for v, bound in state.highs.items() if v not in at_odds}
    lows.update((v, given.lows[v]) for v in at_odds if v in given.lows)
    highs.update((v, given.highs[v]) for v in at_odds if v in given.highs)
    return State(lows, highs)


class _Search:
    """Looks for the smallest sets of claims that contradict each other, within a budget."""

    def __init__(self, facts: Facts, system: System) -> None:
        self.facts, self.system = facts, system
        self.tried = 0
        self.stating: Mapping[str, list[Variable]] = defaultdict(list)
        for variable, carriers in facts.items():
            for claim in carriers:
                self.stating[claim].append(variable)

    def minimal(self, conflict: Conflict) -> tuple[tuple[str, ...], Conflict]:
        """A set from which no claim can be left out, and the conflict among these claims alone.

        One by one is left out, of many ever smaller stretches, as long as the rest still contradict
        each other.
        """
        claims = self._blame(conflict)
        nearest = self._refute(claims) or conflict
        size = len(claims) if len(claims) > ONE_BY_ONE else 1
        while size and self.tried < MAX_REFUTATIONS:
            claims, nearest = self._leave_out(claims, nearest, size)
            size = min(size, len(claims)) // 2
        return claims, nearest

    def _leave_out(
        self, claims: tuple[str, ...], nearest: Conflict, size: int
    ) -> tuple[tuple[str, ...], Conflict]:
        """Without each stretch of this size that can be missed."""
        start = 0
        while start < len(claims) > size and self.tried < MAX_REFUTATIONS:
            rest = claims[:start] + claims[start + size :]
            if found := self._refute(rest):
                claims, nearest = rest, found
            else:
                start += size
        return claims, nearest

    def _refute(self, claims: tuple[str, ...]) -> Conflict | None:
        """The contradiction among these claims alone, if there is one."""
        self.tried += 1
        alone: dict[Variable, dict[str, Interval]] = {}
        for claim in claims:
            for variable in self.stating[claim]:
                alone.setdefault(variable, {})[claim] = self.facts[variable][claim]
        unheld = self.system.unheld(frozenset(claims))
        return propagate(stated(dict(sorted(alone.items()))), self.system, unheld).conflict

    def _blame(self, conflict: Conflict) -> tuple[str, ...]:
        """One claim for each stated figure that led to the empty interval, and what equations need.

        One is enough: the others carry the same value, or one that is no narrower.
        """
        trace = conflict.trace
        needed = {min(need) for equation in trace.equations for need in equation.needs}
        return tuple(sorted({min(self.facts[variable]) for variable in trace.stated} | needed))


def implied(
    variable: Variable, claims: tuple[str, ...], facts: Facts, system: System
) -> Interval | None:
    """What some claims alone make of a figure; None where they contradict each other."""
    some = frozenset(claims)
    kept = ((v, {c: i for c, i in by.items() if c in some}) for v, by in facts.items())
    alone: dict[Variable, Mapping[str, Interval]] = {v: by for v, by in kept if by}
    state = propagate(stated(alone), system, system.unheld(some))
    return None if state.conflict else state.interval(variable)


def _contradiction(conflict: Conflict, claims: tuple[str, ...]) -> Contradiction:
    low = conflict.low.value if conflict.low else 0
    events = frozenset(variable.event for variable in conflict.trace.stated)
    return Contradiction(conflict.variable, low, conflict.high.value, claims, events)
