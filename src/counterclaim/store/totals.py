"""Keeps totals over all events, as of an instant that few versions are newer than.

What they hold depends on the versions alone: whenever and in whichever steps they were moved to
an instant, they come to what the versions that counted then come to.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Literal

from sqlalchemy import (
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg2

from counterclaim.db import UtcDateTime, dialect_of
from counterclaim.models import EventSummary, EventTotal, EventTotalApart, EventTotalState
from counterclaim.queries.asof import live_summary
from counterclaim.queries.stats.entangled import chunks
from counterclaim.queries.stats.kept import KEPT, grouping_of
from counterclaim.queries.stats.rows import changed_events
from counterclaim.queries.stats.summing import NOUGHT, NUMBERS, ONE, moved, sum_versions
from counterclaim.statements import Prepared
from counterclaim.store.shares import KEY, add_shares, adding_to, upsert

if TYPE_CHECKING:
    from sqlalchemy import TextClause
    from sqlalchemy.orm import Session

LOOSE = 100
"""So many versions may be newer than the totals: each costs every reader, each move the writer."""

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""The instant of totals that hold nothing."""

# That of psycopg 2 writes no casts behind the names of parameters, where text() would miss these.
DIALECTS = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": psycopg2.dialect(paramstyle="named"),  # type: ignore[no-untyped-call]  # SQLAlchemy's
}


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
    for name in KEPT:
        statement = _adding(name, dialect_of(session))
        session.execute(statement, {"since": since, "at": at})
    if since == BEGINNING:
        add_shares(session, at)
    else:
        changed = changed_events(session, since, at)
        for some in chunks(sorted(changed)):
            session.execute(delete(EventTotalApart).where(EventTotalApart.event_id.in_(some)))
        add_shares(session, since, changed, taken_away=True)
        add_shares(session, at, changed)
    empty = (getattr(EventTotal, name) == NOUGHT for name in NUMBERS)
    session.execute(delete(EventTotal).where(*empty))
    session.execute(update(EventTotalState).values(known_at=at))


@cache
def _adding(name: str, dialect: Literal["sqlite", "postgresql"]) -> TextClause:
    """The statement for the totals by one group, as text: to build it costs more than to run it."""
    since, at = (bindparam(name, type_=UtcDateTime()) for name in ("since", "at"))
    counted = live_summary(since)
    versions = select(EventSummary.sk).where(EventSummary.sk.in_(moved(since, at)))
    versions = versions.where(live_summary(at) != counted)
    sign = case((counted, literal_column("-1")), else_=ONE)
    rows = sum_versions(KEPT[name], grouping_of(name, dialect), versions, sign).subquery()
    # SQLite takes ON CONFLICT behind a select only if this has a WHERE.
    given = select(literal_column(f"'{name}'"), *rows.c).where(true())
    made = upsert(dialect).from_select([*KEY, *NUMBERS], given)
    written = adding_to(made).compile(dialect=DIALECTS[dialect])
    values = {key: bind.value for bind, key in written.bind_names.items() if not bind.required}
    return text(str(written)).bindparams(since, at, **values)
