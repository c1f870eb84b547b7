"""Writes events and what is part of what."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from counterclaim.errors import InputError
from counterclaim.models import Event, EventPart
from counterclaim.queries.components import linked
from counterclaim.statements import Prepared
from counterclaim.store.rows import hold_rows, new_row
from counterclaim.store.seals import seal_row
from counterclaim.vocabulary import Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from counterclaim.models import Document
    from counterclaim.schemas.imported import ImportedEvent
    from counterclaim.schemas.incoming import EventIn
    from counterclaim.store.ledger import Writer

NAMESPACE = uuid.UUID("9d3c4e0a-6f0b-5b51-8f6e-3f3c1f0f7a55")
"""Root of the ids of events that a claim file names by ref."""


def event_id(shape: EventIn, document: Document | None) -> str:
    """The id of an event of a claim file: the same each time the same file is taken in."""
    sha256 = document.sha256 if document else ""
    name = "\n".join((sha256, shape.ref or "", shape.kind, shape.scope, shape.label))
    return str(uuid.uuid5(NAMESPACE, name))


def record_events(
    writer: Writer, shapes: Sequence[EventIn], document: Document | None
) -> list[tuple[Event, bool]]:
    """Write events without their parts, in order; each with whether it is new."""
    if not shapes:
        return []
    session = writer.session
    ids = [event_id(shape, document) for shape in shapes]
    known = {row.id: row for row in session.scalars(select(Event).where(Event.id.in_(ids)))}
    number = last_number(session)
    events: list[tuple[Event, bool]] = []
    for key, shape in zip(ids, shapes, strict=True):
        if key in known:
            events.append((known[key], False))
            continue
        number += 1
        event = known[key] = record_event(writer, shape, key, number)
        events.append((event, True))
    return events


def record_event(writer: Writer, shape: EventIn, key: str, number: int) -> Event:
    """Write one event without its parts, under an id and a serial number that are free."""
    event = new_event(writer, shape, key, number)
    hold_rows(writer.session, (event,))
    writer.note("record_event", key, {"sha256": seal_row(event)})
    return event


def new_event(writer: Writer, shape: EventIn | ImportedEvent, key: str, number: int) -> Event:
    """The row of an event that is new."""
    said = {"kind": shape.kind, "scope": shape.scope, "label": shape.label}
    return new_row(Event, {"id": key, "number": number, "recorded_at": writer.at, **said})


_LAST_NUMBER = Prepared(select(func.max(Event.number)))


def last_number(session: Session) -> int:
    """The greatest serial number that an event has; 0 where there is none."""
    found = _LAST_NUMBER.row(session)
    return found[0] or 0 if found else 0


def record_part(writer: Writer, whole: Event, part: Event, basis: str | None) -> bool:
    """Say that one event is part of another; true if that was not said yet.

    Raises:
        InputError: the whole is a single event, or lies within its part.
    """
    session = writer.session
    live = (
        EventPart.whole_id == whole.id,
        EventPart.part_id == part.id,
        EventPart.ended_at.is_(None),
    )
    if session.scalars(select(EventPart).where(*live)).one_or_none() is not None:
        return False
    if whole.scope is Scope.SINGLE:
        msg = f"{whole.label!r} has scope single: only a collection or a wave has parts."
        raise InputError(msg)
    links = linked(session, [whole.id, part.id], writer.at)
    first = links.stands_for[part.id]
    if first == links.stands_for[whole.id] or first in links.above(links.stands_for[whole.id]):
        msg = f"{whole.label!r} is itself part of {part.label!r}."
        raise InputError(msg)
    row = EventPart(whole_id=whole.id, part_id=part.id, basis=basis, recorded_at=writer.at)
    session.add(row)
    session.flush()
    body = {"part": part.id, "event_part": row.id, "sha256": seal_row(row)}
    writer.note("record_event_part", whole.id, body)
    return True
