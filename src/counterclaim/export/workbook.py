"""Writes XLSX workbooks of any length: sheets that grow side by side, packed when all is in.

Rows are XML at once, a column at a time, and wait in temporary files. Texts stand in their cells
(inline strings), so that nothing is kept of them. Source: ECMA-376, part 1, 18.3 and 22.9.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from counterclaim.tables import Cell, Table

CELL_LENGTH = 32_767
"""UTF-16 units that a cell can hold."""
CUT = " […cut]"
PIECE = 1 << 20
LEVEL = 1
"""Higher levels of compression take most of the time and save little: XML repeats itself."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    "%s</sheetView></sheetViews><sheetData>"
)
_HEADER = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
_SHEET_END = "</sheetData></worksheet>"
_TEXT = ' t="inlineStr"><is><t xml:space="preserve">'
_TEXT_END = "</t></is></c>"

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_ESCAPE = re.compile("_(?=x[0-9a-fA-F]{4}_)")


class Sheet:
    """One sheet; its rows are numbered from 1, and the first stays in sight if it is a header."""

    def __init__(self, title: str, file: Path, *, header: bool) -> None:
        self.title, self.file = title, file
        self.rows = self.cut = 0
        self._out = file.open("w", encoding="utf-8", newline="")
        self._out.write(_SHEET % (_HEADER if header else ""))

    def add(self, table: Table) -> None:
        """Write rows below those before; what is None is no cell."""
        numbers = range(self.rows + 1, self.rows + len(table) + 1)
        columns = [
            self._column(_letters(place), numbers, column)
            for place, column in enumerate(table.columns)
        ]
        for number, row in zip(numbers, zip(*columns, strict=True), strict=True):
            self._out.write(f'<row r="{number}">{"".join(row)}</row>')
        self.rows += len(table)

    def close(self) -> None:
        """Write no more."""
        if not self._out.closed:
            self._out.write(_SHEET_END)
            self._out.close()

    def _column(self, name: str, numbers: range, column: Sequence[Cell]) -> list[str]:
        if set(map(type, column)) == {type(None)}:
            return [""] * len(column)
        written: dict[Cell, str] = {None: ""}
        found = []
        for number, value in zip(numbers, column, strict=True):
            body = self._body(value, written) if isinstance(value, str) else _number(value)
            found.append(f'<c r="{name}{number}"{body}' if body else "")
        return found

    def _body(self, text: str, written: dict[Cell, str]) -> str:
        body = written.get(text)
        if body is None:
            body = written[text] = f"{_TEXT}{_escaped(fitting(text))}{_TEXT_END}"
        if len(text) > CELL_LENGTH // 2:
            self.cut += fitting(text) is not text
        return body


def _number(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return f' t="b"><v>{value:d}</v></c>'
    return f"><v>{value!r}</v></c>"


def fitting(text: str) -> str:
    """The text itself, or as much of it as a cell holds, and a sign that it was cut."""
    if 2 * len(text) <= CELL_LENGTH or len(text.encode("utf-16-le")) // 2 <= CELL_LENGTH:
        return text
    units = text.encode("utf-16-le")[: 2 * (CELL_LENGTH - len(CUT))]
    return units.decode("utf-16-le", "ignore") + CUT


def _escaped(text: str) -> str:
    """As XML; what XML cannot hold is written as _xHHHH_, and what looks like that is escaped."""
    if "_x" in text:
        text = _ESCAPE.sub("_x005F_", text)
    if not text.isprintable():
        text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return escape(text)


def _letters(place: int) -> str:
    """The name of a column, from 0: A to Z, AA and so on."""
    name = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


class Workbook:
    """Sheets in a folder, which is the caller's to remove."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.sheets: list[Sheet] = []

    def add_sheet(self, title: str, *, header: bool = True) -> Sheet:
        """A further sheet, empty."""
        sheet = Sheet(title, self._folder / f"{len(self.sheets)}.xml", header=header)
        self.sheets.append(sheet)
        return sheet

    def close(self) -> None:
        """Write no more to any sheet."""
        for sheet in self.sheets:
            sheet.close()

    def packed(self) -> Iterator[bytes]:
        """The workbook; what is packed of a sheet needs its file no more."""
        self.close()
        file = self._folder / "book.xlsx"
        with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
            for name, text in self._parts():
                archive.writestr(name, _HEAD + text)
            for number, sheet in enumerate(self.sheets, start=1):
                archive.write(sheet.file, f"xl/worksheets/sheet{number}.xml")
                sheet.file.unlink()
                yield b""
        with file.open("rb") as made:
            while piece := made.read(PIECE):
                yield piece

    def _parts(self) -> Iterator[tuple[str, str]]:
        numbers = range(1, len(self.sheets) + 1)
        types = "".join(
            f'<Override PartName="/{part}" ContentType="{_TYPE}.{kind}+xml"/>'
            for part, kind in (
                ("xl/workbook.xml", "sheet.main"),
                *((f"xl/worksheets/sheet{n}.xml", "worksheet") for n in numbers),
            )
        )
        xml = '<Default Extension="xml" ContentType="application/xml"/>'
        rels = f'<Default Extension="rels" ContentType="{_RELS_TYPE}"/>'
        space = f"{_PACKAGE}/content-types"
        yield "[Content_Types].xml", f'<Types xmlns="{space}">{rels}{xml}{types}</Types>'
        yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
        sheets = [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
        yield "xl/_rels/workbook.xml.rels", _relations(sheets)
        listed = "".join(
            f'<sheet name="{sheet.title}" sheetId="{n}" r:id="rId{n}"/>'
            for n, sheet in zip(numbers, self.sheets, strict=True)
        )
        spaces = f'xmlns="{_MAIN}" xmlns:r="{_OFFICE}"'
        yield "xl/workbook.xml", f"<workbook {spaces}><sheets>{listed}</sheets></workbook>"


_RELS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'
