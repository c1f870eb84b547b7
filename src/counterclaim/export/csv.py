"""CSV after RFC 4180, UTF-8; a cell can never start a formula in a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from counterclaim.export.batches import Batch
    from counterclaim.export.flat import Cell, Row

MEDIA_TYPE = "text/csv; charset=utf-8"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(rows: Iterable[Row], columns: Iterable[str]) -> bytes:
    """A table with a header line; null is an empty cell."""
    names = list(columns)
    return _lines([names]) + _lines([row.get(name) for name in names] for row in rows)


def stream_csv(batches: Iterable[Batch[Row]], columns: Sequence[str]) -> Iterator[bytes]:
    """The same table of any length, a piece a batch."""
    head = _lines([columns])
    for batch in batches:
        yield head + _lines([row[name] for name in columns] for row in batch.rows)
        head = b""


def _lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(map(_cell, row) for row in rows)
    return out.getvalue().encode()


def _cell(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
