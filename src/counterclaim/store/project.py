"""Keeps the read model: resolves what a write touched and stores the new versions.

A version's documents and side rows depend on the claims alone, and its serial number on the order
of the transactions, so that ``rebuild`` makes again exactly what the writes left.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from counterclaim.db import dialect_of, driver_value, insert_rows
from counterclaim.grid import cells_of
from counterclaim.models import EventSummary
from counterclaim.models.summary import sort_key
from counterclaim.queries.asof import View
from counterclaim.queries.event_pages import span_facet
from counterclaim.queries.event_sql import PAIR, pair_value
from counterclaim.queries.families import load_families
from counterclaim.queries.versions import family_versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.families import Loaded
    from counterclaim.queries.versions import Version
    from counterclaim.resolve.cuts import Measure

CHUNK = 5000
"""So many ids go into one statement."""

BATCH = 200
"""Families are loaded for this many events at a time."""


def project(
    session: Session,
    event_ids: Iterable[str],
    at: datetime,
    watch: Callable[[Loaded], None] | None = None,
) -> None:
    """Write a new version of each of these events, and of all that hang together with them.

    An event of which neither document nor search words changed keeps its version; one that no
    claim ever bore on, or that was merged into another, loses it. ``watch`` is shown all that was
    loaded.
    """
    session.flush()
    waiting = sorted(set(event_ids))
    seen: set[str] = set()
    versions: list[Version] = []
    for start in range(0, len(waiting), BATCH):
        batch = [key for key in waiting[start : start + BATCH] if key not in seen]
        for loaded in load_families(session, batch, View(at)):
            members = {member for group in loaded.members.values() for member in group}
            if members & seen:
                continue
            seen |= members
            made = list(family_versions(loaded))
            versions += made
            _close(session, members - {version.event_id for version in made}, at)
            if watch is not None:
                watch(loaded)
    _write(session, versions, at)


def _close(session: Session, event_ids: Iterable[str], at: datetime) -> None:
    given = sorted(event_ids)
    for start in range(0, len(given), CHUNK):
        chunk = EventSummary.event_id.in_(given[start : start + CHUNK])
        live = update(EventSummary).where(chunk, EventSummary.valid_to.is_(None))
        session.execute(live.values(valid_to=at))


def _write(session: Session, versions: list[Version], at: datetime) -> None:
    served = _served(session, [version.event_id for version in versions])
    keyed = [(version, version.content_key) for version in versions]
    changed = [(one, key) for one, key in keyed if served.get(one.event_id) != key]
    _close(session, [one.event_id for one, _key in changed if one.event_id in served], at)
    serial = session.scalar(select(func.max(EventSummary.serial))) or 0
    rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in COLUMNS}
    texts: list[tuple[int, str]] = []
    for version, key in sorted(changed, key=lambda pair: pair[0].number):
        serial += 1
        sk = sort_key(version.columns["occurred_from"], serial)
        columns = [version.columns[name] for name in OF_VERSION]
        rows["event_summary"].append((sk, serial, *columns, at, key, version.stamped(at)))
        rows["event_facet"] += sorted((f, v, sk) for f, v in found_by(version))
        rows["event_figure"] += [
            (one["figure"], sk, one["low"], one["best"], one["high"]) for one in version.figures
        ]
        rows["event_measure"] += [_measure_row(sk, one) for one in version.measures]
        rows["event_member"] += [(sk, part) for part in version.parts]
        rows["event_point"] += [(sk, *(one[name] for name in OF_POINT)) for one in version.points]
        rows["event_cell"] += [row for one in version.points for row in _cell_rows(sk, one)]
        texts.append((sk, version.text))
    engine = dialect_of(session)
    for table, given in rows.items():
        if given:
            plain = [[driver_value(value, engine) for value in row] for row in given]
            insert_rows(session, table, COLUMNS[table], plain)
    if texts:
        cursor = session.connection().connection.cursor()
        cursor.executemany(TEXT_INSERTS[engine], sorted(texts))


OF_VERSION = (
    *("event_id", "kind", "scope", "attacker", "defender", "grade", "disputed"),
    *("divergence_ppm", "month", "week", "occurred_from", "occurred_to"),
)
OF_POINT = (
    *("position", "role", "latitude", "longitude", "uncertainty_m"),
    *("x_m", "y_m", "z_m", "west", "south", "east", "north"),
)
EDGES = ("west", "south", "east", "north")
COLUMNS = {
    "event_summary": ("sk", "serial", *OF_VERSION, "valid_from", "content_key", "document"),
    "event_facet": ("facet", "value", "sk"),
    "event_figure": ("figure", "sk", "low", "best", "high"),
    "event_measure": (
        *("cut", "sk", "subject", "status", "figure", "low", "best", "high", "side"),
    ),
    "event_member": ("sk", "part_id"),
    "event_point": ("sk", *OF_POINT),
    "event_cell": ("cell", "sk", "position", *EDGES),
}


def found_by(version: Version) -> set[tuple[str, str]]:
    """The facets of a version, with those of two words, and what tells that it lasted long."""
    found = set(version.facets)
    both = ([value for facet, value in version.facets if facet == name] for name in PAIR)
    found.update(("+".join(PAIR), pair_value(*pair)) for pair in product(*both))
    lasted = span_facet(version.columns["occurred_from"], version.columns["occurred_to"])
    return found if lasted is None else found | {lasted}


def _cell_rows(sk: int, point: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    west, south, east, north = box = tuple(point[edge] for edge in EDGES)
    for cell in cells_of((west, south, east, north)):
        yield cell, sk, point["position"], *box


def _measure_row(sk: int, measure: Measure) -> tuple[object, ...]:
    line, figure, low, best, high, side = measure
    return line.cut, sk, line.subject, line.status, figure, low, best, high, side


def _served(session: Session, event_ids: list[str]) -> dict[str, str]:
    """The content keys of the versions that count, by event."""
    live = select(EventSummary.event_id, EventSummary.content_key).where(
        EventSummary.valid_to.is_(None)
    )
    found: dict[str, str] = {}
    for start in range(0, len(event_ids), CHUNK):
        query = live.where(EventSummary.event_id.in_(event_ids[start : start + CHUNK]))
        found.update({event_id: key for event_id, key in session.execute(query)})
    return found


TEXT_INSERTS = {
    "sqlite": "INSERT INTO event_text (rowid, body) VALUES (?, ?)",
    "postgresql": "INSERT INTO event_text (sk, body) VALUES (%s, to_tsvector('simple', %s))",
}
