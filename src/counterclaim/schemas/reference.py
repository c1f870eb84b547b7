"""Reference rows as they are given out."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from counterclaim.schemas.fields import Shape
from counterclaim.vocabulary import MunitionCategory, NameKind, PlaceKind, Reliability, SourceKind


class NameOut(Shape):
    """One name."""

    name: str
    lang: str | None
    script: str | None
    kind: NameKind


class RatingOut(Shape):
    """One dated judgement of a source's reliability."""

    reliability: Reliability
    rationale: str
    rated_by: str
    recorded_at: str
    ended_at: str | None


class ReferenceOut(Shape):
    """What every reference row has."""

    id: str
    key: str
    name: str
    country: str | None
    parent: Annotated[str | None, Field(description="Key of the row above it.")]
    origin: str | None
    names: list[NameOut]


class SourceOut(ReferenceOut):
    """Whoever speaks or publishes."""

    kind: SourceKind
    side: str | None
    url: str | None
    redacted_at: Annotated[
        str | None, Field(description="When its names were blanked; null if never.")
    ]
    reliability: Annotated[Reliability, Field(description="F where nobody rated it.")]


class SourceDetailOut(SourceOut):
    """A source with what stands below it, its ratings and how much it said."""

    children: list[str]
    ratings: list[RatingOut]
    claims: Annotated[int, Field(description="Live claims of which it is the claimant.")]
    documents: Annotated[int, Field(description="Documents that it published.")]


class MunitionOut(ReferenceOut):
    """A type of weapon."""

    category: MunitionCategory


class MunitionClaimedOut(Shape):
    """A property of a munition as one claim says, in its words."""

    property: str
    value: str
    unit: str | None
    polarity: int
    claimant: str
    quote: str | None
    claim: str


class MunitionDetailOut(MunitionOut):
    """A munition with what stands below it and what claims say of it."""

    children: list[str]
    facts: list[MunitionClaimedOut]


class PlaceOut(ReferenceOut):
    """A place of the gazetteer."""

    kind: PlaceKind
    region: str | None
    latitude: float | None
    longitude: float | None
    uncertainty_m: int | None
    geonames_id: int | None


class PlaceDetailOut(PlaceOut):
    """A place with what lies in it."""

    children: list[str]
