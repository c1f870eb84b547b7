"""What the filters of events mean in SQL, and which rows the names in them mean."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, and_, column, func, or_, select, text

from counterclaim.db import dialect_of, is_id
from counterclaim.errors import FilterError, InputError
from counterclaim.geo import bounding_box, earth_centred
from counterclaim.models import (
    Document,
    EventFacet,
    EventFigure,
    EventPoint,
    EventSummary,
    Munition,
    Occurrence,
    Place,
    Source,
)
from counterclaim.names import nearest
from counterclaim.queries.filters import MEAN_RADIUS_KM
from counterclaim.queries.names import Reference, find
from counterclaim.vocabulary import Match, PlaceKind, Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from counterclaim.queries.filters import EventFilter

FULL_CIRCLE = 360


def conditions(session: Session, given: EventFilter, at: datetime) -> list[ColumnElement[bool]]:
    """What a filter means for ``event_summary``, its names as they were at an instant.

    Raises:
        FilterError: a value names nothing, with the nearest that do.
    """
    return [
        *_on_columns(session, given),
        *_on_facets(session, given, at),
        *_on_time(given),
        *_on_figures(given),
        *_on_points(given),
        *_on_text(session, given),
    ]


def _on_columns(session: Session, given: EventFilter) -> Iterator[ColumnElement[bool]]:
    if given.kind:
        yield EventSummary.kind.in_(given.kind)
    if given.scope:
        yield EventSummary.scope.in_(given.scope)
    if given.grade:
        yield EventSummary.grade.in_(given.grade)
    if given.disputed is not None:
        yield EventSummary.disputed.is_(given.disputed)
    if given.attacker:
        yield EventSummary.attacker.in_(sides(session, "attacker", given.attacker))
    if given.defender:
        yield EventSummary.defender.in_(sides(session, "defender", given.defender))


def _on_facets(session: Session, given: EventFilter, at: datetime) -> Iterator[ColumnElement[bool]]:
    found: dict[str, list[str]] = {
        "weapon": keys(session, Munition, "weapon", given.weapon, at),
        "claimant": keys(session, Source, "claimant", given.claimant, at),
        "publisher": keys(session, Source, "publisher", given.publisher, at),
        "place": keys(session, Place, "place", given.place, at),
        "region": regions(session, given.region, at),
        "country": countries(session, given.country, at),
        "side": sides(session, "side", given.side),
        "document": documents(session, given.document),
        "status": public_statuses(given.status),
        "basis": list(given.basis),
    }
    for facet, values in found.items():
        if values:
            matching = select(EventFacet.sk).where(
                EventFacet.facet == facet, EventFacet.value.in_(values)
            )
            yield EventSummary.sk.in_(matching)


def _on_time(given: EventFilter) -> Iterator[ColumnElement[bool]]:
    start, end = given.window()
    if start is None and end is None:
        return
    first, last = EventSummary.occurred_from, EventSummary.occurred_to
    yield or_(first.is_not(None), last.is_not(None))
    if given.match is Match.CERTAIN:
        yield and_(*([first >= start] if start else []), *([last <= end] if end else []))
        return
    if start is not None:
        yield or_(last.is_(None), last > start)
    if end is not None:
        yield or_(first.is_(None), first < end)


def _on_figures(given: EventFilter) -> Iterator[ColumnElement[bool]]:
    certain = given.match is Match.CERTAIN
    low, high = EventFigure.low, EventFigure.high
    for figure, least, most in given.figures():
        bounds: list[ColumnElement[bool]] = [or_(low.is_not(None), high.is_not(None))]
        if least is not None:
            bounds.append(low >= least if certain else or_(high.is_(None), high >= least))
        if most is not None:
            bounds.append(high <= most if certain else or_(low.is_(None), low <= most))
        matching = select(EventFigure.sk).where(EventFigure.figure == figure, *bounds)
        yield EventSummary.sk.in_(matching)


def _on_points(given: EventFilter) -> Iterator[ColumnElement[bool]]:
    certain = given.match is Match.CERTAIN
    box, circle = given.box(), given.circle()
    if box is not None:
        within = _inside if certain else _touching
        yield EventSummary.sk.in_(select(EventPoint.sk).where(within(*box)))
    if circle is not None:
        yield EventSummary.sk.in_(select(EventPoint.sk).where(_around(*circle, certain=certain)))


def _touching(west: float, south: float, east: float, north: float) -> ColumnElement[bool]:
    """The box around the uncertainty circle and the box asked for have a point in common."""
    p = EventPoint
    level = and_(p.south <= north, p.north >= south)
    if west > east:
        return and_(level, or_(p.west > p.east, p.west <= east, p.east >= west))
    across = and_(p.west > p.east, or_(p.west <= east, p.east >= west))
    return and_(level, or_(and_(p.west <= east, p.east >= west), across))


def _inside(west: float, south: float, east: float, north: float) -> ColumnElement[bool]:
    """The box around the uncertainty circle lies within the box asked for.

    Where it is not known how uncertain a point is, nothing about it is certain.
    """
    p = EventPoint
    level = and_(p.uncertainty_m.is_not(None), p.south >= south, p.north <= north)
    if east - west >= FULL_CIRCLE:
        return level
    if west > east:
        one_side = and_(p.west <= p.east, or_(p.west >= west, p.east <= east))
        return and_(level, or_(one_side, and_(p.west > p.east, p.west >= west, p.east <= east)))
    return and_(level, p.west <= p.east, p.west >= west, p.east <= east)


def _around(
    latitude: float, longitude: float, radius_km: float, *, certain: bool
) -> ColumnElement[bool]:
    """Straight lines through the Earth are compared, which is plain arithmetic.

    They are exact to some metres up to 1,000 km, to 0.1 percent anywhere.
    """
    p = EventPoint
    x_m, y_m, z_m = earth_centred(latitude, longitude)
    chord = 2000 * MEAN_RADIUS_KM * math.sin(radius_km / (2 * MEAN_RADIUS_KM))
    near = _touching(*bounding_box(latitude, longitude, radius_km * 1000))
    square = (
        (p.x_m - x_m) * (p.x_m - x_m)
        + (p.y_m - y_m) * (p.y_m - y_m)
        + (p.z_m - z_m) * (p.z_m - z_m)
    )
    unsure = func.coalesce(p.uncertainty_m, 0)
    if certain:
        known = p.uncertainty_m.is_not(None)
        return and_(near, known, unsure <= chord, square <= (chord - unsure) * (chord - unsure))
    return and_(near, square <= (chord + unsure) * (chord + unsure))


def _on_text(session: Session, given: EventFilter) -> Iterator[ColumnElement[bool]]:
    words = given.words()
    if words:
        yield EventSummary.sk.in_(text_matches(session, words))


TEXT_MATCHES = {
    "sqlite": "SELECT rowid AS sk FROM event_text WHERE event_text MATCH :words",
    "postgresql": "SELECT sk FROM event_text WHERE body @@ to_tsquery('simple', :words)",
}


def text_matches(session: Session, words: list[tuple[str, bool]]) -> Select[tuple[int]]:
    """The versions in which all these folded words stand."""
    dialect = dialect_of(session)
    if dialect == "sqlite":
        query = " AND ".join(f'"{word}"{"*" if prefix else ""}' for word, prefix in words)
    else:
        query = " & ".join(f"'{word}'{':*' if prefix else ''}" for word, prefix in words)
    found = text(TEXT_MATCHES[dialect]).bindparams(words=query).columns(column("sk", BigInteger))
    return select(found.subquery().c.sk)


def keys(
    session: Session,
    model: type[Reference],
    parameter: str,
    names: list[str],
    at: datetime | None = None,
) -> list[str]:
    """The keys of the rows that these names mean, or meant at an instant."""
    return [_named(session, model, parameter, name, at=at).key for name in names]


def _named(
    session: Session,
    model: type[Reference],
    parameter: str,
    name: str,
    *conditions: ColumnElement[bool],
    at: datetime | None,
) -> Reference:
    try:
        return find(session, model, name, *conditions, at=at)
    except InputError as error:
        raise FilterError(parameter, error.message, suggestions=error.suggestions) from None


def regions(session: Session, names: list[str], at: datetime | None = None) -> list[str]:
    """The ISO 3166-2 codes that these codes, keys or names of regions mean."""
    return [_code(session, "region", name, at) for name in names]


def countries(session: Session, names: list[str], at: datetime | None = None) -> list[str]:
    """The ISO 3166-1 codes that these codes, keys or names of countries mean."""
    return [_code(session, "country", name, at) for name in names]


def _code(session: Session, parameter: str, name: str, at: datetime | None) -> str:
    column = Place.region if parameter == "region" else Place.country
    known = session.scalar(select(column).where(column == name.upper()).limit(1))
    if known is not None:
        return known
    kind = Place.kind == PlaceKind(parameter)
    place = _named(session, Place, parameter, name, kind, column.is_not(None), at=at)
    return str(getattr(place, parameter))


PUBLIC_STATUSES = (Status.ACCEPTED, Status.SUPERSEDED, Status.RETRACTED)
"""What can be asked for without being a reviewer."""


def public_statuses(given: list[Status]) -> list[str]:
    """The statuses, all of them public."""
    for status in given:
        if status not in PUBLIC_STATUSES:
            msg = f"{status.capitalize()} claims are visible to reviewers only."
            raise FilterError("status", msg, suggestions=PUBLIC_STATUSES)
    return list(given)


def sides(session: Session, parameter: str, given: list[str]) -> list[str]:
    """The sides, all of them of some source or party of some event."""
    if not given:
        return []
    known = {str(side) for side in session.scalars(select(Source.side).distinct()) if side}
    for side in given:
        if side not in known and not _is_party(session, side):
            near = nearest(side, sorted(known)) or sorted(known)
            msg = f"No source is of the side {side!r}. Known sides are {', '.join(near)}."
            raise FilterError(parameter, msg, suggestions=near)
    return given


def _is_party(session: Session, side: str) -> bool:
    either = or_(Occurrence.attacker == side, Occurrence.defender == side)
    return session.scalar(select(Occurrence.claim_id).where(either).limit(1)) is not None


def documents(session: Session, given: list[str]) -> list[str]:
    """The ids, all of them of documents."""
    if not given:
        return []
    known = set(
        session.scalars(
            select(Document.id).where(Document.id.in_([d.lower() for d in given if is_id(d)]))
        )
    )
    for document in given:
        if document.lower() not in known:
            raise FilterError("document", f"No document has the id {document!r}.")
    return [document.lower() for document in given]
