"""The writer of one transaction, and the hash-chained ledger of everything that it writes.

Bodies hold ids and digests, never a text that law may demand to blank.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
import rfc8785
from sqlalchemy import bindparam, select

from counterclaim.db import is_id, now, table_of
from counterclaim.errors import NotFoundError
from counterclaim.models import LedgerEntry
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import TICK
from counterclaim.queries.names import REMEMBERED, Finder
from counterclaim.queries.referents import Referents
from counterclaim.statements import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.statements import WriteSession

GENESIS = "0" * 64
"""What the first entry has as hash of the one before."""


LEDGER = table_of(LedgerEntry)
Row = TypeVar("Row")


@dataclass(slots=True)
class Writer:
    """Who writes, in which session, at which instant; all of a transaction shares one instant."""

    session: WriteSession
    actor: str
    at: datetime
    seq: int
    head: str
    names: Finder
    behind: Referents | None = None
    """What claims speak of as the read model shows it; None as soon as any of that changes."""

    def referents(self) -> Referents:
        """What claims speak of, known from the transactions before where nothing changed it."""
        if self.behind is None:
            self.behind = Referents(self.session)
        return self.behind

    def note(self, action: str, subject: str | None, body: dict[str, Any]) -> None:
        """Append one entry to the ledger; it is written with the session's next flush."""
        if not action.startswith(NAMELESS):
            self.behind = None
        seq, at, text = self.seq + 1, self.at, canonical(body).decode()
        sealed = _hash(self.head, seq, _text_of(at), self.actor, action, subject, text)
        entry = {
            "seq": seq,
            "at": at,
            "actor": self.actor,
            "action": action,
            "subject": subject,
            "body": text,
            "prev_hash": self.head,
            "hash": sealed,
        }
        self.session.hold(LEDGER, (entry,))
        self.seq, self.head = seq, sealed

    @contextmanager
    def savepoint(self, *, first: bool = False) -> Iterator[None]:
        """What is written here is undone alone if it fails, with its entries in the ledger.

        ``first`` is what nothing was written before: it ends the transaction if it fails, and costs
        no savepoint, for which SQLite keeps a copy of every page. Errors of the driver show at the
        end of the block at the latest.
        """
        seq, head, changes = self.seq, self.head, self.names.changes
        trial = None if first else self.session.begin_nested()
        try:
            yield
            self.session.flush()
        except BaseException:
            self.session.drop_held()
            (trial or self.session).rollback()
            self.seq, self.head = seq, head
            self.behind = None
            if self.names.changes != changes:  # It may hold rows that are undone.
                self.names.forget()
            raise
        if trial is not None:
            trial.commit()

    def begin_turn(self) -> None:
        """Take a later instant, and see nothing but what is written, as a transaction would."""
        self.session.flush()
        self.session.expunge_all()
        self.at = later_than(self.at)


class KnownNames:
    """What names meant in the transaction before, and whom, where nobody changed any since."""

    def __init__(self) -> None:
        self._names: Finder | None = None
        self._behind: Referents | None = None
        self._seq = 0

    def keep(self, writer: Writer) -> None:
        """Remember what a writer knows when all that it wrote is written."""
        self._names, self._behind, self._seq = writer.names, writer.behind, writer.seq

    def forget(self) -> None:
        """Remember nothing."""
        self._names = self._behind = None

    def tell(self, writer: Writer) -> None:
        """Let a writer know what is still true in its transaction, before it notes anything."""
        names, behind = self._names, self._behind
        if names is None or writer.seq < self._seq or self._named_since(writer.session, writer.seq):
            return
        names.session = writer.session
        writer.names = names
        if behind is not None and behind.count < REMEMBERED:
            behind.continue_in(writer.session)
            writer.behind = behind

    def _named_since(self, session: Session, seq: int) -> bool:
        if seq == self._seq:
            return False
        found = _SINCE.rows(session, seq=self._seq)
        return any(not action.startswith(NAMELESS) for (action,) in found)


