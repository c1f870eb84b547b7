"""The chain: entries follow one another and give their hashes, and the rows they name exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.db import Base, is_id
from counterclaim.models import LedgerEntry
from counterclaim.moment import isoformat_z
from counterclaim.store.ledger import entry_hash
from counterclaim.store.seals import REDACTION, statements
from counterclaim.store.verify.reading import in_batches, read_body

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from counterclaim.store.verify.report import Verification

MODELS: dict[str, Any] = {
    mapper.class_.__tablename__: mapper.class_
    for mapper in Base.registry.mappers
    if mapper.inherits is None
}
"""The model of each table."""

CHUNK = 5000
"""So many ids go into one statement."""


def check_chain(session: Session, found: Verification, head: str | None) -> None:
    """Walk the chain from its beginning; ``head`` must be the hash of one of its entries."""
    wanted = None if head is None else head.strip().lower()
    met = wanted in {None, found.hash}
    for entries in in_batches(session, LedgerEntry, LedgerEntry.seq, found):
        for entry in entries:
            _check_link(entry, found)
            _check_content(entry, found)
            found.seq, found.hash, found.at = entry.seq, entry.hash, entry.at
            met = met or entry.hash == wanted
        _check_present(session, entries, found)
        found.done(entries=len(entries))
    if not met:
        found.fault(
            f"No entry has the hash {wanted}: the ledger was cut off or rewritten since it was"
            " its head, or it is the hash of another store."
        )


def _check_link(entry: LedgerEntry, found: Verification) -> None:
    following = found.seq + 1
    if entry.seq > following:
        missing = f"{following} to {entry.seq - 1}" if entry.seq - 1 > following else following
        what = "The ledger's beginning is" if found.seq == 0 else "What stood before it is"
        found.entry_fault(entry.seq, f"{what} gone: entry {missing} was removed.")
    elif entry.seq < following:
        found.entry_fault(entry.seq, "It stands before the beginning: it was added by other means.")
    elif entry.prev_hash != found.hash:
        found.entry_fault(
            entry.seq,
            f"It does not follow entry {found.seq}, whose hash is not its prev_hash: one of the"
            " two was changed, removed, added or put elsewhere.",
        )
    if found.at is not None and entry.at < found.at:
        found.entry_fault(
            entry.seq,
            f"Its instant {isoformat_z(entry.at)} is before that of the entry before,"
            f" {isoformat_z(found.at)}.",
        )


def _check_content(entry: LedgerEntry, found: Verification) -> None:
    if entry_hash(entry) != entry.hash:
        found.entry_fault(
            entry.seq, "Its content does not give its hash: it was changed after it was written."
        )


def _check_present(session: Session, entries: Sequence[LedgerEntry], found: Verification) -> None:
    """Name the rows that these entries speak of and that are there no more; note redactions."""
    named: dict[str, dict[str, int]] = {}
    for entry in entries:
        body = read_body(entry.body)
        for one in statements(entry.action, entry.subject, body):
            named.setdefault(one.table, {}).setdefault(one.id, entry.seq)
            if one.redacted:
                found.redacted[one.table, one.id] = one, entry.seq
        if entry.action.startswith(REDACTION):
            found.reasons.update(body.get("reasons", {}))
    for table, seqs in named.items():
        model = MODELS.get(table)
        if model is None:
            continue
        for key in sorted(seqs.keys() - _present(session, model, sorted(seqs))):
            detail = f"Entry {seqs[key]} says that it was written, and it is gone."
            found.row_fault(table, key, detail)


def _present(session: Session, model: Any, ids: list[str]) -> set[str]:
    there: set[str] = set()
    # What is no id can only stand in an entry that somebody changed, and names no row.
    real = list(filter(is_id, ids))
    for start in range(0, len(real), CHUNK):
        there.update(
            session.scalars(select(model.id).where(model.id.in_(real[start : start + CHUNK])))
        )
    return there
