"""A claim that is being read: where it stands, what was wrong so far, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from counterclaim.errors import InputError, Problem
from counterclaim.quantity import Quantity, languages, parse_quantity
from counterclaim.schemas.fields import Bounds
from counterclaim.store.documents import primary_language

if TYPE_CHECKING:
    from counterclaim.db import Base
    from counterclaim.models import Claim, Document, InterceptionCount, Quote
    from counterclaim.queries.names import Reference
    from counterclaim.schemas.imported import ImportedClaim
    from counterclaim.schemas.incoming import ClaimIn
    from counterclaim.store.claims.content import Content
    from counterclaim.store.ledger import Writer
    from counterclaim.store.quotes import Found

ENGLISH = "en"


@dataclass(slots=True)
class Subject:
    """What a claim is about: ids, as far as its refs were known."""

    event_id: str | None = None
    about_id: str | None = None


@dataclass(frozen=True, slots=True)
class RowOfRecord:
    """The row of a data set that a claim rests on; two records that say the same are two claims."""

    id: str
    data_set: str
    record_key: str

    @property
    def record(self) -> list[str]:
        """What stays the same in every version of the data set."""
        return [self.data_set, self.record_key]


@dataclass(slots=True)
class Reading:
    """A claim being read: where it stands, and what was wrong so far."""

    writer: Writer
    shape: ClaimIn | ImportedClaim
    document: Document
    pointer: str
    found: Found
    """Where its quote stands in the document's text."""
    row: RowOfRecord | None = None
    """What an imported claim rests on."""
    problems: list[Problem] = field(default_factory=list)

    def fail(self, path: str, detail: str, suggestions: tuple[str, ...] = ()) -> None:
        """Note a problem at a path below the claim."""
        self.problems.append(Problem(f"{self.pointer}{path}", detail, suggestions))

    def find(self, model: type[Reference], name: str | None, path: str) -> Reference | None:
        """The row that a name means, or a problem."""
        if name is None:
            return None
        try:
            return self.writer.names.find(model, name)
        except InputError as error:
            self.fail(path, error.message, error.suggestions)
            return None

    def quantity(self, value: Any, path: str) -> Quantity:
        """The interval that a number or words mean, or a problem."""
        given = value.model_dump(exclude_unset=True) if isinstance(value, Bounds) else value
        try:
            return self._quantity(given)
        except InputError as error:
            self.fail(path, error.message, error.suggestions)
            return Quantity(None, None, None, None)

    def _quantity(self, given: Any) -> Quantity:
        """Words are read in the document's language, else in English, in which analysts write."""
        try:
            return parse_quantity(given, lang=self.lang)
        except InputError:
            if self.lang == ENGLISH:
                raise
        return parse_quantity(given, lang=ENGLISH)

    @property
    def lang(self) -> str:
        """The language of the words: English where no lexicon knows the document's."""
        lang = primary_language(self.document)
        return lang if lang in languages() else ENGLISH


@dataclass(slots=True)
class Draft:
    """A claim with its rows, read but not yet written."""

    claim: Claim
    document: Document
    quote: Quote | None
    rows: list[Base]
    counts: list[tuple[InterceptionCount, str]]
    quantities: list[tuple[Quantity, str]]
    content: Content
