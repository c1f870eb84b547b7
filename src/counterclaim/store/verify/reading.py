"""Rows in batches, and what the entries on them say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from counterclaim.models import LedgerEntry
from counterclaim.store.seals import statements

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.store.seals import Statement
    from counterclaim.store.verify.report import Verification

BATCH = 500
"""Rows are read this many at a time."""

UNREADABLE = (ValueError, LookupError, TypeError)
"""What the column types raise at a value that no write of this program can have left."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry with its body read; a body that is no JSON object is empty."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str | None
    body: dict[str, Any]

    def statements(self) -> Iterator[Statement]:
        """What it says of single rows."""
        return statements(self.action, self.subject, self.body)


@dataclass(slots=True)
class Told:
    """What some entries, and all redactions, say: the seals of rows, and when rows ended."""

    redacted: dict[tuple[str, str], tuple[Statement, int]]
    seals: dict[tuple[str, str], tuple[Statement, int]] = field(default_factory=dict)
    ended: dict[str, datetime] = field(default_factory=dict)

    def hear(self, entry: Entry) -> None:
        """Take in the next entry of the chain."""
        for statement in entry.statements():
            if not statement.redacted:
                self.seals[statement.table, statement.id] = statement, entry.seq
        if isinstance(before := entry.body.get("ended"), str):
            self.ended[before] = entry.at
        if entry.action.startswith(("end_", "revoke_")) and entry.subject is not None:
            self.ended[entry.subject] = entry.at

    def seal_of(self, table: str, key: str) -> tuple[Statement | None, int]:
        """The latest seal of a row and the entry that holds it; None and 0 if there is none."""
        found = self.seals.get((table, key), (None, 0))
        return self.redacted.get((table, key), found) if found[0] else found


def in_batches(
    session: Session, model: Any, key: Any, found: Verification, size: int = BATCH
) -> Iterator[list[Any]]:
    """All rows of a table in the order of a key; the ones before are let go."""
    keys = select(key).order_by(key).limit(size)
    following = list(session.scalars(keys))
    while following:
        rows = _readable(session, model, key, following, found)
        yield rows
        last = following[-1]
        session.expunge_all()
        following = list(session.scalars(keys.where(key > last)))


def _readable(
    session: Session, model: Any, key: Any, keys: list[Any], found: Verification
) -> list[Any]:
    query = select(model).order_by(key)
    try:
        return list(session.scalars(query.where(key.in_(keys))))
    except UNREADABLE:
        rows: list[Any] = []
    for one in keys:
        try:
            rows += session.scalars(query.where(key == one))
        except UNREADABLE:
            name = model.__tablename__
            found.row_fault(name, str(one), "It cannot be read: a column holds what no write left.")
    return rows


def entries_of(session: Session, subjects: Any) -> list[Entry]:
    """All entries on these subjects, ids or a statement that selects them, in their order."""
    columns = (
        LedgerEntry.seq,
        LedgerEntry.at,
        LedgerEntry.actor,
        LedgerEntry.action,
        LedgerEntry.subject,
        LedgerEntry.body,
    )
    query = select(*columns).where(LedgerEntry.subject.in_(subjects)).order_by(LedgerEntry.seq)
    return [Entry(*row[:-1], body=read_body(row[-1])) for row in session.execute(query)]


def read_body(text: str) -> dict[str, Any]:
    """The body of an entry; what is no JSON object breaks the entry's hash and is told there."""
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
