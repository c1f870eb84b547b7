"""Events and strikes as they are given out. The resolver writes these; the shapes document them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from counterclaim.schemas.fields import MomentOut, Shape, left_out
from counterclaim.vocabulary import (
    EventKind,
    Grade,
    Harm,
    HarmStatus,
    MunitionCategory,
    PlaceMethod,
    PlacePrecision,
    PlaceRole,
    Position,
    Scope,
    Severity,
)

ClaimIds = Annotated[list[str], Field(description="Ids of the claims it rests on.")]


class FigureOut(Shape):
    """A resolved interval. ``voices`` and ``agreement`` stand where some voice states it."""

    low: Annotated[int | None, Field(description="Least; null when not known.")]
    best: Annotated[int | None, Field(description="Best value; null when undecided or open.")]
    high: Annotated[int | None, Field(description="Greatest; null when open.")]
    basis: Literal["stated", "derived"]
    voices: Annotated[int, Field(description="How many independent voices give it.")] = 0
    agreement: Annotated[float, Field(description="Share of voices that fit the interval.")] = 0
    claims: ClaimIds = []
    narrowed_by: Annotated[list[str], Field(description="Claims that narrowed the interval.")] = []


class MunitionLine(Shape):
    """What became of one type of munition; outcomes of which nothing is known are left out."""

    key: Annotated[str | None, Field(description="Key of the munition; null when unnamed.")]
    name: str | None = None
    category: MunitionCategory = MunitionCategory.UNKNOWN
    launched: FigureOut | SkipJsonSchema[None] = left_out()
    intercepted: FigureOut | SkipJsonSchema[None] = left_out()
    suppressed: FigureOut | SkipJsonSchema[None] = left_out()
    not_intercepted: FigureOut | SkipJsonSchema[None] = left_out()
    hit: FigureOut | SkipJsonSchema[None] = left_out()
    missed: FigureOut | SkipJsonSchema[None] = left_out()
    in_flight: FigureOut | SkipJsonSchema[None] = left_out()
    unaccounted: FigureOut | SkipJsonSchema[None] = left_out()


class CasualtyLine(FigureOut):
    """People harmed."""

    side: str | None
    status: HarmStatus
    harm: Harm


class DamageLine(FigureOut):
    """Objects damaged."""

    object: str
    severity: Severity


class EventPlaceOut(Shape):
    """A place of an event; without coordinates where none are known."""

    role: PlaceRole
    key: str | None
    name: str | None
    said: str | None
    country: str | None
    region: str | None
    latitude: float | None
    longitude: float | None
    uncertainty_m: int | None
    precision: PlacePrecision
    method: PlaceMethod | None


class SharedOut(Shape):
    """Figures of a collection that are not split among its parts."""

    event: str
    label: str
    casualties: list[CasualtyLine]
    damage: list[DamageLine]
    munitions: list[MunitionLine]


class ContradictionOut(Shape):
    """Figures that cannot all be true, with a minimal set of claims that cannot stand together."""

    model_config = ConfigDict(extra="allow")

    figure: str
    detail: str
    claims: ClaimIds


class EventOut(Shape):
    """An event with its resolved values."""

    id: str
    kind: EventKind
    scope: Scope
    label: str
    occurred: MomentOut | None
    attacker: str | None
    defender: str | None
    places: list[EventPlaceOut]
    munitions: list[MunitionLine]
    casualties: list[CasualtyLine]
    damage: list[DamageLine]
    shared: list[SharedOut]
    part_of: list[str]
    parts: list[str]
    grade: Grade | None
    disputed: bool
    contradictions: list[ContradictionOut]
    positions: Annotated[dict[str, Position], Field(description="By side.")]
    voices: int
    claims: int
    documents: int
    policy: Annotated[str, Field(description="The rule that picked the figures.")]
    policy_version: Annotated[str, Field(description="Of the weights; see /v1/policies.")]
    updated_at: str


class ChangeOut(Shape):
    """One value of an event that changed; null where there was none, or is none any more."""

    path: Annotated[str, Field(description="JSON pointer with natural keys: /munitions/KEY/hit.")]
    before: Annotated[Any, Field(description="As it was served.")]
    after: Annotated[Any, Field(description="As it was served.")]
    claims: Annotated[list[str], Field(description="Ids of the claims that changed it.")]


class EntryOut(Shape):
    """One entry of the ledger that touched an event."""

    seq: int
    at: str
    action: str
    subject: str | None


ClaimsAdded = Annotated[list[str], Field(description="Claims that began to bear on it.")]
ClaimsEnded = Annotated[list[str], Field(description="Claims that ceased to bear on it.")]


class VersionOut(Shape):
    """One version of an event against the one before; it was served from ``known_at`` on."""

    known_at: str
    changes: list[ChangeOut]
    entries: list[EntryOut]
    claims_added: ClaimsAdded
    claims_ended: ClaimsEnded


class DiffOut(Shape):
    """What changed in an event after ``from`` and up to ``to``."""

    event: str
    from_: Annotated[str, Field(alias="from")]
    to: str
    changes: list[ChangeOut]
    entries: list[EntryOut]
    claims_added: ClaimsAdded
    claims_ended: ClaimsEnded
