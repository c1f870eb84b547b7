"""The writer of one transaction, and the hash-chained ledger of everything that it writes.

Bodies hold ids and digests, never a text that law may demand to blank.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
import rfc8785
from sqlalchemy import select

from counterclaim.db import now
from counterclaim.models import LedgerEntry
from counterclaim.moment import isoformat_z
from counterclaim.queries.names import Finder

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

EXACT = 1 << 53
"""From here on not every whole number is one of JSON, whose numbers are doubles."""

GENESIS = "0" * 64
"""What the first entry has as hash of the one before."""


@dataclass(slots=True)
class Writer:
    """Who writes, in which session, at which instant; all of a transaction shares one instant."""

    session: Session
    actor: str
    at: datetime
    seq: int
    head: str
    names: Finder

    def note(self, action: str, subject: str | None, body: dict[str, Any]) -> None:
        """Append one entry to the ledger."""
        entry = LedgerEntry(
            seq=self.seq + 1,
            at=self.at,
            actor=self.actor,
            action=action,
            subject=subject,
            body=canonical(body).decode(),
            prev_hash=self.head,
        )
        entry.hash = entry_hash(entry)
        self.session.add(entry)
        self.seq, self.head = entry.seq, entry.hash


def open_writer(session: Session, actor: str) -> Writer:
    """The writer of a transaction that holds the write lock.

    Its instant is later than that of every transaction before, whatever the clock says.
    """
    last = session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq.desc()).limit(1)).first()
    if last is None:
        return Writer(session, actor, now(), 0, GENESIS, Finder(session))
    at = max(now(), last.at + timedelta(microseconds=1))
    return Writer(session, actor, at, last.seq, last.hash, Finder(session))


def entry_hash(entry: LedgerEntry) -> str:
    """SHA-256 over the hash of the entry before and the canonical JSON of this one, hex."""
    content = {
        "seq": entry.seq,
        "at": isoformat_z(entry.at.astimezone(UTC)),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "body": entry.body,
    }
    return hashlib.sha256(entry.prev_hash.encode() + canonical(content)).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON in the one form of RFC 8785, as UTF-8 bytes.

    Without floats, large numbers and keys beyond ASCII that form is what orjson writes, ten times
    as fast, with its keys sorted.
    """
    if _is_plain(value):
        try:
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        except TypeError:  # A lone surrogate, say: let the slower one tell what is wrong.
            pass
    return rfc8785.dumps(value)


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return bool(-EXACT < value < EXACT)
    if kind is dict:
        return all(type(key) is str and key.isascii() for key in value) and all(
            map(_is_plain, value.values())
        )
    return kind is list and all(map(_is_plain, value))


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of a value, hex."""
    return hashlib.sha256(canonical(value)).hexdigest()