NAMELESS = ("record_claim", "record_document", "record_event", "accept_claim", "reject_claim")
"""Actions, or how they begin, after which every name means what it meant before, and whom."""

_SINCE = Prepared(select(LEDGER.c.action).where(LEDGER.c.seq > bindparam("seq")).distinct())


_NEWEST = Prepared(
    select(LEDGER.c.seq, LEDGER.c.at, LEDGER.c.hash).order_by(LEDGER.c.seq.desc()).limit(1)
)


def open_writer(session: WriteSession, actor: str, known: KnownNames | None = None) -> Writer:
    """The writer of a transaction that holds the write lock.

    Its instant is later than that of every transaction before, whatever the clock says. ``known``
    is what names meant in an earlier one.
    """
    last = _NEWEST.row(session)
    if last is None:
        return Writer(session, actor, now(), 0, GENESIS, Finder(session))
    seq, at, head = last
    writer = Writer(session, actor, later_than(at), seq, head, Finder(session))
    if known is not None:
        known.tell(writer)
    return writer


def later_than(at: datetime) -> datetime:
    """The present instant, or the next one after another that the clock has not reached."""
    return max(now(), at + TICK)


def entry_hash(entry: LedgerEntry) -> str:
    """SHA-256 over the hash of the entry before and the canonical JSON of this one, hex."""
    at, subject = isoformat_z(entry.at), entry.subject
    return _hash(entry.prev_hash, entry.seq, at, entry.actor, entry.action, subject, entry.body)


_text_of = lru_cache(maxsize=16)(isoformat_z)


def _hash(
    before: str, seq: int, at: str, actor: str, action: str, subject: str | None, body: str
) -> str:
    content = {
        "seq": seq,
        "at": at,
        "actor": actor,
        "action": action,
        "subject": subject,
        "body": body,
    }
    return hashlib.sha256(before.encode() + _plainly(content)).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON in the one form of RFC 8785, as UTF-8 bytes."""
    if _is_plain(value):
        return _plainly(value)
    return rfc8785.dumps(value)


LARGEST_WHOLE = 1 << 53
"""RFC 8785 has no whole numbers from here on."""

LEAST_PLAIN, LARGEST_PLAIN = 1e-4, 1e15
"""Between them a fraction, such as a coordinate, is written by all in the same few digits."""


ONLY_TEXT = frozenset({str})
PLAIN = ONLY_TEXT | {bool, type(None)}
"""Types of values that both write alike, whatever they hold."""


def _is_plain(value: Any) -> bool:
    """Whether orjson writes a value as RFC 8785 wants it, only ten times as fast.

    They differ in how they write whole, small and large floats, and in the order of keys beyond
    U+FFFF.
    """
    kind = type(value)
    if kind in PLAIN:
        return True
    if kind is int:
        return bool(-LARGEST_WHOLE < value < LARGEST_WHOLE)
    if kind is float:
        return bool(LEAST_PLAIN <= abs(value) < LARGEST_PLAIN and value % 1)
    if kind is dict:
        # All keys at once: in a loop they take more time than all else.
        if not ONLY_TEXT.issuperset(map(type, value)) or not "".join(value).isascii():
            return False
        value = value.values()
    elif kind is not list and kind is not tuple:
        return False
    # Most values are texts: they are looked at by their types, all at once.
    kinds: set[type] = set(map(type, value))
    return PLAIN.issuperset(kinds) or all(map(_is_plain, value))


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of a value, hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def plain_digest(value: Any) -> str:
    """The same of a value known to hold texts, small whole numbers and null, by ASCII keys."""
    return hashlib.sha256(_plainly(value)).hexdigest()


def _plainly(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def fresh(writer: Writer, model: type[Row], key: str, noun: str) -> Row:
    """The row as it stands under the write lock, whatever the session had read before.

    Raises:
        NotFoundError: no row has that id.
    """
    table: Any = model
    row: Row | None = None
    if is_id(key):
        query = select(table).where(table.id == key.lower())
        row = writer.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFoundError(noun, key)
    return row
