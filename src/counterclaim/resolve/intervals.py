"""Whole-number intervals, and the keys under which figures are compared.

What words mean which interval is decided long before; here are only bounds.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from counterclaim.resolve.inputs import Claim

MUNITION, CASUALTY, DAMAGE = "munition", "casualty", "damage"
NOT_INTERCEPTED = "not_intercepted"


class Interval(NamedTuple):
    """Both ends inclusive; ``high`` None is open."""

    low: int = 0
    high: int | None = None

    @property
    def top(self) -> float:
        """The upper end as a number to compare with."""
        return math.inf if self.high is None else self.high

    @property
    def order(self) -> tuple[int, float]:
        """Sorts by the lower end, then the upper one."""
        return self.low, self.top

    @property
    def width(self) -> tuple[float, int]:
        """Sorts the narrower first; of two open intervals the one that begins higher."""
        return self.top - self.low, -self.low if self.high is None else 0

    @property
    def best(self) -> int | None:
        """The one number left, if one is."""
        return self.low if self.low == self.high else None

    def overlaps(self, other: Interval) -> bool:
        """Whether one number could satisfy both."""
        return self.low <= other.top and other.low <= self.top


def interval_of(low: int | None, high: int | None) -> Interval | None:
    """The interval of a stated quantity; None where it was mentioned without any number."""
    return None if low is None and high is None else Interval(low or 0, high)


def hull(intervals: Iterable[Interval]) -> Interval:
    """The least interval around at least one other."""
    given = tuple(intervals)
    highs = [i.high for i in given if i.high is not None]
    return Interval(min(i.low for i in given), max(highs) if len(highs) == len(given) else None)


def total(intervals: Iterable[Interval]) -> Interval:
    """The sum; open as soon as one is."""
    given = tuple(intervals)
    highs = [i.high for i in given if i.high is not None]
    return Interval(sum(i.low for i in given), sum(highs) if len(highs) == len(given) else None)


class Key(NamedTuple):
    """What a figure counts. ``""`` stands for None, so that keys sort.

    ``subject`` is a munition, a side or an object; ``measure`` an outcome, a harm or a severity.
    """

    table: str
    subject: str
    status: str
    measure: str

    @property
    def fields(self) -> dict[str, str | None]:
        """The key as the wire names it, the measure of a munition apart."""
        if self.table == MUNITION:
            return {"munition": self.subject or None}
        if self.table == CASUALTY:
            return {"side": self.subject or None, "status": self.status, "harm": self.measure}
        return {"object": self.subject, "severity": self.measure}

    def __str__(self) -> str:
        """Words for a sentence."""
        return " ".join(filter(None, (self.subject, self.status, self.measure)))


def quantities(claim: Claim) -> Iterator[tuple[Key, Interval | None]]:
    """Each figure of a claim; None where it was mentioned without any number."""
    for c in claim.counts:
        yield Key(MUNITION, c.munition or "", "", c.outcome.value), interval_of(c.low, c.high)
    for h in claim.casualties:
        key = Key(CASUALTY, h.side or "", h.status.value, h.harm.value)
        yield key, interval_of(h.low, h.high)
    for d in claim.damage:
        yield Key(DAMAGE, d.object, "", d.severity.value), interval_of(d.low, d.high)
