"""Documents and their quotes: the text gives its hash, and the words stand where they should."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import select

from counterclaim.models import Claim, Document, Quote
from counterclaim.store.documents import CONTEXT
from counterclaim.store.rows import columns_of
from counterclaim.store.seals import seal, seal_row
from counterclaim.store.verify.reading import Told, entries_of, in_batches
from counterclaim.store.verify.report import Redacted
from counterclaim.store.verify.rows import untold

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from counterclaim.store.verify.report import Verification

TEXTS = 20
"""So many documents are held at a time: a text may be long."""


def check_documents(session: Session, found: Verification) -> None:
    """Hold every document and every quote against the text and the ledger."""
    for documents in in_batches(session, Document, Document.id, found, TEXTS):
        told = Told(found.redacted)
        for entry in entries_of(session, [document.id for document in documents]):
            told.hear(entry)
        texts: dict[str, str | None] = {}
        for document in documents:
            whole = _check_document(document, told, found)
            texts[document.id] = document.text if whole else None
        found.done(rows=len(documents))
        _check_quotes(session, texts, found)
    for key in session.scalars(
        select(Quote.id).where(Quote.document_id.not_in(select(Document.id)))
    ):
        found.row_fault("quote", key, "The document that it names is not there.")


def _check_document(document: Document, told: Told, found: Verification) -> bool:
    """False where the text was redacted or changed, so that no quote can be looked up in it."""
    text_sha256 = hashlib.sha256(document.text.encode()).hexdigest()
    whole = text_sha256 == document.sha256
    statement, seq = told.seal_of("document", document.id)
    if statement is None:
        untold(document, found)
    elif statement.sha256 != seal("document", {**columns_of(document), "text": text_sha256}):
        what = "a column was changed since"
        if not whole and not statement.redacted:
            what = "its text does not give its sha256"
        detail = f"It is not what entry {seq} sealed: {what}."
        found.row_fault("document", document.id, detail)
    elif statement.redacted:
        found.redactions.append(Redacted("document", document.id, seq))
    return whole


def _check_quotes(session: Session, texts: dict[str, str | None], found: Verification) -> None:
    within = Quote.document_id.in_(texts)
    ids = select(Quote.id).where(within)
    told = Told(found.redacted)
    for entry in entries_of(session, ids.union(select(Claim.id).where(Claim.quote_id.in_(ids)))):
        told.hear(entry)
    for quote in session.scalars(select(Quote).where(within).order_by(Quote.id)):
        _check_quote(quote, texts[quote.document_id], told, found)
        found.done(rows=1)


def _check_quote(quote: Quote, text: str | None, told: Told, found: Verification) -> None:
    statement, seq = told.seal_of("quote", quote.id)
    if statement is None:
        untold(quote, found)
    elif statement.sha256 != seal_row(quote):
        detail = f"It is not what entry {seq} sealed: a column was changed since."
        found.row_fault("quote", quote.id, detail)
    elif statement.redacted:
        found.redactions.append(Redacted("quote", quote.id, seq))
    elif text is not None and not _stands(quote, text):
        detail = "Its words, or those around them, do not stand at its offsets in the document."
        found.row_fault("quote", quote.id, detail)


def _stands(quote: Quote, text: str) -> bool:
    before, behind = text[max(0, quote.start - CONTEXT) : quote.start], text[quote.end :]
    exact = text[quote.start : quote.end] == quote.exact
    return exact and before.endswith(quote.prefix) and behind.startswith(quote.suffix)
