"""Notes in the ledger which rows were blanked, each with its new seal."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.models import Claim, Document, ImportRow, Quote
from counterclaim.store.claims import content_key, seal_claim
from counterclaim.store.review.decisions import fingerprint
from counterclaim.store.seals import REDACTION, columns_of, seal, seal_row
from counterclaim.store.verify.claims import rows_said
from counterclaim.store.verify.rows import SAID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from counterclaim.db import Base
    from counterclaim.store.ledger import Writer

UNSEALED = (ImportRow,)
"""Tables of which the ledger holds no seals."""


def note_rows(writer: Writer, subject: Base, rows: Sequence[Any], body: dict[str, Any]) -> None:
    """One entry for the row that was redacted, then one for each other row that was changed by it.

    What a claim says is sealed with the claim: of its rows the claim is noted.
    """
    sealed = {**body, **next(_sealed(writer, [subject]))[1]}
    writer.note(_action(subject), subject.id, sealed)  # type: ignore[attr-defined]
    claims = {row.id for row in rows if isinstance(row, Claim)}
    claims |= {row.claim_id for row in rows if isinstance(row, SAID)}
    skipped = (Claim, *SAID, *UNSEALED)
    others = [row for row in rows if row is not subject and not isinstance(row, skipped)]
    for row, seals in _sealed(writer, [*others, *_claims(writer, claims)]):
        writer.note(_action(row), row.id, seals)
    writer.session.flush()


def _action(row: Any) -> str:
    return f"{REDACTION}{row.__tablename__}"


def _claims(writer: Writer, ids: set[Any]) -> Sequence[Claim]:
    return writer.session.scalars(select(Claim).where(Claim.id.in_(ids)).order_by(Claim.id)).all()


def _sealed(writer: Writer, rows: Sequence[Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Each row with what its entry says of it."""
    claims = [row for row in rows if isinstance(row, Claim)]
    said = rows_said(writer.session, [claim.id for claim in claims])
    for row in rows:
        if isinstance(row, Claim):
            quote = writer.session.get(Quote, row.quote_id) if row.quote_id else None
            told = content_key(row, quote, said[row.id])
            sealed = seal_claim(row, told, said[row.id])
            yield row, {"sha256": sealed, "reason": fingerprint(row.end_reason)}
        elif isinstance(row, Document):
            text = hashlib.sha256(row.text.encode()).hexdigest()
            yield row, {"sha256": seal("document", {**columns_of(row), "text": text})}
        else:
            yield row, {"sha256": seal_row(row)}
