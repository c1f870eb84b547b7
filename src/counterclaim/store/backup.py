"""A copy of the store as it stands at one instant, made while others go on writing.

Of SQLite it is a file that is a store itself, of PostgreSQL a dump. Where the copy is put, and
when it takes its name, is the caller's concern.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import text

from counterclaim.db import dialect_of, now
from counterclaim.errors import BackupError
from counterclaim.queries.changes import ledger_head
from counterclaim.store.dump import compressed, dump_header, dump_store
from counterclaim.store.verify import Verification, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session

    Watch = Callable[[int, int], None]

PAGES = 2048
"""So many pages of a SQLite file are copied at a time, some 8 MB."""

SQLITE = b"SQLite format 3\0"
"""What every SQLite file begins with."""

SIDE_FILES = ("-wal", "-journal")
"""Behind the name of a SQLite file: what SQLite would read into it when it is opened."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """The head of the ledger in a backup: number 0 where it has no entry."""

    seq: int
    hash: str


def back_up(session: Session, file: Path, watch: Watch) -> BackedUp:
    """Copy the store as the session sees it into a file, which is empty so far.

    Args:
        session: A read session of its own: it sees one state, and what others write meanwhile
            is not in the copy.
        file: Where to; the caller makes it durable.
        watch: Is told how many of how many pages or rows are done.
    """
    head = ledger_head(session, now())  # The first statement: what it sees, the copy has.
    if dialect_of(session) == "sqlite":
        _copy_pages(session, file, watch)
    else:
        _write_dump(session, file, watch)
    return BackedUp(head.seq, head.hash)


def _copy_pages(session: Session, file: Path, watch: Watch) -> None:
    """By SQLite's own backup: in the transaction of the session no write can make it start anew."""
    store = cast("sqlite3.Connection", session.connection().connection.driver_connection)
    with closing(sqlite3.connect(file)) as copy:
        # The file has no name yet: a copy that is broken off is thrown away.
        copy.execute("PRAGMA synchronous=OFF")
        store.backup(copy, pages=PAGES, progress=lambda _, left, all_: watch(all_ - left, all_))
    with closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")  # One file, readable where nothing is writable.


def _write_dump(session: Session, file: Path, watch: Watch) -> None:
    header = dump_header(session)
    with file.open("wb") as output:
        for piece in compressed(dump_store(session, header, watch)):
            output.write(piece)


def is_sqlite(file: Path) -> bool:
    """Whether a file is one of SQLite, by how it begins."""
    with file.open("rb") as given:
        return given.read(len(SQLITE)) == SQLITE


def check_alone(file: Path) -> None:
    """Make sure that a file is all there is to it.

    Raises:
        BackupError: a store is in use under this name, or was not closed.
    """
    for end in SIDE_FILES:
        beside = file.with_name(file.name + end)
        if beside.exists() and beside.stat().st_size:
            msg = f"{beside} is there: {file} is a store that is in use, and no backup."
            raise BackupError(msg)


def verify_copy(session: Session, head: str | None, watch: Watch) -> Verification:
    """Check a backup that is a store: first its pages, then its ledger and every row.

    Raises:
        BackupError: SQLite finds its file damaged.
    """
    found: list[Any] = list(session.scalars(text("PRAGMA integrity_check(5)")))
    if found != ["ok"]:
        raise BackupError(f"The file is damaged: {'; '.join(map(str, found))}")
    return verify(session, head, watch)
