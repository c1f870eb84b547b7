"""Writes claims that were read, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from counterclaim.db import table_of
from counterclaim.models import Claim, Quote
from counterclaim.statements import Prepared
from counterclaim.store.claims.content import seal_content
from counterclaim.store.rows import hold_rows, is_new
from counterclaim.store.seals import seal_row
from counterclaim.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from counterclaim.models import Document
    from counterclaim.store.claims.shapes import Draft
    from counterclaim.store.ledger import Writer


def record_claims(writer: Writer, drafts: Sequence[Draft], *, accept: bool) -> None:
    """Write claims of which none is there yet, accepted at once or pending."""
    given = (draft.quote for draft in drafts)
    quotes = {quote.id: quote for quote in given if quote is not None and is_new(quote)}
    hold_rows(writer.session, quotes.values())
    for draft in drafts:
        if accept:
            draft.claim.status, draft.claim.accepted_at = Status.ACCEPTED, writer.at
        hold_claim(writer, draft)
        note_claim(writer, draft, quotes.pop(draft.claim.quote_id or "", None))
    writer.session.flush()


def hold_claim(writer: Writer, draft: Draft) -> None:
    """Let a claim with all its rows be written with the next flush."""
    for row in draft.rows:
        row.claim_id = draft.claim.id  # type: ignore[attr-defined]
    hold_rows(writer.session, (draft.claim, *draft.rows))


def note_claim(writer: Writer, draft: Draft, fresh: Quote | None) -> None:
    """Note in the ledger that a claim is written, and its quote if that is written with it."""
    claim = draft.claim
    body = {
        "event": claim.event_id,
        "document": claim.document_id,
        "quote": claim.quote_id,
        "status": str(claim.status),
        "content_key": claim.content_key,
        "sha256": seal_content(claim, claim.content_key, draft.content.manner),
    }
    if fresh is not None:
        body["quote_sha256"] = seal_row(fresh)
    writer.note("record_claim", claim.id, body)


class Shelf:
    """What one document's claims already are: quotes by offsets, claims by what they say.

    A claim that was retracted or superseded stays what became of it: a file that holds it still
    does not bring it back. One that was rejected may be entered again.
    """

    def __init__(self, session: Session, document: Document) -> None:
        self._session, self._document = session, document
        self._stored = not is_new(document)
        self.quotes: dict[tuple[int, int], Quote] = {}
        self.claims: dict[str, Claim] = {}

    def keep(self, draft: Draft) -> Claim | None:
        """Put a draft on the shelf; the claim that says the same if there is one already."""
        quote = draft.quote
        if quote is not None:
            place = quote.start, quote.end
            if place not in self.quotes:
                self.quotes[place] = self._quote_at(*place) or quote
            draft.quote = quote = self.quotes[place]
            draft.claim.quote_id = quote.id
        key = draft.claim.content_key
        if key not in self.claims:
            self.claims[key] = self._claim_of(quote, key) or draft.claim
        known = self.claims[key]
        return None if known is draft.claim else known

    def _quote_at(self, start: int, end: int) -> Quote | None:
        if not self._stored:
            return None
        at = {"document": self._document.id, "start": start, "end": end}
        return next(iter(_QUOTE.named(self._session, **at)), None)

    def _claim_of(self, quote: Quote | None, key: str) -> Claim | None:
        """The claim with this key: the last that ended, else the one that has not ended.

        What says the same rests on the same words: of words that are new nobody made a claim yet.
        """
        if quote is None or is_new(quote):
            return None
        found = _SAME.named(self._session, quote=quote.id, key=key)
        live = [claim for claim in found if claim.ended_at is None]
        ended = [claim for claim in found if claim.ended_at and claim.status != Status.REJECTED]
        return next(reversed(ended or live), None)


_CLAIMS, _QUOTES = table_of(Claim).c, table_of(Quote).c
_SAME = Prepared(
    select(*_CLAIMS)
    .where(Claim.quote_id == bindparam("quote"), Claim.content_key == bindparam("key"))
    .order_by(Claim.recorded_at)
)
_QUOTE = Prepared(
    select(*_QUOTES).where(
        Quote.document_id == bindparam("document"),
        Quote.start == bindparam("start"),
        Quote.end == bindparam("end"),
    )
)
