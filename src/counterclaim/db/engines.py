"""Engines for SQLite and PostgreSQL, set up so that both keep the same promises."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from counterclaim.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import URL
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.orm import Session
    from sqlalchemy.pool import ConnectionPoolEntry

    from counterclaim.db.values import EngineName

CACHE_MIB = 64
"""So much of a SQLite file each connection keeps in memory, if nothing else is asked for."""


BUSY_MS = 10_000
"""SQLite waits so long for who else writes."""


NOTICED = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""How soon a PostgreSQL that is gone without a word is noticed, in libpq's words."""


def unsaid(url: URL) -> dict[str, int]:
    """Of what libpq is told, all that a URL says nothing of."""
    return {name: value for name, value in NOTICED.items() if name not in url.query}


def make_engine(url: str, *, pool_size: int = 10, cache_mib: int = CACHE_MIB) -> Engine:
    """An engine for SQLite or PostgreSQL, set up so that both keep the same promises."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        msg = "COUNTERCLAIM_DATABASE_URL is no URL: use sqlite:///FILE or postgresql://…"
        raise StoreError(msg) from None
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, pool_size=pool_size, max_overflow=0, hide_parameters=True)
        event.listen(engine, "connect", partial(_connected, cache_mib))
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=0,
            hide_parameters=True,  # Values are what somebody posted: nothing for a log.
            pool_pre_ping=True,
            connect_args={**unsaid(parsed), "options": "-c timezone=UTC"},
        )
    msg = f"{parsed.get_backend_name()!r} is not supported: use sqlite:///FILE or postgresql://…"
    raise StoreError(msg)


def sealed_engine(file: Path) -> Engine:
    """An engine on a SQLite file that nobody writes to and nothing is written beside."""
    name = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
    engine = create_engine("sqlite://", creator=lambda: _opened_sealed(name), poolclass=NullPool)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _opened_sealed(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


def _connected(cache_mib: int, connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - for the type checker
    prepare_sqlite(cache_mib, connection)


def prepare_sqlite(cache_mib: int, connection: sqlite3.Connection) -> None:
    """Set a new connection up to keep the store's promises.

    The driver's own BEGIN comes too late for savepoints and for the write lock: turned off here.
    """
    connection.isolation_level = None
    for pragma in (
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=FULL",
        "wal_autocheckpoint=8000",  # 32 MB: fewer copies of the same pages into the file.
        f"busy_timeout={BUSY_MS}",
        f"cache_size=-{cache_mib * 1024}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    writing = connection.get_execution_options().get("counterclaim_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def dialect_of(session: Session) -> EngineName:
    """Which engine a session talks to."""
    return "postgresql" if session.get_bind().dialect.name == "postgresql" else "sqlite"
