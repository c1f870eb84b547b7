"""Keeps the read model: resolves what a write touched and stores the new versions.

A version's documents and side rows depend on the claims alone, and its serial number on the order
of the transactions, so that ``rebuild`` makes again exactly what the writes left.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, text, update

from counterclaim.db import dialect_of, table_of
from counterclaim.models import (
    EventFacet,
    EventFigure,
    EventMeasure,
    EventMember,
    EventPoint,
    EventSummary,
)
from counterclaim.models.summary import sort_key
from counterclaim.queries.asof import View
from counterclaim.queries.families import load_families
from counterclaim.queries.versions import family_versions
from counterclaim.store.totals import keep_totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.db import Base
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
    keep_totals(session, at)


def _close(session: Session, event_ids: Iterable[str], at: datetime) -> None:
    given = sorted(event_ids)
    for start in range(0, len(given), CHUNK):
        chunk = EventSummary.event_id.in_(given[start : start + CHUNK])
        live = update(EventSummary).where(chunk, EventSummary.valid_to.is_(None))
        session.execute(live.values(valid_to=at))


def _write(session: Session, versions: list[Version], at: datetime) -> None:
    served = _served(session, [version.event_id for version in versions])
    changed = [one for one in versions if served.get(one.event_id) != one.content_key]
    _close(session, [version.event_id for version in changed if version.event_id in served], at)
    serial = session.scalar(select(func.max(EventSummary.serial))) or 0
    rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
    texts: list[dict[str, Any]] = []
    for version in sorted(changed, key=lambda one: one.number):
        serial += 1
        sk = sort_key(version.columns["occurred_from"], serial)
        rows[EventSummary].append({"sk": sk, "serial": serial, **_columns(version, at)})
        rows[EventFacet] += [{"facet": f, "value": v, "sk": sk} for f, v in sorted(version.facets)]
        rows[EventFigure] += [{"sk": sk, **figure} for figure in version.figures]
        rows[EventMeasure] += [{"sk": sk, **_measure_row(one)} for one in version.measures]
        rows[EventMember] += [{"sk": sk, "part_id": part} for part in version.parts]
        rows[EventPoint] += [{"sk": sk, **point} for point in version.points]
        texts.append({"sk": sk, "body": version.text})
    for model, given in rows.items():
        if given:
            session.execute(insert(table_of(model)), given)
    if texts:
        session.execute(text(TEXT_INSERTS[dialect_of(session)]), texts)


def _measure_row(measure: Measure) -> dict[str, Any]:
    line, *values = measure
    return {**line._asdict(), **dict(zip(measure._fields[1:], values, strict=True))}


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


def _columns(version: Version, at: datetime) -> dict[str, Any]:
    key, document = version.content_key, version.stamped(at)
    return {**version.columns, "valid_from": at, "content_key": key, "document": document}


TEXT_INSERTS = {
    "sqlite": "INSERT INTO event_text (rowid, body) VALUES (:sk, :body)",
    "postgresql": "INSERT INTO event_text (sk, body) VALUES (:sk, to_tsvector('simple', :body))",
}
