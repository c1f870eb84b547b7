"""Which claims bear on an event, and which of them make each side's position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from counterclaim.db import is_id
from counterclaim.errors import NotFoundError
from counterclaim.models import Claim
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import counted_claim
from counterclaim.queries.claims.shapes import claims_out
from counterclaim.queries.components import linked
from counterclaim.queries.events import get_event
from counterclaim.resolve.inputs import SPOKEN
from counterclaim.schemas.event import PositionClaimOut, PositionOut, PositionsOut
from counterclaim.vocabulary import ClaimKind, Position

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.schemas.claim import ClaimOut

SPEAKING = (ClaimKind.OCCURRENCE, ClaimKind.POSITION)
"""Kinds of claims that make a position."""


def event_claims(session: Session, event_id: str, view: View) -> list[str]:
    """Ids of the live claims that bear on an event, sorted.

    They are about it, about an event merged into it, about a collection it is part of, directly
    or not, or about one of these claims.

    Raises:
        NotFoundError: no such event had an accepted claim.
        MovedError: it had been merged into another one.
    """
    events, _document = _events_above(session, event_id, view)
    bearing = (
        select(Claim.id)
        .where(Claim.event_id.in_(events), counted_claim(view))
        .cte("bearing", recursive=True)
    )
    remarks = select(Claim.id).where(Claim.about_id == bearing.c.id, counted_claim(view))
    return sorted(session.scalars(select(bearing.union(remarks).c.id)))


def event_positions(session: Session, event_id: str, view: View) -> PositionsOut:
    """What each side has said of an event, with the claims that make it so.

    Sides stand in the order of the event's document, which claims about claims do not enter.

    Raises:
        NotFoundError: no such event had an accepted claim.
        MovedError: it had been merged into another one.
    """
    events, document = _events_above(session, event_id, view)
    query = select(Claim.id).where(
        Claim.event_id.in_(events),
        Claim.kind.in_(SPEAKING),
        Claim.stance.in_(list(SPOKEN)),
        counted_claim(view),
    )
    claims = claims_out(session, sorted(session.scalars(query)), view.known_at)
    return PositionsOut(
        event=event_id.lower(),
        known_at=isoformat_z(view.known_at),
        items=[
            _position(side, Position(said), claims) for side, said in document["positions"].items()
        ],
    )


def _position(side: str, position: Position, claims: Iterable[ClaimOut]) -> PositionOut:
    spoken = [
        _position_claim(claim)
        for claim in claims
        if claim.side == side and not _negates_figures(claim)
    ]
    return PositionOut(
        side=side, position=position, claims=[] if position is Position.SILENT else spoken
    )


def _negates_figures(claim: ClaimOut) -> bool:
    """Whether it only says that some numbers are not so, which is no position on the event."""
    return claim.polarity < 0 and bool(claim.counts or claim.casualties or claim.damage)


def _position_claim(claim: ClaimOut) -> PositionClaimOut:
    return PositionClaimOut(
        id=claim.id,
        claimant=claim.claimant,
        stance=claim.stance,
        polarity=claim.polarity,
        quote=claim.quote.exact if claim.quote else None,
        said=claim.said,
        document=claim.document.id,
    )


def _events_above(session: Session, event_id: str, view: View) -> tuple[set[str], dict[str, Any]]:
    """All ids of an event's merged component and of the collections above it; its document."""
    if not is_id(event_id):
        raise NotFoundError("event", event_id)
    key = event_id.lower()
    document: dict[str, Any] = orjson.loads(get_event(session, key, view))
    links = linked(session, [key], view.known_at)
    wholes = {key, *links.above(key)}
    return {member for member, stands in links.stands_for.items() if stands in wholes}, document
