"""Base class, column types, engines and sessions, and the few places where the engines differ.

Instants are aware UTC datetimes; ids are UUID texts in Python, in JSON and in SQLite, and native
UUIDs in PostgreSQL. Nothing here knows a table.
"""

from counterclaim.db.columns import (
    Base,
    Id,
    SerialInteger,
    UtcDateTime,
    month_until,
    reference,
    table_of,
    term,
    text_index_statements,
)
from counterclaim.db.engines import (
    BUSY_MS,
    CACHE_MIB,
    dialect_of,
    make_engine,
    prepare_sqlite,
    sealed_engine,
    unsaid,
)
from counterclaim.db.given import AMONG, among, among_given, fetched, plain_rows
from counterclaim.db.refusals import translated
from counterclaim.db.sessions import (
    deferred_references,
    read_only,
    reading,
    refresh_statistics,
    told_plainly,
    writing,
)
from counterclaim.db.values import EngineName, driver_value, dumps, instant, is_id, new_id, now
from counterclaim.db.wal import WriteAheadLog

__all__ = [
    "AMONG",
    "BUSY_MS",
    "CACHE_MIB",
    "Base",
    "EngineName",
    "Id",
    "SerialInteger",
    "UtcDateTime",
    "WriteAheadLog",
    "among",
    "among_given",
    "deferred_references",
    "dialect_of",
    "driver_value",
    "dumps",
    "fetched",
    "instant",
    "is_id",
    "make_engine",
    "month_until",
    "new_id",
    "now",
    "plain_rows",
    "prepare_sqlite",
    "read_only",
    "reading",
    "reference",
    "refresh_statistics",
    "sealed_engine",
    "table_of",
    "term",
    "text_index_statements",
    "told_plainly",
    "translated",
    "unsaid",
    "writing",
]
