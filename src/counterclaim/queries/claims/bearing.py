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
    above = _events_above(session, document["id"], view)
    return sorted(claims_about(session, dict.fromkeys(above, event_id), view))


def claims_about(session: Session, subjects: dict[str, str], view: View) -> dict[str, str]:
    """The counted claims about these events and about claims about them, with what they go back to.

    That is the value that ``subjects`` gives to the event. Each step is a statement of its own: a
    recursive one reads all claims once per row where the planner knows that most of them are about
    no claim.
    """
    found: dict[str, str] = {}
    frontier, column = subjects, Claim.event_id
    while frontier:
        rows = _counted(session, column, sorted(frontier), view)
        frontier = {claim: frontier[about] for claim, about in rows if claim not in found}
        found |= frontier
        column = Claim.about_id
    return found


BATCH = 2000
"""So many ids go into one statement."""


def _counted(session: Session, column: Any, ids: list[str], view: View) -> list[tuple[str, str]]:
    """Counted claims whose subject in a column is one of these, each with that subject."""
    query = select(Claim.id, column).where(counted_claim(view))
    return [
        (claim, about)
        for start in range(0, len(ids), BATCH)
        for claim, about in session.execute(query.where(column.in_(ids[start : start + BATCH])))
    ]


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
