"""What all decisions share: a reason that is given, rows read afresh, answers that follow."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select

from counterclaim.db import is_id
from counterclaim.errors import NotFoundError, Problem, RejectedError
from counterclaim.store.project import project
from counterclaim.store.touched import touched_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from counterclaim.queries.families import Loaded
    from counterclaim.store.ledger import Writer

Row = TypeVar("Row")


def fresh(writer: Writer, model: type[Row], key: str, noun: str) -> Row:
    """The row as it stands under the write lock, whatever the session had read before.

    Raises:
        NotFoundError: no row has that id.
    """
    table: Any = model
    row: Row | None = None
    if is_id(key):
        query = select(table).where(table.id == key.lower())
        row = writer.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFoundError(noun, key)
    return row


def given(reason: str | None, name: str = "reason") -> str:
    """The reason without white space around it.

    Raises:
        RejectedError: there is none.
    """
    words = (reason or "").strip()
    if not words:
        raise RejectedError([Problem(f"/{name}", "Say why: it is kept for whoever asks later.")])
    return words


def fingerprint(words: str | None) -> str | None:
    """SHA-256 of a reason's UTF-8 bytes, hex: the ledger holds no text that law may blank."""
    kept = (words or "").strip()
    return hashlib.sha256(kept.encode()).hexdigest() if kept else None


def publish(writer: Writer, watch: Callable[[Loaded], None] | None = None) -> None:
    """Bring the read model up to date with all that this transaction noted in the ledger.

    ``watch`` is shown all that was loaded for it.
    """
    session, at = writer.session, writer.at
    session.flush()
    project(session, touched_by(session, at), at, writer.referents(), watch)
