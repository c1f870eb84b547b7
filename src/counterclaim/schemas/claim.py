"""Claims and documents as they are given out."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from counterclaim.schemas.fields import MomentOut, QuantityOut, Shape, left_out
from counterclaim.vocabulary import (
    AttributionRole,
    Basis,
    ClaimKind,
    Credibility,
    Distribution,
    Harm,
    HarmStatus,
    PlaceMethod,
    PlacePrecision,
    PlaceRole,
    Severity,
    Speech,
    Stance,
    Status,
)

REDACTED = "When words were blanked because law demanded it, each code point as █; null if never."


class QuoteOut(Shape):
    """Words of a document; offsets count Unicode code points, the end is exclusive."""

    id: str
    exact: str
    prefix: str
    suffix: str
    start: int
    end: int
    redacted_at: Annotated[str | None, Field(description=REDACTED)]


class AttributionOut(Shape):
    """One link of the chain from the claimant to the document; null is the document's own voice."""

    source: str | None
    name: str | None
    role: AttributionRole
    speech: Speech


class RelativeOut(Shape):
    """From where a relative place is measured."""

    anchor: str
    distance_km: float
    bearing_deg: float


class ClaimPlaceOut(Shape):
    """Where, as the claim says."""

    role: PlaceRole
    place: str | None
    name: str | None
    said: str | None
    country: str | None
    region: str | None
    latitude: float | None
    longitude: float | None
    uncertainty_m: int | None
    precision: PlacePrecision
    method: PlaceMethod | None
    relative: RelativeOut | None = None


class CountOut(Shape):
    """How many of one munition met which outcome; outcomes not spoken of are left out."""

    munition: Annotated[str | None, Field(description="Key; null when unnamed.")]
    launched: QuantityOut | SkipJsonSchema[None] = left_out()
    intercepted: QuantityOut | SkipJsonSchema[None] = left_out()
    suppressed: QuantityOut | SkipJsonSchema[None] = left_out()
    hit: QuantityOut | SkipJsonSchema[None] = left_out()
    missed: QuantityOut | SkipJsonSchema[None] = left_out()
    in_flight: QuantityOut | SkipJsonSchema[None] = left_out()
    unaccounted: QuantityOut | SkipJsonSchema[None] = left_out()


class CasualtyOut(Shape):
    """How many people were harmed."""

    side: str | None
    status: HarmStatus
    harm: Harm
    count: QuantityOut


class DamageOut(Shape):
    """How many objects were damaged."""

    object: str
    severity: Severity
    count: QuantityOut


class TallyOut(Shape):
    """Any other number that is stated."""

    object: str
    count: QuantityOut


class MunitionFactOut(Shape):
    """A property of a munition."""

    munition: str
    property: str
    value: str
    unit: str | None


class AssessmentOut(Shape):
    """How credible the claim was judged."""

    credibility: Credibility
    rationale: str
    assessed_by: str
    recorded_at: str


class WarningOut(Shape):
    """A remark of the checks on entry."""

    code: str
    detail: str
    pointer: str | None = None


class DocumentRef(Shape):
    """The document a claim stands in."""

    id: str
    title: str
    publisher: str | None
    url: str | None
    published: MomentOut | None


class ClaimOut(Shape):
    """One assertion with its attribution, words, document and figures."""

    id: str
    kind: ClaimKind
    event: str | None
    about: str | None
    munition: str | None
    claimant: str
    side: str | None
    said_by: Annotated[list[str], Field(description="Attribution chain, root first.")]
    speech: Speech
    attribution: list[AttributionOut]
    stance: Stance
    polarity: int
    distribution: Distribution
    quote: QuoteOut | None
    document: DocumentRef
    said: MomentOut | None
    occurred: MomentOut | None
    attacker: str | None
    defender: str | None
    target: str | None
    places: list[ClaimPlaceOut]
    counts: list[CountOut]
    casualties: list[CasualtyOut]
    damage: list[DamageOut]
    tallies: list[TallyOut]
    munition_facts: list[MunitionFactOut]
    note: str | None
    basis: Basis
    inference_rule: str | None
    status: Status
    supersedes: str | None
    superseded_by: str | None
    assessment: AssessmentOut | None
    warnings: list[WarningOut]
    recorded_at: str
    accepted_at: str | None
    ended_at: str | None
    end_reason: str | None


class PublishedOut(MomentOut):
    """When a document was published, and how that is known."""

    basis: Basis
    rule: str | None


class DocumentOut(Shape):
    """One published item, without its text."""

    id: str
    title: str
    publisher: Annotated[str | None, Field(description="Key of the source.")]
    url: str | None
    archived_url: str | None
    lang: str | None
    translated_from: str | None
    published: PublishedOut | None
    retrieved_at: str | None
    media_type: str
    licence: str | None
    sha256: Annotated[str, Field(description="SHA-256 of the text's UTF-8 bytes, hex.")]
    syndicated_from: str | None
    note: str | None
    redacted_at: Annotated[str | None, Field(description=REDACTED)]
    recorded_at: str


class DocumentDetailOut(DocumentOut):
    """One published item with its text, its quotes and the claims made of it."""

    text: str
    quotes: list[QuoteOut]
    claims: list[ClaimOut]
