"""Makes the read model anew from the claims, with every version that it ever had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, text

from counterclaim.db import dialect_of
from counterclaim.models import (
    EventCell,
    EventFacet,
    EventFigure,
    EventMeasure,
    EventMember,
    EventPoint,
    EventSummary,
    LedgerEntry,
)
from counterclaim.store.project import project
from counterclaim.store.touched import touched_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

DERIVED = (
    *(EventCell, EventFacet, EventFigure, EventMeasure, EventMember, EventPoint),
    EventSummary,
)
CLEAR_TEXT = {
    "sqlite": "INSERT INTO event_text (event_text) VALUES ('delete-all')",
    "postgresql": "DELETE FROM event_text",
}


def is_behind(session: Session) -> bool:
    """Whether there are versions from before a revision that added to the read model."""
    behind = select(EventSummary.sk).where(EventSummary.divergence_ppm.is_(None))
    return session.scalar(behind.limit(1)) is not None


def rebuild(session: Session, progress: Callable[[int, int], None] | None = None) -> int:
    """Drop the read model and replay every transaction into it; the number of transactions.

    ``progress`` is told how many of how many transactions are done.
    """
    for table in DERIVED:
        session.execute(delete(table))
    session.execute(text(CLEAR_TEXT[dialect_of(session)]))
    instants = session.scalars(select(LedgerEntry.at).distinct().order_by(LedgerEntry.at)).all()
    for done, at in enumerate(instants, start=1):
        project(session, touched_by(session, at), at)
        if progress is not None:
            progress(done, len(instants))
    return len(instants)
