"""Writes one state of the store as lines of JSON, a few rows in memory at a time."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import zstandard
from sqlalchemy import func, select

from counterclaim import __version__
from counterclaim.errors import StoreError
from counterclaim.models import LedgerEntry
from counterclaim.moment import isoformat_z
from counterclaim.schemas.dump import DumpedHead, DumpEnd, DumpHeader, DumpTrailer
from counterclaim.store.dump.form import (
    LONGEST_LINE,
    RowShape,
    dumped_tables,
    row_line,
    tables_revision,
)
from counterclaim.store.ledger import GENESIS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

FETCHED = 500
"""Rows are fetched this many at a time,"""

FETCHED_LARGE = {"document": 10}
"""but those that may have megabytes each."""

LEVEL = 9
"""Of Zstandard's compression: a store is some ten times smaller at it, and not yet slow."""


def dump_header(session: Session) -> DumpHeader:
    """What a dump of the store as this session sees it begins with."""
    newest = session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq.desc()).limit(1)).first()
    head = DumpedHead(seq=newest.seq, hash=newest.hash) if newest else None
    counts = {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in dumped_tables()
    }
    return DumpHeader(
        program=__version__,
        revision=tables_revision(session),
        known_at=isoformat_z(newest.at) if newest else None,
        ledger=head or DumpedHead(seq=0, hash=GENESIS),
        tables=counts,
    )


def dump_store(
    session: Session, header: DumpHeader, watch: Callable[[int, int], None] | None = None
) -> Iterator[bytes]:
    """The dump, piece by piece; each piece ends with a line.

    Args:
        session: A session that sees one state of the store, from the header to the end.
        header: The ``dump_header`` of this session.
        watch: Is told how many of how many rows are done.

    Raises:
        StoreError: a row is too long for any restore.
    """
    digest, counts = hashlib.sha256(), dict.fromkeys(header.tables, 0)
    total, done = sum(header.tables.values()), 0
    piece = header.model_dump_json().encode() + b"\n"
    digest.update(piece)
    yield piece
    for table in dumped_tables():
        for lines in _lines(session, table):
            piece = b"".join(lines)
            digest.update(piece)
            yield piece
            counts[table.name] += len(lines)
            done += len(lines)
            if watch is not None:
                watch(done, total)
    trailer = DumpTrailer(rows=done, tables=counts, sha256=digest.hexdigest())
    yield DumpEnd(trailer=trailer).model_dump_json().encode() + b"\n"


def _lines(session: Session, table: Table) -> Iterator[list[bytes]]:
    names = RowShape(table).names
    size = FETCHED_LARGE.get(table.name, FETCHED)
    query = select(table).order_by(*table.primary_key.columns)
    found = session.execute(query, execution_options={"yield_per": size})
    for rows in found.partitions():
        lines = [row_line(table.name, dict(zip(names, row, strict=True))) for row in rows]
        if max(map(len, lines)) > LONGEST_LINE:
            msg = f"A row of {table.name} has more than {LONGEST_LINE} bytes: no dump can hold it."
            raise StoreError(msg)
        yield lines


def compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces as one frame of Zstandard, with a checksum of its own."""
    frame = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj()
    for piece in pieces:
        if made := frame.compress(piece):
            yield made
    yield frame.flush()
