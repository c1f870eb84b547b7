"""What is taken in: reference rows, a document, events and claims; together a claim file."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from counterclaim.schemas.fields import (
    STORABLE,
    TEXT_TOO_LARGE,
    Country,
    Edtf,
    Input,
    Key,
    Lang,
    Latitude,
    Line,
    Longitude,
    Number,
    QuantityIn,
    Real,
    Region,
    Side,
    Url,
    Words,
    told_apart,
)
from counterclaim.vocabulary import (
    Basis,
    ClaimKind,
    Distribution,
    EventKind,
    Harm,
    HarmStatus,
    MunitionCategory,
    NameKind,
    PlaceKind,
    PlacePrecision,
    PlaceRole,
    Scope,
    Severity,
    SourceKind,
    Speech,
    Stance,
)

Ref = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"),
    Field(description="A name used within the same body only."),
]
Named = Annotated[Line, Field(description="A key or any known spelling of a name.")]
RefOrId = Annotated[str, StringConstraints(min_length=1, max_length=100), STORABLE]
Context = Annotated[str, StringConstraints(max_length=20_000), STORABLE]


def _whole(value: Any) -> Any:
    # In a Literal, true and 1.0 would count as 1.
    if isinstance(value, bool | float):
        msg = "Give 1 or -1."
        raise ValueError(msg)
    return value


LARGEST_TEXT = 5 * 2**20
"""Bytes of UTF-8 that the text of a document may have."""


def _fits(text: str) -> str:
    # Half a surrogate pair is told by STORABLE; it counts as three bytes here.
    size = len(text.encode(errors="surrogatepass"))
    if size > LARGEST_TEXT:
        msg = "The text has {size} bytes of UTF-8, and {most} are the most: divide it."
        raise PydanticCustomError(TEXT_TOO_LARGE, msg, {"size": size, "most": LARGEST_TEXT})
    return text


Polarity = Annotated[Literal[1, -1], BeforeValidator(_whole)]


class NameIn(Input):
    """One more name of a reference row."""

    name: Line
    lang: Lang | None = None
    script: Annotated[str, StringConstraints(pattern=r"^[A-Z][a-z]{3}$")] | None = None
    kind: NameKind = NameKind.ALIAS


class ReferenceIn(Input):
    """What every new reference row gives."""

    key: Key
    name: Line
    country: Country | None = None
    parent: Named | None = None
    names: Annotated[list[NameIn], Field(max_length=500)] = []
    origin: Annotated[Words | None, Field(description="Where these facts come from.")] = None


class SourceIn(ReferenceIn):
    """A new source."""

    kind: SourceKind
    side: Side | None = None
    url: Url | None = None


class MunitionIn(ReferenceIn):
    """A new munition."""

    category: MunitionCategory


class PlaceIn(ReferenceIn):
    """A new place."""

    kind: PlaceKind
    region: Region | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    uncertainty_m: Number | None = None
    geonames_id: Number | None = None

    @model_validator(mode="after")
    def _both_coordinates(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            msg = "Give both latitude and longitude, or none."
            raise ValueError(msg)
        return self


class PublishedIn(Input):
    """A publication date that had to be inferred, with the rule."""

    edtf: Edtf
    basis: Literal["stated", "inferred"] = "stated"
    rule: Words | None = None

    @model_validator(mode="after")
    def _inferred_has_rule(self) -> Self:
        if self.basis == "inferred" and self.rule is None:
            msg = "An inferred date needs the rule by which it was inferred."
            raise ValueError(msg)
        return self


class DocumentIn(Input):
    """One published item with its text."""

    title: Line
    text: Annotated[
        Annotated[str, StringConstraints(min_length=1), AfterValidator(_fits), STORABLE] | None,
        Field(description="At most 5 MiB of UTF-8."),
    ] = None
    text_file: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=1000), STORABLE] | None,
        Field(description="In a claim file: path of the text beside the file."),
    ] = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    publisher: Named | None = None
    url: Url | None = None
    archived_url: Url | None = None
    lang: Lang | None = None
    translated_from: Lang | None = None
    published: (
        Annotated[
            Annotated[Edtf, Tag("words")] | Annotated[PublishedIn, Tag("fields")],
            told_apart('Give a date as text, as "2024-11-26", or {edtf, basis, rule}.'),
        ]
        | None
    ) = None
    retrieved_at: Annotated[Edtf | None, Field(description="An instant with a zone.")] = None
    media_type: Annotated[
        str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=100)
    ] = "text/plain"
    licence: Line | None = None
    syndicated_from: Annotated[
        RefOrId | None, Field(description="Id or SHA-256 of a document.")
    ] = None
    note: Words | None = None

    @model_validator(mode="after")
    def _one_text(self) -> Self:
        if (self.text is None) == (self.text_file is None):
            msg = "Give the text itself, or in a claim file its text_file; one of the two."
            raise ValueError(msg)
        return self


class EventIn(Input):
    """A new event; ``ref`` is how the claims of the same body name it."""

    ref: Ref | None = None
    kind: EventKind
    scope: Scope = Scope.SINGLE
    label: Line
    parts: Annotated[
        list[RefOrId], Field(max_length=1000, description="Ids or refs of its parts.")
    ] = []
    parts_basis: Words | None = None


class QuoteIn(Input):
    """Words addressed by what stands around them or by their offsets in code points."""

    exact: Words
    prefix: Context | None = None
    suffix: Context | None = None
    start: Number | None = None
    end: Number | None = None

    @model_validator(mode="after")
    def _end_has_start(self) -> Self:
        if self.end is not None and self.start is None:
            msg = "end needs start: give both offsets, or start alone, or none."
            raise ValueError(msg)
        return self


class RelativeIn(Input):
    """A distance and a bearing from a known place."""

    anchor: Named
    distance_km: Annotated[Real, Field(ge=0, le=20_000)]
    bearing: Annotated[
        Annotated[Real, Field(ge=0, lt=360), Tag("number")] | Annotated[Line, Tag("words")],
        told_apart('Give degrees from 0 to 360, or words as "northwest".', numbers=(int, float)),
        Field(description="Degrees clockwise from north, or words as northwest."),
    ]


class ClaimPlaceIn(Input):
    """Where, as the claim says."""

    role: PlaceRole = PlaceRole.TARGET
    place: Named | None = None
    said: Words | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    uncertainty_m: Number | None = None
    precision: PlacePrecision | None = None
    method: Literal["media_geolocation", "source_coordinates"] | None = None
    relative: RelativeIn | None = None

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            msg = "Give both latitude and longitude, or none."
            raise ValueError(msg)
        if self.place is None and self.latitude is None and self.said is None:
            msg = "Give a place, coordinates or at least the words as said."
            raise ValueError(msg)
        return self


class CountIn(Input):
    """How many of one munition met which outcome; no outcome means used, number unknown."""

    munition: Named | None = None
    launched: QuantityIn = None
    intercepted: QuantityIn = None
    suppressed: QuantityIn = None
    hit: QuantityIn = None
    missed: QuantityIn = None
    in_flight: QuantityIn = None
    unaccounted: QuantityIn = None


class CasualtyIn(Input):
    """How many people were harmed."""

    side: Side | None = None
    status: HarmStatus = HarmStatus.UNKNOWN
    harm: Harm
    count: QuantityIn = None


class DamageIn(Input):
    """How many objects were damaged."""

    object: Line
    severity: Severity = Severity.UNKNOWN
    count: QuantityIn = None


class TallyIn(Input):
    """Any other number that is stated."""

    object: Line
    count: QuantityIn = None


class MunitionFactIn(Input):
    """A property of a munition."""

    munition: Named
    property: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    value: Words
    unit: (
        Annotated[
            str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20), STORABLE
        ]
        | None
    ) = None


class ClaimBody(Input):
    """What a claim says, whatever it rests on."""

    ref: Ref | None = None
    kind: Annotated[
        ClaimKind | None, Field(description="Left out: told by what the claim holds.")
    ] = None
    event: Annotated[RefOrId | None, Field(description="Id or ref of the event.")] = None
    about: Annotated[RefOrId | None, Field(description="Id or ref of another claim.")] = None
    said_by: Annotated[
        list[Named],
        Field(max_length=10, description="Attribution chain, root first; empty: own voice."),
    ] = []
    speech: Speech | None = None
    stance: Stance = Stance.ASSERTS
    polarity: Polarity = 1
    distribution: Distribution = Distribution.SINGLE
    said: Annotated[
        Edtf | None, Field(description="When it was said; left out: when published.")
    ] = None
    inference_rule: Words | None = None
    occurred: Edtf | None = None
    attacker: Side | None = None
    defender: Side | None = None
    target: Words | None = None
    places: Annotated[list[ClaimPlaceIn], Field(max_length=100)] = []
    counts: Annotated[list[CountIn], Field(max_length=200)] = []
    casualties: Annotated[list[CasualtyIn], Field(max_length=100)] = []
    damage: Annotated[list[DamageIn], Field(max_length=100)] = []
    tallies: Annotated[list[TallyIn], Field(max_length=100)] = []
    munition_facts: Annotated[list[MunitionFactIn], Field(max_length=100)] = []
    note: Words | None = None

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if self.event is not None and self.about is not None:
            msg = "A claim has one subject: give event or about, not both."
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _kind_has_subject(self) -> Self:
        if self.kind in {ClaimKind.OCCURRENCE, ClaimKind.POSITION} and self.event is None:
            msg = f"A claim of kind {self.kind} needs the event that it is about."
            raise ValueError(msg)
        if self.kind is ClaimKind.EVIDENCE and self.event is None and self.about is None:
            msg = "A claim of kind evidence needs an event, or in about the claim it is for."
            raise ValueError(msg)
        if self.kind is ClaimKind.MUNITION_FACT and not self.munition_facts:
            msg = "A claim of kind munition_fact needs munition_facts."
            raise ValueError(msg)
        return self

    def told_kind(self) -> ClaimKind:
        """The kind given or, where none is, the one that the claim's content tells."""
        if self.kind is not None:
            return self.kind
        if self.about is not None:
            return ClaimKind.EVIDENCE
        if self.event is None:
            return ClaimKind.MUNITION_FACT if self.munition_facts else ClaimKind.CONTEXT
        return ClaimKind.OCCURRENCE


