"""What to call sources, sides and munitions in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from counterclaim.db import among
from counterclaim.models import Claim, Munition, Place, Source
from counterclaim.resolve.wording import Names
from counterclaim.vocabulary import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.referents import SourceRow

OFFICES = {SourceKind.GOVERNMENT, SourceKind.MINISTRY, SourceKind.ARMED_FORCE}
"""Kinds of sources whose names want an article in a sentence."""


def call(source: Source | SourceRow) -> str:
    """A source with the article that its name wants."""
    bare = source.kind not in OFFICES or source.name.casefold().startswith("the ")
    return source.name if bare else f"the {source.name}"


def call_sides(session: Session, known_at: datetime) -> dict[str, str]:
    """A state for each side that has one; a side without goes by its key."""
    query = select(Source.side, Source.name).where(
        Source.kind == SourceKind.STATE,
        Source.side.is_not(None),
        Source.recorded_at <= known_at,
    )
    return {str(side): name for side, name in session.execute(query.order_by(Source.key.desc()))}


def call_all(
    session: Session, sources: Iterable[str], munitions: Iterable[str], known_at: datetime
) -> Names:
    """What to call these sources and munitions, given by key, and all sides."""
    spoken = select(Source).where(Source.key.in_(set(sources)))
    named = select(Munition.key, Munition.name).where(Munition.key.in_(set(munitions)))
    return Names(
        sources={source.key: call(source) for source in session.scalars(spoken)},
        sides=call_sides(session, known_at),
        munitions={key: name for key, name in session.execute(named)},
    )


def sources_by_key(session: Session, keys: Iterable[str]) -> dict[str, Source]:
    """The sources with these keys, in the order of the keys, whatever the engine's collation."""
    found = session.scalars(select(Source).where(Source.key.in_(set(keys))))
    return {source.key: source for source in sorted(found, key=lambda source: source.key)}


def names_of_places(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """What the places with these keys are called."""
    query = select(Place.key, Place.name).where(Place.key.in_(set(keys)))
    return {key: name for key, name in session.execute(query)}


def claimants_of(session: Session, claims: Iterable[str]) -> dict[str, str]:
    """By claim the key of who claims it."""
    query = select(Claim.id, Source.key).join(Source, Claim.claimant_id == Source.id)
    found = session.execute(query.where(among(session, Claim.id, set(claims))))
    return {claim: source for claim, source in found}
