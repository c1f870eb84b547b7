"""What a filter of events means in SQL, for the versions that are stored."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, and_, column, func, or_, select, text

from counterclaim.db import dialect_of
from counterclaim.geo import bounding_box, earth_centred
from counterclaim.models import (
    EventFacet,
    EventFigure,
    EventJudgement,
    EventPart,
    EventPoint,
    EventSummary,
)
from counterclaim.queries.asof import live_row
from counterclaim.queries.wanted import FULL_CIRCLE, chord_m
from counterclaim.vocabulary import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from counterclaim.queries.wanted import Wanted


def clauses(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What a filter means for ``event_summary``; ``Wanted.admits`` says the same of a version."""
    return [
        *_on_columns(wanted),
        *(_on_facet(facet, values) for facet, values in wanted.facets.items()),
        *_on_time(wanted),
        *_on_figures(wanted),
        *_on_points(wanted),
        *_on_text(session, wanted),
    ]


def clauses_for_fewer_claims(
    session: Session, wanted: Wanted, at: datetime
) -> list[ColumnElement[bool]]:
    """What the stored versions meet of all events that may meet a filter with some claims only.

    With fewer claims an event has fewer words to be found by. But figures, time and standing may
    be others, and a collection that loses its own places shows those of its parts.
    """
    always = {name: wanted.columns[name] for name in ("kind", "scope") if name in wanted.columns}
    found = [*_on_columns(replace(wanted, columns=always)), *_on_text(session, wanted)]
    for facet, values in wanted.facets.items():
        clause = _on_facet(facet, values)
        found.append(or_(clause, _with_parts(at)) if facet in SHOWN_PLACES else clause)
    return found


def clauses_for_other_figures(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What the stored versions meet of all events that may meet a filter under another policy.

    Figures may be others there, and so may contradictions, on which grade and dispute rest.
    """
    return clauses(session, wanted.without_figures())


SHOWN_PLACES = ("place", "region", "country")
"""Facets that a collection may take from its parts."""


def _with_parts(at: datetime) -> ColumnElement[bool]:
    """Events that may have parts: those that have, and all that are one with others."""
    same = EventJudgement.judgement == Judgement.SAME
    merged = select(EventJudgement.left_id, EventJudgement.right_id)
    merged = merged.where(same, live_row(EventJudgement, at))
    found = merged.subquery()
    return or_(
        EventSummary.event_id.in_(select(EventPart.whole_id).where(live_row(EventPart, at))),
        EventSummary.event_id.in_(select(found.c.left_id)),
        EventSummary.event_id.in_(select(found.c.right_id)),
    )


def _on_columns(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for name, values in wanted.columns.items():
        column: InstrumentedAttribute[Any] = getattr(EventSummary, name)
        yield column.in_(values)


def _on_facet(facet: str, values: Iterable[str]) -> ColumnElement[bool]:
    matching = select(EventFacet.sk).where(EventFacet.facet == facet, EventFacet.value.in_(values))
    return EventSummary.sk.in_(matching)


def _on_time(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    start, end = wanted.window
    if start is None and end is None:
        return
    first, last = EventSummary.occurred_from, EventSummary.occurred_to
    yield or_(first.is_not(None), last.is_not(None))
    if wanted.certain:
        yield and_(*([first >= start] if start else []), *([last <= end] if end else []))
        return
    if start is not None:
        yield or_(last.is_(None), last > start)
    if end is not None:
        yield or_(first.is_(None), first < end)


def _on_figures(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    low, high = EventFigure.low, EventFigure.high
    for figure, least, most in wanted.figures:
        bounds: list[ColumnElement[bool]] = [or_(low.is_not(None), high.is_not(None))]
        if least is not None:
            bounds.append(low >= least if wanted.certain else or_(high.is_(None), high >= least))
        if most is not None:
            bounds.append(high <= most if wanted.certain else or_(low.is_(None), low <= most))
        matching = select(EventFigure.sk).where(EventFigure.figure == figure, *bounds)
        yield EventSummary.sk.in_(matching)


def _on_points(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.box is not None:
        within = _inside if wanted.certain else _touching
        yield EventSummary.sk.in_(select(EventPoint.sk).where(within(*wanted.box)))
    if wanted.circle is not None:
        around = _around(*wanted.circle, certain=wanted.certain)
        yield EventSummary.sk.in_(select(EventPoint.sk).where(around))


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
    chord = chord_m(radius_km)
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


def _on_text(session: Session, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.words:
        yield EventSummary.sk.in_(text_matches(session, wanted.words))


TEXT_MATCHES = {
    "sqlite": "SELECT rowid AS sk FROM event_text WHERE event_text MATCH :words",
    "postgresql": "SELECT sk FROM event_text WHERE body @@ to_tsquery('simple', :words)",
}


def text_matches(session: Session, words: Iterable[tuple[str, bool]]) -> Select[tuple[int]]:
    """The versions in which all these folded words stand."""
    dialect = dialect_of(session)
    if dialect == "sqlite":
        query = " AND ".join(f'"{word}"{"*" if prefix else ""}' for word, prefix in words)
    else:
        query = " & ".join(f"'{word}'{':*' if prefix else ''}" for word, prefix in words)
    found = text(TEXT_MATCHES[dialect]).bindparams(words=query).columns(column("sk", BigInteger))
    return select(found.subquery().c.sk)
