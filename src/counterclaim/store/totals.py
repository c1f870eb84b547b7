"""Keeps totals over all events, as of an instant that few versions are newer than.

What they hold depends on the versions alone: whenever and in whichever steps they were moved to
an instant, they come to what the versions that counted then come to.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import case, delete, func, insert, literal, literal_column, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from counterclaim.db import dialect_of, table_of
from counterclaim.models import EventSummary, EventTotal, EventTotalState
from counterclaim.queries.asof import live_summary
from counterclaim.queries.stats.kept import COLUMNS, KEPT, grouping_of
from counterclaim.queries.stats.summing import LINE, NUMBERS, moved, sum_versions

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from counterclaim.queries.stats.summing import Sums

LOOSE = 100
"""So many versions may be newer than the totals: each costs every reader, each move the writer."""

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""The instant of totals that hold nothing."""

KEY = ("grouped_by", *LINE, *COLUMNS)
INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def keep_totals(session: Session, at: datetime) -> None:
    """Bring the totals up to an instant, that of the last write, if it is time to.

    Where none are kept nothing is done: ``renew_totals`` begins.
    """
    known_at = session.scalar(select(EventTotalState.known_at))
    if known_at is None:
        return
    if known_at >= at:
        # More was written at the same instant: what of it is in them is not known.
        session.execute(delete(EventTotal))
        _move(session, BEGINNING, at)
        return
    newer = select(func.count()).where(EventSummary.valid_from > known_at)
    if (session.scalar(newer) or 0) >= LOOSE:
        _move(session, known_at, at)


def renew_totals(session: Session) -> None:
    """Make the totals anew, as of the instant at which the writes would have left them."""
    forget_totals(session)
    session.execute(insert(EventTotalState).values(known_at=BEGINNING))
    _move(session, BEGINNING, _last_move(session))


def forget_totals(session: Session) -> None:
    """Keep no totals any longer."""
    session.execute(delete(EventTotal))
    session.execute(delete(EventTotalState))


def are_kept(session: Session) -> bool:
    """Whether totals are kept."""
    return session.scalar(select(EventTotalState.known_at)) is not None


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
    counted = live_summary(since)
    versions = select(EventSummary.sk).where(EventSummary.sk.in_(moved(since, at)))
    versions = versions.where(live_summary(at) != counted)
    sign = case((counted, -1), else_=1)
    for name, cuts in KEPT.items():
        grouping = grouping_of(name, dialect_of(session))
        _add(session, name, sum_versions(cuts, grouping, versions, sign))
    session.execute(delete(EventTotal).where(EventTotal.events == literal_column("0")))
    session.execute(update(EventTotalState).values(known_at=at))


def _add(session: Session, name: str, sums: Sums) -> None:
    total, rows = table_of(EventTotal), sums.subquery()
    # SQLite takes ON CONFLICT behind a select only if this has a WHERE.
    given = select(literal(name), *rows.c).where(true())
    made = INSERTS[dialect_of(session)](total).from_select(KEY + NUMBERS, given)
    more = {name: total.c[name] + made.excluded[name] for name in NUMBERS}
    session.execute(made.on_conflict_do_update(index_elements=KEY, set_=more))
