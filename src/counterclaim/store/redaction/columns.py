"""Where words of a document can stand beside its text: which columns are blanked, and when.

docs/redaction.md lists these columns and those that stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, false, or_, select, true

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
    ImportBatch,
    ImportRow,
    InterceptionCount,
    Occurrence,
    Redaction,
    Release,
    SourceRating,
    Tally,
)
from counterclaim.store.redaction.words import LEAST, Words, blank, texts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

CHUNK = 5000
"""So many ids go into one statement."""

ROWS = 500
"""So many rows of data sets are held at a time."""

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


def blank_claims(session: Session, claim_ids: Collection[str], words: Words) -> Iterator[Any]:
    """Blank what claims repeat of the words that they rest on; the rows that changed."""
    ids = sorted(claim_ids)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        for model, owner, columns in OF_CLAIM:
            for row in session.scalars(select(model).where(getattr(model, owner).in_(chunk))):
                if _change(row, columns, blank):
                    yield row
        yield from _blank_details(session, Claim.id.in_(chunk), blank)
        yield from _blank_rows(session, _versions_of(session, chunk), words)


def blank_remarks(session: Session, words: Words) -> Iterator[Any]:
    """Blank the words in what analysts wrote and the checks remarked; the rows that changed."""
    for model, columns in OF_ANYBODY:
        for row in session.scalars(select(model)):
            if _change(row, columns, words.blanked):
                yield row
    yield from blank_warnings(session, words)
    yield from blank_import_rows(session, words)


def blank_warnings(session: Session, words: Words) -> Iterator[Claim]:
    """Blank the words in what the checks on entry remarked; the claims that changed."""
    yield from _blank_details(session, true(), words.blanked)


def blank_import_rows(session: Session, words: Words) -> Iterator[ImportRow]:
    """Blank names and whole texts in all rows of data sets; the rows that changed.

    Of a text only the rows of its own records are searched for a part: other records share turns of
    phrase with it.
    """
    texts = (text for text in words.texts if len(text) >= LEAST)
    yield from _blank_rows(session, true(), Words(names=(*words.names, *texts)))


def _versions_of(session: Session, claim_ids: Collection[str]) -> ColumnElement[bool]:
    """The rows that these claims rest on, in every version of their data sets."""
    query = (
        select(ImportBatch.data_set, ImportRow.record_key)
        .join(ImportRow, ImportRow.batch_id == ImportBatch.id)
        .join(Claim, Claim.import_row_id == ImportRow.id)
        .where(Claim.id.in_(claim_ids))
    )
    keys: dict[str, set[str | None]] = {}
    for data_set, key in session.execute(query):
        keys.setdefault(data_set, set()).add(key)
    batches = {
        data_set: select(ImportBatch.id).where(ImportBatch.data_set == data_set)
        for data_set in keys
    }
    return or_(
        false(),
        *(
            ImportRow.batch_id.in_(batches[data_set]) & ImportRow.record_key.in_(found)
            for data_set, found in keys.items()
        ),
    )


def _blank_rows(
    session: Session, condition: ColumnElement[bool], words: Words
) -> Iterator[ImportRow]:
    query = select(ImportRow).where(condition).execution_options(yield_per=ROWS)
    for row in session.scalars(query):
        left = words.blanked_below(row.original)
        reason = words.blanked(row.reason) if row.reason else row.reason
        if (left, reason) != (row.original, row.reason):
            row.original, row.reason = left, reason
            yield row


def _blank_details(
    session: Session, claims: ColumnElement[bool], change: Callable[[str], str]
) -> Iterator[Claim]:
    for claim in session.scalars(select(Claim).where(claims)):
        left = [{**one, "detail": change(one["detail"])} for one in claim.warnings]
        if left != claim.warnings:
            claim.warnings = left
            yield claim


def _change(row: Any, columns: Iterable[str], change: Callable[[str], str]) -> bool:
    """Change the texts in these columns; true if any is another one now."""
    before = {name: getattr(row, name) for name in columns}
    after = {name: change(value) for name, value in before.items() if value is not None}
    changed = {name: value for name, value in after.items() if value != before[name]}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


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
