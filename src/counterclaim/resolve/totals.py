"""One interval for each outcome and harm of an event, over its munition lines and sides.

A line that lies inside another one (a type and its parent, a named munition and the unnamed rest)
is not added to it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from counterclaim.resolve.intervals import CASUALTY, MUNITION, NOT_INTERCEPTED, Interval, total
from counterclaim.vocabulary import HarmStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from counterclaim.resolve.inputs import Munition
    from counterclaim.resolve.intervals import Key

Total = tuple[int | None, int | None, int | None]
"""low, best and high; all None where a figure was mentioned without a number."""

Lines = dict[str, Interval]


def add_up(
    figures: Mapping[Key, Interval | None], munitions: Mapping[str, Munition]
) -> dict[str, Total]:
    """The totals of all outcomes and harms of which some figure exists."""
    measured: dict[tuple[str, str], dict[Key, Interval]] = defaultdict(dict)
    for key, interval in sorted(figures.items(), key=lambda item: item[0]):
        if key.table in {MUNITION, CASUALTY} and key.measure != NOT_INTERCEPTED:
            lines = measured[key.table, key.measure]
            if interval:
                lines[key] = interval
    return {
        measure: _total(_munitions(lines, munitions) if table == MUNITION else _people(lines))
        for (table, measure), lines in measured.items()
    }


def _total(interval: Interval | None) -> Total:
    return (interval.low, interval.best, interval.high) if interval else (None, None, None)


def _munitions(figures: dict[Key, Interval], munitions: Mapping[str, Munition]) -> Interval | None:
    lines = {key.subject: interval for key, interval in figures.items()}
    unnamed = lines.pop("", None)
    return _cover(unnamed, {k: i for k, i in lines.items() if not _inside(k, lines, munitions)})


def _inside(munition: str, lines: Lines, munitions: Mapping[str, Munition]) -> bool:
    known = munitions.get(munition)
    return known is not None and any(above in lines for above in known.ancestors)


def _people(figures: dict[Key, Interval]) -> Interval | None:
    sides: dict[str, Lines] = defaultdict(dict)
    for key, interval in figures.items():
        sides[key.subject][key.status] = interval
    by_side: Lines = {}
    for side, lines in sides.items():
        unknown = lines.pop(HarmStatus.UNKNOWN, None)
        covered = _cover(unknown, lines)
        if covered:
            by_side[side] = covered
    return _cover(by_side.pop("", None), by_side)


def _cover(whole: Interval | None, lines: Lines) -> Interval | None:
    """What a figure for the whole and the figures of lines inside it come to together.

    An open whole ("several") is closed by the lines, unless it is more than they are.
    """
    if not lines:
        return whole
    summed = total(lines.values())
    if whole is None:
        return summed
    low = max(whole.low, summed.low)
    if whole.high is not None:
        return Interval(low, max(low, whole.high))
    return Interval(low, summed.high if summed.top >= low else None)
