"""Judges whether two events are one, and undoes such judgements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from counterclaim.errors import ConflictError, Problem, RejectedError
from counterclaim.models import Event, EventJudgement
from counterclaim.queries.components import linked
from counterclaim.store.ledger import fresh
from counterclaim.store.review.decisions import fingerprint, given, publish
from counterclaim.store.seals import seal_row
from counterclaim.vocabulary import Judgement, Scope

if TYPE_CHECKING:
    from counterclaim.queries.components import Links
    from counterclaim.store.ledger import Writer


def judge_events(
    writer: Writer,
    left_id: str,
    right_id: str,
    judgement: Judgement,
    reason: str | None,
    score: float | None = None,
) -> EventJudgement:
    """Say whether two events are one, in either order; this ends the judgement before.

    Events that are ``same``, directly or over others, are served as one: the oldest of them.

    Args:
        writer: The writer of the transaction.
        left_id: One event.
        right_id: The other one.
        judgement: What is decided.
        reason: Why.
        score: How alike the two looked, 0 to 1; None where nothing was measured.

    Raises:
        RejectedError: no reason is given, the score is out of range, the two are one id, or they
            cannot be one: of different kinds, one of them a collection, or one part of the other.
        NotFoundError: no event has one of the ids.
        ConflictError: other live judgements say the opposite.
    """
    why = given(reason)
    if score is not None and not 0 <= score <= 1:
        raise RejectedError([Problem("/score", f"{score} does not lie between 0 and 1.")])
    pair = [fresh(writer, Event, key, "event") for key in (left_id, right_id)]
    left, right = sorted(pair, key=lambda event: event.id)
    if left is right:
        raise RejectedError([Problem("/event", "An event is one with itself.")])
    before = _end_live(writer, left, right)
    _check(writer, left, right, judgement)
    row = EventJudgement(
        left_id=left.id,
        right_id=right.id,
        judgement=judgement,
        score=score,
        reason=why,
        decided_by=writer.actor,
        recorded_at=writer.at,
    )
    writer.session.add(row)
    writer.session.flush()
    body = {
        "events": [left.id, right.id],
        "judgement": str(judgement),
        "score": score,
        "ended": before.id if before else None,
        "reason": fingerprint(why),
        "sha256": seal_row(row),
    }
    writer.note("judge_events", row.id, body)
    publish(writer)
    return row


def end_judgement(writer: Writer, judgement_id: str, reason: str | None = None) -> EventJudgement:
    """Take a judgement back: events that were one only by it are two again.

    Of a reason only the digest is kept, in the ledger.

    Raises:
        NotFoundError: no judgement has that id.
        ConflictError: the judgement has ended.
    """
    row = fresh(writer, EventJudgement, judgement_id, "judgement")
    if row.ended_at is not None:
        raise ConflictError(f"Judgement {row.id} has ended; only a live one can be ended.")
    row.ended_at = writer.at
    body = {
        "events": [row.left_id, row.right_id],
        "judgement": str(row.judgement),
        "reason": fingerprint(reason),
    }
    writer.note("end_judgement", row.id, body)
    publish(writer)
    return row


def _end_live(writer: Writer, left: Event, right: Event) -> EventJudgement | None:
    query = select(EventJudgement).where(
        EventJudgement.left_id == left.id,
        EventJudgement.right_id == right.id,
        EventJudgement.ended_at.is_(None),
    )
    before = writer.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if before is not None:
        before.ended_at = writer.at
        writer.session.flush()
    return before


def _check(writer: Writer, left: Event, right: Event, judgement: Judgement) -> None:
    """Refuse a judgement that the two, or the other judgements, do not allow."""
    links = linked(writer.session, [left.id, right.id], writer.at)
    firsts = links.stands_for[left.id], links.stands_for[right.id]
    if judgement is not Judgement.SAME:
        if firsts[0] == firsts[1]:
            msg = f"Events {left.id} and {right.id} are one by way of other judgements: end those."
            raise ConflictError(msg)
        return
    if detail := _unlike(left, right) or _within(links, *firsts) or _within(links, *firsts[::-1]):
        raise RejectedError([Problem("/judgement", detail)])
    _check_different(writer, links, set(firsts))


def _unlike(left: Event, right: Event) -> str | None:
    if left.kind != right.kind:
        return f"A {left.kind} and a {right.kind} cannot be the same event."
    if (left.scope is Scope.COLLECTION) != (right.scope is Scope.COLLECTION):
        return "A collection stands for several events and cannot be the same as one of them."
    return None


def _within(links: Links, part: str, whole: str) -> str | None:
    if whole not in links.above(part):
        return None
    labels = links.events[part].label, links.events[whole].label
    return f"{labels[0]!r} is part of {labels[1]!r}: a whole and its part are not the same event."


def _check_different(writer: Writer, links: Links, firsts: set[str]) -> None:
    """No two events that would become one may have been judged different."""
    members = [key for key, first in links.stands_for.items() if first in firsts]
    apart = writer.session.scalars(
        select(EventJudgement)
        .where(
            EventJudgement.left_id.in_(members),
            EventJudgement.right_id.in_(members),
            EventJudgement.judgement == Judgement.DIFFERENT,
            EventJudgement.ended_at.is_(None),
        )
        .order_by(EventJudgement.id)
        .limit(1)
    ).first()
    if apart is not None:
        msg = f"Judgement {apart.id} says that events {apart.left_id} and {apart.right_id} are"
        raise ConflictError(f"{msg} different: end it first.")
