"""Tables as they are published: CSV, plain or compressed, row by row and each with its line.

Nothing is repaired: cells are given as they stand, and what cannot be a row is given as a reject.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import shutil
import tempfile
import zipfile
import zlib
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from counterclaim.errors import InputError
from counterclaim.names import nearest
from counterclaim.schemas.imported import Reject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LARGEST_TABLE = 4 * 2**30
"""Bytes that a table may have once it is unpacked."""

LARGEST_FIELD = 8 * 2**20
"""Characters of a cell of running text; with a longer cell a file cannot be read any further."""

LONGEST_CELL = 32_767
"""Characters of any other cell, as many as one of a spreadsheet holds.

Adapters look for patterns in cells, and the time of some grows with the square of their length.
"""

MOST_COLUMNS = 5000
"""Columns of a table."""

MOST_PACKED = 200
"""A packed table may be this many times as large as its file, as no text of use is."""

LEAST_SUSPECT = 64 * 2**20
"""Bytes that anything may have once unpacked."""

JSON = "json"
"""The one column of a file in which each line is a JSON object."""

LONGEST_LINE = 16 * 2**20
"""Characters of a line."""

PEEKED = 2**20
"""So many bytes at a time tell whether a file is UTF-8."""

TABLES = (".csv", ".tsv", ".txt", ".ndjson", ".jsonl")
"""How the names of tables in an archive end."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table.

    Attributes:
        line: The line of the file on which it begins, from 1; the header is on the first.
        cells: The cells by column as they stand in the file, none of them changed.
    """

    line: int
    cells: dict[str, str]


@dataclass(slots=True)
class TableFile:
    """A table in a file that can be read from its beginning as often as wanted.

    Attributes:
        path: The file, packed or not.
        name: What it is called in reports.
        sha256: Of the file as it is, hex.
        size: Its bytes, packed if it is; what ``position`` goes up to.
        encoding: Which one it is read in.
        delimiter: What stands between its cells.
        columns: Its header; one column named "json" where each line is a JSON object.
        texts: Columns of running text, whose cells may be long.
        notes: What a reader of the report should know.
        position: How many bytes of the file were read.
        rejects: Rows that are none; whoever reads takes them out.
    """

    path: Path
    name: str
    sha256: str
    size: int
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    columns: list[str] = field(default_factory=list)
    texts: Sequence[str] = ()
    notes: list[str] = field(default_factory=list)
    position: int = 0
    rejects: list[Reject] = field(default_factory=list)

    def require(self, columns: Sequence[str]) -> None:
        """Make sure that the table has these columns.

        Raises:
            InputError: some are missing, with those that are there.
        """
        missing = [column for column in columns if column not in self.columns]
        if not missing:
            return
        near = [name for column in missing for name in nearest(column, self.columns, limit=1)]
        msg = (
            f"{self.name} lacks the columns {', '.join(map(repr, missing))}; it has"
            f" {', '.join(map(repr, self.columns[:50])) or 'none'}."
        )
        raise InputError(msg, suggestions=near)

    def rows(self) -> Iterator[TableRow]:
        """Each row in turn; what is none goes to ``rejects``.

        Raises:
            InputError: the file cannot be read any further.
        """
        with self._opened() as text:
            if self.columns == [JSON]:
                yield from _json_rows(text)
            else:
                yield from self._csv_rows(text)
        self.position = self.size

    def lines(self) -> Iterator[tuple[int, str]]:
        """Each line with its number and without its end, for files that know no quotes.

        Read as UTF-8; bytes that are none come as lone surrogates.

        Raises:
            InputError: the file cannot be read any further.
        """
        with self._unpacked() as content:
            text = io.TextIOWrapper(content, "utf-8-sig", errors="surrogateescape", newline="\n")
            for number, line in enumerate(_lines(text), start=1):
                yield number, line.rstrip("\r\n")
        self.position = self.size

    def _csv_rows(self, text: io.TextIOBase) -> Iterator[TableRow]:
        for number, (line, cells) in enumerate(_records(text, self.delimiter)):
            if number == 0 or not cells or (number == 1 and _is_hxl(cells)):
                continue
            row = dict(zip(self.columns, cells, strict=False))
            reason = oddity_of(len(self.columns), cells)
            if reason is not None:
                over = {f"column {at + 1}": cell for at, cell in enumerate(cells)}
                beyond = {name: over[name] for name in list(over)[len(self.columns) :]}
                self.rejects.append(Reject(line, None, {**row, **beyond}, None, None, reason))
            elif (column := self._overlong(row)) is not None:
                count = f"{column} has {len(row[column]):,} characters"
                reason = f"{count}, and {LONGEST_CELL:,} are the most of a cell."
                self.rejects.append(Reject(line, None, row, column, None, reason))
            else:
                yield TableRow(line, row)

    def _overlong(self, row: dict[str, str]) -> str | None:
        """The first column whose cell is longer than any adapter looks through."""
        if max(map(len, row.values()), default=0) <= LONGEST_CELL:
            return None
        long = (column for column, cell in row.items() if len(cell) > LONGEST_CELL)
        return next((column for column in long if column not in self.texts), None)

    def read_header(self) -> None:
        """Learn the encoding and the columns.

        Raises:
            InputError: the file is no table.
        """
        with self._unpacked() as content:
            self.encoding = _encoding(content, self.notes)
        with self._opened() as text:
            first = _first_line(text)
            if first.lstrip().startswith("{"):
                self.columns = [JSON]
                return
        with self._opened() as text:
            self.delimiter = _delimiter_of(first)
            rows = _records(text, self.delimiter)
            _line, header = next(rows, (1, []))
            self.columns = _named(header, self.name)
            _line, second = next(rows, (2, []))
            if _is_hxl(second):
                self.notes.append("Its second row holds HXL tags and is no record.")

    @contextmanager
    def _opened(self) -> Iterator[io.TextIOBase]:
        with self._unpacked() as content:
            odd = "strict" if self.encoding.startswith("utf") else "backslashreplace"
            try:
                yield io.TextIOWrapper(content, encoding=self.encoding, errors=odd, newline="")
            except UnicodeDecodeError as error:  # Of UTF-16: all of UTF-8 was looked at before.
                msg = f"{self.name} begins as UTF-16 and is none: {error.reason}. Save it as UTF-8."
                raise InputError(msg) from None

    @contextmanager
    def _unpacked(self) -> Iterator[io.BufferedReader]:
        with ExitStack() as stack:
            raw = stack.enter_context(self.path.open("rb"))
            magic = raw.read(4)
            raw.seek(0)
            content: BinaryIO = raw
            if magic.startswith(b"\x1f\x8b"):
                content = cast("BinaryIO", stack.enter_context(gzip.GzipFile(fileobj=raw)))
            elif magic == b"PK\x03\x04":
                content = _member(stack, raw, self.name)
            packed = content is not raw
            yield io.BufferedReader(_Counted(self, raw, content, packed=packed), 2**17)


class _Counted(io.RawIOBase):
    """The unpacked bytes of a file, which notes how far the file was read, and how much came."""

    def __init__(self, table: TableFile, raw: BinaryIO, content: BinaryIO, *, packed: bool) -> None:
        self.table, self.raw, self.content, self.packed = table, raw, content, packed
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            some = self.content.read(len(buffer))
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            msg = f"{self.table.name} cannot be unpacked beyond byte {self.count}: {error}."
            raise InputError(msg) from None
        buffer[: len(some)] = some
        self.count += len(some)
        self.table.position = self.raw.tell()
        most = LARGEST_TABLE
        if self.packed:
            most = min(most, max(LEAST_SUSPECT, MOST_PACKED * self.table.size))
        if self.count > most:
            msg = f"{self.table.name} holds more than {most:,} bytes: unpack and divide it."
            raise InputError(msg)
        return len(some)


@contextmanager
def opened_table(path: Path, stdin: BinaryIO | None = None) -> Iterator[TableFile]:
    """The table at a path; the path ``-`` is standard input, kept in a file until the end.

    Raises:
        InputError: it is no table.
        OSError: it cannot be read.
    """
    with opened_file(path, stdin) as table:
        table.read_header()
        yield table


@contextmanager
def opened_file(path: Path, stdin: BinaryIO | None = None) -> Iterator[TableFile]:
    """As ``opened_table``, of a file that need not have a header: nothing of it is read yet."""
    with ExitStack() as stack:
        name = path.name
        if stdin is not None:
            spool = stack.enter_context(tempfile.NamedTemporaryFile(prefix="counterclaim-"))
            shutil.copyfileobj(stdin, spool)
            spool.flush()
            path, name = Path(spool.name), "standard input"
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        yield TableFile(path, name, sha256, path.stat().st_size)


def _member(stack: ExitStack, raw: BinaryIO, name: str) -> BinaryIO:
    try:
        archive = stack.enter_context(zipfile.ZipFile(raw))
    except zipfile.BadZipFile as error:
        raise InputError(f"{name} cannot be unpacked: {error}.") from None
    tables = [
        one
        for one in archive.infolist()
        if one.filename.lower().endswith(TABLES)
        and not one.filename.startswith("__MACOSX/")
        and PurePosixPath(one.filename).stem.lower() != "readme"
    ]
    # GeoNames packs lists that explain a table beside it: the table is called as the archive.
    own = [one for one in tables if PurePosixPath(one.filename).stem == Path(name).stem]
    tables = own if len(own) == 1 else tables
    if len(tables) != 1:
        found = ", ".join(one.filename for one in (tables or archive.infolist())[:10]) or "nothing"
        msg = f"One table is wanted in {name}, and {len(tables)} are there ({found}): unpack it."
        raise InputError(msg)
    if tables[0].flag_bits & 1:
        raise InputError(f"{tables[0].filename} in {name} is encrypted: unpack it.")
    if tables[0].file_size > LARGEST_TABLE:
        raise InputError(f"{tables[0].filename} in {name} is larger than {LARGEST_TABLE:,} bytes.")
    try:
        opened: BinaryIO = stack.enter_context(archive.open(tables[0]))  # type: ignore[assignment]
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise InputError(f"{name} cannot be unpacked: {error}.") from None
    return opened


def _encoding(content: BinaryIO, notes: list[str]) -> str:
    start = content.read(PEEKED)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    some = start
    while True:
        try:
            decoder.decode(some, final=not some)
        except UnicodeDecodeError:
            notes.append(
                "It is not UTF-8 and was read as Windows-1252: letters that were lost to ? before"
                " it was published stay lost."
            )
            return "cp1252"
        if not some:
            return "utf-8-sig"
        some = content.read(PEEKED)


def _first_line(text: io.TextIOBase) -> str:
    return next((line for line in _lines(text) if line.strip()), "")


def _lines(text: io.TextIOBase) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            msg = f"Line {number} has more than {LONGEST_LINE:,} characters: this is no table."
            raise InputError(msg)
        yield line


def _delimiter_of(line: str) -> str:
    """Comma; semicolon or tab where the header has more of them and no comma."""
    found = max(";\t", key=line.count)
    return found if "," not in line and found in line else ","


def _records(text: io.TextIOBase, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Cells with the line on which they begin; an empty list for an empty line."""
    before = csv.field_size_limit(LARGEST_FIELD)
    try:
        reader = csv.reader(_lines(text), delimiter=delimiter)
        while True:
            csv.field_size_limit(LARGEST_FIELD)
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                msg = (
                    f"The row that begins on line {line} cannot be read: {error}. Is a quote open?"
                )
                raise InputError(msg) from None
            if cells is None:
                return
            yield line, cells
    finally:
        csv.field_size_limit(before)


