"""Claims: what they say gives their content key, and their life is the one that entries tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.models import Claim, ImportBatch, ImportRow, Quote
from counterclaim.moment import isoformat_z
from counterclaim.store.claims import content_key, seal_claim
from counterclaim.store.review.decisions import fingerprint
from counterclaim.store.verify.reading import Told, entries_of, in_batches
from counterclaim.store.verify.report import Redacted
from counterclaim.store.verify.rows import SAID, untold
from counterclaim.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.db import Base
    from counterclaim.store.verify.reading import Entry
    from counterclaim.store.verify.report import Verification

ENDS = {
    "reject_claim": Status.REJECTED,
    "retract_claim": Status.RETRACTED,
    "supersede_claim": Status.SUPERSEDED,
}
"""Actions that end a claim, and the status they leave it in."""


def check_claims(session: Session, found: Verification) -> None:
    """Hold every claim, with all that hangs on it, against the ledger."""
    for claims in in_batches(session, Claim, Claim.id, found):
        keys = [claim.id for claim in claims]
        rows, records = rows_of_claims(session, keys), records_of_claims(session, keys)
        wanted = [claim.quote_id for claim in claims if claim.quote_id]
        quotes = {row.id: row for row in session.scalars(select(Quote).where(Quote.id.in_(wanted)))}
        subjects = {*keys, *(claim.supersedes_id for claim in claims if claim.supersedes_id)}
        entries = entries_of(session, subjects)
        _check_successors(session, set(keys), entries, found)
        by_claim = _by_claim(entries)
        for claim in claims:
            quote = quotes.get(claim.quote_id or "")
            own = by_claim.get(claim.id, [])
            said = content_key(claim, quote, rows[claim.id], records.get(claim.id))
            _check_claim(claim, said, rows[claim.id], own, found)
        found.done(rows=len(claims) + sum(map(len, rows.values())))
    _check_orphans(session, found)


def _check_orphans(session: Session, found: Verification) -> None:
    for model in SAID:
        table: Any = model
        query = select(table.claim_id).where(table.claim_id.not_in(select(Claim.id)))
        for key in session.scalars(query.distinct()):
            found.row_fault(table.__tablename__, key, "The claim that it belongs to is not there.")


def rows_of_claims(session: Session, keys: Sequence[str]) -> dict[str, list[Base]]:
    """All rows of what these claims say, by claim."""
    rows: dict[str, list[Base]] = {key: [] for key in keys}
    for model in SAID:
        table: Any = model
        for row in session.scalars(select(table).where(table.claim_id.in_(keys))):
            rows[row.claim_id].append(row)
    return rows


def records_of_claims(session: Session, keys: Sequence[str]) -> dict[str, list[str]]:
    """Of claims that rest on a row of a data set: the data set and the record, by claim."""
    query = (
        select(Claim.id, ImportBatch.data_set, ImportRow.record_key)
        .join(ImportRow, ImportRow.id == Claim.import_row_id)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(Claim.id.in_(keys))
    )
    return {key: [data_set, str(record)] for key, data_set, record in session.execute(query)}


def _by_claim(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """The entries that concern each claim: those on it, and that by which it superseded another."""
    told: dict[str, list[Entry]] = {}
    for entry in entries:
        told.setdefault(str(entry.subject), []).append(entry)
        if entry.action == "supersede_claim":
            told.setdefault(str(entry.body.get("by")), []).append(entry)
    return told


def _check_successors(
    session: Session, keys: set[str], entries: Sequence[Entry], found: Verification
) -> None:
    """The claim that an entry put in the place of one of these must still say so."""
    by = {
        str(entry.body.get("by")): str(entry.subject)
        for entry in entries
        if entry.action == "supersede_claim" and entry.subject in keys
    }
    query = select(Claim.id, Claim.supersedes_id).where(Claim.id.in_(by))
    for key, superseded in session.execute(query):
        if superseded is None:
            detail = f"Its supersedes_id is null; by the ledger it is {by[key]}."
            found.row_fault("claim", key, detail)


def _check_claim(
    claim: Claim,
    said: str,
    rows: list[Base],
    entries: list[Entry],
    found: Verification,
) -> None:
    told = Told(found.redacted)
    life = Life()
    for entry in entries:
        told.hear(entry)
        life.take(claim.id, entry)
    statement, seq = told.seal_of("claim", claim.id)
    recorded = next((entry for entry in entries if entry.action == "record_claim"), None)
    if statement is None or recorded is None:
        untold(claim, found)
        return
    if claim.content_key != recorded.body.get("content_key"):
        _fault(claim, f"Its content_key is not the one that entry {recorded.seq} holds.", found)
    if statement.sha256 != seal_claim(claim, said, rows):
        what = "a column was changed since"
        if said != claim.content_key and not statement.redacted:
            what = "its words, attribution, places or figures do not give its content_key"
        _fault(claim, f"It is not what entry {seq} sealed: {what}.", found)
    elif statement.redacted:
        found.redactions.append(Redacted("claim", claim.id, seq))
    if (claim.recorded_at, claim.recorded_by) != (recorded.at, recorded.actor):
        _fault(claim, f"Entry {recorded.seq} was written by another, or at another time.", found)
    life.check(claim, found)


def _fault(claim: Claim, detail: str, found: Verification) -> None:
    found.row_fault("claim", claim.id, detail)


@dataclass(slots=True)
class Life:
    """What became of a claim, as the entries tell."""

    status: str | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    supersedes_id: str | None = None
    reason: str | None = None

    def take(self, claim_id: str, entry: Entry) -> None:
        """Take in the next entry on the claim."""
        if entry.subject != claim_id:
            self.supersedes_id = entry.subject
            if entry.body.get("accepted"):
                self._accept(entry)
        elif entry.action == "record_claim":
            self.status = entry.body.get("status")
            if self.status == Status.ACCEPTED:
                self._accept(entry)
        elif entry.action == "accept_claim":
            self._accept(entry)
        elif entry.action in ENDS:
            self.status, self.ended_at = ENDS[entry.action], entry.at
            self.reason = entry.body.get("reason")

    def _accept(self, entry: Entry) -> None:
        self.status, self.accepted_at = Status.ACCEPTED, entry.at

    def check(self, claim: Claim, found: Verification) -> None:
        """Name each column of the claim's life that is another."""
        for name in ("status", "accepted_at", "ended_at", "supersedes_id"):
            is_, expected = getattr(claim, name), getattr(self, name)
            if is_ != expected:
                detail = f"Its {name} is {_shown(is_)}; by the ledger it is {_shown(expected)}."
                _fault(claim, detail, found)
        if fingerprint(claim.end_reason) != found.reasons.get(claim.id, self.reason):
            _fault(claim, "Its end_reason is not the one that the ledger has the digest of.", found)


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    return str(value) if isinstance(value, str) else isoformat_z(value)
