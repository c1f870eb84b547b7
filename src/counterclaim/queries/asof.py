"""The store as it stood at one instant: the conditions that make rows count then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from counterclaim.db import now
from counterclaim.models import Claim, EventSummary, LedgerEntry

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


def last_change(session: Session) -> datetime:
    """The instant of the last write: what is known then is what is known now."""
    newest = select(LedgerEntry.at).order_by(LedgerEntry.seq.desc()).limit(1)
    return session.scalar(newest) or now()


def live_claim(at: datetime) -> ColumnElement[bool]:
    """Claims that had been accepted and had not ended."""
    return and_(Claim.accepted_at <= at, or_(Claim.ended_at.is_(None), Claim.ended_at > at))


def live_row(table: Any, at: datetime) -> ColumnElement[bool]:
    """Rows with ``recorded_at`` and ``ended_at`` that counted."""
    return and_(table.recorded_at <= at, or_(table.ended_at.is_(None), table.ended_at > at))


def live_summary(at: datetime) -> ColumnElement[bool]:
    """The versions of events that were served."""
    return and_(
        EventSummary.valid_from <= at,
        or_(EventSummary.valid_to.is_(None), EventSummary.valid_to > at),
    )
