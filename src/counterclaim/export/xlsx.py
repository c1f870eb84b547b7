"""XLSX workbooks: what was asked for, the sources, a dictionary of the columns and a citation.

A cell with text is a text, whatever it begins with; it is never a formula or a link. Nothing of
the workbook is given out before all is in.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from counterclaim import __version__
from counterclaim.export.columns import SOURCES
from counterclaim.export.workbook import Workbook
from counterclaim.moment import isoformat_z
from counterclaim.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from counterclaim.export.batches import About, Batch
    from counterclaim.export.columns import Column
    from counterclaim.export.workbook import Sheet
    from counterclaim.tables import Line

    Sheets = dict[str, Table]
    """Rows by the sheet that they belong to."""

SHEET_ROWS = 1_048_576
"""What a sheet can hold, with its header; more rows go on in a sheet with a number."""
_NAMING = {"said_by", "claimant", "publisher"}
"""Columns whose words are keys of sources."""


def stream_xlsx(
    batches: Iterable[Batch[Sequence[Sheets]]],
    sheets: Mapping[str, Sequence[Column]],
    sources: Callable[[set[str], datetime], Table],
    about: About,
) -> Iterator[bytes]:
    """A workbook of any length; empty pieces come while it is made.

    Args:
        batches: One item each: rows by sheet.
        sheets: The columns of each sheet.
        sources: Gives the rows of the sources with these keys, as of an instant.
        about: What the citation says.
    """
    with _opened() as book:
        written = {name: _Table(book, name, columns) for name, columns in sheets.items()}
        keys: set[str] = set()
        for batch in batches:
            for name, table in batch.rows[0].items():
                written[name].add(table)
                keys |= _named_sources(table, sheets[name])
            yield b""
        written["sources"] = _Table(book, "sources", SOURCES)
        written["sources"].add(sources(keys, batch.known_at))
        _write_dictionary(book, {**sheets, "sources": SOURCES})
        _write_citation(book, about, batch, written)
        yield from book.packed()


@contextmanager
def _opened() -> Iterator[Workbook]:
    """A workbook; of one that is given up nothing stays, open or on disk."""
    with TemporaryDirectory(prefix="counterclaim-") as folder:
        book = Workbook(Path(folder))
        try:
            yield book
        finally:
            book.close()


class _Table:
    """A table, on as many sheets as it needs."""

    def __init__(self, book: Workbook, name: str, columns: Sequence[Column]) -> None:
        self.name, self.rows = name, 0
        self._book, self._header = book, Table([(column.name,) for column in columns])
        self._sheets: list[Sheet] = []
        self._sheet = self._next_sheet()

    @property
    def cut(self) -> int:
        """How many texts were longer than a cell."""
        return sum(sheet.cut for sheet in self._sheets)

    def _next_sheet(self) -> Sheet:
        number = len(self._sheets) + 1
        sheet = self._book.add_sheet(self.name if number == 1 else f"{self.name} {number}")
        sheet.add(self._header)
        self._sheets.append(sheet)
        return sheet

    def add(self, table: Table) -> None:
        """Write rows below those before."""
        self.rows += len(table)
        while len(table):
            if self._sheet.rows == SHEET_ROWS:
                self._sheet = self._next_sheet()
            room = SHEET_ROWS - self._sheet.rows
            self._sheet.add(table[:room])
            table = table[room:]


def _named_sources(table: Table, columns: Sequence[Column]) -> set[str]:
    told = {
        str(cell)
        for column, cells in zip(columns, table.columns, strict=True)
        if column.name in _NAMING
        for cell in set(cells)
        if cell
    }
    return {key for keys in told for key in keys.split(";")}


def _write_dictionary(book: Workbook, sheets: Mapping[str, Sequence[Column]]) -> None:
    head = ("sheet", "column", "type", "meaning")
    lines = [(name, c.name, c.kind, c.meaning) for name, columns in sheets.items() for c in columns]
    book.add_sheet("dictionary").add(Table.of([head, *lines], len(head)))


def _write_citation(
    book: Workbook, about: About, last: Batch[Sequence[Sheets]], written: Mapping[str, _Table]
) -> None:
    """What a reader needs to ask for the same again, and how many rows a complete copy has."""
    known_at = isoformat_z(last.known_at)
    lines: list[Line] = [
        ("title", about.title),
        ("known_at", known_at),
        ("query", about.query),
        ("citation", f"Counterclaim: {about.title}, as known at {known_at}, query {about.query}."),
        ("software", f"Counterclaim {__version__}"),
        ("next", last.next or ""),
    ]
    lines += [(f"rows in {table.name}", table.rows) for table in written.values()]
    lines.append(("cells cut to fit", sum(table.cut for table in written.values())))
    book.add_sheet("citation", header=False).add(Table.of(lines, 2))
