"""What keeps a store from being written to: told before somebody's write fails of it.

Nothing is written for this, and nobody is waited for.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import select, text

from counterclaim.db import BUSY_MS, reading
from counterclaim.errors import StoreError
from counterclaim.models import EventSummary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

MIB = 1 << 20


def faults_of(engine: Engine, min_free_mib: int) -> Iterator[str]:
    """Each reason why the store cannot be written to now, in words.

    Args:
        engine: Of a store with tables at the newest revision.
        min_free_mib: Below so many MiB free beside its file a SQLite store is said to be full.

    Raises:
        StoreError: the database does not answer.
    """
    if engine.dialect.name == "postgresql":
        yield from _faults_of_server(engine)
    else:
        yield from _faults_of_file(engine, min_free_mib)


def _faults_of_server(engine: Engine) -> Iterator[str]:
    with reading(engine) as session:
        # What this session forbids itself says nothing of others: asked is what is the default.
        standby, read_only = session.execute(
            text("SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only')")
        ).one()
    if standby:
        yield "The database is a standby: it takes no writes, and the primary is not reached."
    elif read_only == "on":
        yield "The database takes no writes: default_transaction_read_only is on."


def _faults_of_file(engine: Engine, min_free_mib: int) -> Iterator[str]:
    with reading(engine) as session:
        name = session.scalar(text("SELECT file FROM pragma_database_list WHERE name = 'main'"))
    file = Path(name or ".")
    try:
        free = shutil.disk_usage(file.parent).free // MIB
    except OSError as error:
        msg = f"The folder of the store cannot be read: {error.strerror}."
        raise StoreError(msg) from error
    if free < min_free_mib:
        yield f"The disk is full: {free} MiB are free beside the store, of {min_free_mib} needed."
    if not file.exists():
        yield "The file of the store is gone."
    elif (refused := _refused(engine)) is not None:
        yield f"The store cannot be written to: {refused}."


def _refused(engine: Engine) -> str | None:
    """Why SQLite would not begin to write; None where it would, or where somebody else does."""
    kept = engine.raw_connection()
    connection = cast("sqlite3.Connection", kept.driver_connection)
    try:
        connection.execute("PRAGMA busy_timeout=0")
        connection.execute("BEGIN IMMEDIATE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA user_version={version}")  # Only this asks for a file to write.
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return None
        return str(error)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        kept.close()
    return None


def is_rebuilt(engine: Engine) -> bool:
    """Whether the read model has all that the newest revision added to it."""
    with reading(engine) as session:
        return not is_behind(session)


def is_behind(session: Session) -> bool:
    """Whether there are versions from before a revision that added to the read model."""
    behind = select(EventSummary.sk).where(EventSummary.divergence_ppm.is_(None))
    return session.scalar(behind.limit(1)) is not None
