"""Which claims bear on an event, and which of them make each side's position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from counterclaim.db import is_id
from counterclaim.errors import MovedError, NotFoundError
from counterclaim.models import Claim, EventSummary
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import live_claim, live_summary
from counterclaim.queries.claims.shapes import claims_out
from counterclaim.queries.components import linked
from counterclaim.resolve.inputs import SPOKEN
from counterclaim.schemas.event import PositionClaimOut, PositionOut, PositionsOut
from counterclaim.vocabulary import ClaimKind, Position

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.components import Links
    from counterclaim.schemas.claim import ClaimOut

SPEAKING = (ClaimKind.OCCURRENCE, ClaimKind.POSITION)
"""Kinds of claims that make a position."""


def event_claims(session: Session, event_id: str, known_at: datetime) -> list[str]:
    """Ids of the live claims that bear on an event, sorted.

    They are about it, about an event merged into it, about a collection it is part of, directly
    or not, or about one of these claims.

    Raises:
        NotFoundError: no such event had an accepted claim.
        MovedError: it had been merged into another one.
    """
    events = _events_above(session, event_id, known_at)
    bearing = (
        select(Claim.id)
        .where(Claim.event_id.in_(events), live_claim(known_at))
        .cte("bearing", recursive=True)
    )
    remarks = select(Claim.id).where(Claim.about_id == bearing.c.id, live_claim(known_at))
    return sorted(session.scalars(select(bearing.union(remarks).c.id)))


def event_positions(session: Session, event_id: str, known_at: datetime) -> PositionsOut:
    """What each side has said of an event, with the claims that make it so.

    Sides stand in the order of the event's document, which claims about claims do not enter.

    Raises:
        NotFoundError: no such event had an accepted claim.
        MovedError: it had been merged into another one.
    """
    events = _events_above(session, event_id, known_at)
    query = select(Claim.id).where(
        Claim.event_id.in_(events),
        Claim.kind.in_(SPEAKING),
        Claim.stance.in_(list(SPOKEN)),
        live_claim(known_at),
    )
    claims = claims_out(session, sorted(session.scalars(query)), known_at)
    positions = _document(session, event_id, known_at)["positions"]
    return PositionsOut(
        event=event_id.lower(),
        known_at=isoformat_z(known_at),
        items=[_position(side, Position(said), claims) for side, said in positions.items()],
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


def _document(session: Session, event_id: str, at: datetime) -> dict[str, Any]:
    query = select(EventSummary.document).where(
        EventSummary.event_id == event_id.lower(), live_summary(at)
    )
    document: dict[str, Any] = orjson.loads(session.scalars(query).one())
    return document


def _events_above(session: Session, event_id: str, at: datetime) -> set[str]:
    """All ids of an event's merged component, and of the collections above it."""
    if not is_id(event_id):
        raise NotFoundError("event", event_id)
    key = event_id.lower()
    links = linked(session, [key], at)
    first = links.stands_for.get(key, key)
    served = select(EventSummary.sk).where(EventSummary.event_id == first, live_summary(at))
    if session.scalars(served).one_or_none() is None:
        raise NotFoundError("event", event_id)
    if first != key:
        raise MovedError(first)
    wholes = _wholes(links, first)
    return {member for member, stands in links.stands_for.items() if stands in wholes}


def _wholes(links: Links, first: str) -> set[str]:
    """The event and all that it is part of, directly or not."""
    found, frontier = {first}, {first}
    while frontier:
        above = {whole for whole, parts in links.parts.items() if parts & frontier}
        frontier = above - found
        found |= frontier
    return found
