"""Which state of the store an answer shows, and the conditions that make rows count in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, not_, or_, select

from counterclaim.db import UtcDateTime, now
from counterclaim.errors import CursorError, FilterError, MomentError
from counterclaim.models import Claim, Document, EventSummary, LedgerEntry
from counterclaim.moment import isoformat_z, parse_window
from counterclaim.statements import Prepared
from counterclaim.vocabulary import Precision, Status

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

STORED_POLICY = "graded"
"""The policy of the documents that are stored."""

TICK = timedelta(microseconds=1)
"""No two instants lie nearer."""


@dataclass(frozen=True, slots=True)
class View:
    """The state that an answer shows; both instants are inclusive.

    ``claimed_by`` None lets all count that was recorded, whenever it was said. ``unreviewed`` is
    whether who asks may see claims that are pending or were rejected.
    """

    known_at: datetime
    claimed_by: datetime | None = None
    policy: str = STORED_POLICY
    unreviewed: bool = False

    @property
    def is_stored(self) -> bool:
        """Whether the stored documents show it; what they do not is resolved when asked for."""
        return self.claimed_by is None and self.policy == STORED_POLICY


@dataclass(frozen=True, slots=True)
class Wish:
    """The state that is asked for; None is the present one, and all that was said.

    Whether there is such a policy is checked where it is asked for.
    """

    known_at: datetime | None = None
    claimed_by: datetime | None = None
    policy: str = STORED_POLICY
    unreviewed: bool = False

    def view(self, session: Session) -> View:
        """What there is of it: known is what was known at the last write up to that instant."""
        known_at = last_change(session, self.known_at)
        return View(known_at, self.claimed_by, self.policy, self.unreviewed)

    def pinned(self, known_at: datetime) -> View:
        """The same at the instant of a cursor.

        Raises:
            CursorError: an earlier instant is asked for.
        """
        if self.known_at is not None and self.known_at < known_at:
            msg = f"The cursor shows what was known at {isoformat_z(known_at)}, which is later"
            raise CursorError(f"{msg} than known_at: leave known_at as it was on the first page.")
        return View(known_at, self.claimed_by, self.policy, self.unreviewed)


PRESENT = Wish()
"""All that is known now."""


def last_change(session: Session, until: datetime | None = None) -> datetime:
    """The instant of the last write up to an instant: what is known then is what was known at it.

    Before the first write it is the instant itself; None is now.
    """
    found = _NEWEST.row(session) if until is None else _NEWEST_UNTIL.row(session, until=until)
    return found[0] if found else until or now()


_AT = select(LedgerEntry.at).order_by(LedgerEntry.at.desc()).limit(1)
_NEWEST = Prepared(_AT)
_NEWEST_UNTIL = Prepared(_AT.where(LedgerEntry.at <= bindparam("until", type_=UtcDateTime)))


def store_version(session: Session) -> str:
    """What every write changes and nothing else: the hash of the ledger's last entry."""
    found = _VERSION.row(session)
    return found[0] if found else ""


_VERSION = Prepared(select(LedgerEntry.hash).order_by(LedgerEntry.seq.desc()).limit(1))


def read_instant(parameter: str, text: str) -> datetime:
    """The last instant that a text means: an instant itself, or the end of a day, month or year.

    Raises:
        FilterError: it is nothing of this, with what would be right.
    """
    try:
        moment = parse_window(text)
    except MomentError as error:
        raise FilterError(parameter, error.message) from None
    if moment.precision is Precision.INSTANT and moment.start is not None:
        return moment.start
    if moment.end is None or moment.precision in {Precision.INTERVAL, Precision.UNKNOWN}:
        msg = f"{text!r} is no single date: write 2024-11-23T04:30:00Z, 2024-11-23 or 2024-11."
        raise FilterError(parameter, msg)
    return moment.end - TICK


def live_claim(at: datetime) -> ColumnElement[bool]:
    """Claims that had been accepted and had not ended."""
    return and_(Claim.accepted_at <= at, or_(Claim.ended_at.is_(None), Claim.ended_at > at))


def claim_in(status: Status, at: datetime) -> ColumnElement[bool]:
    """Claims that had a status at an instant."""
    ended = and_(Claim.ended_at <= at, Claim.status == status)
    if status is Status.ACCEPTED:
        return live_claim(at)
    if status is Status.PENDING:
        accepted = and_(Claim.accepted_at.is_not(None), Claim.accepted_at <= at)
        rejected = and_(Claim.ended_at.is_not(None), Claim.ended_at <= at)
        return and_(Claim.recorded_at <= at, not_(or_(accepted, rejected)))
    return ended


def counted_claim(view: View) -> ColumnElement[bool]:
    """Live claims, as far as the state shows them."""
    return and_(live_claim(view.known_at), *said_by(view))


def said_by(view: View) -> list[ColumnElement[bool]]:
    """Claims that had been said by then; where that is not known, published, or else recorded."""
    if view.claimed_by is None:
        return []
    published = select(Document.published_from).where(Document.id == Claim.document_id)
    said = func.coalesce(
        Claim.said_from, published.correlate(Claim).scalar_subquery(), Claim.recorded_at
    )
    return [said <= view.claimed_by]


def published_by(view: View) -> list[ColumnElement[bool]]:
    """Documents that had been recorded, and published by then."""
    known = Document.recorded_at <= view.known_at
    if view.claimed_by is None:
        return [known]
    published = func.coalesce(Document.published_from, Document.recorded_at)
    return [known, published <= view.claimed_by]


def live_row(table: Any, at: datetime) -> ColumnElement[bool]:
    """Rows with ``recorded_at`` and ``ended_at`` that counted."""
    return and_(table.recorded_at <= at, or_(table.ended_at.is_(None), table.ended_at > at))


def live_summary(at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """The versions of events that were served."""
    return and_(
        EventSummary.valid_from <= at,
        or_(EventSummary.valid_to.is_(None), EventSummary.valid_to > at),
    )
