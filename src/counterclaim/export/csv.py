"""CSV after RFC 4180, UTF-8; a cell can never start a formula in a spreadsheet.

Cells are written a column at a time: what is said of a whole column need not be asked of each cell.
"""

from __future__ import annotations

import re
from itertools import repeat
from typing import TYPE_CHECKING, cast

from counterclaim.export.batches import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from counterclaim.export.batches import Batch
    from counterclaim.export.flat import Cell, Row

MEDIA_TYPE = "text/csv; charset=utf-8"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_QUOTED = re.compile('[",\r\n]')


def to_csv(rows: Iterable[Row], columns: Iterable[str]) -> bytes:
    """A table with a header line; null is an empty cell."""
    names = tuple(columns)
    lines = [tuple(row.get(name) for name in names) for row in rows]
    return _head(names) + _lines(Table.of(lines, len(names)))


def stream_csv(batches: Iterable[Batch[Table]], columns: Sequence[str]) -> Iterator[bytes]:
    """The same table of any length, a piece a batch."""
    head = _head(columns)
    for batch in batches:
        yield head + _lines(batch.rows)
        head = b""


def _head(names: Sequence[str]) -> bytes:
    return _lines(Table([(name,) for name in names]))


def _lines(table: Table) -> bytes:
    lines = map(",".join, zip(*map(_column, table.columns), strict=True))
    return "".join([f"{line}\r\n" for line in lines]).encode()


def _column(cells: Sequence[Cell]) -> Iterable[str]:
    kinds = set(map(type, cells))
    if kinds == {str} and _are_plain(cells):
        return cast("Sequence[str]", cells)
    if kinds == {int}:
        return map(str, cells)
    if kinds == {type(None)}:
        return repeat("", len(cells))
    if float in kinds or len(kinds - {type(None)}) > 1:  # 1, 1.0 and true would be one cell.
        return map(_cell, cells)
    written = {cell: _cell(cell) for cell in set(cells)}
    return map(written.__getitem__, cells)


def _are_plain(cells: Iterable[Cell]) -> bool:
    """Whether none of these texts is to be quoted or could start a formula."""
    texts = [cell for cell in set(cells) if isinstance(cell, str)]
    whole = "".join(f"\n{text}" for text in texts)
    return (
        whole.count("\n") == len(texts)
        and not any(mark in whole for mark in ('"', ",", "\r"))
        and not any(f"\n{start}" in whole for start in FORMULA_STARTS)
    )


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return repr(value)
    text = f"'{value}" if value.startswith(FORMULA_STARTS) else value
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text
