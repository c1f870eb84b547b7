"""API keys, found by their hash: the keys themselves are not stored."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import bindparam, select

from counterclaim.db import instant
from counterclaim.models import ApiKey
from counterclaim.statements import Prepared
from counterclaim.vocabulary import KeyScope

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy.orm import Session

    from counterclaim.db import EngineName


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a key that counts, by the name under which its writes stand in the ledger."""

    key_id: str
    name: str
    scopes: frozenset[KeyScope]
    last_used_at: datetime | None

    def may(self, scope: KeyScope) -> bool:
        """Whether its key has a scope, of itself or as part of a wider one."""
        return scope in self.scopes


def key_hash(secret: str) -> str:
    """SHA-256 of a key's UTF-8 bytes, hex: what is stored of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_caller(session: Session, secret: str) -> Caller | None:
    """Whose key this is; None if there is no such key or it was revoked."""
    wanted = key_hash(secret)
    row = _KEY.row(session, sha256=wanted)
    # The index has compared hashes, not keys; the last word is a comparison in constant time.
    if row is None or not hmac.compare_digest(row[1], wanted):
        return None
    key_id, _sha256, name, scopes, last_used_at = row
    return Caller(key_id, name, widened(scopes), last_used_at)


_KEY = Prepared(
    select(ApiKey.id, ApiKey.sha256, ApiKey.name, ApiKey.scopes, ApiKey.last_used_at).where(
        ApiKey.sha256 == bindparam("sha256"), ApiKey.revoked_at.is_(None)
    )
)


def key_statement(secret: str, engine: EngineName) -> tuple[str, tuple[str]]:
    """What finds a key, as a driver takes it; ``caller_in`` reads what it finds."""
    return _PLAINLY[engine], (key_hash(secret),)


_PLAIN = (
    "SELECT CAST(id AS TEXT), sha256, name, CAST(scopes AS TEXT), last_used_at FROM api_key"
    " WHERE sha256 = ? AND revoked_at IS NULL"
)
_PLAINLY: dict[EngineName, str] = {"sqlite": _PLAIN, "postgresql": _PLAIN.replace("?", "%s")}


def caller_in(rows: Sequence[Sequence[Any]], secret: str) -> Caller | None:
    """Whose key was found by ``key_statement``, as ``find_caller`` tells it."""
    wanted = key_hash(secret)
    for row in rows:
        texts = [cell.decode() if isinstance(cell, bytes) else cell for cell in row]
        key_id, sha256, name, scopes, used = texts
        if hmac.compare_digest(sha256, wanted):
            last_used_at = None if used is None else instant(used)
            return Caller(key_id, name, widened(orjson.loads(scopes)), last_used_at)
    return None


def caller_of(session: Session, key_id: str) -> Caller | None:
    """Who has the key of an id; None if there is no such key or it was revoked."""
    row = session.get(ApiKey, key_id)
    if row is None or row.revoked_at is not None:
        return None
    return Caller(row.id, row.name, widened(row.scopes), row.last_used_at)


def widened(scopes: Iterable[str]) -> frozenset[KeyScope]:
    """These scopes with all that they include: each includes those named before it."""
    order = list(KeyScope)
    widest = max((order.index(KeyScope(scope)) for scope in scopes), default=-1)
    return frozenset(order[: widest + 1])


def list_keys(session: Session) -> Sequence[ApiKey]:
    """All keys, revoked ones included, in the order in which they were made."""
    return session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.id)).all()
