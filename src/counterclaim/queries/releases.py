"""Releases as they are given out, and the export that their checksum is of.

The export is made anew each time from the state at ``known_at``: first every event as it was
served, in the order of event numbers, then every claim that counted, by id; one JSON object a line.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from counterclaim.db import is_id
from counterclaim.errors import CursorError, NotFoundError
from counterclaim.models import Claim, Event, EventSummary, LedgerEntry, Release
from counterclaim.moment import isoformat_z
from counterclaim.names import nearest
from counterclaim.queries.asof import live_claim, live_summary
from counterclaim.queries.claims import claims_out
from counterclaim.queries.pages import Key, take_page
from counterclaim.schemas.ledger import PositionOut
from counterclaim.schemas.release import ReleaseOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.pages import Slice, Window

    Sessions = Callable[[], AbstractContextManager[Session]]

BATCH = 500
"""Events and claims are read this many at a time."""


def page_releases(session: Session, window: Window) -> Slice[ReleaseOut]:
    """One page of releases, newest first.

    Raises:
        CursorError: the cursor was altered or belongs to another query.
    """
    view, values = window.opened(session, str)
    known_at = view.known_at
    if values is not None and not is_id(str(values[0])):
        raise CursorError("The cursor was altered: pass the value of next unchanged.")
    statement = select(Release.id).where(Release.recorded_at <= known_at)
    page = take_page(
        session, statement, [Key(Release.id, descending=True)], window, known_at, values
    )
    return replace(page, items=_releases_out(session, page.items))


def get_release(session: Session, name: str) -> ReleaseOut:
    """One release.

    Raises:
        NotFoundError: there is none of that name, with the nearest.
    """
    return _releases_out(session, [release_row(session, name).id])[0]


def release_row(session: Session, name: str) -> Release:
    """The row of a release.

    Raises:
        NotFoundError: there is none of that name, with the nearest.
    """
    row = session.scalars(select(Release).where(Release.name == name)).one_or_none()
    if row is None:
        near = nearest(name, session.scalars(select(Release.name)))
        raise NotFoundError("release", name, suggestions=near)
    return row


def export_lines(sessions: Sessions, known_at: datetime) -> Iterator[bytes]:
    """The lines of the export of a state, in batches, each with its line feeds.

    ``sessions`` opens a session for each batch, so that none is held while a reader is slow.
    """
    number = 0
    while True:
        with sessions() as session:
            events = _events(session, known_at, number)
        if not events:
            break
        yield b"".join(document.encode() + b"\n" for document, _number in events)
        number = events[-1][1]
    last = None
    while True:
        with sessions() as session:
            ids = _claims(session, known_at, last)
            lines = [
                claim.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n"
                for claim in claims_out(session, ids, known_at)
            ]
        if not ids:
            return
        yield b"".join(lines)
        last = ids[-1]


def _events(session: Session, at: datetime, after: int) -> Sequence[Any]:
    query = (
        select(EventSummary.document, Event.number)
        .join(Event, Event.id == EventSummary.event_id)
        .where(live_summary(at), Event.number > after)
        .order_by(Event.number)
    )
    return session.execute(query.limit(BATCH)).all()


def _claims(session: Session, at: datetime, after: str | None) -> list[str]:
    query = select(Claim.id).where(live_claim(at)).order_by(Claim.id).limit(BATCH)
    return list(session.scalars(query if after is None else query.where(Claim.id > after)))


def _releases_out(session: Session, ids: Sequence[str]) -> list[ReleaseOut]:
    known_at: Any = Release.known_at
    events = select(func.count()).select_from(EventSummary).where(live_summary(known_at))
    claims = select(func.count()).select_from(Claim).where(live_claim(known_at))
    then = aliased(LedgerEntry)
    head = select(func.max(then.seq)).where(then.at == known_at)
    query = (
        select(Release, events.scalar_subquery(), claims.scalar_subquery(), LedgerEntry)
        .join(LedgerEntry, LedgerEntry.seq == head.scalar_subquery())
        .where(Release.id.in_(ids))
    )
    made = {row[0].id: _release_out(*row) for row in session.execute(query)}
    return [made[key] for key in ids]


def _release_out(row: Release, events: int, claims: int, head: LedgerEntry) -> ReleaseOut:
    known_at = isoformat_z(row.known_at)
    citation = (
        f"Counterclaim: sourced battlefield-event claims, release {row.name}, as known at"
        f" {known_at} ({events} events, {claims} claims; SHA-256 of the export {row.sha256};"
        f" ledger entry {head.seq}, hash {head.hash})."
    )
    return ReleaseOut(
        name=row.name,
        known_at=known_at,
        sha256=row.sha256,
        note=row.note,
        recorded_at=isoformat_z(row.recorded_at),
        events=events,
        claims=claims,
        ledger=PositionOut(seq=head.seq, hash=head.hash),
        citation=citation,
    )
