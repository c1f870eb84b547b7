"""Kept connections for short reads in the event loop: the driver alone, nothing between.

SQLite is asked on the spot, since its answer is there sooner than a thread would be; what takes
long is broken off. PostgreSQL is waited for. Neither is ever written to from here.
"""

from __future__ import annotations

import sqlite3
from copy import copy
from typing import TYPE_CHECKING, Any, Protocol, Self

from counterclaim.db import prepare_sqlite, unsaid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psycopg import AsyncConnection
    from psycopg_pool import AsyncConnectionPool
    from sqlalchemy import Engine

    from counterclaim.db import EngineName

    Row = Sequence[Any]
    Rows = Sequence[Row]
    Statement = tuple[str, Sequence[Any]]
    """SQL in the driver's style, and its values."""

STEPS = 50_000
"""SQLite looks after so many instructions whether a statement takes too long, some milliseconds."""

PATIENCE = 4
"""So often it may look before a statement is broken off."""

OWN = 2
"""So many columns the statement has that stands beside another one."""

NEWEST_SEQ = "SELECT max(seq) FROM ledger_entry HAVING max(seq) IS NOT NULL"

PREPARED_FROM = 1
"""After so many executions PostgreSQL keeps a statement, and after five more its plan.

To plan the statement of a list takes three times as long as to carry it out.
"""

WAIT_S = 1.0
"""PostgreSQL's connections may all be busy for so long."""


def _serves_any(_seq: int) -> bool:
    return True


class UnansweredError(Exception):
    """The statement takes too long for the event loop, or the database does not answer."""


class Reader(Protocol):
    """Answers statements, each in the state of its own instant."""

    engine_name: EngineName

    async def open(self) -> None:
        """Be ready to answer."""

    async def fetch(self, statement: Statement) -> Rows:
        """All rows of a statement.

        Raises:
            UnansweredError: ask in another way.
        """

    async def fetch_beside(self, one: Statement, other: Statement) -> tuple[Row | None, Rows]:
        """The only row of a statement of two columns, and all rows of another in the same state.

        Raises:
            UnansweredError: ask in another way.
        """

    async def close(self) -> None:
        """Give back what was held."""


class SqliteReader:
    """One connection, asked in the thread that it is opened in; texts come as bytes."""

    engine_name: EngineName = "sqlite"

    def __init__(self, engine: Engine, cache_mib: int) -> None:
        self._cache_mib = cache_mib
        (self._name, *_), self._options = engine.dialect.create_connect_args(engine.url)
        self._connection: sqlite3.Connection | None = None
        self._looked = 0

    async def open(self) -> None:
        """Be ready to answer."""
        options = {**self._options, "check_same_thread": False, "cached_statements": 500}
        connection = sqlite3.connect(self._name, **options)
        prepare_sqlite(self._cache_mib, connection)
        connection.execute("PRAGMA query_only=ON")
        connection.text_factory = bytes
        connection.set_progress_handler(self._takes_too_long, STEPS)
        self._connection = connection

    async def fetch(self, statement: Statement) -> Rows:
        """All rows of a statement, at once."""
        return self._execute(statement)

    async def fetch_beside(self, one: Statement, other: Statement) -> tuple[Row | None, Rows]:
        """Two statements in one transaction."""
        self._execute(("BEGIN", ()))
        try:
            first, rows = self._execute(one), self._execute(other)
        finally:
            self._execute(("COMMIT", ()))
        return (first[0] if first else None), rows

    def _execute(self, statement: Statement) -> Rows:
        if self._connection is None:
            raise UnansweredError
        self._looked = 0
        try:
            return self._connection.execute(*statement).fetchall()
        except sqlite3.Error as error:
            raise UnansweredError from error

    async def close(self) -> None:
        """Give back what was held."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _takes_too_long(self) -> bool:
        self._looked += 1
        return self._looked > PATIENCE


class PostgresReader:
    """A pool of connections that wait without a thread; texts come as bytes."""

    engine_name: EngineName = "postgresql"

    def __init__(self, engine: Engine, pool_size: int) -> None:
        self._engine, self._size = engine, pool_size
        self._pool: AsyncConnectionPool[Any] | None = None
        self._serves: Callable[[int], bool] = _serves_any

    def judged(self, serves: Callable[[int], bool]) -> Self:
        """The same on states alone whose newest entry of the ledger is judged to serve."""
        judged = copy(self)
        judged._serves = serves
        return judged

    async def open(self) -> None:
        """Be ready to answer; connections are made when they are needed."""
        from psycopg_pool import AsyncConnectionPool  # noqa: PLC0415 - SQLite needs none of it

        from counterclaim.waiting import GatheringConnection, give_bytes  # noqa: PLC0415 - as above

        _none, given = self._engine.dialect.create_connect_args(self._engine.url)
        if given.get("target_session_attrs") == "read-write":
            return  # It only reads, so that libpq would look for such a server without end.
        options = "-c timezone=UTC -c default_transaction_read_only=on"
        self._pool = AsyncConnectionPool(
            connection_class=GatheringConnection,
            kwargs={
                **unsaid(self._engine.url),
                **given,
                "autocommit": True,
                "options": options,
                "prepare_threshold": PREPARED_FROM,
            },
            configure=give_bytes,
            min_size=0,
            max_size=self._size,
            open=False,
            check=None,
        )
        await self._pool.open()

    async def fetch_beside(self, one: Statement, other: Statement) -> tuple[Row | None, Rows]:
        """Both as one statement, which costs one way to the server and sees one state."""
        text = f"SELECT a.*, b.* FROM ({one[0]}) AS a LEFT JOIN ({other[0]}) AS b ON TRUE"  # noqa: S608
        rows = await self.fetch((text, (*one[1], *other[1])))
        found = [row[OWN:] for row in rows if row[OWN] is not None]
        return (rows[0][:OWN] if rows else None), found

    async def fetch(self, statement: Statement) -> Rows:
        """All rows of a statement, when they come."""
        import psycopg  # noqa: PLC0415 - SQLite needs none of it
        from psycopg_pool import PoolTimeout  # noqa: PLC0415

        pool = self._pool
        if pool is None:
            raise UnansweredError
        try:
            connection = await pool.getconn(WAIT_S)
            try:
                if self._serves is not _serves_any:
                    return await self._fetch_judged(connection, statement)
                found = await connection.execute(*statement, binary=True)
                rows: Rows = await found.fetchall()
                return rows
            finally:
                await pool.putconn(connection)
        except (psycopg.Error, PoolTimeout) as error:
            raise UnansweredError from error

    async def _fetch_judged(self, connection: AsyncConnection[Any], statement: Statement) -> Rows:
        """The rows, of a state that is as new as the one that was judged, in one way there."""
        async with connection.pipeline():
            newest = await connection.execute(NEWEST_SEQ)
            found = await connection.execute(*statement, binary=True)
        seq = await newest.fetchone()
        if seq is None or not self._serves(seq[0]):
            raise UnansweredError
        rows: Rows = await found.fetchall()
        return rows

    async def close(self) -> None:
        """Give back what was held."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None


def make_reader(engine: Engine, *, pool_size: int, cache_mib: int) -> Reader:
    """The reader of a store, not open yet; the cache is SQLite's, the pool PostgreSQL's."""
    if engine.dialect.name == "sqlite":
        return SqliteReader(engine, cache_mib)
    return PostgresReader(engine, pool_size)
