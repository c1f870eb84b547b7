"""Where words of a document can stand beside its text: which columns are blanked, and when.

docs/redaction.md lists these columns and those that stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, or_, select

from counterclaim.models import (
    Assessment,
    Casualty,
    Claim,
    ClaimPlace,
    Damage,
    Event,
    EventJudgement,
    EventPart,
    IdempotencyKey,
    ImportRow,
    InterceptionCount,
    Occurrence,
    Redaction,
    Release,
    SourceRating,
    Tally,
)
from counterclaim.store.redaction.words import Words, blank, texts_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy.orm import Session

CHUNK = 5000
"""So many ids go into one statement."""

OF_CLAIM: tuple[tuple[type[Any], str, tuple[str, ...]], ...] = (
    (Claim, "id", ("note", "inference_rule")),
    (Occurrence, "claim_id", ("target",)),
    (ClaimPlace, "claim_id", ("said",)),
    (InterceptionCount, "claim_id", ("said",)),
    (Casualty, "claim_id", ("said",)),
    (Damage, "claim_id", ("said",)),
    (Tally, "claim_id", ("said",)),
)
"""Columns that repeat or describe the words of a claim: blanked as a whole with its quote."""

OF_ANYBODY: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Claim, ("note", "inference_rule", "end_reason")),
    (Assessment, ("rationale",)),
    (SourceRating, ("rationale",)),
    (Event, ("label",)),
    (EventPart, ("basis",)),
    (EventJudgement, ("reason",)),
    (Release, ("note",)),
    (Redaction, ("reason",)),
)
"""What analysts wrote, in which a longer run of the words is blanked wherever it stands."""


def blank_claims(session: Session, claim_ids: Collection[str], words: Words) -> None:
    """Blank what claims repeat of the words that they rest on."""
    ids = sorted(claim_ids)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        for model, owner, columns in OF_CLAIM:
            for row in session.scalars(select(model).where(getattr(model, owner).in_(chunk))):
                _blank_columns(row, columns)
        for claim in session.scalars(select(Claim).where(Claim.id.in_(chunk))):
            claim.warnings = [{**one, "detail": blank(one["detail"])} for one in claim.warnings]
        imported = select(Claim.import_row_id).where(Claim.id.in_(chunk))
        for row in session.scalars(select(ImportRow).where(ImportRow.id.in_(imported))):
            row.original = words.blanked_below(row.original)


def _blank_columns(row: Any, columns: Iterable[str]) -> None:
    for name in columns:
        value = getattr(row, name)
        if value is not None:
            setattr(row, name, blank(value))


def blank_remarks(session: Session, words: Words) -> None:
    """Blank the words in what analysts wrote and the checks remarked, on whatever row."""
    for model, columns in OF_ANYBODY:
        for row in session.scalars(select(model)):
            for name in columns:
                value = getattr(row, name)
                if value is not None and (left := words.blanked(value)) != value:
                    setattr(row, name, left)
    blank_warnings(session, words)


def blank_warnings(session: Session, words: Words) -> None:
    """Blank the words in what the checks on entry remarked on any claim."""
    for claim in session.scalars(select(Claim)):
        left = [{**one, "detail": words.blanked(one["detail"])} for one in claim.warnings]
        if left != claim.warnings:
            claim.warnings = left


def forget_answers(session: Session, words: Words, ids: Collection[str]) -> int:
    """Drop the stored answers to repeated requests that hold the words or speak of the rows."""
    table = IdempotencyKey
    query = select(table.caller_id, table.key, table.body).where(table.body.is_not(None))
    found = []
    for caller_id, key, body in session.execute(query):
        text = texts_of(body or b"")
        if words.stand_in(text) or any(row_id in text for row_id in ids):
            found.append((table.caller_id == caller_id) & (table.key == key))
    if found:
        session.execute(delete(table).where(or_(*found)))
    return len(found)
