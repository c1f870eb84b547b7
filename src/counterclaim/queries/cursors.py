"""Cursors: where a page ended, of which query, at which state of the store.

A cursor pins the ``known_at`` of its first page and belongs to its query; it never expires.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from counterclaim.errors import CursorError
from counterclaim.moment import isoformat_z

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Scalar = int | str


@dataclass(frozen=True, slots=True)
class Cursor:
    """The sort values of the last item of a page, and what the page was of."""

    known_at: datetime
    after: tuple[Scalar, ...]

    def encode(self, owner: str) -> str:
        """The opaque text of this cursor for the query of this fingerprint."""
        content = [owner, isoformat_z(self.known_at), *self.after]
        return base64.urlsafe_b64encode(orjson.dumps(content)).rstrip(b"=").decode()


def decode(text: str, owner: str, kinds: Sequence[type[Scalar]]) -> Cursor:
    """The cursor of a text, whose sort values are of these types, for the query of a fingerprint.

    Raises:
        CursorError: it is no cursor, was altered, or belongs to another query.
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        bearer, known_at, *after = orjson.loads(base64.b64decode(padded, b"-_", validate=True))
        instant = datetime.fromisoformat(known_at).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, binascii.Error):
        msg = "This is not a cursor: pass the value of next unchanged."
        raise CursorError(msg) from None
    if bearer != owner:
        msg = "The cursor belongs to another query: keep every filter as it was on the first page."
        raise CursorError(msg)
    if len(after) != len(kinds) or not all(map(_fits, after, kinds)):
        msg = "The cursor was altered: pass the value of next unchanged."
        raise CursorError(msg)
    return Cursor(instant, tuple(after))


def fingerprint(query: Mapping[str, object]) -> str:
    """A short digest of everything that decides which items a query has, and in which order."""
    text = orjson.dumps(query, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:16]


def _fits(value: object, kind: type[Scalar]) -> bool:
    if type(value) is not kind:
        return False
    if isinstance(value, int):
        return -(1 << 63) <= value < 1 << 63
    return "\x00" not in str(value)
