"""Filters: one typed field per parameter. The URL and the API's description come from them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from counterclaim.errors import FilterError, MomentError, PlaceError
from counterclaim.geo import check_coordinates
from counterclaim.moment import parse_window, window
from counterclaim.names import query_words
from counterclaim.quantity import MOST
from counterclaim.vocabulary import (
    Basis,
    EventKind,
    Grade,
    Harm,
    Match,
    Outcome,
    Scope,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


MEAN_RADIUS_KM = 6371.0088

Text = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
Several = Annotated[list[Text], Field(max_length=100)]
Least = Annotated[
    int | None, Field(ge=0, le=MOST, description="Least number of this figure; see match.")
]
Most = Annotated[
    int | None, Field(ge=0, le=MOST, description="Greatest number of this figure; see match.")
]


class FigureFilter(BaseModel):
    """Bounds on resolved figures, summed over munitions or sides."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, defer_build=True)

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

    @property
    def hangs_on_policy(self) -> bool:
        """Whether an event may meet it under one policy and not under another."""
        return bool(self.grade) or self.disputed is not None or any(self.figures())

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
