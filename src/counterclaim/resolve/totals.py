"""One interval for each outcome and harm of an event, over its munition lines and sides.

A line that lies inside another one (a type and its parent, the people of known status and those of
unknown) is not added to it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from counterclaim.resolve.intervals import (
    DAMAGE,
    MUNITION,
    NOT_INTERCEPTED,
    Interval,
    hull,
    total,
)
from counterclaim.resolve.munitions import nearest_below
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
    """The totals of all outcomes and harms of which some figure exists.

    A line without a number leaves the total open: there were some of these too.
    """
    measured: dict[tuple[str, str], dict[Key, Interval]] = {}
    for key in sorted(figures):
        if key.table != DAMAGE and key.measure != NOT_INTERCEPTED:
            lines = measured.setdefault((key.table, key.measure), {})
            lines[key] = figures[key] or Interval()
    return {
        measure: _total(_together(table, lines, munitions))
        for (table, measure), lines in measured.items()
    }


def _together(
    table: str, lines: dict[Key, Interval], munitions: Mapping[str, Munition]
) -> Interval:
    if len(lines) == 1:
        return next(iter(lines.values()))
    return _munitions(lines, munitions) if table == MUNITION else _people(lines)


def _total(interval: Interval) -> Total:
    return interval.low, interval.best, interval.high


def _munitions(figures: dict[Key, Interval], munitions: Mapping[str, Munition]) -> Interval:
    """All munitions; those that nobody named may be all of them, or further ones."""
    lines = {key.subject: interval for key, interval in figures.items()}
    unnamed = lines.pop("", None)
    if not lines:
        return unnamed or Interval()
    below = nearest_below(lines, munitions)

    def covered(munition: str) -> Interval:
        kinds = below[munition]
        return _around(lines[munition], total(map(covered, kinds))) if kinds else lines[munition]

    inside = {kind for kinds in below.values() for kind in kinds}
    named = total(covered(munition) for munition in lines if munition not in inside)
    if unnamed is None:
        return named
    return Interval(_greater_low(unnamed, named), total((unnamed, named)).high)


def _around(munition: Interval, kinds: Interval) -> Interval:
    """A munition with all its kinds: what they are at least, it is; an open one stays open.

    Where they are more than it, which is a contradiction, both remain possible.
    """
    if kinds.floor > munition.top:
        return hull((munition, kinds))
    return Interval(_greater_low(munition, kinds), munition.high)


def _people(figures: dict[Key, Interval]) -> Interval:
    sides: dict[str, Lines] = defaultdict(dict)
    for key, interval in figures.items():
        sides[key.subject][key.status] = interval
    by_side = {
        side: _cover(lines.pop(HarmStatus.UNKNOWN, None), lines) for side, lines in sides.items()
    }
    return _cover(by_side.pop("", None), by_side)


def _cover(whole: Interval | None, lines: Lines) -> Interval:
    """What a figure for the whole and the figures of lines inside it come to together.

    An open whole ("several") is closed by the lines, unless it is more than they are.
    """
    if not lines:
        return whole or Interval()
    summed = total(lines.values())
    if whole is None:
        return summed
    low = _greater_low(whole, summed)
    if whole.high is not None:
        return Interval(low, max(low or 0, whole.high))
    return Interval(low, summed.high if summed.top >= (low or 0) else None)


def _greater_low(whole: Interval, inside: Interval) -> int | None:
    """The greater lower end; where neither is above 0 the whole's own, which may be unknown."""
    return inside.low if inside.floor > whole.floor else whole.low
