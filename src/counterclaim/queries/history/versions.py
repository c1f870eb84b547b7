"""The versions of one event, each with what it changed and by what."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import String, func, select

from counterclaim.db import UtcDateTime
from counterclaim.models import EventSummary, LedgerEntry
from counterclaim.moment import isoformat_z
from counterclaim.queries.events import get_event
from counterclaim.queries.history.changes import changes
from counterclaim.queries.history.past import Past
from counterclaim.queries.pages import Key, sift_page, take_page
from counterclaim.queries.versions import resolved_versions
from counterclaim.schemas.event import VersionOut

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.history.changes import Document
    from counterclaim.queries.pages import Slice, Window
    from counterclaim.schemas.event import EntryOut


def page_history(
    session: Session, event_id: str, window: Window, *, newest_first: bool = False
) -> Slice[VersionOut]:
    """One page of the versions of an event; those that a state does not show are left out.

    They come in their order or, for who looks back, the other way.

    Raises:
        NotFoundError: there was no such event.
        MovedError: it had been merged into another one.
        CursorError: the cursor was altered or belongs to another query.
    """
    view, values = window.opened(session, int)
    get_event(session, event_id, view)
    past = Past(session, event_id, view)
    serial = EventSummary.serial
    versions = (
        select(
            serial,
            EventSummary.valid_from,
            EventSummary.document,
            func.lag(EventSummary.valid_from, type_=UtcDateTime)
            .over(order_by=serial)
            .label("before_at"),
            func.lag(EventSummary.document, type_=String).over(order_by=serial).label("before"),
        )
        .where(EventSummary.event_id == event_id, EventSummary.valid_from <= view.known_at)
        .subquery()
        .c
    )
    columns = versions.valid_from, versions.document, versions.before_at, versions.before
    keys = [Key(versions.serial, newest_first)]
    if view.is_stored:
        page = take_page(session, select(*columns), keys, window, view.known_at, values)
        return replace(page, items=_stored(past, page.items))
    sift = partial(_resolved, session, past, view)
    return sift_page(session, select(*columns), keys, window, view.known_at, values, sift)


def _stored(past: Past, rows: Sequence[Any]) -> list[VersionOut]:
    entries = _entries(past, rows)
    return [
        version_out(past, at, orjson.loads(document), before_at, _read(before), entries[at])
        for at, document, before_at, before in rows
    ]


def _resolved(
    session: Session, past: Past, view: View, rows: Sequence[Any]
) -> list[VersionOut | None]:
    entries = _entries(past, [row[:-1] for row in rows])
    found: list[VersionOut | None] = []
    for at, _document, before_at, _before, _serial in rows:
        document = document_at(session, past.event_id, replace(view, known_at=at))
        before = None
        if before_at is not None:
            before = document_at(session, past.event_id, replace(view, known_at=before_at))
        shown_before = before_at if before else None
        item = document and version_out(past, at, document, shown_before, before, entries[at])
        found.append(item or None)
    return found


def document_at(session: Session, event_id: str, view: View) -> Document | None:
    """The document of an event as a state shows it, without its date; None if it does not."""
    version = resolved_versions(session, [event_id], view).get(event_id)
    return None if version is None else orjson.loads(version.document)


def version_out(
    past: Past,
    at: datetime,
    document: Document,
    before_at: datetime | None,
    before: Document | None,
    entries: list[EntryOut],
) -> VersionOut:
    """One version against the one before it; None where it is the first."""
    old, new = past.standing(before_at).claims, past.standing(at).claims
    return VersionOut(
        known_at=isoformat_z(at),
        changes=changes(before, document, old ^ new),
        entries=entries,
        claims_added=sorted(new - old),
        claims_ended=sorted(old - new),
    )


def _entries(past: Past, rows: Sequence[Any]) -> dict[datetime, list[EntryOut]]:
    """By the instant of a version what its transaction did to the event."""
    instants = [at for at, _document, _before_at, _before in rows]
    spans = [(before_at, at) for at, _document, before_at, _before in rows]
    found = past.entries(spans, LedgerEntry.at.in_(instants))
    return dict(zip(instants, found, strict=True))


def _read(text: str | None) -> Document | None:
    return None if text is None else orjson.loads(text)
