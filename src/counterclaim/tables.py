"""Tables by column, and the same written as lines of CSV after RFC 4180.

Cells are written a column at a time: what is said of a whole column need not be asked of each cell.
A cell can never start a formula in a spreadsheet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Cell = str | int | float | bool | None
Line = tuple[Cell, ...]
"""One row of a table, its cells in the order of the columns."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
AMBIGUOUS_STARTS = tuple(f"'{start}" for start in FORMULA_STARTS)
"""How a text begins that was kept from starting a formula, or that begins so itself."""

_QUOTED = re.compile('[",\r\n]')


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a table, kept by column, since that is how they are written fastest."""

    columns: Sequence[Sequence[Cell]]

    @classmethod
    def of(cls, lines: Sequence[Line], width: int) -> Table:
        """The table of these rows, each with so many cells."""
        return cls(list(zip(*lines, strict=True)) if lines else [()] * width)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.columns[0])

    def __iter__(self) -> Iterator[Line]:
        """The rows."""
        return zip(*self.columns, strict=True)

    def __getitem__(self, rows: slice) -> Table:
        """Some of the rows."""
        return Table([column[rows] for column in self.columns])

    def ambiguous(self) -> set[int]:
        """The rows whose lines do not tell all: an empty text from null, or what was marked."""
        found: set[int] = set()
        for column in self.columns:
            odd = {cell for cell in set(column) if isinstance(cell, str) and _is_ambiguous(cell)}
            if odd:
                found.update(place for place, cell in enumerate(column) if cell in odd)
        return found


def _is_ambiguous(cell: str) -> bool:
    return not cell or cell.startswith(AMBIGUOUS_STARTS)


Part = tuple[bytes, int, bool]
"""Lines, how many they are, and whether they are exact: some of ``Lines``."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows of a table as lines of CSV.

    Where they are ``exact`` the cells can be read from them again: an empty cell is null, and what
    begins with an apostrophe and the start of a formula had no apostrophe. No line is longer than
    ``longest`` bytes.
    """

    text: bytes
    count: int
    exact: bool
    longest: int

    @classmethod
    def joined(cls, parts: Sequence[Part]) -> Lines:
        """All of these, one after the other; at least one."""
        texts, counts, exact = zip(*parts, strict=True)
        return cls(b"".join(texts), sum(counts), all(exact), max(map(len, texts)))

    def __len__(self) -> int:
        """How many rows there are."""
        return self.count


def csv_lines(table: Table) -> list[str]:
    """Each row as a line with its end; null is an empty cell."""
    rows = map(",".join, zip(*map(_column, table.columns), strict=True))
    return [f"{row}\r\n" for row in rows]


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
