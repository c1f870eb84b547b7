"""Which claims bear on an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from counterclaim.db import is_id
from counterclaim.errors import NotFoundError
from counterclaim.models import Claim
from counterclaim.queries.asof import counted_claim
from counterclaim.queries.components import linked
from counterclaim.queries.events import get_event

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View


def event_claims(session: Session, event_id: str, view: View) -> list[str]:
    """Ids of the live claims that bear on an event, sorted.

    They are about it, about an event merged into it, about a collection it is part of, directly
    or not, or about one of these claims.

    Raises:
        NotFoundError: no such event had an accepted claim.
        MovedError: it had been merged into another one.
    """
    document = event_document(session, event_id, view)
    events = _events_above(session, document["id"], view)
    bearing = (
        select(Claim.id)
        .where(Claim.event_id.in_(events), counted_claim(view))
        .cte("bearing", recursive=True)
    )
    remarks = select(Claim.id).where(Claim.about_id == bearing.c.id, counted_claim(view))
    return sorted(session.scalars(select(bearing.union(remarks).c.id)))


def event_document(session: Session, event_id: str, view: View) -> dict[str, Any]:
    """The document of an event in a state.

    Raises:
        NotFoundError: no such event had an accepted claim.
        MovedError: it had been merged into another one.
    """
    if not is_id(event_id):
        raise NotFoundError("event", event_id)
    document: dict[str, Any] = orjson.loads(get_event(session, event_id.lower(), view))
    return document


def _events_above(session: Session, event: str, view: View) -> set[str]:
    """All ids of an event's merged component and of the collections above it."""
    links = linked(session, [event], view.known_at)
    wholes = {event, *links.above(event)}
    return {member for member, stands in links.stands_for.items() if stands in wholes}
