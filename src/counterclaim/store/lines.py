"""Keeps the versions that count as lines of exports: when many are due, they are made together.

What they say depends on the claims alone; which of them are made already, on nobody's answer: an
export makes those that it misses for itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import delete, insert, select

from counterclaim.db import AMONG, among, dialect_of, driver_value
from counterclaim.models import EventLine, EventSummary
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.event_lines import lines_of_figures, lines_of_versions
from counterclaim.statements import Prepared, insert_tuples, run_on_driver

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

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
        _render(session, due, at)


_SOME_DUE = Prepared(select(EventLine.sk).where(EventLine.rendered_at.is_(None)).limit(LOOSE))


def renew_lines(session: Session) -> None:
    """Make all lines that are due."""
    at = last_change(session)
    while due := _due(session, MOST):
        _render(session, due, at)


def _due(session: Session, most: int) -> Sequence[int]:
    query = select(EventLine.sk).where(EventLine.rendered_at.is_(None))
    return session.scalars(query.order_by(EventLine.sk).limit(most)).all()


def _render(session: Session, due: Sequence[int], at: datetime) -> None:
    view = View(at)
    rendered_at = driver_value(at, dialect_of(session))
    for start in range(0, len(due), BATCH):
        sks = due[start : start + BATCH]
        events, figures = (
            lines_of_versions(session, sks, view),
            lines_of_figures(session, sks, view),
        )
        rows = [
            [sk, rendered_at, exact and all_exact, count, event, lines]
            for sk, (event, _, exact), (lines, count, all_exact) in zip(
                sks, events, figures, strict=True
            )
        ]
        session.execute(delete(EventLine).where(among(session, EventLine.sk, sks)))
        insert_tuples(session, "event_line", COLUMNS, rows)
