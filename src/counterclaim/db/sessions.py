"""Transactions that write and that read."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Engine, Table, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from counterclaim.db.engines import dialect_of
from counterclaim.db.refusals import translated
from counterclaim.errors import StoreError
from counterclaim.statements import WriteSession

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WRITE_LOCK = 0x636F756E74657263
"""Key of the PostgreSQL advisory lock that serialises writers: the bytes of "counterc"."""


@contextmanager
def writing(engine: Engine, *, dry_run: bool = False) -> Iterator[WriteSession]:
    """One write transaction: alone in the store, committed at the end, undone by any error.

    With ``dry_run`` it is undone in any case. Errors of the driver come out as the package's own.
    """
    try:
        with WriteSession(
            engine.execution_options(counterclaim_writes=True), expire_on_commit=False
        ) as session:
            if engine.dialect.name == "postgresql":
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})
            yield session
            if not dry_run:
                _commit(session)
    except SQLAlchemyError as error:
        raise translated(error) from error


def _commit(session: WriteSession) -> None:
    """Commit; who loses the connection meanwhile is told that nobody knows what became of it."""
    session.flush()
    try:
        session.commit()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise StoreError(LOST) from error


LOST = (
    "The connection to the database was lost while this was being stored, and whether it was is not"
    " known. Send it again: with the same Idempotency-Key it is stored once."
)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One consistent state of the store, read only."""
    with (
        told_plainly(),
        Session(read_only(engine), autoflush=False, expire_on_commit=False) as session,
    ):
        yield session


def read_only(engine: Engine) -> Engine:
    """The same engine, each of whose transactions shows one state and changes nothing."""
    if engine.dialect.name != "postgresql":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Errors of the driver come out as the package's own."""
    try:
        yield
    except SQLAlchemyError as error:
        raise translated(error) from error


@contextmanager
def deferred_references(session: Session, tables: Iterable[Table]) -> Iterator[None]:
    """Rows of one of these tables may point to rows of the same that come later.

    In PostgreSQL all must be there when the block ends, in SQLite when the transaction does.
    """
    if dialect_of(session) == "sqlite":
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
        yield
        return
    quote = session.get_bind().dialect.identifier_preparer.quote
    changes = [
        f"ALTER TABLE {quote(table.name)} ALTER CONSTRAINT {quote(str(key.name))}"
        for table in tables
        for key in table.foreign_key_constraints
        if key.referred_table is table
    ]
    for change in changes:
        session.execute(text(f"{change} DEFERRABLE INITIALLY DEFERRED"))
    yield
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for change in changes:
        session.execute(text(f"{change} NOT DEFERRABLE"))


def refresh_statistics(session: Session) -> None:
    """Let PostgreSQL see how many rows there are now, so that it plans for them at once."""
    if dialect_of(session) == "postgresql":
        session.execute(text("ANALYZE"))
