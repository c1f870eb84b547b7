"""Redacts a document, a quote or a source: rows, read model, past answers and the ledger entry."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.db import dialect_of, new_id
from counterclaim.errors import ConflictError, NotFoundError, Problem, RejectedError
from counterclaim.models import Claim, Document, Quote, Redaction, Source, SourceName
from counterclaim.names import fold, nearest
from counterclaim.store.documents import BLANK
from counterclaim.store.ledger import fresh
from counterclaim.store.rebuild import rebuild
from counterclaim.store.redaction.columns import (
    blank_claims,
    blank_import_rows,
    blank_remarks,
    blank_warnings,
    forget_answers,
)
from counterclaim.store.redaction.words import Words, blank
from counterclaim.store.resealing import resealed
from counterclaim.store.review.decisions import fingerprint, given
from counterclaim.store.seals import REDACTION, seal_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterclaim.store.ledger import Writer

NAMELESS = "[redacted]"
"""What a source is called whose names were redacted."""


def redact_document(writer: Writer, document_id: str, reason: str | None) -> Document:
    """Blank a document's text, title, note and addresses, its quotes and what claims repeat of it.

    The hash stays that of the original text.

    Raises:
        RejectedError: no reason is given.
        NotFoundError: no document has that id.
        ConflictError: all of it is blanked already.
    """
    why = given(reason)
    _overwrite_deleted(writer)
    document = fresh(writer, Document, document_id, "document")
    if not document.text.strip(BLANK) and document.url is None and document.archived_url is None:
        raise ConflictError(f"Document {document.id} is redacted already.")
    links = (document.url or "", document.archived_url or "")
    words = Words((document.text, document.title, document.note or ""), links)
    document.text, document.title = blank(document.text), blank(document.title)
    document.note = blank(document.note) if document.note else None
    document.published_rule = blank(document.published_rule) if document.published_rule else None
    document.url = document.archived_url = None
    quotes = _renew_quotes(writer, document)
    claims = _claims_of(writer, document, None)
    rows = [document, *quotes, *blank_claims(writer.session, claims, words)]
    body = {"quotes": len(quotes), "claims": len(claims)}
    _close(writer, document, rows, words, [document.id, *claims], why, body)
    return document


def redact_quote(writer: Writer, quote_id: str, reason: str | None) -> Quote:
    """Blank a stretch of a document's text, in all quotes that share a part of it as well.

    Raises:
        RejectedError: no reason is given.
        NotFoundError: no quote has that id.
        ConflictError: all of it is blanked already.
    """
    why = given(reason)
    _overwrite_deleted(writer)
    quote = fresh(writer, Quote, quote_id, "quote")
    document = fresh(writer, Document, quote.document_id, "document")
    words = Words((quote.exact,))
    if not quote.exact.strip(BLANK):
        raise ConflictError(f"Quote {quote.id} is redacted already.")
    before, behind = document.text[: quote.start], document.text[quote.end :]
    document.text = before + blank(quote.exact) + behind
    document.title = words.blanked(document.title)
    document.note = words.blanked(document.note) if document.note else None
    quotes = _renew_quotes(writer, document)
    claims = _claims_of(writer, document, [one.id for one in quotes if BLANK in one.exact])
    rows = [document, *quotes, *blank_claims(writer.session, claims, words)]
    body = {"document": document.id, "quotes": len(quotes), "claims": len(claims)}
    _close(writer, quote, rows, words, [document.id, *claims], why, body)
    return quote


def redact_quote_of_claim(writer: Writer, claim_id: str, reason: str | None) -> Quote:
    """Blank the words that a claim rests on.

    Raises:
        RejectedError: no reason is given, or the claim rests on a row of a data set.
        NotFoundError: no claim has that id.
        ConflictError: all of it is blanked already.
    """
    claim = fresh(writer, Claim, claim_id, "claim")
    if claim.quote_id is None:
        detail = f"Claim {claim.id} rests on a row of a data set: redact document"
        raise RejectedError([Problem("/claim", f"{detail} {claim.document_id}.")])
    return redact_quote(writer, claim.quote_id, reason)


def redact_source(writer: Writer, key: str, reason: str | None) -> Source:
    """Blank a source's names and address and change its key, which is made from its name.

    Raises:
        RejectedError: no reason is given.
        NotFoundError: no source has that key, with the nearest.
        ConflictError: it is redacted already.
    """
    why = given(reason)
    _overwrite_deleted(writer)
    source = _source(writer, key)
    if source.redacted_at is not None:
        raise ConflictError(f"Source {source.key} is redacted already.")
    names = writer.session.scalars(
        select(SourceName).where(SourceName.source_id == source.id).order_by(SourceName.id)
    ).all()
    told = (source.key, source.name, source.url or "", *(name.name for name in names))
    words = Words(names=tuple(dict.fromkeys(told)))
    # The first eight digits of an id are its time: many sources of one import share them.
    source.name, source.key = NAMELESS, f"redacted-{source.id.replace('-', '')[-8:]}"
    source.url = source.origin = None
    for number, name in enumerate(names, start=1):
        name.name = NAMELESS if number == 1 else f"{NAMELESS} {number}"
        name.folded, name.lang, name.script = fold(name.name), None, None
    writer.names.forget()
    said = blank_warnings(writer.session, words)
    rows = [source, *names, *said, *blank_import_rows(writer.session, words)]
    key_sha256 = hashlib.sha256(told[0].encode()).hexdigest()
    body = {"names": len(names)}
    _close(writer, source, rows, words, [source.id], why, body, key_sha256)
    return source


def _source(writer: Writer, key: str) -> Source:
    query = select(Source).where(Source.key == key)
    source = writer.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if source is None:
        near = nearest(key, writer.session.scalars(select(Source.key)))
        raise NotFoundError("source", key, suggestions=near)
    return source


def _renew_quotes(writer: Writer, document: Document) -> list[Quote]:
    """Give the quotes of a document the words of its text as it is now; those that changed."""
    text, changed = document.text, []
    document.redacted_at = writer.at
    query = select(Quote).where(Quote.document_id == document.id).order_by(Quote.id)
    for quote in writer.session.scalars(query.execution_options(populate_existing=True)).all():
        before = quote.prefix, quote.exact, quote.suffix
        now = (
            text[quote.start - len(quote.prefix) : quote.start],
            text[quote.start : quote.end],
            text[quote.end : quote.end + len(quote.suffix)],
        )
        if now == before:
            continue
        quote.prefix, quote.exact, quote.suffix = now
        if now[1] != before[1]:
            quote.redacted_at = writer.at
        changed.append(quote)
    return changed


def _claims_of(
    writer: Writer, document: Document, quote_ids: Sequence[str] | None
) -> Sequence[str]:
    """Ids of the claims of a document, or of those that rest on these quotes."""
    query = select(Claim.id).where(Claim.document_id == document.id)
    if quote_ids is not None:
        query = query.where(Claim.quote_id.in_(quote_ids))
    return writer.session.scalars(query.order_by(Claim.id)).all()


def _close(
    writer: Writer,
    subject: Document | Quote | Source,
    rows: Sequence[Any],
    words: Words,
    ids: Sequence[str],
    why: str,
    body: dict[str, Any],
    key_sha256: str | None = None,
) -> None:
    """Keep the reason, blank the words wherever else they stand, note it and rebuild."""
    subject.redacted_at = writer.at
    redaction = Redaction(
        id=new_id(),
        subject_table=subject.__tablename__,
        subject_id=subject.id,
        reason=why,
        redacted_by=writer.actor,
        key_sha256=key_sha256,
        recorded_at=writer.at,
    )
    writer.session.add(redaction)
    writer.session.flush()
    if not isinstance(subject, Source):
        rows = [*rows, *blank_remarks(writer.session, words)]
    forget_answers(writer.session, words, ids)
    writer.session.flush()
    told = {"redaction": redaction.id, "redaction_sha256": seal_row(redaction)}
    changed = resealed(writer.session, [subject, *(row for row in rows if row is not redaction)])
    told_of = {"reason": fingerprint(why), **told, **body, **changed}
    writer.note(f"{REDACTION}{subject.__tablename__}", subject.id, told_of)
    rebuild(writer.session)


def _overwrite_deleted(writer: Writer) -> None:
    """Let SQLite write zeros over what is deleted or replaced from here on."""
    if dialect_of(writer.session) == "sqlite":
        writer.session.connection().exec_driver_sql("PRAGMA secure_delete=ON")
