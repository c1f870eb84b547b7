"""Takes in one thing at a time; what a claim file does for many."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.db import is_id, new_id
from counterclaim.errors import InputError, Problem, RejectedError
from counterclaim.models import Document, Event
from counterclaim.queries.references import find_row
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.store.documents import find_document, record_document
from counterclaim.store.events import last_number, record_event, record_part
from counterclaim.store.ingest import ingest
from counterclaim.store.references import SHAPES, record_names, record_reference
from counterclaim.store.review.decisions import publish

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from counterclaim.queries.names import Reference
    from counterclaim.schemas.entry import ClaimPost, EventPost
    from counterclaim.schemas.incoming import DocumentIn, NameIn, ReferenceIn
    from counterclaim.store.ingest import Intake
    from counterclaim.store.ledger import Writer


def enter_document(writer: Writer, shape: DocumentIn) -> tuple[Document, bool]:
    """One document; true if it is new.

    Raises:
        RejectedError: all that is wrong with it.
    """
    with _pointing("/document"):
        return record_document(writer, shape)


def enter_event(writer: Writer, shape: EventPost) -> Event:
    """One new event, of parts that are there.

    Raises:
        RejectedError: a part is unknown, or cannot be part of it.
    """
    event = record_event(writer, shape, new_id(), last_number(writer.session) + 1)
    problems: list[Problem] = []
    for place, part_id in enumerate(shape.parts):
        part = writer.session.get(Event, part_id.lower()) if is_id(part_id) else None
        if part is None:
            problems.append(Problem(f"/parts/{place}", f"No event has the id {part_id!r}."))
            continue
        try:
            record_part(writer, event, part, shape.parts_basis)
        except InputError as error:
            problems.append(Problem(f"/parts/{place}", error.message))
    if problems:
        raise RejectedError(problems)
    publish(writer)
    return event


def enter_claim(writer: Writer, shape: ClaimPost, *, accept: bool) -> Intake:
    """One claim, with its document if that is given with it.

    Raises:
        RejectedError: all that is wrong with it.
    """
    document: Document | None = None
    body = ClaimFile.model_construct(claims=[shape])
    if isinstance(shape.document, str):
        document = _stored_document(writer.session, shape.document)
    else:
        body.document = shape.document
    with _pointing("/claims/0"):
        return ingest(writer, body, accept=accept, document=document)


def enter_reference(writer: Writer, shape: ReferenceIn) -> tuple[Reference, bool]:
    """One source, munition or place; true if it is new, else it gains the new names.

    Raises:
        RejectedError: its parent is unknown, or the row is there and says otherwise.
    """
    with _pointing(""):
        created = record_reference(writer, shape)
    publish(writer)
    model = SHAPES[type(shape)]
    row: Any = writer.session.scalars(select(model).where(model.key == shape.key)).one()
    return row, created


def enter_names(
    writer: Writer, model: type[Reference], key: str, names: Sequence[NameIn]
) -> tuple[Reference, int]:
    """More names of a row that is there; how many of them were new.

    Raises:
        NotFoundError: no row has that key or id, with the nearest.
        RejectedError: a name holds no letter.
    """
    row = find_row(writer.session, model, key, writer.at)
    with _pointing(""):
        count = record_names(writer, row, names)
    publish(writer)
    return row, count


def _stored_document(session: Session, id_or_sha256: str) -> Document:
    found = find_document(session, id_or_sha256)
    if found is None:
        detail = f"No document has the id or SHA-256 {id_or_sha256!r}: post the document first."
        raise RejectedError([Problem("/document", detail)])
    return found


def enter_successor(writer: Writer, shape: ClaimPost) -> str:
    """The id of a claim given in ``by`` to stand in another one's place, pending for now.

    Raises:
        RejectedError: all that is wrong with it.
    """
    with _pointing("", "/by"):
        (taken,) = enter_claim(writer, shape, accept=False).claims
    return taken.id


@contextmanager
def _pointing(prefix: str, place: str = "") -> Iterator[None]:
    """Make pointers begin at what was posted: what stands at ``prefix`` stands there at a place."""
    try:
        yield
    except RejectedError as error:
        raise RejectedError(
            [
                Problem(place + found.pointer.removeprefix(prefix), found.detail, found.suggestions)
                for found in error.problems
            ]
        ) from None
    except InputError as error:
        raise RejectedError([Problem(place, error.message, error.suggestions)]) from None
