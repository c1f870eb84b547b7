"""The rules that pick a best value among voices, by name.

A policy looks at the ballots that carry a number and returns the intervals it cannot tell apart,
with the rule that decided; one interval is a decision, several are shown as their hull.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from counterclaim.errors import FilterError
from counterclaim.resolve.intervals import Interval, hull
from counterclaim.resolve.weights import weigh

if TYPE_CHECKING:
    from counterclaim.resolve.voices import Ballot


@dataclass(frozen=True, slots=True)
class Verdict:
    """The intervals that a policy settles on, and the rule that led there."""

    intervals: tuple[Interval, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The value of one figure before any constraint.

    Attributes:
        interval: None where the figure was mentioned and no voice gave a number; its low is None
            where none of the voices chosen gave a lower end.
        carriers: The claims that carry a number that was chosen, each with its own, sorted.
        claims: The claims behind the figure: the carriers or, without a number, the mentions.
        voices: How many voices gave this figure.
        agreement: The share of them whose interval overlaps the value.
    """

    interval: Interval | None
    carriers: Mapping[str, Interval]
    claims: tuple[str, ...]
    voices: int
    agreement: float
    rule: str


Numbered = Sequence[tuple["Ballot", Interval]]
Policy = Callable[[Numbered], Verdict]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An interval with the weight and the number of the voices behind it."""

    interval: Interval
    weight: int
    voices: int


def graded(ballots: Numbered) -> Verdict:
    """The weighted median; ties go to more voices, then to the narrower interval."""
    candidates = _candidates(ballots)
    passed = list(accumulate(c.weight for c in candidates))
    middle = next(i for i, weight in enumerate(passed) if 2 * weight >= passed[-1])
    if 2 * passed[middle] > passed[-1]:
        return Verdict((candidates[middle].interval,), "weighted median")
    return _break_tie(candidates[middle], candidates[middle + 1])


def _candidates(ballots: Numbered) -> list[_Candidate]:
    ordered = sorted(ballots, key=lambda b: b[1].order)
    groups = [list(group) for _, group in groupby(ordered, key=lambda b: b[1].order)]
    return [
        _Candidate(hull(i for _, i in g), sum(weigh(b.claim) for b, _ in g), len(g)) for g in groups
    ]


def _break_tie(left: _Candidate, right: _Candidate) -> Verdict:
    if left.voices != right.voices:
        winner = max(left, right, key=lambda c: c.voices)
        return Verdict((winner.interval,), "more voices")
    if left.interval.width != right.interval.width:
        winner = min(left, right, key=lambda c: c.interval.width)
        return Verdict((winner.interval,), "narrower")
    return Verdict((left.interval, right.interval), "undecided")


POLICIES: dict[str, Policy] = {"graded": graded}


def find_policy(name: str) -> Policy:
    """The policy of that name.

    Raises:
        FilterError: There is none; the nearest names are suggested.
    """
    if name not in POLICIES:
        near = get_close_matches(name, POLICIES, cutoff=0.4) or sorted(POLICIES)
        raise FilterError("policy", f"There is no policy {name!r}.", suggestions=near)
    return POLICIES[name]


def choose(ballots: Sequence[Ballot], policy: Policy) -> Choice:
    """Pick the value of one figure from at least one ballot."""
    numbered = [(b, b.interval) for b in ballots if b.interval is not None]
    if not numbered:
        claims = tuple(sorted(b.claim.id for b in ballots))
        return Choice(None, {}, claims, len(ballots), 1.0, "number unknown")
    verdict = policy(numbered)
    chosen = {interval.order for interval in verdict.intervals}
    carriers = {b.claim.id: i for b, i in numbered if i.order in chosen}
    shares = [sum(i.overlaps(v) for _, i in numbered) for v in verdict.intervals]
    return Choice(
        interval=hull(verdict.intervals),
        carriers=dict(sorted(carriers.items())),
        claims=tuple(sorted(carriers)),
        voices=len(numbered),
        agreement=round(max(shares) / len(numbered), 3),
        rule=verdict.rule,
    )
