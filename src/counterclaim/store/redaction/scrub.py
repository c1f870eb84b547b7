"""Clears the files of a store of what was blanked in its tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from sqlalchemy import inspect, select
from sqlalchemy.exc import DBAPIError

from counterclaim.db import reading
from counterclaim.errors import StoreError
from counterclaim.models import Redaction

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPICursor


def scrub(engine: Engine) -> None:
    """Write every table anew, so that no file of the store holds what its rows no longer say.

    Takes about as long as copying the store, and as much room; other users wait meanwhile. It can
    be repeated at any time. What lies outside of the store's own files is not reached.

    Raises:
        StoreError: another connection kept the store busy, or there is no room.
    """
    try:
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                _scrub_postgresql(connection)
        else:
            with closing(engine.raw_connection()) as driver:
                _scrub_sqlite(driver.cursor())
    except (DBAPIError, sqlite3.Error) as error:
        raise StoreError(f"{BUSY} ({getattr(error, 'orig', error)})") from error


BUSY = (
    "The rows are redacted, but the files of the store could not be cleared of the old ones: "
    "repeat this with counterclaim redact scrub when nobody reads."
)


def _scrub_sqlite(cursor: DBAPICursor) -> None:
    # By the driver alone: VACUUM cannot stand in a transaction, and SQLAlchemy begins one.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute("VACUUM")
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    busy, *_pages = cursor.fetchone() or (1,)
    if busy:
        raise StoreError(BUSY)


def _scrub_postgresql(connection: Connection) -> None:
    # ANALYZE as well: the planner's statistics hold samples of what stood in the columns.
    for table in sorted(inspect(connection).get_table_names()):
        connection.exec_driver_sql(f'VACUUM (FULL, ANALYZE) "{table}"')
    connection.exec_driver_sql("VACUUM (FULL) pg_catalog.pg_statistic")


def holds_redactions(engine: Engine) -> bool:
    """Whether anything was ever redacted in a store."""
    with reading(engine) as session:
        return session.scalar(select(Redaction.id).limit(1)) is not None
