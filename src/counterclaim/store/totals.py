"""Keeps totals over all events, as of an instant that few versions are newer than.

What they hold depends on the versions alone: whenever and in whichever steps they were moved to
an instant, they come to what the versions that counted then come to.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, insert, select, update

from counterclaim.db import UtcDateTime, dialect_of, table_of
from counterclaim.models import EventSummary, EventTotal, EventTotalApart, EventTotalState
from counterclaim.queries.stats.entangled import chunks
from counterclaim.queries.stats.rows import changed_events
from counterclaim.queries.stats.summing import NOUGHT, NUMBERS
from counterclaim.statements import Prepared, insert_tuples, run_on_driver
from counterclaim.store.counts import Sheet, count_moved
from counterclaim.store.shares import add_shares

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LOOSE = 100
"""So many versions may be newer than the totals: each costs every reader, each move the writer."""

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""The instant of totals that hold nothing."""


def keep_totals(session: Session, at: datetime) -> None:
    """Bring the totals up to an instant, that of the last write, if it is time to.

    Where none are kept nothing is done: ``renew_totals`` begins.
    """
    state = _STATE.row(session)
    if state is None:
        return
    (known_at,) = state
    if known_at >= at:
        # More was written at the same instant: what of it is in them is not known.
        _clear(session)
        _move(session, BEGINNING, at)
        return
    if len(_NEWER.rows(session, known_at=known_at)) >= LOOSE:
        _move(session, known_at, at)


_STATE = Prepared(select(EventTotalState.known_at))
_NEWER = Prepared(
    select(EventSummary.sk)
    .where(EventSummary.valid_from > bindparam("known_at", type_=UtcDateTime))
    .limit(LOOSE)
)


def renew_totals(session: Session) -> None:
    """Make the totals anew, as of the instant at which the writes would have left them."""
    forget_totals(session)
    session.execute(insert(EventTotalState).values(known_at=BEGINNING))
    _move(session, BEGINNING, _last_move(session))


def forget_totals(session: Session) -> None:
    """Keep no totals any longer."""
    _clear(session)
    session.execute(delete(EventTotalState))


def _clear(session: Session) -> None:
    for table in (EventTotal, EventTotalApart):
        session.execute(delete(table))


def are_kept(session: Session) -> bool:
    """Whether totals are kept."""
    return _STATE.row(session) is not None


def _last_move(session: Session) -> datetime:
    """The last instant at which so many versions were newer that the totals were moved."""
    found, newer = BEGINNING, 0
    at = EventSummary.valid_from
    for instant, count in session.execute(select(at, func.count()).group_by(at).order_by(at)):
        newer += count
        if newer >= LOOSE:
            found, newer = instant, 0
    return found


def _move(session: Session, since: datetime, at: datetime) -> None:
    """Add what has begun to count since, and take away what no longer does."""
    sheet = Sheet()
    count_moved(session, sheet, since, at)
    if since == BEGINNING:
        add_shares(session, sheet, at)
        insert_tuples(session, EventTotal.__tablename__, COLUMNS, sheet.rows())
    else:
        changed = changed_events(session, since, at)
        for some in chunks(sorted(changed)):
            session.execute(delete(EventTotalApart).where(EventTotalApart.event_id.in_(some)))
        add_shares(session, sheet, since, changed, taken_away=True)
        add_shares(session, sheet, at, changed)
        run_on_driver(session, ADDING[dialect_of(session)], sheet.rows(), many=True)
        empty = (getattr(EventTotal, name) == NOUGHT for name in NUMBERS)
        session.execute(delete(EventTotal).where(*empty))
    session.execute(update(EventTotalState).values(known_at=at))


COLUMNS = tuple(column.name for column in table_of(EventTotal).columns)
ADDING = {
    engine: f"INSERT INTO event_total ({', '.join(COLUMNS)})"  # noqa: S608 - our own names
    f" VALUES ({', '.join([mark] * len(COLUMNS))})"
    f" ON CONFLICT ({', '.join(COLUMNS[: -len(NUMBERS)])}) DO UPDATE SET "
    + ", ".join(f"{name} = event_total.{name} + excluded.{name}" for name in NUMBERS)
    for engine, mark in (("sqlite", "?"), ("postgresql", "%s"))
}
