"""Reads one record against what the store holds; what it would write, none of it written yet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.errors import Problem, RejectedError
from counterclaim.models import (
    Document,
    Event,
    ImportRow,
    Munition,
    Place,
    Quote,
    Redaction,
    Source,
)
from counterclaim.schemas.imported import Reject
from counterclaim.store.claims import Draft, Reading, RowOfRecord, Subject, read_claim
from counterclaim.store.documents import differences, read_document, text_sha256
from counterclaim.store.events import last_number, new_event
from counterclaim.store.imports.batches import import_id
from counterclaim.store.imports.vintages import CHUNK, Ending, Held, held_claims, pair, stands
from counterclaim.store.quotes import find_words
from counterclaim.store.references import record_references
from counterclaim.store.rows import new_row
from counterclaim.vocabulary import RowFate, Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterclaim.models import ImportBatch
    from counterclaim.schemas.imported import ImportedClaim, ImportedEvent, Record
    from counterclaim.schemas.incoming import DocumentIn
    from counterclaim.store.ledger import Writer

NOUNS: dict[str, type[Any]] = {"sources": Source, "munitions": Munition, "places": Place}
"""Lists of a record that hold rows of reference, and their tables."""


@dataclass(slots=True)
class Drawn:
    """What follows from one record."""

    documents: list[Document] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    parts: list[tuple[Event, Event, str | None]] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    created: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """What is said of its new claims; nothing where it makes none."""
    fate: RowFate = RowFate.UNCHANGED


@dataclass(slots=True)
class Known:
    """What the store holds of what some records speak of, and what those before them bring."""

    documents: dict[str, Document]
    events: dict[str, Event]
    quotes: dict[tuple[str, int, int], Quote]
    claims: dict[str, list[Held]]
    lines: dict[str, tuple[int, dict[str, Any]]]
    references: dict[str, set[str]]
    redacted_keys: set[str]
    number: int
    is_redacted: bool = False
    """Whether anything at all was redacted of what these records speak of."""

    @classmethod
    def of(cls, writer: Writer, batch: ImportBatch, records: Sequence[Record]) -> Known:
        """Look up all that these records speak of, in few queries whatever their number."""
        session = writer.session
        texts = {text_sha256(shape) for record in records for shape in record.documents}
        found = _rows(writer, Document, Document.sha256, texts)
        documents = {row.sha256: row for row in found}
        quoted = {row.id for row in found}
        quotes = _rows(writer, Quote, Quote.document_id, quoted)
        keys = {
            key
            for record in records
            for event in record.events
            for key in (event.key, *event.parts)
        }
        ids = {import_id("event", batch.data_set, key) for key in keys}
        blanked = any(row.redacted_at is not None for row in found)
        keys_redacted = select(Redaction.key_sha256).where(Redaction.key_sha256.is_not(None))
        records_keys = {record.key for record in records}
        redacted_keys = set(map(str, session.scalars(keys_redacted)))
        return cls(
            documents=documents,
            events={row.id: row for row in _rows(writer, Event, Event.id, ids)},
            quotes={(row.document_id, row.start, row.end): row for row in quotes},
            claims=dict(held_claims(session, batch.data_set, records_keys)),
            lines=_lines(writer, batch, records_keys),
            references={
                noun: {
                    row.key
                    for row in _rows(
                        writer, model, model.key, {s.key for r in records for s in getattr(r, noun)}
                    )
                }
                for noun, model in NOUNS.items()
            },
            redacted_keys=redacted_keys,
            number=last_number(session),
            is_redacted=blanked or bool(redacted_keys),
        )

    def names_new(self, record: Record) -> bool:
        """Whether a record brings rows of reference that are not there yet."""
        return any(
            shape.key not in self.references[noun]
            for noun in NOUNS
            for shape in getattr(record, noun)
        )

    def keep(self, record: Record, drawn: Drawn) -> None:
        """Let the records that follow find what this one brings."""
        self.lines[record.key] = record.line, record.original
        self.documents.update({row.sha256: row for row in drawn.documents})
        self.events.update({row.id: row for row in drawn.events})
        self.number = max([self.number, *(row.number for row in drawn.events)])
        for noun, key in drawn.created:
            self.references[f"{noun}s"].add(key)
        for draft in drawn.drafts:
            if (quote := draft.quote) is not None:
                self.quotes[quote.document_id, quote.start, quote.end] = quote

    def redaction(self, item: Record | Reject) -> str | None:
        """Why a row is not taken in again: something that it holds was redacted."""
        if isinstance(item, Reject) or not self.is_redacted:
            return None
        found = (self.documents.get(text_sha256(shape)) for shape in item.documents)
        document = next((row for row in found if row is not None and row.redacted_at), None)
        if document is not None:
            return f"Document {document.id} was redacted: what rests on it is not taken in again."
        keys = (hashlib.sha256(source.key.encode()).hexdigest() for source in item.sources)
        if self.redacted_keys.isdisjoint(keys):
            return None
        return "A source that it names was redacted: the row is not taken in again."


def _rows(writer: Writer, model: type[Any], column: Any, values: set[str]) -> list[Any]:
    wanted = sorted(values)
    found: list[Any] = []
    for start in range(0, len(wanted), CHUNK):
        query = select(model).where(column.in_(wanted[start : start + CHUNK]))
        found += writer.session.scalars(query)
    return found


def _lines(
    writer: Writer, batch: ImportBatch, keys: set[str]
) -> dict[str, tuple[int, dict[str, Any]]]:
    wanted = sorted(keys)
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(ImportRow.record_key, ImportRow.line, ImportRow.original).where(
            ImportRow.batch_id == batch.id,
            ImportRow.record_key.in_(wanted[start : start + CHUNK]),
            ImportRow.fate != RowFate.REJECTED,
        )
        for key, line, original in writer.session.execute(query):
            found[str(key)] = line, original
    return found


def read_record(
    writer: Writer, batch: ImportBatch, known: Known, record: Record, row_id: str
) -> Drawn:
    """What follows from a record. Of all that, only new rows of reference are written already.

    Raises:
        RejectedError: all that is wrong with it, with JSON pointers into the record.
    """
    reading = _RecordReading(writer, batch, known, record, row_id)
    if reading.is_repeated():
        return reading.drawn
    reading.references()
    documents = [reading.document(place) for place in range(len(record.documents))]
    reading.events()
    reading.claims(documents)
    if reading.problems:
        raise RejectedError(reading.problems)
    reading.compare()
    return reading.drawn


class _RecordReading:
    """One record being read."""

    def __init__(
        self, writer: Writer, batch: ImportBatch, known: Known, record: Record, row_id: str
    ) -> None:
        self.writer, self.batch, self.known, self.record = writer, batch, known, record
        self.row = RowOfRecord(row_id, batch.data_set, record.key)
        self.problems: list[Problem] = []
        self.remarks = list(record.remarks)
        self.drawn = Drawn()
        self.drafts: dict[str, Draft] = {}
        self.refs: dict[str, str] = {}

    def is_repeated(self) -> bool:
        """Whether the same record stands earlier in the file, in the same words.

        Raises:
            RejectedError: it stands there in other words, or was redacted.
        """
        if (redaction := self.known.redaction(self.record)) is not None:
            raise RejectedError([Problem("", redaction)])
        line, original = self.known.lines.get(self.record.key, (0, {}))
        if line and original != self.record.original:
            detail = f"The record {self.record.key!r} stands on line {line} already, otherwise."
            raise RejectedError([Problem("/key", detail)])
        return line > 0

    def references(self) -> None:
        """Write sources, munitions and places that are not there; those that are stay as is."""
        for noun in NOUNS:
            there = self.known.references[noun]
            fresh = {row.key: row for row in getattr(self.record, noun) if row.key not in there}
            if not fresh:
                continue
            _count, problems = record_references(self.writer, list(fresh.values()), f"/{noun}")
            self.problems += problems
            self.drawn.created += [(noun.removesuffix("s"), key) for key in fresh]

    def document(self, place: int) -> Document | None:
        """A document of the record; the one with the same text if the store has that."""
        shape, pointer = self.record.documents[place], f"/documents/{place}"
        sha256 = text_sha256(shape)
        drawn = {row.sha256: row for row in self.drawn.documents}
        there = self.known.documents.get(sha256) or drawn.get(sha256)
        shape, original = self._syndicated(shape, drawn)
        row, problems = read_document(self.writer, shape, sha256)
        if problems:
            for problem in problems:
                self._fail(pointer + problem.pointer.removeprefix("/document"), problem.detail)
            return None
        if there is not None:
            self.remarks += [one.detail for one in differences(there, shape, row)]
            return there
        row["syndicated_from_id"] = original.id if original else row["syndicated_from_id"]
        document = new_row(Document, row)
        self.drawn.documents.append(document)
        return document

    def _syndicated(
        self, shape: DocumentIn, drawn: dict[str, Document]
    ) -> tuple[DocumentIn, Document | None]:
        """The document that this one was taken over from, where it is not written yet."""
        given = shape.syndicated_from or ""
        original = drawn.get(given) or self.known.documents.get(given)
        if original is None:
            return shape, None
        return shape.model_copy(update={"syndicated_from": None}), original

    def events(self) -> None:
        """Events and their parts; an event that is there stays what it is."""
        for shape in self.record.events:
            if self._event(shape.key) is None:
                self.drawn.events.append(self._new_event(shape))
        for place, shape in enumerate(self.record.events):
            self._parts(place, shape)

    def _new_event(self, shape: ImportedEvent) -> Event:
        number = self.known.number + len(self.drawn.events) + 1
        key = import_id("event", self.batch.data_set, shape.key)
        return new_event(self.writer, shape, key, number)

    def _event(self, key: str) -> Event | None:
        wanted = import_id("event", self.batch.data_set, key)
        fresh = next((row for row in self.drawn.events if row.id == wanted), None)
        return fresh or self.known.events.get(wanted)

    def _parts(self, place: int, shape: ImportedEvent) -> None:
        whole = self._event(shape.key)
        for position, key in enumerate(shape.parts):
            pointer = f"/events/{place}/parts/{position}"
            part = self._event(key)
            if part is None or whole is None:
                self._fail(pointer, f"No event of this data set has the key {key!r} so far.")
            elif whole.scope is Scope.SINGLE:
                self._fail(pointer, f"{whole.label!r} has scope single, and so no parts.")
            else:
                self.drawn.parts.append((whole, part, shape.parts_basis))

    def claims(self, documents: Sequence[Document | None]) -> None:
        """The claims, each once."""
        if not self.record.claims:
            self._fail("/claims", "The row says nothing that a claim could be made of.")
        for place, shape in enumerate(self.record.claims):
            pointer = f"/claims/{place}"
            if shape.document >= len(documents):
                self._fail(f"{pointer}/document", "The record has no such document.")
                continue
            document = documents[shape.document]
            if document is None or self.problems:
                continue
            self._claim(pointer, self._own_voice(shape, document), document)

    def _own_voice(self, shape: ImportedClaim, document: Document) -> ImportedClaim:
        """Name the publisher where the same text is held as that of another one."""
        given = self.record.documents[shape.document].publisher
        if shape.said_by or given is None:
            return shape
        publisher = self.writer.names.find(Source, given)
        if publisher.id == document.publisher_id:
            return shape
        return shape.model_copy(update={"said_by": [publisher.key]})

    def _claim(self, pointer: str, shape: ImportedClaim, document: Document) -> None:
        subject = Subject(None, self.refs.get(shape.about or ""))
        if shape.event is not None:
            event = self._event(shape.event)
            subject.event_id = event.id if event else None
            if event is None:
                self._fail(f"{pointer}/event", f"No event has the key {shape.event!r}.")
        if shape.about is not None and subject.about_id is None:
            self._fail(f"{pointer}/about", f"No claim before it has the ref {shape.about!r}.")
        found = find_words(document.text, shape.quote, near=False)
        reading = Reading(self.writer, shape, document, pointer, found, self.row)
        draft = read_claim(reading, subject)
        self.problems += reading.problems
        if draft is None or self.problems:
            return
        first = self.drafts.setdefault(draft.claim.content_key, draft)
        if first is draft:
            self._identify(draft)
        if shape.ref is not None:
            self.refs[shape.ref] = first.claim.id

    def _identify(self, draft: Draft) -> None:
        """Give a claim the id that follows from what it says, or the one that stands for it."""
        claim = draft.claim
        held = self.known.claims.get(self.record.key, [])
        same = [one for one in held if one.content_key == claim.content_key]
        standing = next((one for one in same if stands(one, held)), None)
        number = len(same)
        claim.id = standing.id if standing else import_id("claim", claim.content_key, number)

    def compare(self) -> None:
        """Keep of the claims those that are new, and end those that are said no more."""
        held = self.known.claims.get(self.record.key, [])
        ids = {one.id for one in held}
        fresh = [draft for draft in self.drafts.values() if draft.claim.id not in ids]
        left = [one for one in held if one.live and one.content_key not in self.drafts]
        self.drawn.drafts, self.drawn.endings = fresh, pair(left, fresh)
        self.drawn.remarks = list(dict.fromkeys(self.remarks)) if fresh else []
        warnings = [
            {"code": "import_remark", "detail": said, "pointer": None}
            for said in self.drawn.remarks
        ]
        successors = {ending.by: ending.old.id for ending in self.drawn.endings}
        for draft in fresh:
            draft.claim.supersedes_id = successors.get(draft.claim.id)
            draft.claim.warnings = list(warnings)
            self._share_quote(draft)
        if left:
            self.drawn.fate = RowFate.SUPERSEDING
        elif fresh:
            again = any(one.live for one in held)
            self.drawn.fate = RowFate.SUPERSEDING if again else RowFate.IMPORTED
        if not fresh:
            linked = {event.id for *both, _basis in self.drawn.parts for event in both}
            self.drawn.events = [row for row in self.drawn.events if row.id in linked]
            self.drawn.documents = []

    def _share_quote(self, draft: Draft) -> None:
        if (quote := draft.quote) is None:
            return
        own = [one.quote for one in self.drawn.drafts if one.quote is not None]
        place = quote.document_id, quote.start, quote.end
        same = (one for one in own if (one.document_id, one.start, one.end) == place)
        draft.quote = self.known.quotes.get(place) or next(same, quote)
        draft.claim.quote_id = draft.quote.id

    def _fail(self, pointer: str, detail: str) -> None:
        self.problems.append(Problem(pointer, detail))
