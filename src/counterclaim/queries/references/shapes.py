"""Builds the shapes of reference rows, as they stood at one instant."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.models import Munition, Place, Source, SourceRating
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import live_row
from counterclaim.queries.names import NAME_TABLES, owner_column
from counterclaim.schemas.reference import MunitionOut, NameOut, PlaceOut, SourceOut
from counterclaim.vocabulary import NameKind, Reliability

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.names import Reference


def sources_out(session: Session, rows: Sequence[Source], at: datetime) -> list[SourceOut]:
    """The shapes of these sources, in their order."""
    common = _common(session, Source, rows, at)
    query = select(SourceRating.source_id, SourceRating.reliability).where(
        SourceRating.source_id.in_(common), live_row(SourceRating, at)
    )
    rated = {row.source_id: row.reliability for row in session.execute(query)}
    return [
        SourceOut(
            **common[row.id],
            kind=row.kind,
            side=row.side,
            url=row.url,
            redacted_at=isoformat_z(row.redacted_at) if row.redacted_at else None,
            reliability=rated.get(row.id, Reliability.F),
        )
        for row in rows
    ]


def munitions_out(session: Session, rows: Sequence[Munition], at: datetime) -> list[MunitionOut]:
    """The shapes of these munitions, in their order."""
    common = _common(session, Munition, rows, at)
    return [MunitionOut(**common[row.id], category=row.category) for row in rows]


def places_out(session: Session, rows: Sequence[Place], at: datetime) -> list[PlaceOut]:
    """The shapes of these places, in their order."""
    common = _common(session, Place, rows, at)
    return [
        PlaceOut(
            **common[row.id],
            kind=row.kind,
            region=row.region,
            latitude=row.latitude,
            longitude=row.longitude,
            uncertainty_m=row.uncertainty_m,
            geonames_id=row.geonames_id,
        )
        for row in rows
    ]


def _common(
    session: Session, model: type[Reference], rows: Sequence[Reference], at: datetime
) -> dict[str, dict[str, Any]]:
    """By id what every reference row shows."""
    above = {row.parent_id for row in rows if row.parent_id}
    found = session.execute(select(model.id, model.key).where(model.id.in_(above)))
    parents = {row.id: row.key for row in found}
    names = _names(session, model, [row.id for row in rows], at)
    return {
        row.id: {
            "id": row.id,
            "key": row.key,
            "name": row.name,
            "country": row.country,
            "parent": parents[row.parent_id] if row.parent_id else None,
            "origin": row.origin,
            "names": names.get(row.id, []),
        }
        for row in rows
    }


def _names(
    session: Session, model: type[Reference], ids: Sequence[str], at: datetime
) -> dict[str, list[NameOut]]:
    """The names of these rows, preferred ones first."""
    table: Any = NAME_TABLES[model]
    query = select(owner_column(model), table).where(
        owner_column(model).in_(ids), live_row(table, at)
    )
    found: dict[str, list[NameOut]] = defaultdict(list)
    for owner, row in session.execute(query):
        found[owner].append(NameOut(name=row.name, lang=row.lang, script=row.script, kind=row.kind))
    for names in found.values():
        names.sort(key=lambda name: (name.kind is not NameKind.PREFERRED, name.name))
    return found
