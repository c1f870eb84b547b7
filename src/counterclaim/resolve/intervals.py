"""Whole-number intervals, and the keys under which figures are compared.

What words mean which interval is decided long before; here are only bounds.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from counterclaim.resolve.inputs import Claim

MUNITION, CASUALTY, DAMAGE = "munition", "casualty", "damage"
NOT_INTERCEPTED = "not_intercepted"
PATHS = {MUNITION: "munitions", CASUALTY: "casualties", DAMAGE: "damage"}


class Interval(NamedTuple):
    """Both ends inclusive; ``high`` None is open.

    ``low`` None is a lower end that nobody gave ("up to 4"). It bounds like 0, but is not 0, which
    stands only where somebody said so or where it follows.
    """

    low: int | None = None
    high: int | None = None

    @property
    def floor(self) -> int:
        """The lower end as a number to compare with."""
        return self.low or 0

    @property
    def top(self) -> float:
        """The upper end as a number to compare with."""
        return math.inf if self.high is None else self.high

    @property
    def order(self) -> tuple[int, float]:
        """Sorts by the lower end, then the upper one."""
        return self.floor, self.top

    @property
    def width(self) -> tuple[float, int]:
        """Sorts the narrower first; of two open intervals the one that begins higher."""
        return self.top - self.floor, -self.floor if self.high is None else 0

    @property
    def best(self) -> int | None:
        """The one number left, if one is."""
        return self.low if self.low == self.high else None

    def overlaps(self, other: Interval) -> bool:
        """Whether one number could satisfy both."""
        return self.floor <= other.top and other.floor <= self.top


@lru_cache(maxsize=4096)
def interval_of(low: int | None, high: int | None) -> Interval | None:
    """The interval between two ends, None where neither is known; at most 0 is 0."""
    if low is None and high is None:
        return None
    return Interval(0, 0) if high == 0 else Interval(low, high)


def hull(intervals: Iterable[Interval]) -> Interval:
    """The least interval around at least one other; a 0 that was said counts before none said."""
    given = tuple(intervals)
    if len(given) == 1:
        return given[0]
    highs = [i.high for i in given if i.high is not None]
    lowest = min(given, key=lambda i: (i.floor, i.low is None))
    return Interval(lowest.low, max(highs) if len(highs) == len(given) else None)


def total(intervals: Iterable[Interval]) -> Interval:
    """The sum; open as soon as one is. An unknown low adds nothing, and never makes a 0."""
    given = tuple(intervals)
    highs = [i.high for i in given if i.high is not None]
    low = sum(i.floor for i in given)
    unknown = low == 0 and any(i.low is None for i in given)
    return Interval(None if unknown else low, sum(highs) if len(highs) == len(given) else None)


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

    @property
    def pointer(self) -> str:
        """The path of the figure, as changes of an event name it: ``/munitions/atacms/hit``."""
        people = self.table == CASUALTY
        subject = self.subject or ("unknown" if people else "unnamed")
        steps = (subject, self.status, self.measure) if people else (subject, self.measure)
        escaped = (step.replace("~", "~0").replace("/", "~1") for step in steps)
        return "/".join(("", PATHS[self.table], *escaped))

    def __str__(self) -> str:
        """Words for a sentence."""
        return " ".join(filter(None, (self.subject, self.status, self.measure)))


@lru_cache(maxsize=8192)
def key_of(table: str, subject: str | None, status: str, measure: str) -> Key:
    """A key, made once: the same few figures come again with every event."""
    return Key(table, subject or "", str(status), str(measure))


def quantities(claim: Claim) -> Iterator[tuple[Key, Interval | None]]:
    """Each figure of a claim; None where it was mentioned without any number."""
    for c in claim.counts:
        yield key_of(MUNITION, c.munition, "", c.outcome), interval_of(c.low, c.high)
    for h in claim.casualties:
        yield key_of(CASUALTY, h.side, h.status, h.harm), interval_of(h.low, h.high)
    for d in claim.damage:
        yield key_of(DAMAGE, d.object, "", d.severity), interval_of(d.low, d.high)
