"""Single values: as Python makes them, as a driver gives and takes them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

import orjson
import uuid_utils

EngineName = Literal["sqlite", "postgresql"]
"""Which of the two engines."""


def new_id() -> str:
    """A fresh UUIDv7: unique, and ordered by the time it was made."""
    return str(uuid_utils.uuid7())


def is_id(text: str) -> bool:
    """Whether a text can be the id of a row: a UUID in its canonical form, in either case."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def now() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)


def dumps(value: object) -> str:
    """JSON text, compact, as it is stored and served."""
    return orjson.dumps(value).decode()


@lru_cache(maxsize=8192)
def instant(value: str | datetime) -> datetime:
    """An instant as a driver gave it: SQLite keeps text in UTC, PostgreSQL gives aware ones."""
    if isinstance(value, str):
        return datetime.fromisoformat(f"{value}+00:00")
    return value.astimezone(UTC)


def driver_value(value: object, dialect: EngineName) -> object:
    """A value as the driver takes it: SQLite keeps instants as texts, and neither knows enums."""
    if isinstance(value, datetime):
        return _written(value) if dialect == "sqlite" else value
    return str(value) if isinstance(value, str) else value


@lru_cache(maxsize=8192)
def _written(value: datetime) -> str:
    # The days on which events begin and end come again and again.
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
