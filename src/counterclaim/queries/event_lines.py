"""Rows of exports as lines: those of a version itself, and those of the figures of its claims.

They are made here, and read where they are kept.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import literal, select

from counterclaim.db import among, fetched
from counterclaim.models import EventLine, EventSummary
from counterclaim.queries.claims import figures_of_events
from counterclaim.queries.events import FIGURES, Shown, documents_of, figures_of
from counterclaim.tables import Table, csv_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.resolutions import Figure
    from counterclaim.tables import Line, Part

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


def lines_of_versions(session: Session, sks: Sequence[int], _view: View) -> list[Part]:
    """The line of each of these versions."""
    return lines_of_rows(event_rows(session, [Shown("", sk) for sk in sks]))


def lines_of_rows(rows: Sequence[Line]) -> list[Part]:
    """The line of each of these events, of which there are the rows."""
    return _parted(Table.of(rows, 0), [1] * len(rows))


def lines_of_figures(session: Session, sks: Sequence[int], view: View) -> list[Part]:
    """For each of these versions the lines of the figures of the claims that bear on its event."""
    query = select(EventSummary.sk, EventSummary.event_id)
    found = session.execute(query.where(among(session, EventSummary.sk, sks)))
    events: dict[int, str] = {sk: event for sk, event in found}
    return lines_of_events(session, [events[sk] for sk in sks], view)


def lines_of_events(session: Session, events: Sequence[str], view: View) -> list[Part]:
    """The same for these events, each once."""
    table = Table(figures_of_events(session, events, view))
    counts = Counter(table.columns[0])
    return _parted(table, [counts[event] for event in events])


def _parted(table: Table, counts: Sequence[int]) -> list[Part]:
    """The rows of a table as lines, so many at a time."""
    lines, ambiguous = csv_lines(table), table.ambiguous()
    start, parts = 0, []
    for count in counts:
        end = start + count
        exact = not ambiguous or ambiguous.isdisjoint(range(start, end))
        parts.append(("".join(lines[start:end]).encode(), count, exact))
        start = end
    return parts


def kept_lines(session: Session, sks: Sequence[int], _at: datetime) -> dict[int, Part]:
    """The lines of these versions, of those of which they are kept."""
    kept = EventLine
    query = select(kept.sk, kept.event, literal(1), kept.exact).where(kept.exact.is_not(None))
    return _by_version(session, query, sks)


def kept_figures(session: Session, sks: Sequence[int], at: datetime) -> dict[int, Part]:
    """The lines of the figures of these versions, of those of which an instant's are kept.

    Those that are kept read so now; where that is since then or before, they did at the instant.
    """
    kept = EventLine
    query = select(kept.sk, kept.figures, kept.figure_rows, kept.exact)
    return _by_version(session, query.where(kept.rendered_at <= at), sks)


def _by_version(
    session: Session, query: Select[*tuple[Any, ...]], sks: Sequence[int]
) -> dict[int, Part]:
    rows = fetched(session, query.where(among(session, EventLine.sk, sks)))
    return {sk: (text, count, exact) for sk, text, count, exact in rows}