QuoteGiven = Annotated[
    Annotated[Words, Tag("words")] | Annotated[QuoteIn, Tag("fields")],
    told_apart("Give the words as text, or {exact, prefix, suffix, start, end}."),
]


class ClaimIn(ClaimBody):
    """One assertion by one claimant in one quote about one subject."""

    quote: QuoteGiven
    basis: Literal[Basis.STATED, Basis.INFERRED, Basis.COMPUTED] = Basis.STATED

    @model_validator(mode="after")
    def _inferred_has_rule(self) -> Self:
        if self.basis is Basis.INFERRED and self.inference_rule is None:
            msg = "An inferred claim needs its inference_rule."
            raise ValueError(msg)
        return self


MOST_ROWS = 20_000
"""Rows of a kind in one body: more would be judged for minutes before anything was said of them."""


class ClaimFile(Input):
    """A document with its reference rows, events and claims: all of it is stored, or nothing."""

    model_config = ConfigDict(
        extra="forbid", title="Counterclaim claim file", json_schema_extra={"$id": "claim-file"}
    )

    document: DocumentIn | None = None
    sources: Annotated[list[SourceIn], Field(max_length=MOST_ROWS)] = []
    munitions: Annotated[list[MunitionIn], Field(max_length=MOST_ROWS)] = []
    places: Annotated[list[PlaceIn], Field(max_length=MOST_ROWS)] = []
    events: Annotated[list[EventIn], Field(max_length=MOST_ROWS)] = []
    claims: Annotated[list[ClaimIn], Field(max_length=MOST_ROWS)] = []
