"""Imports: every row of a data set is as it was sealed, and the batches tell the right counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from counterclaim.models import ImportBatch, ImportRow, LedgerEntry
from counterclaim.store.seals import ROWS, seal_row
from counterclaim.store.verify.reading import in_batches, read_body
from counterclaim.store.verify.report import Redacted
from counterclaim.store.verify.rows import untold

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.store.verify.report import Verification

ACTIONS = ("start_import", "record_import_rows", "withdraw_records", "finish_import")
"""What is noted of batches, in the order in which it happens."""

CHUNK = 20
"""So many entries are read at a time: each names some hundred rows."""


@dataclass(slots=True)
class _Course:
    """What the ledger tells of one batch."""

    sha256: str | None = None
    seq: int = 0
    counts: dict[str, Any] = field(default_factory=dict)
    finished_at: datetime | None = None


def check_imports(session: Session, found: Verification) -> None:
    """Hold batches and their rows against the entries of their transactions."""
    courses: dict[str, _Course] = {}
    told = 0
    for entries in _entries(session):
        for entry in entries:
            body = read_body(entry.body)
            _follow(courses.setdefault(str(entry.subject), _Course()), entry, body)
            if entry.action in ROWS:
                told += _check_rows(session, entry.seq, body.get("rows", {}), found)
    for batches in in_batches(session, ImportBatch, ImportBatch.id, found):
        for batch in batches:
            _check_batch(batch, courses.get(batch.id), found)
        found.done(rows=len(batches))
    if (session.scalar(select(func.count()).select_from(ImportRow)) or 0) > told:
        _name_untold(session, found)


def _entries(session: Session) -> Any:
    query = select(LedgerEntry).where(LedgerEntry.action.in_(ACTIONS)).order_by(LedgerEntry.seq)
    last = 0
    while entries := session.scalars(query.where(LedgerEntry.seq > last).limit(CHUNK)).all():
        last = entries[-1].seq
        yield entries
        session.expunge_all()


def _follow(course: _Course, entry: LedgerEntry, body: dict[str, Any]) -> None:
    if entry.action == "start_import":
        course.sha256, course.seq = body.get("sha256"), entry.seq
    course.counts = body.get("counts", course.counts)
    if entry.action == "finish_import":
        course.finished_at = entry.at


def _check_rows(session: Session, seq: int, seals: dict[str, str], found: Verification) -> int:
    """Compare the rows of one transaction; how many of them are there."""
    rows = session.scalars(select(ImportRow).where(ImportRow.id.in_(seals)).order_by(ImportRow.id))
    count = 0
    for row in rows:
        latest = found.redacted.get(("import_row", row.id))
        sha256, by = (latest[0].sha256, latest[1]) if latest else (seals[row.id], seq)
        if sha256 != seal_row(row):
            detail = f"It is not what entry {by} sealed: a column was changed since."
            found.row_fault("import_row", row.id, detail)
        elif latest:
            found.redactions.append(Redacted("import_row", row.id, by))
        count += 1
    found.done(rows=count)
    return count


def _check_batch(batch: ImportBatch, course: _Course | None, found: Verification) -> None:
    if course is None or course.sha256 is None:
        untold(batch, found)
    elif course.sha256 != seal_row(batch):
        detail = f"It is not what entry {course.seq} sealed: a column was changed since."
        found.row_fault("import_batch", batch.id, detail)
    elif (batch.counts, batch.finished_at) != (course.counts, course.finished_at):
        detail = "Its counts, or when it was finished, are not what the ledger tells."
        found.row_fault("import_batch", batch.id, detail)


def _name_untold(session: Session, found: Verification) -> None:
    """Name the rows that no entry speaks of; only where there are more rows than were told."""
    told: set[str] = set()
    for entries in _entries(session):
        for entry in entries:
            told.update(read_body(entry.body).get("rows", {}))
    for rows in in_batches(session, ImportRow, ImportRow.id, found):
        for row in rows:
            if row.id not in told:
                untold(row, found)
        found.done(rows=sum(row.id not in told for row in rows))
