"""What one row of a data set becomes: rows of reference, documents, events and claims.

Keys are the data set's own. The ids of what is written follow from them, so that the same row
taken in twice makes nothing new, and a later version of the row finds what the earlier one said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from counterclaim.schemas.fields import STORABLE, Input, Line
from counterclaim.schemas.incoming import (
    ClaimBody,
    DocumentIn,
    MunitionIn,
    PlaceIn,
    QuoteGiven,
    SourceIn,
)
from counterclaim.vocabulary import Basis, EventKind, Scope

RecordKey = Annotated[str, StringConstraints(min_length=1, max_length=500), STORABLE]


class ImportedEvent(Input):
    """An event that rows of a data set are about."""

    key: Annotated[RecordKey, Field(description="Its key in the data set; rows may share it.")]
    kind: EventKind
    scope: Scope = Scope.SINGLE
    label: Line
    parts: Annotated[
        list[RecordKey], Field(description="Keys of events that are parts of it.")
    ] = []
    parts_basis: Line | None = None


class ImportedClaim(ClaimBody):
    """A claim that rests on a row of a data set and, where its words are there, on a quote.

    ``event`` is the key of an event of the same record, ``about`` the ref of a claim of it.
    """

    quote: QuoteGiven | None = None
    document: Annotated[int, Field(ge=0, description="Which of the record's documents.")] = 0
    basis: Literal[Basis.IMPORTED] = Basis.IMPORTED


@dataclass(frozen=True, slots=True)
class Record:
    """One row, read: what it says in our words.

    Attributes:
        line: The line of the file on which it begins, from 1; lines of a header count.
        key: Its id in the data set, the same in every version of it.
        original: The row as it was, by column.
        documents: What was published, the first one first.
        events: What the claims are about.
        claims: What it says.
        sources: Sources that it names and that may not be there yet; likewise ``munitions`` and
            ``places``.
        remarks: What could not be taken over as it was, for whoever reads the claims.
    """

    line: int
    key: str
    original: dict[str, Any]
    documents: list[DocumentIn]
    events: list[ImportedEvent]
    claims: list[ImportedClaim]
    sources: list[SourceIn] = field(default_factory=list)
    munitions: list[MunitionIn] = field(default_factory=list)
    places: list[PlaceIn] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be taken in: where it stands, and what would be right."""

    line: int
    key: str | None
    original: dict[str, Any]
    column: str | None
    value: str | None
    reason: str
