"""Rows that one seal covers: references, names, events, ratings, judgements, releases, keys."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from counterclaim.models import (
    ApiKey,
    Assessment,
    Attribution,
    Casualty,
    Claim,
    ClaimPlace,
    Damage,
    Document,
    Event,
    EventJudgement,
    EventPart,
    ImportBatch,
    ImportRow,
    InterceptionCount,
    LedgerEntry,
    Munition,
    MunitionFact,
    MunitionName,
    Occurrence,
    Place,
    PlaceName,
    Quote,
    Redaction,
    Release,
    Source,
    SourceName,
    SourceRating,
    Tally,
)
from counterclaim.moment import isoformat_z
from counterclaim.store.seals import GROUPS, seal_row
from counterclaim.store.verify.reading import Told, entries_of, in_batches, read_body
from counterclaim.store.verify.report import Redacted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.store.verify.report import Verification

OWNERS: dict[type[Any], str | None] = {
    Source: None,
    SourceName: "source_id",
    SourceRating: "source_id",
    Munition: None,
    MunitionName: "munition_id",
    Place: None,
    PlaceName: "place_id",
    Event: None,
    EventPart: "whole_id",
    EventJudgement: None,
    Assessment: "claim_id",
    Release: None,
    Redaction: "subject_id",
    ApiKey: None,
}
"""Tables, and the column that names the subject of the entry where that is not the row itself."""

SAID = (
    Attribution,
    Occurrence,
    ClaimPlace,
    InterceptionCount,
    Casualty,
    Damage,
    Tally,
    MunitionFact,
)
"""Tables of what a claim says."""

MAY_BE_UNTOLD = (ApiKey,)
"""Tables whose rows an operator may have made without an entry."""


def count_rows(session: Session) -> int:
    """How many entries and rows there are to check."""
    tables: tuple[Any, ...] = (
        LedgerEntry,
        Document,
        Quote,
        Claim,
        ImportBatch,
        ImportRow,
        *SAID,
        *OWNERS,
    )
    return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def check_rows(session: Session, found: Verification) -> None:
    """Hold every row of these tables against the seal that the ledger holds for it."""
    groups = _groups(session)
    for model, owner in OWNERS.items():
        for rows in in_batches(session, model, model.id, found):
            told = Told(found.redacted)
            for entry in entries_of(session, _subjects(session, model, owner, rows)):
                told.hear(entry)
            for row in rows:
                _check_row(row, told, groups, found)
            found.done(rows=len(rows))
    for group in groups.values():
        group.check(found)


def _subjects(
    session: Session, model: type[Any], owner: str | None, rows: Sequence[Any]
) -> set[str]:
    """What the entries that speak of these rows have as subject."""
    subjects = {row.id for row in rows}
    if owner is not None:
        subjects |= {getattr(row, owner) for row in rows}
    if (
        model is EventJudgement
    ):  # The judgement of the same two events that follows ends the one before.
        same = select(model.id).where(model.left_id.in_({row.left_id for row in rows}))
        subjects |= set(session.scalars(same))
    return subjects


def _check_row(row: Any, told: Told, groups: Mapping[datetime, Group], found: Verification) -> None:
    table = row.__tablename__
    statement, seq = told.seal_of(table, row.id)
    if statement is None and isinstance(row, MAY_BE_UNTOLD):
        return
    if statement is None:
        _check_untold(row, groups, found)
    elif statement.sha256 not in {None, seal_row(row)}:
        detail = f"It is not what entry {seq} sealed: a column was changed since."
        found.row_fault(table, row.id, detail)
    elif statement.redacted:
        found.redactions.append(Redacted(table, row.id, seq))
    check_ended(row, told, found)


def _check_untold(row: Any, groups: Mapping[datetime, Group], found: Verification) -> None:
    group = groups.get(getattr(row, "recorded_at", None))  # type: ignore[arg-type]
    if group is not None and row.__tablename__ in group.tables:
        group.add(seal_row(row))
    else:
        untold(row, found)


def untold(row: Any, found: Verification) -> None:
    """Name a row that the ledger knows nothing of."""
    detail = "No entry of the ledger speaks of it: it was added by other means."
    found.row_fault(row.__tablename__, row.id, detail)


def check_ended(row: Any, told: Told, found: Verification) -> None:
    """Hold the instant at which a row ended against the entry that ended it."""
    name = "revoked_at" if isinstance(row, ApiKey) else "ended_at"
    if not hasattr(row, name):
        return
    is_, expected = getattr(row, name), told.ended.get(row.id)
    if is_ != expected:
        detail = f"Its {name} is {_shown(is_)}; by the ledger it is {_shown(expected)}."
        found.row_fault(row.__tablename__, row.id, detail)


def _shown(instant: datetime | None) -> str:
    return "null" if instant is None else isoformat_z(instant)


@dataclass(slots=True)
class Group:
    """Rows that were written together under one seal."""

    seq: int
    tables: tuple[str, ...]
    sha256: str | None
    rows: int
    seals: Any = field(default_factory=hashlib.sha256)
    met: int = 0

    def add(self, sealed: str) -> None:
        """Take in the next row, in the order of tables and ids."""
        self.seals.update(bytes.fromhex(sealed))
        self.met += 1

    def check(self, found: Verification) -> None:
        """Compare when all are taken in."""
        if self.seals.hexdigest() == self.sha256:
            return
        tables = " and ".join(self.tables)
        if self.met == self.rows:
            what = f"one of the {self.rows} rows of {tables} was changed since."
        else:
            what = f"it sealed {self.rows} rows of {tables}, and {self.met} are there."
        found.entry_fault(self.seq, f"What it wrote is not what it sealed: {what}")


def _groups(session: Session) -> dict[datetime, Group]:
    query = select(LedgerEntry).where(LedgerEntry.action.in_(GROUPS)).order_by(LedgerEntry.seq)
    groups = {}
    for entry in session.scalars(query):
        body = read_body(entry.body)
        count = int(body.get("places", 0)) + int(body.get("names", 0))
        groups[entry.at] = Group(entry.seq, GROUPS[entry.action], body.get("sha256"), count)
    return groups