def _named(header: Sequence[str], name: str) -> list[str]:
    """The columns as they are called; the first without a name stays so, others get a number."""
    if len(header) > MOST_COLUMNS:
        msg = f"{name} has {len(header):,} columns, and {MOST_COLUMNS:,} are the most."
        raise InputError(msg)
    if not any(cell.strip() for cell in header):
        raise InputError(f"{name} is no table: its first line has no names of columns.")
    named: list[str] = []
    for number, cell in enumerate(header, start=1):
        if "\x00" in cell:
            raise InputError(f"{name} is no table: the name of column {number} holds NUL.")
        named.append(cell if cell or "" not in named else f"column {number}")
    twice = next((cell for cell in named if named.count(cell) > 1), None)
    if twice is not None:
        raise InputError(f"{name} has two columns called {twice!r}: rename one of them.")
    return named


def _is_hxl(cells: Sequence[str]) -> bool:
    """Whether this is the row of tags of the Humanitarian Exchange Language, version 1.1."""
    given = [cell.strip() for cell in cells if cell.strip()]
    return bool(given) and all(cell.startswith("#") for cell in given)


def oddity_of(columns: int, cells: Sequence[str]) -> str | None:
    """Why cells are no row of a table with so many columns."""
    if len(cells) != columns:
        what = "more" if len(cells) > columns else "fewer"
        return f"The row has {what} cells than the header: {len(cells)} instead of {columns}."
    if any("\x00" in cell for cell in cells):
        return "A cell holds a NUL character: the file is damaged here."
    return None


def _json_rows(text: io.TextIOBase) -> Iterator[TableRow]:
    for number, line in enumerate(_lines(text), start=1):
        if line.strip():
            yield TableRow(number, {JSON: line.strip()})
