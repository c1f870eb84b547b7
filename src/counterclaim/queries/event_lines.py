"""Rows of exports as lines: those of a version itself, and those of the figures of its claims.

They are made here, and read where they are kept.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from counterclaim.db import among
from counterclaim.models import EventLine, EventSummary
from counterclaim.queries.claims import figures_of_versions
from counterclaim.queries.events import FIGURES, Shown, documents_of, figures_of
from counterclaim.tables import Lines, Table, csv_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.events import Figure
    from counterclaim.tables import Line

_HEAD = itemgetter("id", "kind", "scope", "label")
_STANDING = itemgetter("grade", "disputed", "voices", "claims", "documents")
_NOTHING: Mapping[str, Any] = {}
_UNKNOWN: Figure = (None, None, None)
_PLACE = ("country", "region", "latitude", "longitude", "uncertainty_m")


def event_line(document: Mapping[str, Any], figures: Mapping[str, Figure]) -> Line:
    """An event as one row; its figures summed over munitions or sides, null where not known."""
    occurred = document["occurred"] or _NOTHING
    place = shown_place(document["places"]) or _NOTHING
    date, here, told = occurred.get, place.get, document.get
    return (
        *_HEAD(document),
        *map(date, ("edtf", "from", "to")),
        document["attacker"],
        document["defender"],
        here("name") or here("said"),
        *map(here, (*_PLACE, "precision")),
        joined([line["key"] or "unnamed" for line in document["munitions"]]),
        *chain.from_iterable([figures.get(figure, _UNKNOWN) for figure in FIGURES]),
        *_STANDING(document),
        joined([f"{side}={said}" for side, said in document["positions"].items()]),
        joined(document["part_of"]),
        *map(told, ("policy", "policy_version", "updated_at")),
    )


def shown_place(places: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The place that stands for all: the first that has coordinates, else the first."""
    located = (place for place in places if place["latitude"] is not None)
    return next(located, places[0] if places else None)


def joined(words: Any) -> str | None:
    """Several words in one cell, null when there are none."""
    return ";".join(words) or None


def event_rows(session: Session, events: Sequence[Shown]) -> list[Line]:
    """Each event as one row."""
    found = zip(documents_of(session, events), figures_of(session, events), strict=True)
    return [event_line(orjson.loads(text), figures) for text, figures in found]


def lines_of_versions(session: Session, sks: Sequence[int], _view: View) -> list[Lines]:
    """The line of each of these versions."""
    rows = event_rows(session, [Shown("", sk) for sk in sks])
    return _parted(Table.of(rows, 0), [1] * len(sks))


def lines_of_figures(session: Session, sks: Sequence[int], view: View) -> list[Lines]:
    """For each of these versions the lines of the figures of the claims that bear on its event."""
    table = Table(figures_of_versions(session, sks, view))
    counts = Counter(table.columns[0])  # Each event is there in one version.
    query = select(EventSummary.sk, EventSummary.event_id)
    found = session.execute(query.where(among(session, EventSummary.sk, sks)))
    events = dict(found.tuples().all())
    return _parted(table, [counts[events[sk]] for sk in sks])


def _parted(table: Table, counts: Sequence[int]) -> list[Lines]:
    """The rows of a table as lines, so many at a time."""
    lines, ambiguous, start, parts = csv_lines(table), table.ambiguous(), 0, []
    for count in counts:
        end = start + count
        exact = not ambiguous or ambiguous.isdisjoint(range(start, end))
        parts.append(Lines("".join(lines[start:end]).encode(), count, exact))
        start = end
    return parts


def kept_lines(session: Session, sks: Sequence[int], at: datetime) -> dict[int, Lines]:
    """The kept lines of these versions, as far as they are kept."""
    line = EventLine
    query = select(line.sk, line.event, line.exact).where(line.rendered_at.is_not(None))
    found = session.execute(query.where(among(session, line.sk, sks)))
    return {sk: Lines(text, 1, exact) for sk, text, exact in found}


def kept_figures(session: Session, sks: Sequence[int], at: datetime) -> dict[int, Lines]:
    """The kept lines of the figures of these versions, of those where they read so at an instant.

    That they read so now is enough, if they did since then.
    """
    line = EventLine
    query = select(line.sk, line.figures, line.figure_rows, line.exact)
    known = query.where(line.rendered_at <= at, among(session, line.sk, sks))
    return {sk: Lines(*found) for sk, *found in session.execute(known)}
