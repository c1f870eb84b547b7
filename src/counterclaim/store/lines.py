"""Keeps the versions that count as lines of exports: when many are due, they are made together.

What they say depends on the claims alone; which of them are made already, on nobody's answer: an
export makes those that it misses for itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from sqlalchemy import delete, insert, select

from counterclaim.db import AMONG, among, dialect_of, driver_value
from counterclaim.models import EventLine, EventSummary
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.event_lines import event_rows, lines_of_events, lines_of_rows
from counterclaim.queries.events import Shown, documents_of, figures_of
from counterclaim.statements import Prepared, insert_tuples, run_on_driver

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.referents import Referents
    from counterclaim.store.crew import Crew

    Rows = list[tuple[object, ...]]

LOOSE = 100
"""So many versions may be due: each costs who exports it, and each alone would cost the writer."""

MOST = 5_000
"""One write makes no more: a store whose lines were never made is not to be held up by the next."""

BATCH = 1_000

CHANGES = (
    "DELETE FROM event_line WHERE sk IN (SELECT sk FROM event_summary WHERE event_id IN (:ids))",
    "INSERT INTO event_line (sk)"
    " SELECT sk FROM event_summary WHERE valid_to IS NULL AND event_id IN (:ids)",
)
COLUMNS = ("sk", "rendered_at", "exact", "figure_rows", "event", "figures")


def mark_due(session: Session, event_ids: Iterable[str]) -> None:
    """Let the lines of these events be made anew: what they say may have changed."""
    engine, ids = dialect_of(session), list(event_ids)
    given: Any = orjson.dumps(ids).decode() if engine == "sqlite" else ids
    for change in CHANGES:
        run_on_driver(session, change.replace("IN (:ids)", AMONG[engine]), {"ids": given})


def mark_all_due(session: Session) -> None:
    """Let the lines of all events be made anew."""
    versions = select(EventSummary.sk).where(EventSummary.valid_to.is_(None))
    session.execute(delete(EventLine))
    session.execute(insert(EventLine).from_select(["sk"], versions))


def keep_lines(session: Session, at: datetime) -> None:
    """Make the lines that are due, if it is time to; ``at`` is the instant of the last write."""
    if len(_SOME_DUE.rows(session)) < LOOSE:
        return  # As it nearly always is: every write asks.
    due = _due(session, MOST)
    if len(due) >= LOOSE:
        for start in range(0, len(due), BATCH):
            told = _told(session, due[start : start + BATCH], at)
            _write(session, render_lines(session, told))


_SOME_DUE = Prepared(select(EventLine.sk).where(EventLine.rendered_at.is_(None)).limit(LOOSE))


def renew_lines(session: Session, hands: Crew | None = None) -> None:
    """Make all lines that are due, by a crew if there is one."""
    due = _all_told(session, last_change(session))
    if hands is None:
        made = (render_lines(session, told) for told in due)
    else:
        made = (lines for _, lines in hands.results(_render, due))
    for lines in made:
        _write(session, lines)


def _all_told(session: Session, at: datetime) -> Iterator[list[Told]]:
    last = None
    while due := _due(session, BATCH, last):
        last = due[-1]
        yield _told(session, due, at)


def _due(session: Session, most: int, after: int | None = None) -> Sequence[int]:
    query = select(EventLine.sk).where(EventLine.rendered_at.is_(None))
    if after is not None:
        query = query.where(EventLine.sk > after)
    return session.scalars(query.order_by(EventLine.sk).limit(most)).all()


class Told(NamedTuple):
    """A version whose lines are due, and the instant whose state they are to show."""

    event_id: str
    shown: Shown
    at: datetime


def _told(session: Session, due: Sequence[int], at: datetime) -> list[Told]:
    query = select(EventSummary.sk, EventSummary.event_id)
    found = session.execute(query.where(among(session, EventSummary.sk, due)))
    events: dict[int, str] = {sk: event for sk, event in found}
    bare = [Shown("", sk) for sk in due]
    read = zip(due, documents_of(session, bare), figures_of(session, bare), strict=True)
    return [Told(events[sk], Shown(text, sk, figures), at) for sk, text, figures in read]


def _render(session: Session, _behind: Referents, told: list[Told]) -> Rows:
    return render_lines(session, told)


def render_lines(session: Session, told: Sequence[Told]) -> Rows:
    """The lines of these versions as rows; of the store nothing is read but claims."""
    at = told[0].at
    rendered_at = driver_value(at, dialect_of(session))
    events = lines_of_rows(event_rows(session, [one.shown for one in told]))
    figures = lines_of_events(session, [one.event_id for one in told], View(at))
    return [
        (one.shown.sk, rendered_at, exact and all_exact, count, event, lines)
        for one, (event, _, exact), (lines, count, all_exact) in zip(
            told, events, figures, strict=True
        )
    ]


def _write(session: Session, rows: Rows) -> None:
    session.execute(delete(EventLine).where(among(session, EventLine.sk, [row[0] for row in rows])))
    insert_tuples(session, "event_line", COLUMNS, rows)
