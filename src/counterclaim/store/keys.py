"""Makes and revokes API keys. A key is shown once, when it is made; only its hash is kept."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update

from counterclaim.db import new_id, now, reading, writing
from counterclaim.errors import ConflictError, Problem, RejectedError, StoreError
from counterclaim.models import ApiKey
from counterclaim.queries.keys import key_hash
from counterclaim.store.ledger import fresh, open_writer
from counterclaim.store.seals import seal_row
from counterclaim.vocabulary import KeyScope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from counterclaim.store.ledger import Writer

PREFIX = "cc_"
"""What every key that is made here begins with, so that searches for leaked secrets find it."""

SECRET_BYTES = 32
NOTED_EVERY = timedelta(minutes=1)
"""The last use of a key is noted this precisely."""

OPERATOR = "operator:"
"""Begins the names of those who write at the machine itself, without a key."""

FIRST = "admin"
"""Name of the first key."""


def make_key(
    writer: Writer, name: str, scopes: Sequence[KeyScope], secret: str | None = None
) -> tuple[ApiKey, str]:
    """Write a new key; the row, and the key itself, which cannot be shown again.

    Args:
        writer: The writer of the transaction.
        name: Whose key it is. Keys of one name are one actor.
        scopes: What it may do; each includes those that the vocabulary names before it.
        secret: The key; None makes one with 256 random bits.

    Raises:
        RejectedError: no scope is given, or the name is one that operators have.
        ConflictError: the secret given is a key already.
    """
    if not scopes:
        raise RejectedError([Problem("/scopes", f"Give at least one of {', '.join(KeyScope)}.")])
    if name.startswith(OPERATOR):
        raise RejectedError([Problem("/name", f"Names with {OPERATOR} belong to operators.")])
    key = secret or PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    if _known(writer.session, key):
        msg = "This key is there already."
        raise ConflictError(msg)
    ordered = [str(scope) for scope in KeyScope if scope in scopes]
    row = ApiKey(id=new_id(), sha256=key_hash(key), name=name, scopes=ordered, created_at=writer.at)
    writer.session.add(row)
    writer.session.flush()
    writer.note("record_api_key", row.id, {"scopes": ordered, "sha256": seal_row(row)})
    return row, key


def revoke_key(writer: Writer, key_id: str) -> ApiKey:
    """Let a key count no more, from this instant on.

    Raises:
        NotFoundError: no key has that id.
        ConflictError: it is revoked already.
    """
    row = fresh(writer, ApiKey, key_id, "key")
    if row.revoked_at is not None:
        raise ConflictError(f"Key {row.id} is revoked already.")
    row.revoked_at = writer.at
    writer.session.flush()
    writer.note("revoke_api_key", row.id, {})
    return row


def ensure_admin(engine: Engine, actor: str, secret: str | None) -> str | None:
    """Give a store its first admin key; the key, if one had to be made up.

    Args:
        engine: The store.
        actor: Who starts the server.
        secret: The key that the operator chose; where it is there already, or was revoked, nothing
            changes. None makes one up if the store has no key at all.
    """
    with reading(engine) as session:
        if _provided(session, secret):
            return None
    with writing(engine) as session:
        if _provided(session, secret):
            return None
        _row, key = make_key(open_writer(session, actor), FIRST, [KeyScope.ADMIN], secret)
    return None if secret else key


def _provided(session: Session, secret: str | None) -> bool:
    if secret is not None:
        return _known(session, secret)
    return session.scalar(select(ApiKey.id).limit(1)) is not None


def note_use(engine: Engine, key_id: str) -> None:
    """Note that a key was used, in a transaction of its own; no entry of the ledger.

    Where the store is busy nothing is noted: the next use will be.
    """
    at = now()
    stale = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < at - NOTED_EVERY)
    with suppress(StoreError), writing(engine) as session:
        session.execute(update(ApiKey).where(ApiKey.id == key_id, stale).values(last_used_at=at))


def _known(session: Session, secret: str) -> bool:
    row = select(ApiKey.id).where(ApiKey.sha256 == key_hash(secret))
    return session.scalar(row) is not None
