"""XLSX workbooks: what was asked for, the sources, a dictionary of the columns and a citation.

A cell with text is a text, whatever it begins with; it is never a formula or a link. Rows are
written to temporary files as they come, and nothing of the workbook is given out before all is in.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import xlsxwriter

from counterclaim import __version__
from counterclaim.export.columns import SOURCES
from counterclaim.moment import isoformat_z

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from counterclaim.export.batches import About, Batch
    from counterclaim.export.columns import Column
    from counterclaim.export.flat import Cell, Row

SHEET_ROWS = 1_048_576
"""What a sheet can hold, with its header; more rows go on in a sheet with a number."""
CELL_LENGTH = 32_767
"""UTF-16 units that a cell can hold."""
CUT = " […cut]"
PIECE = 1 << 16
_OPTIONS = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}

Sheets = dict[str, list["Row"]]
"""Rows by the sheet that they belong to."""


def stream_xlsx(
    batches: Iterable[Batch[Sheets]],
    sheets: Mapping[str, Sequence[Column]],
    sources: Callable[[set[str], datetime], list[Row]],
    about: About,
) -> Iterator[bytes]:
    """A workbook of any length; empty pieces come while it is made.

    Args:
        batches: One item each: rows by sheet.
        sheets: The columns of each sheet.
        sources: Gives the rows of the sources with these keys, as of an instant.
        about: What the citation says.
    """
    with _opened() as (book, file):
        written = {name: _Sheets(book, name, columns) for name, columns in sheets.items()}
        keys: set[str] = set()
        for batch in batches:
            for name, rows in batch.rows[0].items():
                written[name].add(rows)
                keys |= _named_sources(rows)
            yield b""
        written["sources"] = _Sheets(book, "sources", SOURCES)
        written["sources"].add(sources(keys, batch.known_at))
        _write_dictionary(book, {**sheets, "sources": SOURCES})
        _write_citation(book, about, batch, written)
        book.close()
        with file.open("rb") as made:
            while piece := made.read(PIECE):
                yield piece


@contextmanager
def _opened() -> Iterator[tuple[Any, Path]]:
    """A workbook and where it is made; of one that is given up nothing stays, open or on disk."""
    with TemporaryDirectory(prefix="counterclaim-") as folder:
        file = Path(folder) / "book.xlsx"
        book = xlsxwriter.Workbook(str(file), {**_OPTIONS, "tmpdir": folder})
        book.use_zip64()
        try:
            yield book, file
        finally:
            for sheet in book.worksheets():
                sheet.row_data_fh.close()


class _Sheets:
    """A table, on as many sheets as it needs."""

    def __init__(self, book: Any, name: str, columns: Sequence[Column]) -> None:
        self.name, self.rows, self.cut = name, 0, 0
        self._book, self._columns = book, columns
        self._number, self._line = 0, 0
        self._sheet = self._next_sheet()

    def _next_sheet(self) -> Any:
        self._number += 1
        title = self.name if self._number == 1 else f"{self.name} {self._number}"
        sheet = self._book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(self._columns):
            sheet.write_string(0, place, column.name)
        self._line = 1
        return sheet

    def add(self, rows: Iterable[Row]) -> None:
        """Write rows below those before."""
        for row in rows:
            if self._line == SHEET_ROWS:
                self._sheet = self._next_sheet()
            for place, column in enumerate(self._columns):
                self._write(place, row[column.name])
            self._line += 1
            self.rows += 1

    def _write(self, place: int, value: Cell) -> None:
        if isinstance(value, bool):
            self._sheet.write_boolean(self._line, place, value)
        elif isinstance(value, int | float):
            self._sheet.write_number(self._line, place, value)
        elif value is not None:
            text = _fitting(value)
            self.cut += text is not value
            self._sheet.write_string(self._line, place, text)


def _fitting(text: str) -> str:
    """The text itself, or as much of it as a cell holds, and a sign that it was cut."""
    if 2 * len(text) <= CELL_LENGTH or len(text.encode("utf-16-le")) // 2 <= CELL_LENGTH:
        return text
    units = text.encode("utf-16-le")[: 2 * (CELL_LENGTH - len(CUT))]
    return units.decode("utf-16-le", "ignore") + CUT


def _named_sources(rows: Iterable[Row]) -> set[str]:
    found: set[str] = set()
    for row in rows:
        said_by = str(row.get("said_by") or "").split(";")
        found.update(said_by, (str(row.get(name) or "") for name in ("claimant", "publisher")))
    return found - {""}


def _write_dictionary(book: Any, sheets: Mapping[str, Sequence[Column]]) -> None:
    sheet = book.add_worksheet("dictionary")
    lines = [(name, c.name, c.kind, c.meaning) for name, columns in sheets.items() for c in columns]
    for number, line in enumerate([("sheet", "column", "type", "meaning"), *lines]):
        for place, text in enumerate(line):
            sheet.write_string(number, place, text)


def _write_citation(
    book: Any, about: About, last: Batch[Sheets], written: Mapping[str, _Sheets]
) -> None:
    """What a reader needs to ask for the same again, and how many rows a complete copy has."""
    sheet = book.add_worksheet("citation")
    known_at = isoformat_z(last.known_at)
    lines: list[tuple[str, str | int]] = [
        ("title", about.title),
        ("known_at", known_at),
        ("query", about.query),
        ("citation", f"Counterclaim: {about.title}, as known at {known_at}, query {about.query}."),
        ("software", f"Counterclaim {__version__}"),
        ("next", last.next or ""),
    ]
    lines += [(f"rows in {table.name}", table.rows) for table in written.values()]
    lines.append(("cells cut to fit", sum(table.cut for table in written.values())))
    for number, (name, value) in enumerate(lines):
        sheet.write_string(number, 0, name)
        if isinstance(value, str):
            sheet.write_string(number, 1, _fitting(value))
        else:
            sheet.write_number(number, 1, value)
