"""One source, munition or place with what stands below it and what claims say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from counterclaim.db import is_id
from counterclaim.errors import NotFoundError
from counterclaim.models import (
    Claim,
    Document,
    Munition,
    MunitionFact,
    Place,
    Quote,
    Source,
    SourceRating,
)
from counterclaim.moment import isoformat_z
from counterclaim.names import nearest
from counterclaim.queries.asof import counted_claim, live_row, published_by
from counterclaim.queries.names import NAME_TABLES, owner_column
from counterclaim.queries.references.shapes import munitions_out, places_out, sources_out
from counterclaim.schemas.reference import (
    MunitionClaimedOut,
    MunitionDetailOut,
    PlaceDetailOut,
    RatingOut,
    SourceDetailOut,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.names import Reference


def get_source(session: Session, key: str, view: View) -> SourceDetailOut:
    """One source by its key or id.

    Raises:
        NotFoundError: there is none, with the nearest names.
    """
    at = view.known_at
    row = find_row(session, Source, key, at)
    (shape,) = sources_out(session, [row], at)
    claims = select(func.count()).where(Claim.claimant_id == row.id, counted_claim(view))
    documents = select(func.count()).where(Document.publisher_id == row.id, *published_by(view))
    return SourceDetailOut(
        **dict(shape),
        children=_children(session, Source, row, at),
        ratings=_ratings(session, row, at),
        claims=session.scalar(claims) or 0,
        documents=session.scalar(documents) or 0,
    )


def get_munition(session: Session, key: str, view: View) -> MunitionDetailOut:
    """One munition by its key or id, with the properties that live claims give it.

    Raises:
        NotFoundError: there is none, with the nearest names.
    """
    row = find_row(session, Munition, key, view.known_at)
    (shape,) = munitions_out(session, [row], view.known_at)
    return MunitionDetailOut(
        **dict(shape),
        children=_children(session, Munition, row, view.known_at),
        facts=_facts(session, row, view),
    )


def get_place(session: Session, key: str, view: View) -> PlaceDetailOut:
    """One place by its key or id.

    Raises:
        NotFoundError: there is none, with the nearest names.
    """
    row = find_row(session, Place, key, view.known_at)
    (shape,) = places_out(session, [row], view.known_at)
    return PlaceDetailOut(**dict(shape), children=_children(session, Place, row, view.known_at))


def find_row(session: Session, model: type[Reference], key: str, at: datetime) -> Reference:
    """The row of a key or id, as of an instant.

    Raises:
        NotFoundError: there is none, with the nearest names.
    """
    named = model.key == key
    if is_id(key):
        named = or_(named, model.id == key.lower())
    row = session.scalars(select(model).where(named, model.recorded_at <= at)).one_or_none()
    if row is None:
        near = _nearest_keys(session, model, key, at)
        raise NotFoundError(model.__tablename__, key, suggestions=near)
    return row


def _nearest_keys(session: Session, model: type[Reference], key: str, at: datetime) -> list[str]:
    """Keys of the rows whose key or name looks like this, best first."""
    table: Any = NAME_TABLES[model]
    named = select(table.name, model.key).join(model, model.id == owner_column(model))
    rows = session.execute(named.where(live_row(table, at))).all()
    keys = {**{readable: readable for _name, readable in rows}, **dict(map(tuple, rows))}
    return list(dict.fromkeys(keys[name] for name in nearest(key, keys)))


def _children(session: Session, model: type[Reference], row: Reference, at: datetime) -> list[str]:
    query = select(model.key).where(model.parent_id == row.id, model.recorded_at <= at)
    return sorted(session.scalars(query))


def _ratings(session: Session, row: Source, at: datetime) -> list[RatingOut]:
    """All ratings up to an instant, the newest first."""
    query = select(SourceRating).where(
        SourceRating.source_id == row.id, SourceRating.recorded_at <= at
    )
    newest = query.order_by(SourceRating.recorded_at.desc(), SourceRating.id.desc())
    return [
        RatingOut(
            reliability=rating.reliability,
            rationale=rating.rationale,
            rated_by=rating.rated_by,
            recorded_at=isoformat_z(rating.recorded_at),
            ended_at=isoformat_z(rating.ended_at)
            if rating.ended_at is not None and rating.ended_at <= at
            else None,
        )
        for rating in session.scalars(newest)
    ]


def _facts(session: Session, row: Munition, view: View) -> list[MunitionClaimedOut]:
    """What live claims say of a munition, by property and then by claim."""
    query = (
        select(MunitionFact, Claim.polarity, Source.key, Quote.exact)
        .join(Claim, Claim.id == MunitionFact.claim_id)
        .join(Source, Source.id == Claim.claimant_id)
        .outerjoin(Quote, Quote.id == Claim.quote_id)
        .where(MunitionFact.munition_id == row.id, counted_claim(view))
    )
    found = [
        MunitionClaimedOut(
            property=fact.property,
            value=fact.value,
            unit=fact.unit,
            polarity=polarity,
            claimant=claimant,
            quote=quote,
            claim=fact.claim_id,
        )
        for fact, polarity, claimant, quote in session.execute(
            query.order_by(MunitionFact.claim_id, MunitionFact.position)
        )
    ]
    return sorted(found, key=lambda fact: fact.property)
