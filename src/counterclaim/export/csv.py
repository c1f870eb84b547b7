"""CSV, UTF-8, with a line of names at its head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.tables import Lines, Table, csv_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from counterclaim.export.batches import Batch
    from counterclaim.export.flat import Row

MEDIA_TYPE = "text/csv; charset=utf-8"


def to_csv(rows: Iterable[Row], columns: Iterable[str]) -> bytes:
    """A table with a header line; null is an empty cell."""
    names = tuple(columns)
    lines = [tuple(row.get(name) for name in names) for row in rows]
    return _head(names) + _written(Table.of(lines, len(names)))


def stream_csv(batches: Iterable[Batch[Table | Lines]], columns: Sequence[str]) -> Iterator[bytes]:
    """The same table of any length, a piece a batch."""
    head = _head(columns)
    for batch in batches:
        yield head + _written(batch.rows)
        head = b""


def _head(names: Sequence[str]) -> bytes:
    return _written(Table([(name,) for name in names]))


def _written(rows: Table | Lines) -> bytes:
    return rows.text if isinstance(rows, Lines) else "".join(csv_lines(rows)).encode()
