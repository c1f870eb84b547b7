"""Documents as they are given out: pages of them, and one of them with its quotes and claims."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import func, or_, select
from sqlalchemy.orm import defer

from counterclaim.db import among, is_id
from counterclaim.errors import FilterError, MomentError, NotFoundError
from counterclaim.models import Claim, Document, Quote, Source
from counterclaim.moment import isoformat_z, parse_window, window
from counterclaim.queries.asof import counted_claim, published_by, said_by
from counterclaim.queries.claims import claims_out, moment_out, quote_out
from counterclaim.queries.claims.order import dated_order, read_back
from counterclaim.queries.claims.search import holding_words
from counterclaim.queries.conditions import keys
from counterclaim.queries.filters import Filter, Several, Text
from counterclaim.queries.pages import Slice, take_page
from counterclaim.queries.references import subtree
from counterclaim.schemas.claim import DocumentDetailOut, DocumentOut, PublishedOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.pages import Window

SORTS = {"published": "published_from", "recorded_at": "recorded_at"}
"""What documents can be sorted by, and the column that holds it."""


class DocumentFilter(BaseModel):
    """Filters of documents; repeating a parameter means any of its values."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, defer_build=True)

    publisher: Annotated[
        Several, Field(description="Who published it, or one below it, in any spelling.")
    ] = []
    lang: Annotated[Several, Field(description="BCP 47 tag; en finds en-GB as well.")] = []
    from_: Annotated[
        Text | None, Field(alias="from", description="Published on or after this EDTF date.")
    ] = None
    to: Annotated[Text | None, Field(description="Published on or before this EDTF date.")] = None
    sha256: Annotated[
        str | None,
        StringConstraints(pattern=r"^[0-9A-Fa-f]{64}$"),
        Field(description="SHA-256 of the text, hex."),
    ] = None
    q: Annotated[
        Text | None, Field(description="Words of the title, in any script; word* is a prefix.")
    ] = None

    def window(self) -> tuple[datetime | None, datetime | None]:
        """Inclusive start and exclusive end of the dates asked for; None is open."""
        for name, end in (("from", self.from_), ("to", self.to)):
            try:
                parse_window(end or "..")
            except MomentError as error:
                raise FilterError(name, error.message) from None
        try:
            return window(self.from_, self.to)
        except MomentError as error:
            raise FilterError("to", error.message) from None


def page_documents(
    session: Session, given: DocumentFilter, window: Window, sort: str = "-published"
) -> Slice[DocumentOut]:
    """One page of documents, without their texts.

    Raises:
        FilterError: a filter's or the order's value names nothing.
        CursorError: the cursor was altered or belongs to another query.
    """
    order = dated_order(sort, Document, SORTS)
    view, after = window.opened(session, str, str)
    wanted = _conditions(session, given, view.known_at)
    statement = select(Document.id).where(*published_by(view), *wanted)
    page = take_page(session, statement, order, window, view.known_at, read_back(after))
    return replace(page, items=documents_out(session, page.items))


def get_document(session: Session, id_or_sha256: str, view: View) -> DocumentDetailOut:
    """One document with its text, the quotes that were made public and its live claims.

    Quotes stand in the order of the text, claims in that of their quotes.

    Raises:
        NotFoundError: none has that id or hash.
    """
    key = id_or_sha256.lower()
    named = Document.sha256 == key
    if is_id(key):
        named = Document.id == key
    found = session.scalars(select(Document).where(named, *published_by(view))).one_or_none()
    if found is None:
        raise NotFoundError("document", id_or_sha256)
    shape = _document_out(found, _publishers(session, [found]))
    accepted = Claim.document_id == found.id, Claim.accepted_at <= view.known_at
    said = select(Claim.quote_id).where(*accepted, *said_by(view))
    quotes = session.scalars(
        select(Quote).where(Quote.id.in_(said)).order_by(Quote.start, Quote.end)
    )
    return DocumentDetailOut(
        **dict(shape),
        text=found.text,
        quotes=[quote_out(quote) for quote in quotes],
        claims=claims_out(session, _claims_of(session, found.id, view), view.known_at),
    )


