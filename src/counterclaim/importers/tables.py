"""Tables as they are published: CSV, plain or compressed, row by row and each with its line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table.

    Attributes:
        line: The line of the file on which it begins, from 1; the header is on the first.
        cells: The cells by column as they stand in the file, none of them changed.
    """

    line: int
    cells: dict[str, str]
