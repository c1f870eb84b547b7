"""An event's figures cut the ways that totals are grouped: by munition, category, side and status.

Each cut is resolved within the event, so that a munition that stands for its kinds, or people of
unknown status, are not added to what they include.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from counterclaim.resolve.intervals import CASUALTY, MUNITION, NOT_INTERCEPTED
from counterclaim.resolve.totals import add_up
from counterclaim.vocabulary import MunitionCategory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
    lines: dict[Line, Figures] = defaultdict(dict)
    for key, figure in figures.items():
        if key.measure != NOT_INTERCEPTED:
            for line in _lines(key, munitions):
                lines[line][key] = figure
    found: list[Measure] = []
    for line in sorted(lines):
        totals = add_up({k: f.interval for k, f in lines[line].items()}, munitions)
        for measure, total in sorted(totals.items()):
            behind = [parties[key] for key in lines[line] if key.measure == measure]
            found.append(Measure(line, str(measure), *total, alone(frozenset().union(*behind))))
    return tuple(found)


def _lines(key: Key, munitions: Mapping[str, Munition]) -> Iterator[Line]:
    if key.table == MUNITION:
        known = munitions.get(key.subject)
        yield Line(MUNITIONS)
        yield Line(BY_MUNITION, key.subject)
        yield Line(BY_CATEGORY, str(known.category if known else MunitionCategory.UNKNOWN))
    elif key.table == CASUALTY:
        yield Line(PEOPLE)
        yield Line(BY_SIDE, key.subject)
        yield Line(BY_STATUS, "", key.status)
        yield Line(BY_SIDE_AND_STATUS, key.subject, key.status)


def alone(parties: Iterable[str | None]) -> str | None:
    """The one side on whose voices all rests, None where it rests on others or on neutral ones."""
    found = set(parties)
    return found.pop() if len(found) == 1 else None
