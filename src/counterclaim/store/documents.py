"""Writes documents; what their quotes are made of."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from counterclaim.db import is_id, new_id, table_of
from counterclaim.errors import InputError, Problem, RejectedError
from counterclaim.models import Document, Quote, Source
from counterclaim.moment import parse_moment
from counterclaim.schemas.incoming import DocumentIn, PublishedIn
from counterclaim.statements import Prepared
from counterclaim.store.rows import columns_of, hold_rows, new_row
from counterclaim.store.seals import seal
from counterclaim.vocabulary import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.store.ledger import Writer
    from counterclaim.store.quotes import Stretch

BLANK = "█"
"""Stands for each code point that was redacted, so that all offsets stay what they were."""

CONTEXT = 32
"""How many code points before and behind a quote are kept with it."""


def record_document(writer: Writer, shape: DocumentIn) -> tuple[Document, bool]:
    """Write a document, or find the one with the same text; true if it is new.

    Raises:
        RejectedError: text and hash differ, or a name is unknown; pointers into the document.
    """
    sha256 = text_sha256(shape)
    row, problems = read_document(writer, shape, sha256)
    known = find_document(writer.session, sha256)
    if known is not None:
        problems += differences(known, shape, row)
    if problems:
        raise RejectedError(problems)
    if known is not None:
        return known, False
    document = new_row(Document, row)
    hold_rows(writer.session, (document,))
    note_document(writer, document)
    return document, True


_DOCUMENTS = select(*table_of(Document).c)
_BY_SHA256 = Prepared(_DOCUMENTS.where(Document.sha256 == bindparam("sha256")))
_BY_ID = Prepared(_DOCUMENTS.where(Document.id == bindparam("id")))


def find_document(session: Session, id_or_sha256: str) -> Document | None:
    """The document of an id or hash as plain values, if there is one."""
    key = id_or_sha256.lower()
    if is_id(key):
        return next(iter(_BY_ID.named(session, id=key)), None)
    return next(iter(_BY_SHA256.named(session, sha256=key)), None)


def text_sha256(shape: DocumentIn) -> str:
    """SHA-256 of a document's text, hex."""
    return hashlib.sha256((shape.text or "").encode()).hexdigest()


def read_document(
    writer: Writer, shape: DocumentIn, sha256: str
) -> tuple[dict[str, Any], list[Problem]]:
    """The columns of a new document whose text has this hash, and all that is wrong with it."""
    problems: list[Problem] = []
    if shape.sha256 is not None and shape.sha256 != sha256:
        detail = f"The text's SHA-256 is {sha256}, not {shape.sha256}."
        problems.append(Problem("/document/sha256", detail))
    publisher = _publisher(writer, shape, problems)
    original = _original(writer, shape, problems)
    row = {
        "id": new_id(),
        "recorded_at": writer.at,
        "text": shape.text or "",
        "sha256": sha256,
        "publisher_id": publisher.id if publisher else None,
        "syndicated_from_id": original.id if original else None,
        "retrieved_at": _instant(shape, problems),
        **_published(shape.published),
        **{name: getattr(shape, name) for name in PLAIN},
    }
    return row, problems


def note_document(writer: Writer, document: Document) -> None:
    """Note in the ledger that a document is written."""
    sealed = seal("document", {**columns_of(document), "text": document.sha256})
    body = {"text": document.sha256, "length": len(document.text), "sha256": sealed}
    writer.note("record_document", document.id, body)


COLUMNS = {
    "publisher": "publisher_id",
    "syndicated_from": "syndicated_from_id",
    "published": "published_edtf",
}
"""Columns that are not called as their fields."""


def differences(known: Document, shape: DocumentIn, row: dict[str, Any]) -> Iterator[Problem]:
    """What is said otherwise of a document whose text is here already: it is kept as it was."""
    given = shape.model_fields_set & {*PLAIN, *COLUMNS, "retrieved_at"}
    if known.redacted_at is not None:
        given -= BLANKED
    for field in sorted(given):
        column = COLUMNS.get(field, field)
        if row.get(column) is not None and row[column] != getattr(known, column):
            detail = (
                f"The document {known.id} has the same text and another {field.replace('_', ' ')}:"
                " leave it out, or give the one that is recorded."
            )
            yield Problem(f"/document/{field}", detail)


PLAIN = {
    "title",
    "url",
    "archived_url",
    "lang",
    "translated_from",
    "media_type",
    "licence",
    "note",
}
"""Fields that go from the shape to the row as they are."""

BLANKED = {"title", "url", "archived_url", "note"}
"""Fields of a redacted document that are no longer known, and stay so."""


def _publisher(writer: Writer, shape: DocumentIn, problems: list[Problem]) -> Source | None:
    if shape.publisher is None:
        return None
    try:
        return writer.names.find(Source, shape.publisher)
    except InputError as error:
        problems.append(Problem("/document/publisher", error.message, error.suggestions))
        return None


def _original(writer: Writer, shape: DocumentIn, problems: list[Problem]) -> Document | None:
    if shape.syndicated_from is None:
        return None
    original = find_document(writer.session, shape.syndicated_from)
    if original is None:
        detail = f"No document has the id or SHA-256 {shape.syndicated_from!r}."
        problems.append(Problem("/document/syndicated_from", detail))
    return original


def _instant(shape: DocumentIn, problems: list[Problem]) -> datetime | None:
    if shape.retrieved_at is None:
        return None
    moment = parse_moment(shape.retrieved_at)
    if "T" not in shape.retrieved_at or moment.start is None:
        detail = "An instant with a zone is needed, as 2024-11-26T09:30:00Z."
        problems.append(Problem("/document/retrieved_at", detail))
    return moment.start


def _published(published: str | PublishedIn | None) -> dict[str, Any]:
    if published is None:
        return {"published_basis": Basis.STATED}
    given = PublishedIn(edtf=published) if isinstance(published, str) else published
    moment = parse_moment(given.edtf)
    return {
        "published_edtf": moment.edtf,
        "published_from": moment.start,
        "published_to": moment.end,
        "published_basis": Basis(given.basis),
        "published_rule": given.rule,
    }


def primary_language(document: Document) -> str:
    """The language of a document without region or script; English when it is not said."""
    return (document.lang or "en").split("-")[0].lower()


def quote_at(document: Document, stretch: Stretch) -> Quote:
    """The quote of a stretch of a document, not yet written; of a redacted one it is blanked."""
    text = document.text
    values = {
        "id": new_id(),
        "document_id": document.id,
        "exact": text[stretch.start : stretch.end],
        "prefix": text[max(0, stretch.start - CONTEXT) : stretch.start],
        "suffix": text[stretch.end : stretch.end + CONTEXT],
        "start": stretch.start,
        "end": stretch.end,
    }
    return new_row(Quote, values)
