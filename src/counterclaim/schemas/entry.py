"""What is posted one at a time, and what is answered about what was taken in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Tag

from counterclaim.schemas.claim import WarningOut
from counterclaim.schemas.fields import Shape, told_apart
from counterclaim.schemas.incoming import ClaimIn, DocumentIn, EventIn, RefOrId
from counterclaim.vocabulary import EventKind, Scope


class ClaimPost(ClaimIn):
    """A claim with the document that it stands in."""

    document: Annotated[
        Annotated[RefOrId, Tag("words")] | Annotated[DocumentIn, Tag("fields")],
        told_apart("Give the id or SHA-256 of a document as text, or a document with its text."),
        Field(description="Id or SHA-256 of a document, or the document itself."),
    ]


class EventPost(EventIn):
    """A new event, about which claims can then be posted by its id."""

    ref: Literal[None] = None


class EventRowOut(Shape):
    """An event as it was recorded; what it is gets computed from its claims."""

    id: str
    kind: EventKind
    scope: Scope
    label: str
    parts: list[str]
    recorded_at: str


class TakenOut(Shape):
    """One row taken in: its id, the ref it had in the body, whether it is new."""

    id: str
    ref: str | None
    created: bool


class ClaimTakenOut(TakenOut):
    """One claim taken in, with what the checks remarked."""

    status: str
    warnings: list[WarningOut]


class IntakeOut(Shape):
    """What came of a claim file."""

    dry_run: Annotated[bool, Field(description="Whether nothing of it was stored.")]
    document: TakenOut | None
    events: list[TakenOut]
    claims: list[ClaimTakenOut]
    created: Annotated[dict[str, int], Field(description="New rows by kind.")]
    unchanged: Annotated[dict[str, int], Field(description="Rows that were there, by kind.")]
