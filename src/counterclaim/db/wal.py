"""The write-ahead log of a SQLite file, kept short while readers never pause."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from counterclaim.db.engines import BUSY_MS

if TYPE_CHECKING:
    from sqlalchemy import Engine

LONGEST_MIB = 64
"""From this size on whoever writes waits for the readers, so that the log can begin anew."""

PATIENCE_MS = 1000
"""So long it waits; a reader that takes longer is left alone until the log has doubled."""


class WriteAheadLog:
    """The log beside a SQLite file; there is none beside PostgreSQL.

    A commit moves what is in a long log into the file, but the log begins anew only when for a
    moment nobody reads from it. Where reads overlap all day that moment never comes by itself.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        name = engine.url.database if engine.dialect.name == "sqlite" else None
        self._file = Path(f"{name}-wal") if name else None
        self._bound = LONGEST_MIB * 1024 * 1024

    def shorten(self) -> None:
        """Let the log begin anew if it is too long; to be called outside of transactions."""
        size = self._size()
        if size < self._bound:
            return
        emptied = self._empty()
        self._bound = LONGEST_MIB * 1024 * 1024 if emptied else 2 * size

    def _size(self) -> int:
        try:
            return self._file.stat().st_size if self._file else 0
        except OSError:
            return 0

    def _empty(self) -> bool:
        """Whether there was room, and all readers let go of the log in time."""
        try:
            with closing(self._engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
                try:
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    ((busy, _pages, _moved),) = cursor.fetchall()
                finally:
                    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        except (sqlite3.Error, SQLAlchemyError):
            return False  # Whatever is wrong, the next write will say.
        return not busy
