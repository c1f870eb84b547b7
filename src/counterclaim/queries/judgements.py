"""What was judged about events, and which events look alike, as they are given out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from counterclaim.db import is_id
from counterclaim.errors import NotFoundError
from counterclaim.models import EventJudgement
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import live_row
from counterclaim.queries.components import linked
from counterclaim.queries.events import get_event
from counterclaim.queries.similar import WEIGHTS, similar_events
from counterclaim.schemas.decisions import (
    JudgementOut,
    JudgementsOut,
    LikenessParts,
    SimilarOut,
    SimilarsOut,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.components import Links
    from counterclaim.queries.similar import Likeness
    from counterclaim.vocabulary import Judgement

LEAST = 0.3
"""Events less alike than this are not shown."""


def list_similar(session: Session, event_id: str, view: View) -> SimilarsOut:
    """Events that may be the same as one, the most alike first.

    Raises:
        NotFoundError: there was no such event.
        MovedError: it had been merged into another one.
    """
    get_event(session, event_id, view)
    known_at = view.known_at
    found = similar_events(session, event_id, known_at, least=LEAST)
    judged = _judged(session, event_id, known_at)
    return SimilarsOut(
        event=event_id,
        known_at=isoformat_z(known_at),
        weights=LikenessParts(**WEIGHTS),
        items=[_similar(likeness, judged.get(likeness.id)) for likeness in found],
    )


def list_judgements(session: Session, event_id: str, known_at: datetime) -> JudgementsOut:
    """All judgements about an event up to an instant, the newest first.

    Raises:
        NotFoundError: there was no such event.
    """
    links = linked(session, [event_id], known_at)
    if event_id not in links.events or links.events[event_id].recorded_at > known_at:
        raise NotFoundError("event", event_id)
    query = select(EventJudgement).where(_about(event_id), EventJudgement.recorded_at <= known_at)
    newest = query.order_by(EventJudgement.recorded_at.desc(), EventJudgement.id.desc())
    rows = session.scalars(newest).all()
    return JudgementsOut(
        event=event_id,
        known_at=isoformat_z(known_at),
        items=_judgements_out(session, rows, known_at),
    )


def get_judgement(session: Session, judgement_id: str, known_at: datetime) -> JudgementOut:
    """One judgement.

    Raises:
        NotFoundError: none has that id.
    """
    row = session.get(EventJudgement, judgement_id.lower()) if is_id(judgement_id) else None
    if row is None:
        raise NotFoundError("judgement", judgement_id)
    (shape,) = _judgements_out(session, [row], known_at)
    return shape


def _about(event_id: str) -> ColumnElement[bool]:
    return or_(EventJudgement.left_id == event_id, EventJudgement.right_id == event_id)


def _judged(session: Session, event_id: str, at: datetime) -> dict[str, Judgement]:
    """What was decided of an event and each other one."""
    rows = session.scalars(
        select(EventJudgement).where(_about(event_id), live_row(EventJudgement, at))
    )
    return {row.right_id if row.left_id == event_id else row.left_id: row.judgement for row in rows}


def _judgements_out(
    session: Session, rows: Sequence[EventJudgement], at: datetime
) -> list[JudgementOut]:
    links = linked(session, {key for row in rows for key in (row.left_id, row.right_id)}, at)
    return [_judgement(row, links, at) for row in rows]


def _judgement(row: EventJudgement, links: Links, at: datetime) -> JudgementOut:
    ended = row.ended_at is not None and row.ended_at <= at
    pair = [row.left_id, row.right_id]
    return JudgementOut(
        id=row.id,
        events=pair,
        judgement=row.judgement,
        score=row.score,
        reason=row.reason,
        decided_by=row.decided_by,
        recorded_at=isoformat_z(row.recorded_at),
        ended_at=isoformat_z(row.ended_at) if row.ended_at and ended else None,
        served_as={key: links.stands_for[key] for key in pair},
    )


def _similar(likeness: Likeness, judgement: Judgement | None) -> SimilarOut:
    return SimilarOut(
        id=likeness.id,
        label=likeness.label,
        score=likeness.score,
        parts=LikenessParts(**likeness.parts),
        explained=_explained(likeness),
        judgement=judgement,
    )


def _explained(likeness: Likeness) -> str:
    told = (f"{name} {value:.2f} × {WEIGHTS[name]:g}" for name, value in likeness.parts.items())
    return f"{' + '.join(told)} = {likeness.score:.2f}"
