"""Filters of events: one typed field per parameter, and what each means in SQL.

The URL, the API's description and the pages come from the fields; the conditions stand below them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy import BigInteger, and_, column, func, or_, select, text

from counterclaim.db import dialect_of, is_id
from counterclaim.errors import FilterError, InputError, MomentError, PlaceError
from counterclaim.geo import check_coordinates, earth_centred
from counterclaim.models import (
    Document,
    EventFacet,
    EventFigure,
    EventPoint,
    EventSummary,
    Munition,
    Place,
    Source,
)
from counterclaim.moment import parse_window, window
from counterclaim.names import nearest, query_words
from counterclaim.queries.names import Reference, find
from counterclaim.schemas.fields import LARGEST
from counterclaim.vocabulary import Basis, EventKind, Grade, Harm, Match, Outcome, Scope, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

MEAN_RADIUS_KM = 6371.0088

Text = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
Several = Annotated[list[Text], Field(max_length=100)]
Least = Annotated[
    int | None, Field(ge=0, le=LARGEST, description="Least number of this figure; see match.")
]
Most = Annotated[
    int | None, Field(ge=0, le=LARGEST, description="Greatest number of this figure; see match.")
]


class FigureFilter(BaseModel):
    """Bounds on resolved figures, summed over munitions or sides."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    launched_min: Least = None
    launched_max: Most = None
    intercepted_min: Least = None
    intercepted_max: Most = None
    suppressed_min: Least = None
    suppressed_max: Most = None
    hit_min: Least = None
    hit_max: Most = None
    missed_min: Least = None
    missed_max: Most = None
    in_flight_min: Least = None
    in_flight_max: Most = None
    unaccounted_min: Least = None
    unaccounted_max: Most = None
    killed_min: Least = None
    killed_max: Most = None
    injured_min: Least = None
    injured_max: Most = None
    missing_min: Least = None
    missing_max: Most = None
    captured_min: Least = None
    captured_max: Most = None


class Filter(FigureFilter):
    """The one set of filters; repeating a parameter means any of its values."""

    datetime_: Annotated[
        Text | None,
        Field(alias="datetime", description="OGC interval a/b or a/.. of when it happened."),
    ] = None
    from_: Annotated[
        Text | None, Field(alias="from", description="Happened on or after this EDTF date.")
    ] = None
    to: Annotated[Text | None, Field(description="Happened on or before this EDTF date.")] = None
    match: Annotated[
        Match, Field(description="How vague dates, places and numbers meet a filter.")
    ] = Match.POSSIBLE
    region: Annotated[Several, Field(description="ISO 3166-2 code, key or name of a region.")] = []
    country: Annotated[Several, Field(description="ISO 3166-1 code or name of a country.")] = []
    place: Annotated[Several, Field(description="A place or one below it, in any spelling.")] = []
    bbox: Annotated[Text | None, Field(description="west,south,east,north in degrees.")] = None
    near: Annotated[
        Text | None, Field(description="latitude,longitude,kilometres around a point.")
    ] = None
    weapon: Annotated[
        Several, Field(description="A munition or one below it, in any spelling.")
    ] = []
    scope: Annotated[list[Scope], Field(description="How much the event spans.")] = []
    attacker: Annotated[Several, Field(description="Side said to attack.")] = []
    defender: Annotated[Several, Field(description="Side said to be attacked.")] = []
    claimant: Annotated[
        Several, Field(description="Who claims something, or one below it, in any spelling.")
    ] = []
    side: Annotated[Several, Field(description="Side that claims something.")] = []
    publisher: Annotated[
        Several, Field(description="Publisher of a document with a claim, in any spelling.")
    ] = []
    document: Annotated[Several, Field(description="Id of a document with a claim.")] = []
    status: Annotated[list[Status], Field(description="Has a claim with this status.")] = []
    basis: Annotated[list[Basis], Field(description="Has a claim on this basis.")] = []
    grade: Annotated[list[Grade], Field(description="How well it is established.")] = []
    disputed: Annotated[bool | None, Field(description="Whether voices contradict.")] = None
    q: Annotated[
        Text | None,
        Field(description="Words of labels, quotes and names, in any script; word* is a prefix."),
    ] = None

    @model_validator(mode="after")
    def _one_way_to_say_when(self) -> Self:
        if self.datetime_ is not None and (self.from_ is not None or self.to is not None):
            msg = "Give datetime, or from and to; not both."
            raise ValueError(msg)
        return self

    def window(self) -> tuple[datetime | None, datetime | None]:
        """Inclusive start and exclusive end of the time asked for; None is open."""
        try:
            if self.datetime_ is not None:
                moment = parse_window(self.datetime_)
                return moment.start, moment.end
            return window(self.from_, self.to)
        except MomentError as error:
            name = "datetime" if self.datetime_ is not None else self._end_at_fault()
            raise FilterError(name, error.message) from None

    def _end_at_fault(self) -> str:
        for name, value in (("from", self.from_), ("to", self.to)):
            try:
                parse_window(value or "..")
            except MomentError:
                return name
        return "to"

    def box(self) -> tuple[float, float, float, float] | None:
        """West, south, east and north in degrees; west is greater across 180 degrees."""
        if self.bbox is None:
            return None
        west, south, east, north = _numbers("bbox", self.bbox, 4, "30,44,40,53")
        for latitude, longitude in ((south, west), (north, east)):
            _check_point("bbox", latitude, longitude)
        if south > north:
            msg = f"South ({south:g}) is greater than north ({north:g}): west,south,east,north."
            raise FilterError("bbox", msg)
        return west, south, east, north

    def circle(self) -> tuple[float, float, float] | None:
        """Latitude, longitude and kilometres."""
        if self.near is None:
            return None
        latitude, longitude, radius = _numbers("near", self.near, 3, "51.73,36.19,50")
        _check_point("near", latitude, longitude)
        if not 0 <= radius <= math.pi * MEAN_RADIUS_KM:
            raise FilterError("near", f"{radius:g} km is no distance on Earth.")
        return latitude, longitude, radius

    def figures(self) -> Iterator[tuple[str, int | None, int | None]]:
        """Each figure that is bounded, with its least and its greatest number."""
        for figure in (*Outcome, *Harm):
            least = getattr(self, f"{figure}_min")
            most = getattr(self, f"{figure}_max")
            if least is not None or most is not None:
                yield str(figure), least, most

    def words(self) -> list[tuple[str, bool]]:
        """The folded words of ``q``, each with whether it is a prefix."""
        found: list[tuple[str, bool]] = []
        for chunk in (self.q or "").split():
            folded = query_words(chunk)
            found += [(word, False) for word in folded[:-1]]
            found += [(word, chunk.endswith("*")) for word in folded[-1:]]
        if self.q is not None and not found:
            raise FilterError("q", "The text to search for holds no letter and no digit.")
        return found