def _claims_of(session: Session, document_id: str, view: View) -> list[str]:
    """Ids of the live claims of a document in the order of its text; those without words last."""
    query = (
        select(Claim.id)
        .outerjoin(Quote, Quote.id == Claim.quote_id)
        .where(Claim.document_id == document_id, counted_claim(view))
        .order_by(Quote.start.nulls_last(), Quote.end, Claim.id)
    )
    return list(session.scalars(query))


def _conditions(
    session: Session, given: DocumentFilter, at: datetime
) -> Iterator[ColumnElement[bool]]:
    if given.publisher:
        named = Source.key.in_(keys(session, Source, "publisher", given.publisher, at))
        yield Document.publisher_id.in_(subtree(Source, named))
    if given.lang:
        lang = func.lower(Document.lang)
        tags = [tag.lower() for tag in given.lang]
        yield or_(*(or_(lang == tag, lang.startswith(f"{tag}-", autoescape=True)) for tag in tags))
    if given.sha256 is not None:
        yield Document.sha256 == given.sha256.lower()
    yield from _on_time(given)
    words = Filter(q=given.q).words()
    if words:
        titles = select(Document.id, Document.title).where(Document.recorded_at <= at)
        for found in holding_words(session, titles, words).values():
            yield among(session, Document.id, found)


def _on_time(given: DocumentFilter) -> Iterator[ColumnElement[bool]]:
    start, end = given.window()
    first, last = Document.published_from, Document.published_to
    if start is not None or end is not None:
        yield or_(first.is_not(None), last.is_not(None))
    if start is not None:
        yield or_(last.is_(None), last > start)
    if end is not None:
        yield or_(first.is_(None), first < end)


def documents_out(session: Session, ids: Sequence[str]) -> list[DocumentOut]:
    """These documents without their texts, in this order."""
    query = select(Document).options(defer(Document.text, raiseload=True))
    rows = {row.id: row for row in session.scalars(query.where(Document.id.in_(ids)))}
    publishers = _publishers(session, rows.values())
    return [_document_out(rows[key], publishers) for key in ids]


def recalled_fields(session: Session, text: str) -> dict[str, str]:
    """What a document whose text is stored already says of itself; nothing where there is none.

    A date that was inferred is left out: its rule would have to be given with it.
    """
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    found = session.scalars(select(Document.id).where(Document.sha256 == sha256)).one_or_none()
    return {} if found is None else document_fields(session, found)


def document_fields(session: Session, document_id: str) -> dict[str, str]:
    """The fields of a stored document that somebody would give for it, but for its text."""
    (shape,) = documents_out(session, [document_id])
    published = shape.published.edtf if shape.published and not shape.published.rule else None
    names = ("title", "publisher", "url", "lang", "licence")
    fields = {name: getattr(shape, name) for name in names} | {"published": published}
    return {name: value for name, value in fields.items() if value}


def _publishers(session: Session, rows: Iterable[Document]) -> dict[str, str]:
    ids = {row.publisher_id for row in rows if row.publisher_id}
    found = session.execute(select(Source.id, Source.key).where(Source.id.in_(ids)))
    return {row.id: row.key for row in found}


def _document_out(row: Document, publishers: dict[str, str]) -> DocumentOut:
    return DocumentOut(
        id=row.id,
        title=row.title,
        publisher=publishers[row.publisher_id] if row.publisher_id else None,
        url=row.url,
        archived_url=row.archived_url,
        lang=row.lang,
        translated_from=row.translated_from,
        published=_published(row),
        retrieved_at=isoformat_z(row.retrieved_at) if row.retrieved_at else None,
        media_type=row.media_type,
        licence=row.licence,
        sha256=row.sha256,
        syndicated_from=row.syndicated_from_id,
        note=row.note,
        redacted_at=isoformat_z(row.redacted_at) if row.redacted_at else None,
        recorded_at=isoformat_z(row.recorded_at),
    )


def _published(row: Document) -> PublishedOut | None:
    moment = moment_out(row.published_edtf, row.published_from, row.published_to)
    if moment is None:
        return None
    return PublishedOut(**dict(moment), basis=row.published_basis, rule=row.published_rule)
