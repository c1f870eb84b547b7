"""Finds the claims that cannot all be true, and settles what the rest of them imply.

A contradiction is named by a minimal set of claims: drop any one of them and it is gone. The
figures that led to it keep what was stated of them, and propagation starts again without touching
them, until nothing is empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterclaim.resolve.constraints import Facts, derive, propagate, stated

if TYPE_CHECKING:
    from counterclaim.resolve.constraints import Conflict, State
    from counterclaim.resolve.equations import System, Variable

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
    """Propagate; on a contradiction record it, freeze its figures and start again.

    Where there are more contradictions than can be named, nothing is narrowed or derived at all.
    """
    frozen: set[Variable] = set()
    found: dict[tuple[str, ...], Contradiction] = {}
    while conflict := (state := propagate(facts, system, frozen)).conflict:
        if len(found) == MAX_CONTRADICTIONS:
            return stated(facts), tuple(found.values())
        claims = _minimal(_blame(conflict, facts), facts, system)
        # Alone these claims may meet at another figure: what froze before was in the way there.
        plain = _refute(claims, facts, system) or conflict
        found.setdefault(claims, _contradiction(plain, claims))
        frozen |= next(path for path in map(_path, (plain, conflict)) if path - frozen)
    return state, tuple(found.values())


def _path(conflict: Conflict) -> frozenset[Variable]:
    return derive(conflict.low, conflict.high).variables


def _blame(conflict: Conflict, facts: Facts) -> tuple[str, ...]:
    """One claim for each stated figure that led to the empty interval.

    One is enough: the others carry the same value, or one that is no narrower.
    """
    trace = derive(conflict.low, conflict.high)
    return tuple(sorted({min(facts[variable]) for variable in trace.stated}))


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


def _restrict(facts: Facts, claims: tuple[str, ...]) -> Facts:
    some = frozenset(claims)
    kept = ((v, {c: i for c, i in by.items() if c in some}) for v, by in facts.items())
    return {variable: carriers for variable, carriers in kept if carriers}


def _contradiction(conflict: Conflict, claims: tuple[str, ...]) -> Contradiction:
    low = conflict.low.value if conflict.low else 0
    events = frozenset(v.event for v in derive(conflict.low, conflict.high).stated)
    return Contradiction(conflict.variable, low, conflict.high.value, claims, events)
