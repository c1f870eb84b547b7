"""New seals of rows of which a redaction blanked something; with them the store still verifies."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.models import Claim, Document, ImportRow, Quote
from counterclaim.store.claims import content_key, seal_claim
from counterclaim.store.review.decisions import fingerprint
from counterclaim.store.rows import columns_of
from counterclaim.store.seals import seal, seal_row
from counterclaim.store.verify.claims import records_of_claims, rows_of_claims
from counterclaim.store.verify.rows import OWNERS, SAID

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy.orm import Session


SEALED: tuple[type[Any], ...] = (Quote, ImportRow, *OWNERS)
"""Tables of which one seal covers a row as it is, but documents and claims."""


def resealed(session: Session, rows: Iterable[Any]) -> dict[str, Any]:
    """What the body of a redaction must hold of the rows that it changed, as they stand now.

    ``seals`` maps a table's name and a row's id, with a blank between, to the new seal; what hangs
    on a claim changes the claim's. ``reasons`` maps claims to the digest of their end_reason. Rows
    that the ledger does not seal are left out.
    """
    session.flush()
    changed = list(dict.fromkeys(rows))
    claims = {row.claim_id for row in changed if isinstance(row, SAID)}
    claims |= {row.id for row in changed if isinstance(row, Claim)}
    body: dict[str, Any] = {"seals": dict(_seals(changed)), "reasons": {}}
    for claim, sealed in _claim_seals(session, sorted(claims)):
        body["seals"][f"claim {claim.id}"] = sealed
        if claim.ended_at is not None:
            body["reasons"][claim.id] = fingerprint(claim.end_reason)
    return body


def _seals(rows: Sequence[Any]) -> Iterator[tuple[str, str]]:
    for row in rows:
        if isinstance(row, Document):
            text_sha256 = hashlib.sha256(row.text.encode()).hexdigest()
            sealed = seal("document", {**columns_of(row), "text": text_sha256})
            yield f"document {row.id}", sealed
        elif isinstance(row, SEALED):
            yield f"{row.__tablename__} {row.id}", seal_row(row)


def _claim_seals(session: Session, keys: Sequence[str]) -> Iterator[tuple[Claim, str]]:
    rows, records = rows_of_claims(session, keys), records_of_claims(session, keys)
    query = (
        select(Claim, Quote)
        .outerjoin(Quote, Quote.id == Claim.quote_id)
        .where(Claim.id.in_(keys))
        .order_by(Claim.id)
    )
    for claim, quote in session.execute(query):
        said = content_key(claim, quote, rows[claim.id], records.get(claim.id))
        yield claim, seal_claim(claim, said, rows[claim.id])
