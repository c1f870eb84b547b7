"""Keeps the read model: resolves what a write touched and stores the new versions.

A version's documents and side rows depend on the claims alone, and its serial number on the order
of the transactions, so that ``rebuild`` makes again exactly what the writes left.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, text, update

from counterclaim.db import dialect_of, dumps, table_of
from counterclaim.models import EventFacet, EventFigure, EventPoint, EventSummary
from counterclaim.models.summary import sort_key
from counterclaim.moment import isoformat_z
from counterclaim.queries.families import load_families
from counterclaim.resolve import resolve
from counterclaim.resolve.kinship import Kinship
from counterclaim.store.facets import facets_of, points_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.db import Base
    from counterclaim.queries.families import Loaded
    from counterclaim.resolve import Claim, Summary

CHUNK = 5000
"""So many ids go into one statement."""

BATCH = 200
"""Families are loaded for this many events at a time."""


@dataclass(slots=True)
class Version:
    """One event as it is to be served, with all that finds it."""

    event_id: str
    number: int
    document: str
    columns: dict[str, Any]
    figures: list[dict[str, Any]]
    facets: set[tuple[str, str]]
    points: list[dict[str, Any]]
    text: str

    @property
    def content_key(self) -> str:
        """SHA-256 of the document and of all that finds it, hex."""
        found_by = f"{sorted(self.facets)}{self.figures}"
        return hashlib.sha256(f"{self.document}{found_by}{self.text}".encode()).hexdigest()


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
        for loaded in load_families(session, batch, at):
            members = {member for group in loaded.members.values() for member in group}
            if members & seen:
                continue
            seen |= members
            made = list(_family_versions(loaded))
            versions += made
            _close(session, members - {version.event_id for version in made}, at)
            if watch is not None:
                watch(loaded)
    _write(session, versions, at)


def _family_versions(loaded: Loaded) -> Iterator[Version]:
    bearings = Kinship(loaded.family).bearings(loaded.family.claims)
    for event_id, summary in resolve(loaded.family).items():
        bearing = bearings[event_id].all
        if bearing or loaded.family.events[event_id].withdrawn:
            yield _version(loaded, event_id, summary, bearing)


def _version(loaded: Loaded, event_id: str, summary: Summary, bearing: Sequence[Claim]) -> Version:
    document = summary.document()
    occurred = summary.occurred
    event = loaded.family.events[event_id]
    return Version(
        event_id=event_id,
        number=loaded.numbers[event_id],
        document=dumps(document),
        columns={
            "event_id": event_id,
            "kind": event.kind,
            "scope": event.scope,
            "attacker": summary.attacker,
            "defender": summary.defender,
            "grade": summary.grade,
            "disputed": summary.disputed,
            "occurred_from": occurred.start if occurred else None,
            "occurred_to": occurred.end if occurred else None,
        },
        figures=[
            {"figure": str(name), "low": low, "best": best, "high": high}
            for name, (low, best, high) in summary.totals.items()
        ],
        facets=facets_of(loaded, event_id, bearing) | _shown(document),
        points=points_of(document),
        text=text_of(loaded, event.label, bearing),
    )


def _shown(document: dict[str, Any]) -> set[tuple[str, str]]:
    """A collection is found by the places that it shows, which may be those of its parts."""
    shown = {("place", place["key"]) for place in document["places"] if place["key"]}
    for facet in ("region", "country"):
        shown |= {(facet, place[facet]) for place in document["places"] if place[facet]}
    return shown


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
        rows[EventPoint] += [{"sk": sk, **point} for point in version.points]
        texts.append({"sk": sk, "body": version.text})
    for model, given in rows.items():
        if given:
            session.execute(insert(table_of(model)), given)
    if texts:
        session.execute(text(TEXT_INSERTS[dialect_of(session)]), texts)


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
    stamped = f'{version.document[:-1]},"updated_at":"{isoformat_z(at)}"}}'
    kept = {"valid_from": at, "content_key": version.content_key, "document": stamped}
    return {**version.columns, **kept}


TEXT_INSERTS = {
    "sqlite": "INSERT INTO event_text (rowid, body) VALUES (:sk, :body)",
    "postgresql": "INSERT INTO event_text (sk, body) VALUES (:sk, to_tsvector('simple', :body))",
}
