"""Writes what follows from some records, table by table and many rows at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from counterclaim.db import new_id
from counterclaim.models import EventJudgement, EventPart, ImportRow
from counterclaim.store.claims import hold_claim, note_claim
from counterclaim.store.documents import note_document
from counterclaim.store.events import record_part
from counterclaim.store.imports.vintages import CHUNK
from counterclaim.store.rows import hold_rows, is_new, new_row
from counterclaim.store.seals import seal_row
from counterclaim.vocabulary import Judgement, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from counterclaim.store.imports.readings import Drawn
    from counterclaim.store.ledger import Writer


def write_rows(writer: Writer, rows: Sequence[ImportRow], drawn: Sequence[Drawn]) -> None:
    """Write rows with their documents, events, quotes and claims, which are accepted at once."""
    documents = [row for one in drawn for row in one.documents]
    events = [row for one in drawn for row in one.events]
    drafts = [draft for one in drawn for draft in one.drafts]
    given = (draft.quote for draft in drafts)
    quotes = {quote.id: quote for quote in given if quote is not None and is_new(quote)}
    unnoted = dict(quotes)
    for document in documents:
        note_document(writer, document)
    for event in events:
        writer.note("record_event", event.id, {"sha256": seal_row(event)})
    for draft in drafts:
        claim = draft.claim
        claim.status, claim.accepted_at = Status.ACCEPTED, writer.at
        hold_claim(writer, draft)
        note_claim(writer, draft, unnoted.pop(claim.quote_id or "", None))
    hold_rows(writer.session, (*rows, *documents, *events, *quotes.values()))
    writer.session.flush()


def write_parts(writer: Writer, drawn: Sequence[Drawn]) -> None:
    """Say which events are parts of which, where that was not said yet.

    Raises:
        InputError: a whole lies within its part.
    """
    given = {
        (whole.id, part.id): (whole, part, basis)
        for one in drawn
        for whole, part, basis in one.parts
    }
    if not given:
        return
    wholes = {whole for whole, _part in given}
    plain = _without_parts(writer, {part for _whole, part in given} - wholes)
    rows = []
    for key in sorted(given.keys() - _said(writer, wholes)):
        whole, part, basis = given[key]
        if part.id in plain:
            rows.append(
                new_row(
                    EventPart,
                    {
                        "id": new_id(),
                        "whole_id": whole.id,
                        "part_id": part.id,
                        "basis": basis,
                        "recorded_at": writer.at,
                    },
                )
            )
        else:
            record_part(writer, whole, part, basis)
    for row in rows:
        body = {"part": row.part_id, "event_part": row.id, "sha256": seal_row(row)}
        writer.note("record_event_part", row.whole_id, body)
    hold_rows(writer.session, rows)
    writer.session.flush()


def _said(writer: Writer, wholes: set[str]) -> set[tuple[str, str]]:
    """Wholes with the parts that they are said to have."""
    query = select(EventPart.whole_id, EventPart.part_id).where(EventPart.ended_at.is_(None))
    chunks = _chunks(wholes)
    found = (writer.session.execute(query.where(EventPart.whole_id.in_(some))) for some in chunks)
    return {(whole, part) for some in found for whole, part in some}


def _without_parts(writer: Writer, ids: set[str]) -> set[str]:
    """Those of the events that have no part and are one with no other: no circle can arise."""
    wholes = select(EventPart.whole_id).where(EventPart.ended_at.is_(None))
    pairs = select(EventJudgement.left_id, EventJudgement.right_id).where(
        EventJudgement.ended_at.is_(None), EventJudgement.judgement == Judgement.SAME
    )
    others: set[str] = set()
    for some in _chunks(ids):
        others.update(writer.session.scalars(wholes.where(EventPart.whole_id.in_(some))))
        either = or_(EventJudgement.left_id.in_(some), EventJudgement.right_id.in_(some))
        others.update(key for pair in writer.session.execute(pairs.where(either)) for key in pair)
    return ids - others


def _chunks(ids: set[str]) -> Iterable[list[str]]:
    given = sorted(ids)
    return (given[start : start + CHUNK] for start in range(0, len(given), CHUNK))
