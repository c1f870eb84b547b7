"""Makes the read model anew from the claims, with every version that it ever had."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, cast, delete, func, select, text

from counterclaim.db import dialect_of, fetched, instant
from counterclaim.models import (
    EventCell,
    EventFacet,
    EventFigure,
    EventLine,
    EventMeasure,
    EventMember,
    EventPoint,
    EventSummary,
    EventTotal,
    EventTotalApart,
    EventTotalState,
    LedgerEntry,
)
from counterclaim.store.crew import crew
from counterclaim.store.garbage import collected_between
from counterclaim.store.lines import mark_all_due, renew_lines
from counterclaim.store.project import render_transactions, write_rendered
from counterclaim.store.totals import renew_totals
from counterclaim.store.touched import Entry, touched_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.referents import Referents
    from counterclaim.store.project import Rendered

    Stretch = tuple[int, list[tuple[datetime, set[str]]]]
    """The last entry of some transactions, and each with the ids of what it touched."""

DERIVED = (
    *(EventCell, EventFacet, EventFigure, EventLine, EventMeasure, EventMember, EventPoint),
    *(EventSummary, EventTotal, EventTotalApart, EventTotalState),
)
CLEAR_TEXT = {
    "sqlite": "INSERT INTO event_text (event_text) VALUES ('delete-all')",
    "postgresql": "DELETE FROM event_text",
}


STRETCH = 500
"""Transactions are replayed together until they touched so many events."""

READ = 5000
"""So many entries of the ledger are read at a time."""


SHARED = 20_000
"""From so many entries of the ledger on it takes longer to replay them than to start processes."""


def rebuild(
    session: Session,
    progress: Callable[[int, int], None] | None = None,
    *,
    processes: int = 1,
) -> int:
    """Drop the read model and replay every transaction into it; the number of transactions.

    ``progress`` is told how many of how many entries of the ledger are done. Of several
    ``processes`` each resolves events, and this one writes them: only where the session itself has
    written nothing that they would not see.
    """
    for table in DERIVED:
        session.execute(delete(table))
    session.execute(text(CLEAR_TEXT[dialect_of(session)]))
    session.flush()
    entries = session.scalar(select(func.max(LedgerEntry.seq))) or 0
    count = 0
    with crew(session, processes if entries >= SHARED else 1) as hands:
        for (done, transactions), rendered in hands.results(_render, _stretches(session)):
            write_rendered(session, rendered)
            count += len(transactions)
            if progress is not None:
                progress(done, entries)
        mark_all_due(session)
        renew_lines(session, hands)
    with collected_between():
        renew_totals(session)
    return count


def _render(session: Session, behind: Referents, stretch: Stretch) -> list[Rendered]:
    _, transactions = stretch
    return render_transactions(session, transactions, behind)


def _stretches(session: Session) -> Iterator[Stretch]:
    """Consecutive transactions with what they touched, and the last entry of each stretch."""
    stretch: list[tuple[datetime, set[str]]] = []
    touched = done = 0
    for written, rows in groupby(_entries(session), key=itemgetter(1)):
        at, entries = instant(written), list(rows)
        ids = touched_in(session, [Entry(*entry) for _, _, *entry in entries], at)
        if stretch and touched + len(ids) > STRETCH:
            yield done, stretch
            stretch, touched = [], 0
        stretch.append((at, ids))
        touched += len(ids)
        done = entries[-1][0]
    if stretch:
        yield done, stretch


def _entries(session: Session) -> Iterator[tuple[Any, ...]]:
    """The ledger in its order, read piece by piece, as the driver gives its rows."""
    row, last = LedgerEntry, 0
    subject = cast(row.subject, Text)
    query = select(row.seq, row.at, row.action, subject, row.body).order_by(row.seq)
    while rows := fetched(session, query.where(row.seq > last).limit(READ)):
        yield from rows
        last = rows[-1][0]
