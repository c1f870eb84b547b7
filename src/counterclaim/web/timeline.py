"""The histogram of events over time: how long a bar is, where it stands, and what it is called."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_BARS = 120
WIDTH, HEIGHT = 1000, 100
"""Of the drawing, in units of its own; it is stretched to the width of the page."""

GAP = 0.14
"""Share of a bar's stretch that is left free."""

LATEST = date(MAXYEAR - 1, 12, 31)
"""No filter understands a later day."""

LEAST_HEIGHT = 2.0
MOST_TICKS = 8
LAST_TICK = 90
"""Percent; behind it a name has no room."""


class Unit(Enum):
    """What one bar stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    def number_of(self, day: date) -> int:
        """The number of that stretch, one more for each that follows."""
        if self is Unit.DAY:
            return day.toordinal()
        if self is Unit.WEEK:
            return (day.toordinal() - 1) // 7
        return day.year * 12 + day.month - 1 if self is Unit.MONTH else day.year

    def start(self, number: int) -> date:
        """The first day of the stretch with a number."""
        if self is Unit.DAY:
            return date.fromordinal(number)
        if self is Unit.WEEK:
            return date.fromordinal(number * 7 + 1)
        return date(number // 12, number % 12 + 1, 1) if self is Unit.MONTH else date(number, 1, 1)


@dataclass(frozen=True, slots=True)
class Bar:
    """The events of one stretch of time; ``first`` and ``last`` are dates as filters take them."""

    first: str
    last: str
    name: str
    count: int
    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A name on the axis, and where it stands, in percent."""

    name: str
    x: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """A histogram; ``undated`` are the events of which nobody knows when they began."""

    unit: str
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    tallest: int
    dated: int
    undated: int


def draw_timeline(days: Mapping[date | None, int]) -> Timeline:
    """A histogram of events by the day of their beginning, by the finest unit that has room."""
    dated = {day: count for day, count in days.items() if day is not None}
    undated = days.get(None, 0)
    if not dated:
        return Timeline(Unit.DAY.value, (), (), 0, 0, undated)
    first, last = min(dated), max(dated)
    unit, step = _unit_of(first, last)
    counts: Counter[int] = Counter()
    begin = unit.number_of(first)
    for day, count in dated.items():
        counts[(unit.number_of(day) - begin) // step] += count
    places = (unit.number_of(last) - begin) // step + 1
    tallest = max(counts.values())
    bars = tuple(
        _bar(unit, begin + place * step, step, counts[place], place, places, tallest)
        for place in range(places)
    )
    total = sum(counts.values())
    return Timeline(unit.value, bars, tuple(_ticks(bars)), tallest, total, undated)


def _unit_of(first: date, last: date) -> tuple[Unit, int]:
    """The finest unit of which there are not too many, and how many of it make a bar."""
    for unit in Unit:
        many = unit.number_of(last) - unit.number_of(first) + 1
        if many <= MOST_BARS:
            return unit, 1
    return Unit.YEAR, -(-many // MOST_BARS)


def _bar(
    unit: Unit, number: int, step: int, count: int, place: int, places: int, tallest: int
) -> Bar:
    stretch = WIDTH / places
    height = max(LEAST_HEIGHT, HEIGHT * count / tallest) if count else 0.0
    first, last = _ends(unit, number, step)
    return Bar(
        first=first,
        last=last,
        name=_name(unit, number, step),
        count=count,
        x=round(place * stretch + stretch * GAP / 2, 2),
        width=round(stretch * (1 - GAP), 2),
        y=round(HEIGHT - height, 2),
        height=round(height, 2),
    )


def _ends(unit: Unit, number: int, step: int) -> tuple[str, str]:
    start = unit.start(number)
    if unit is Unit.MONTH:
        return (f"{start.year:04d}-{start.month:02d}",) * 2
    if unit is Unit.YEAR:
        return f"{number:04d}", f"{_last_year(number, step):04d}"
    days = 7 if unit is Unit.WEEK else 1
    last = min(start + timedelta(days=days - 1), LATEST)
    return start.isoformat(), last.isoformat()


def _last_year(first: int, step: int) -> int:
    return min(first + step - 1, LATEST.year)


def _name(unit: Unit, number: int, step: int) -> str:
    start = unit.start(number)
    if unit is Unit.MONTH:
        return f"{start:%B} {start.year}"
    if unit is Unit.YEAR:
        return str(number) if step == 1 else f"{number}–{_last_year(number, step)}"
    day = f"{start.day} {start:%B} {start.year}"
    return day if unit is Unit.DAY else f"Week from {day}"


def _ticks(bars: tuple[Bar, ...]) -> Iterator[Tick]:
    """Names of some bars: at even distances, the first among them."""
    every = -(-len(bars) // MOST_TICKS)
    for place in range(0, len(bars), every):
        x = 100 * place / len(bars)
        if x <= LAST_TICK:
            yield Tick(_short(bars[place]), round(x, 2))


def _short(bar: Bar) -> str:
    """A date as the axis has room for it."""
    if len(bar.first) == len("2024"):
        return bar.first
    day = date.fromisoformat(bar.first if len(bar.first) > len("2024-11") else f"{bar.first}-01")
    month = f"{day:%b} {day.year}"
    return month if len(bar.first) == len("2024-11") else f"{day.day} {month}"