class EventFilter(Filter):
    """Filters of strikes and events."""

    kind: Annotated[list[EventKind], Field(description="Kind of event.")] = []


def _numbers(parameter: str, given: str, count: int, example: str) -> list[float]:
    try:
        numbers = [float(part) for part in given.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        msg = f"{given!r} is not {count} numbers with commas between, as {example}."
        raise FilterError(parameter, msg)
    return numbers


def _check_point(parameter: str, latitude: float, longitude: float) -> None:
    try:
        check_coordinates(latitude, longitude)
    except PlaceError as error:
        raise FilterError(parameter, error.message) from None


def conditions(session: Session, given: EventFilter) -> list[ColumnElement[bool]]:
    """What a filter means for ``event_summary``.

    Raises:
        FilterError: a value names nothing, with the nearest that do.
    """
    return [
        *_on_columns(session, given),
        *_on_facets(session, given),
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


def _on_facets(session: Session, given: EventFilter) -> Iterator[ColumnElement[bool]]:
    found: dict[str, list[str]] = {
        "weapon": keys(session, Munition, "weapon", given.weapon),
        "claimant": keys(session, Source, "claimant", given.claimant),
        "publisher": keys(session, Source, "publisher", given.publisher),
        "place": keys(session, Place, "place", given.place),
        "region": regions(session, given.region),
        "country": countries(session, given.country),
        "side": sides(session, "side", given.side),
        "document": documents(session, given.document),
        "status": list(given.status),
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
        bounds: list[ColumnElement[bool]] = []
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
    """The box around the uncertainty circle lies within the box asked for."""
    p = EventPoint
    level = and_(p.south >= south, p.north <= north)
    if west > east:
        one_side = and_(p.west <= p.east, or_(p.west >= west, p.east <= east))
        return and_(level, or_(one_side, and_(p.west > p.east, p.west >= west, p.east <= east)))
    return and_(level, p.west <= p.east, p.west >= west, p.east <= east)


def _around(
    latitude: float, longitude: float, radius_km: float, *, certain: bool
) -> ColumnElement[bool]:
    """Straight lines through the Earth are compared: exact to some metres, and plain arithmetic."""
    p = EventPoint
    x_m, y_m, z_m = earth_centred(latitude, longitude)
    chord = 2000 * MEAN_RADIUS_KM * math.sin(radius_km / (2 * MEAN_RADIUS_KM))
    square = (
        (p.x_m - x_m) * (p.x_m - x_m)
        + (p.y_m - y_m) * (p.y_m - y_m)
        + (p.z_m - z_m) * (p.z_m - z_m)
    )
    unsure = func.coalesce(p.uncertainty_m, 0)
    if certain:
        return and_(unsure <= chord, square <= (chord - unsure) * (chord - unsure))
    return square <= (chord + unsure) * (chord + unsure)


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


def keys(session: Session, model: type[Reference], parameter: str, names: list[str]) -> list[str]:
    """The keys of the rows that these names mean."""
    return [_named(session, model, parameter, name).key for name in names]


def _named(session: Session, model: type[Reference], parameter: str, name: str) -> Reference:
    try:
        return find(session, model, name)
    except InputError as error:
        raise FilterError(parameter, error.message, suggestions=error.suggestions) from None


def regions(session: Session, names: list[str]) -> list[str]:
    """The ISO 3166-2 codes that these codes, keys or names mean."""
    return [_code(session, "region", name, lambda place: place.region) for name in names]


def countries(session: Session, names: list[str]) -> list[str]:
    """The ISO 3166-1 codes that these codes, keys or names mean."""
    return [_code(session, "country", name, lambda place: place.country) for name in names]


def _code(
    session: Session, parameter: str, name: str, code_of: Callable[[Place], str | None]
) -> str:
    column = Place.region if parameter == "region" else Place.country
    known = session.scalar(select(column).where(column == name.upper()).limit(1))
    if known is not None:
        return known
    code = code_of(_named(session, Place, parameter, name))
    if code is None:
        raise FilterError(parameter, f"{name!r} lies in no {parameter} of ISO 3166.")
    return code


def sides(session: Session, parameter: str, given: list[str]) -> list[str]:
    """The sides, all of them known."""
    if not given:
        return []
    known = set(session.scalars(select(Source.side).distinct())) - {None}
    unknown = [side for side in given if side not in known]
    if unknown:
        near = nearest(unknown[0], sorted(map(str, known))) or sorted(map(str, known))
        msg = f"No source is of the side {unknown[0]!r}. Known sides are {', '.join(near)}."
        raise FilterError(parameter, msg, suggestions=near)
    return given


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
