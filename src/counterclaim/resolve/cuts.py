"""An event's figures cut the ways that totals are grouped: by munition, category, side and status.

Each cut is resolved within the event, so that a munition that stands for its kinds, or people of
unknown status, are not added to what they include.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from counterclaim.resolve.intervals import DAMAGE, MUNITION, NOT_INTERCEPTED
from counterclaim.resolve.totals import add_up
from counterclaim.vocabulary import MunitionCategory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from counterclaim.resolve.figures import Figures
    from counterclaim.resolve.inputs import Munition
    from counterclaim.resolve.intervals import Key

MUNITIONS, BY_MUNITION, BY_CATEGORY = "munitions", "munition", "category"
PEOPLE, BY_SIDE, BY_STATUS, BY_SIDE_AND_STATUS = "people", "side", "status", "side_status"
CUTS = (
    *(MUNITIONS, BY_MUNITION, BY_CATEGORY),
    *(PEOPLE, BY_SIDE, BY_STATUS, BY_SIDE_AND_STATUS),
)

Parties = frozenset[str | None]
"""Who gave a figure: sides, and None for a neutral or unknown voice."""


class Line(NamedTuple):
    """What one cut of an event's figures is about; ``""`` stands for unnamed, or not cut by it.

    ``subject`` is a munition, a category or the side of the people harmed.
    """

    cut: str
    subject: str = ""
    status: str = ""


class Measure(NamedTuple):
    """One outcome or harm of a line; ``side`` alone gave all of it, None where others did too."""

    line: Line
    figure: str
    low: int | None
    best: int | None
    high: int | None
    side: str | None


def cut_figures(
    figures: Figures, munitions: Mapping[str, Munition], parties: Mapping[Key, Parties]
) -> tuple[Measure, ...]:
    """The measures of every line of every cut, sorted."""
    lines: dict[Line, list[Key]] = defaultdict(list)
    for key in figures:
        if key.table != DAMAGE and key.measure != NOT_INTERCEPTED:
            for line in _lines(*key[:3], _category(key, munitions)):
                lines[line].append(key)
    found: list[Measure] = []
    # Most lines of an event hold the same figures as others: these are added up once.
    added: dict[tuple[Key, ...], list[_Sum]] = {}
    for line in sorted(lines):
        keys = tuple(lines[line])
        sums = added.get(keys)
        if sums is None:
            sums = added[keys] = _sums(keys, figures, munitions, parties)
        found += [Measure(line, *of) for of in sums]
    return tuple(found)


_Sum = tuple[str, int | None, int | None, int | None, str | None]
"""A measure without the line: figure, low, best, high and side."""


def _sums(
    keys: tuple[Key, ...],
    figures: Figures,
    munitions: Mapping[str, Munition],
    parties: Mapping[Key, Parties],
) -> list[_Sum]:
    behind: dict[str, list[Parties]] = defaultdict(list)
    for key in keys:
        behind[key.measure].append(parties[key])
    totals = add_up({key: figures[key].interval for key in keys}, munitions)
    return [
        (measure, *totals[measure], alone(frozenset().union(*behind[measure])))
        for measure in sorted(totals)
    ]


def _category(key: Key, munitions: Mapping[str, Munition]) -> str:
    if key.table != MUNITION:
        return ""
    known = munitions.get(key.subject)
    return known.category if known else MunitionCategory.UNKNOWN


@lru_cache(maxsize=4096)
def _lines(table: str, subject: str, status: str, category: str) -> tuple[Line, ...]:
    if table == MUNITION:
        return Line(MUNITIONS), Line(BY_MUNITION, subject), Line(BY_CATEGORY, str(category))
    return (
        Line(PEOPLE),
        Line(BY_SIDE, subject),
        Line(BY_STATUS, "", status),
        Line(BY_SIDE_AND_STATUS, subject, status),
    )


def alone(parties: Iterable[str | None]) -> str | None:
    """The one side on whose voices all rests, None where it rests on others or on neutral ones."""
    found = set(parties)
    return found.pop() if len(found) == 1 else None
