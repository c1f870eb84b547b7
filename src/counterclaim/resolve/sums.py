"""Totals over many events in which nothing counts twice.

A collection whose parts are all there takes their place, with its own figures; its parts are what
is counted. Any other event that has parts (a wave with reports from its regions) is one event and
stands for all of them. Of wholes that overlap the one with most in it goes first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from counterclaim.resolve.cuts import Line, alone
from counterclaim.resolve.intervals import Interval
from counterclaim.vocabulary import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from counterclaim.resolve.cuts import Measure
    from counterclaim.vocabulary import Grade

Group = tuple[str | None, ...]
Cell = tuple[Group, Line]
Lines = dict[Line, dict[str, "Measure"]]
Standing = tuple[str | None, bool]
"""Grade, and whether disputed."""
Parties = frozenset[str | None]

EVERYTHING = Line("events")
"""The line of what is counted without figures: the events themselves."""


@dataclass(slots=True)
class Entry:
    """One event with its figures by line.

    ``groups`` are those that it stands in; none where it was not selected and is there only as
    the whole of others.
    """

    event: str
    scope: Scope
    grade: Grade | None
    disputed: bool
    parts: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    lines: Lines = field(default_factory=dict)


@dataclass(slots=True)
class Count:
    """One outcome or harm over some events.

    Attributes:
        events: How many events the rest is about.
        low: The sum of the lower ends; ``vague``: how many of them nobody gave.
        high: The sum of the upper ends; ``open``: how many there are none of.
        best: The sum of the best values; ``settled``: how many there are.
        unknown: How many events have no best value.
    """

    events: int = 0
    low: int = 0
    vague: int = 0
    high: int = 0
    open: int = 0
    best: int = 0
    settled: int = 0
    unknown: int = 0

    def add(self, other: Count, sign: int = 1) -> None:
        """Add what is counted over other events, or take it away if ``sign`` is -1."""
        # Written out: this is done some hundred times for each family of events.
        self.events += sign * other.events
        self.low += sign * other.low
        self.vague += sign * other.vague
        self.high += sign * other.high
        self.open += sign * other.open
        self.best += sign * other.best
        self.settled += sign * other.settled
        self.unknown += sign * other.unknown

    def among(self, events: int) -> tuple[int | None, int | None, int | None, int]:
        """Low, best, high and how many have no best, if there are so many events in all."""
        missing = events - self.events
        low = None if self.low == 0 and self.vague + missing else self.low
        high = None if self.open + missing else self.high
        return low, self.best if self.settled else None, high, self.unknown + missing


@dataclass(slots=True)
class Tally:
    """What some events come to.

    Attributes:
        events: How many there are.
        one_sided: How many of them rest on one side's voices.
        standings: How many have which grade and are disputed, or not.
        counts: By outcome or harm what is counted.
    """

    events: int = 0
    one_sided: int = 0
    standings: Counter[Standing] = field(default_factory=Counter)
    counts: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))

    @property
    def disputed(self) -> int:
        """How many are disputed."""
        return sum(events for (_, disputed), events in self.standings.items() if disputed)

    @property
    def grades(self) -> Counter[str | None]:
        """How many there are of each grade."""
        found: Counter[str | None] = Counter()
        for (grade, _), events in self.standings.items():
            found[grade] += events
        return found

    def add(self, other: Tally, sign: int = 1) -> None:
        """Add what other events come to, or take it away if ``sign`` is -1."""
        self.events += sign * other.events
        self.one_sided += sign * other.one_sided
        for standing, events in other.standings.items():
            self.standings[standing] += sign * events
        for figure, count in other.counts.items():
            self.counts[figure].add(count, sign)

    def holds_any(self) -> bool:
        """Whether there is something of anything, noughts having been left out."""
        return bool(self.events or self.one_sided or self.standings or self.counts)

    def drop_noughts(self) -> None:
        """Leave out what there is nothing of."""
        for figure in [one for one, count in self.counts.items() if count == NOTHING]:
            del self.counts[figure]
        for standing in [one for one, events in self.standings.items() if not events]:
            del self.standings[standing]


NOTHING = Count()


@dataclass(slots=True)
class _Unit:
    """What counts once: an event, or a whole with the units in it that were selected."""

    entry: Entry
    inner: list[_Unit]
    single: bool

    def holds(self, line: Line) -> bool:
        return line in self.entry.lines or any(unit.holds(line) for unit in self.inner)

    def figures(self, line: Line) -> set[str]:
        own = set(self.entry.lines.get(line, ()))
        return own.union(*(unit.figures(line) for unit in self.inner))

    def within(self, line: Line, *, whole: bool) -> list[_Unit]:
        """The units in it that the line is about: all of them where the whole has it."""
        about = whole or line in self.entry.lines
        return [unit for unit in self.inner if about or unit.holds(line)]

    def parties(self, line: Line) -> Parties:
        own = {measure.side for measure in self.entry.lines.get(line, {}).values()}
        return frozenset(own).union(*(unit.parties(line) for unit in self.inner))

    def tally(self, line: Line, above: Parties = frozenset(), *, whole: bool = False) -> Tally:
        """The events and who is behind them; ``above`` are behind the whole alone."""
        found = Tally()
        if self.single:
            entry = self.entry
            found.events = 1
            found.standings[entry.grade, entry.disputed] = 1
            found.one_sided = int(alone(self.parties(line) or above) is not None)
            return found
        own = frozenset(measure.side for measure in self.entry.lines.get(line, {}).values())
        about = whole or line in self.entry.lines
        for unit in self.within(line, whole=whole):
            found.add(unit.tally(line, above | own, whole=about))
        return found

    def count(self, line: Line, figure: str, *, whole: bool = False) -> Count:
        """One figure: the own one, else the sum of those within."""
        measure = self.entry.lines.get(line, {}).get(figure)
        inner = Count()
        about = whole or line in self.entry.lines
        for unit in self.within(line, whole=whole):
            inner.add(unit.count(line, figure, whole=about))
        if measure is None:
            return self._without(inner)
        found = _count(Interval(measure.low, measure.high), measure.best)
        found.events = 1 if self.single else inner.events
        if measure.best is None and not self.single:
            found.best, found.settled, found.unknown = inner.best, inner.settled, inner.unknown
        return found

    def _without(self, inner: Count) -> Count:
        """What is known of a figure that the event itself does not have."""
        if self.single:
            return _count(Interval(inner.low or None), None)
        return inner


def _count(interval: Interval, best: int | None) -> Count:
    return Count(
        events=1,
        low=interval.floor,
        vague=int(interval.low is None),
        high=interval.high or 0,
        open=int(interval.high is None),
        best=best or 0,
        settled=int(best is not None),
        unknown=int(best is None),
    )


def sum_entries(entries: Mapping[str, Entry]) -> dict[Cell, Tally]:
    """What events come to in each group, by line.

    ``entries`` hold all that was selected and, with them, every whole around.
    """
    groups: dict[Group, set[str]] = defaultdict(set)
    for entry in entries.values():
        for group in entry.groups:
            groups[group].add(entry.event)
    below = _Below(entries)
    found: dict[Cell, Tally] = {}
    for group, members in groups.items():
        about: dict[Line, list[_Unit]] = defaultdict(list)
        for unit in _units(below, members):
            for line in set(_lines(unit)):
                about[line].append(unit)
        found.update(((group, line), _sum(units, line)) for line, units in about.items())
    return found


def _lines(unit: _Unit) -> Iterator[Line]:
    yield from unit.entry.lines
    for inner in unit.inner:
        yield from _lines(inner)


def _sum(units: Iterable[_Unit], line: Line) -> Tally:
    """What these come to, all of which hold the line."""
    found = Tally()
    for unit in units:
        found.add(unit.tally(line))
        for figure in unit.figures(line):
            found.counts[figure].add(unit.count(line, figure))
    return found


class _Below:
    """The events, and all that is in each of them, directly or not."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = entries
        self.wholes: dict[str, set[str]] = defaultdict(set)
        for entry in entries.values():
            for part in entry.parts:
                self.wholes[part].add(entry.event)
        self._found: dict[str, frozenset[str]] = {}

    def of(self, event: str) -> frozenset[str]:
        if event not in self._found:
            self._found[event] = self._reached(event)
        return self._found[event]

    def _reached(self, event: str) -> frozenset[str]:
        seen: set[str] = set()
        waiting = [event]
        while waiting:
            entry = self.entries.get(waiting.pop())
            fresh = [part for part in entry.parts if part not in seen] if entry else []
            seen.update(fresh)
            waiting += fresh
        return frozenset(seen - {event})

    def around(self, members: Iterable[str]) -> set[str]:
        """All wholes of these events, directly or not."""
        seen: set[str] = set()
        waiting = list(members)
        while waiting:
            fresh = self.wholes.get(waiting.pop(), set()) - seen
            seen |= fresh
            waiting += fresh
        return seen


def _units(
    below: _Below, members: set[str], inside: frozenset[str] | None = None
) -> Iterator[_Unit]:
    """What counts once each, of these events and of the wholes that they make up.

    ``inside`` are the events looked at; None is all of them.
    """
    around = below.around(members)
    full = _full(below, members, around if inside is None else around & inside)
    taken: set[str] = set()
    for event in sorted(members | full, key=lambda event: (-len(below.of(event)), event)):
        entry = below.entries[event]
        own = event in members and entry.scope is not Scope.COLLECTION
        within = (below.of(event) if inside is None else below.of(event) & inside) - {event}
        partly = not own and event not in full and bool(within & members)
        if partly or taken & (within | {event}):
            continue
        taken |= within | {event}
        inner = list(_units(below, members & within, within)) if within & members else []
        yield _Unit(entry, inner, single=own or not inner)


def _full(below: _Below, members: set[str], around: set[str]) -> set[str]:
    """The wholes all of whose parts are there, or are wholes of which that holds."""
    full: set[str] = set()
    for event in sorted(around, key=lambda event: (len(below.of(event)), event)):
        parts = below.entries[event].parts
        if all(part in members or part in full for part in parts):
            full.add(event)
    return full
