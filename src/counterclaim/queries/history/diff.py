"""What differs in one event between two instants."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import func, select

from counterclaim.errors import FilterError, MovedError, NotFoundError
from counterclaim.models import EventSummary, LedgerEntry
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import last_change
from counterclaim.queries.events import get_event
from counterclaim.queries.history.changes import changes
from counterclaim.queries.history.past import Past
from counterclaim.schemas.event import DiffOut

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.history.changes import Document


def event_diff(
    session: Session, event_id: str, view: View, since: datetime | None, until: datetime | None
) -> DiffOut:
    """Each value of an event that changed after ``since`` and up to ``until``.

    Args:
        session: Where to look.
        event_id: The event.
        view: The state; nothing later than it is known.
        since: None is the first version of the event.
        until: None is the instant of the view.

    Raises:
        FilterError: ``since`` is later than ``until``.
        NotFoundError: there was no such event at ``until``.
        MovedError: it had been merged into another one by then.
    """
    if since is not None and until is not None and since > until:
        raise FilterError("from", "The difference ends before it begins: from is later than to.")
    end = view if until is None else replace(view, known_at=_known(session, until, view))
    after: Document = orjson.loads(get_event(session, event_id, end))
    start = _first(session, event_id) if since is None else _known(session, since, view)
    past = Past(session, event_id, end)
    before = _document(session, event_id, replace(view, known_at=start))
    old, new = past.standing(start if before else None), past.standing(end.known_at)
    span = LedgerEntry.at > start, LedgerEntry.at <= end.known_at
    return DiffOut(
        event=event_id,
        from_=isoformat_z(start),
        to=isoformat_z(end.known_at),
        changes=changes(before, after, old.claims ^ new.claims),
        entries=past.entries([(start, end.known_at)], *span)[0],
        claims_added=sorted(new.claims - old.claims),
        claims_ended=sorted(old.claims - new.claims),
    )


def _known(session: Session, instant: datetime, view: View) -> datetime:
    return last_change(session, min(instant, view.known_at))


def _first(session: Session, event_id: str) -> datetime:
    query = select(func.min(EventSummary.valid_from)).where(EventSummary.event_id == event_id)
    return session.scalars(query).one()


def _document(session: Session, event_id: str, view: View) -> Document | None:
    try:
        document: Document = orjson.loads(get_event(session, event_id, view))
    except (MovedError, NotFoundError):
        return None
    return document
