"""How the policies decide: out of the intervals that voices give, those that remain.

Each looks at the ballots that carry a number, in whatever order, and returns the intervals that it
cannot tell apart, with the rule that decided; one interval is a decision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import accumulate
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from counterclaim.resolve.intervals import Interval, hull
from counterclaim.resolve.voices import LONG_AGO
from counterclaim.resolve.weights import weigh

if TYPE_CHECKING:
    from datetime import datetime

    from counterclaim.resolve.voices import Ballot


class Verdict(NamedTuple):
    """The intervals that a policy settles on, and the rule that led there."""

    intervals: tuple[Interval, ...]
    rule: str


Numbered = Sequence[tuple["Ballot", Interval]]
Decide = Callable[[Numbered], Verdict]


class _Candidate(NamedTuple):
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
    return _sift(candidates[middle : middle + 2], MORE_VOICES, NARROWER)


def conservative(ballots: Numbered) -> Verdict:
    """The interval with the lowest lower end, of these the one with the lowest upper end."""
    return Verdict((_candidates(ballots)[0].interval,), "lowest")


def informative(ballots: Numbered) -> Verdict:
    """The narrowest of the intervals that most voices fit; ties go to more weight."""
    fits: Step = (
        "most voices fit",
        lambda c: -sum(i.overlaps(c.interval) for _, i in ballots),
    )
    return _sift(_candidates(ballots), fits, NARROWER, HEAVIER)


def representative(ballots: Numbered) -> Verdict:
    """The interval that most voices give; ties go to more weight, then to the narrower one."""
    return _sift(_candidates(ballots), MORE_VOICES, HEAVIER, NARROWER)


def latest(ballots: Numbered) -> Verdict:
    """What was said last; of words said at the same time the narrower interval."""
    last = max(_said(ballot) for ballot, _ in ballots)
    final = [(ballot, interval) for ballot, interval in ballots if _said(ballot) == last]
    return _sift(_candidates(final), NARROWER, first="said last")


Step = tuple[str, Callable[[_Candidate], Any]]
"""A rule and what it puts first, sorted."""

MORE_VOICES: Step = ("more voices", lambda c: -c.voices)
HEAVIER: Step = ("more weight", lambda c: -c.weight)
NARROWER: Step = ("narrower", lambda c: c.interval.width)


def _candidates(ballots: Numbered) -> list[_Candidate]:
    groups: dict[tuple[int, float], list[tuple[Ballot, Interval]]] = defaultdict(list)
    for ballot, interval in ballots:
        groups[interval.order].append((ballot, interval))
    return [
        _Candidate(hull([i for _, i in g]), sum([weigh(b.claim) for b, _ in g]), len(g))
        for _, g in sorted(groups.items(), key=itemgetter(0))
    ]


def _sift(candidates: list[_Candidate], *steps: Step, first: str | None = None) -> Verdict:
    """What step after step leaves; the rule is the one after which a single interval is left.

    ``first`` is the rule that chose the candidates; without it the first step also names a verdict
    where all voices agree.
    """
    rule = first or steps[0][0]
    for name, key in steps:
        if len(candidates) == 1:
            break
        rule, least = name, min(map(key, candidates))
        candidates = [c for c in candidates if key(c) == least]
    intervals = tuple(c.interval for c in candidates)
    return Verdict(intervals, rule if len(intervals) == 1 else "undecided")


def _said(ballot: Ballot) -> datetime:
    return ballot.claim.said or LONG_AGO
