"""Fills an empty store from a dump, in one transaction with the read model and the verification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from counterclaim.db import Base, deferred_references, refresh_statistics
from counterclaim.errors import ConflictError, DumpError
from counterclaim.models import EventTotalState
from counterclaim.store.dump.form import RowShape, dumped_tables, tables_revision
from counterclaim.store.dump.reading import Dump
from counterclaim.store.rebuild import rebuild
from counterclaim.store.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

    from counterclaim.schemas.dump import DumpHeader
    from counterclaim.store.verify import Verification

    Watch = Callable[[str, int, int], None]

ROWS = 1000
"""At most so many rows go into one statement,"""

BYTES = 1 << 23
"""and about so many bytes."""

SHOWN_FAULTS = 5


@dataclass(frozen=True, slots=True)
class Restored:
    """What came out of a restore."""

    header: DumpHeader
    rows: int
    verification: Verification


def restore_store(
    session: Session,
    file: BinaryIO,
    watch: Watch | None = None,
    *,
    keep_faults: bool = False,
    head: str | None = None,
) -> Restored:
    """Take in a dump, make the read model and verify all of it; the caller commits.

    Args:
        session: A write session on a store with tables and without rows.
        file: The dump, compressed or not; read once from where it stands.
        watch: Is told of each step how many of how many are done.
        keep_faults: Whether a store that had faults when it was dumped is restored with them.
        head: A hash that is known from outside and must stand in the chain.

    Raises:
        ConflictError: there is something in the store.
        DumpError: it is no whole dump, or not one of tables at this revision, or its rows are not
            what its ledger says.
    """
    told = watch or _unwatched
    _check_empty(session)
    dump = Dump(file)
    _check_revision(session, dump.header)
    with deferred_references(session, dumped_tables()):
        rows = _insert_rows(session, dump, told)
    refresh_statistics(session)
    rebuild(session, lambda done, total: told("replayed", done, total))
    found = verify(session, head, lambda done, total: told("verified", done, total))
    _check_verified(found, dump.header, keep_faults=keep_faults)
    return Restored(dump.header, rows, found)


def _unwatched(_step: str, _done: int, _total: int) -> None:
    """Nobody looks."""


def _check_empty(session: Session) -> None:
    counts = {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name != EventTotalState.__tablename__  # An empty store may keep totals already.
    }
    there = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    if there:
        msg = (
            f"The store is not empty: it has {there}. A dump goes into a store with tables and"
            " without rows, not even those that counterclaim seed, serve and make run put there:"
            " set COUNTERCLAIM_DATABASE_URL to a new database and run counterclaim db upgrade."
        )
        raise ConflictError(msg)


def _check_revision(session: Session, header: DumpHeader) -> None:
    revision, tables = tables_revision(session), [table.name for table in dumped_tables()]
    if header.revision != revision:
        msg = (
            f"The dump, made by version {header.program}, is of tables at revision"
            f" {header.revision}; these are at {revision}. Run counterclaim db upgrade of the newer"
            " version on the store that was dumped, and dump it again; or restore the dump with the"
            " version that made it, and upgrade then."
        )
        raise DumpError(msg)
    if list(header.tables) != tables:
        msg = "The header of the dump was altered: it names other tables than its revision has."
        raise DumpError(msg)


def _insert_rows(session: Session, dump: Dump, told: Watch) -> int:
    total, done = sum(dump.header.tables.values()), 0
    for table, rows in _batches(dump):
        try:
            session.execute(insert(table), rows)
        except (IntegrityError, OperationalError):
            raise  # A constraint names what is wrong; a connection that broke is no fault of a row.
        except (StatementError, OverflowError):
            what = f"comes behind rows of {table.name}, one of which has a value that cannot be"
            raise dump.wrong(what) from None
        done += len(rows)
        told("rows", done, total)
    return done


def _batches(dump: Dump) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """The rows by table, as many as go into one statement."""
    shapes = {table.name: RowShape(table) for table in dumped_tables()}
    shape: RowShape | None = None
    rows: list[dict[str, Any]] = []
    size = 0
    for name, row, length in dump.rows():
        following = shapes[name]
        if following is not shape or len(rows) >= ROWS or size >= BYTES:
            if shape is not None:
                yield shape.table, rows
            shape, rows, size = following, [], 0
        try:
            rows.append(following.read(row))
        except (ValueError, TypeError) as error:
            raise dump.wrong(f"is not what it has to be ({error})") from None
        size += length
    if shape is not None:
        yield shape.table, rows


def _check_verified(found: Verification, header: DumpHeader, *, keep_faults: bool) -> None:
    if (found.seq, found.hash) != (header.ledger.seq, header.ledger.hash):
        msg = (
            f"The ledger ends with entry {found.seq}, hash {found.hash}, and the header of the dump"
            f" says entry {header.ledger.seq}, hash {header.ledger.hash}: the file was altered."
        )
        raise DumpError(msg)
    if found.faults and not keep_faults:
        shown = "".join(f"\n  {fault}" for fault in found.faults[:SHOWN_FAULTS])
        count = len(found.faults) + found.unlisted
        msg = f"The dump has {count} fault(s): the file was altered, or the store it was made from."
        raise DumpError(f"{msg} --keep-faults restores it as it is.{shown}")
