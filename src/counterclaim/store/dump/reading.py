"""Reads a dump line by line with flat memory, and makes sure that it is whole and unaltered."""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING, Any, BinaryIO

import zstandard
from pydantic import ValidationError

from counterclaim.errors import DumpError
from counterclaim.schemas.dump import FORMAT, DumpEnd, DumpHeader
from counterclaim.store.dump.form import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterclaim.schemas.dump import DumpTrailer

ZSTD = b"\x28\xb5\x2f\xfd"
"""What every frame of Zstandard begins with."""

SQLITE = b"SQLi"
"""How SQLite files begin."""

WINDOW = 1 << 27
"""Bytes that decompression may look back; a file that asks for more is refused."""

BUFFER = 1 << 20

UNREADABLE = (ValueError, RecursionError)
"""What a text that is no JSON of ours raises."""


class Dump:
    """A dump that is being read: ``header`` is known at once, and that it is whole at the end."""

    def __init__(self, file: BinaryIO) -> None:
        """Open a dump, compressed or not.

        Raises:
            DumpError: it does not begin as a dump, or has another form than is read here.
        """
        self._lines = _opened(file)
        self._counts: dict[str, int] = {}
        self.number = 0
        first = self._next()
        self._digest = hashlib.sha256(first)
        self.header = _read_header(first)

    def rows(self) -> Iterator[tuple[str, dict[str, Any], int]]:
        """Each row: its table, its columns as JSON has them, and the bytes of its line.

        Raises:
            DumpError: it is torn, was altered, or has other rows than its header says.
        """
        self._counts = dict.fromkeys(self.header.tables, 0)
        while True:
            line = self._next()
            table, row = self._read_line(line)
            if table == "trailer":
                self._check_end(line)
                return
            self._digest.update(line)
            if table not in self._counts or not isinstance(row, dict):
                raise self.wrong("is no row of a table that the header names")
            self._counts[table] += 1
            if self._counts[table] > self.header.tables[table]:
                raise self.wrong(f"is one more row of {table} than the header says")
            yield table, row, len(line)

    def wrong(self, what: str) -> DumpError:
        """What is wrong with the line that was read last."""
        return DumpError(f"Line {self.number} of the dump {what}: the file was altered.")

    def _next(self) -> bytes:
        try:
            line = self._lines.readline(LONGEST_LINE + 1)
        except zstandard.ZstdError as error:
            msg = f"The dump cannot be decompressed: it is torn or was altered ({error})."
            raise DumpError(msg) from None
        self.number += 1
        if not line.endswith(b"\n"):
            if len(line) > LONGEST_LINE:
                raise self.wrong(f"has more than {LONGEST_LINE} bytes")
            msg = f"The dump is torn: it ends in line {self.number}, before its trailer."
            raise DumpError(msg)
        return line

    def _read_line(self, line: bytes) -> tuple[str, Any]:
        try:
            ((table, row),) = json.loads(line).items()
        except (*UNREADABLE, AttributeError):
            raise self.wrong("is no JSON object of one member") from None
        return table, row

    def _check_end(self, line: bytes) -> None:
        trailer, sha256 = self._read_trailer(line), self._digest.hexdigest()
        if trailer.sha256 != sha256:
            msg = f"The dump was altered: the SHA-256 of its lines is {sha256}, and its trailer"
            raise DumpError(f"{msg} says {trailer.sha256}.")
        for table, count in self._counts.items():
            told = {self.header.tables[table], trailer.tables.get(table)}
            if told != {count}:
                raise self.wrong(f"ends a dump with {count} rows of {table}, where others are told")
        if trailer.rows != sum(self._counts.values()) or len(trailer.tables) != len(self._counts):
            raise self.wrong("is a trailer that counts other rows")
        if self._rest():
            raise self.wrong("is the trailer, and more follows")

    def _read_trailer(self, line: bytes) -> DumpTrailer:
        try:
            return DumpEnd.model_validate_json(line).trailer
        except ValidationError:
            raise self.wrong("is not the trailer of a dump") from None

    def _rest(self) -> bytes:
        try:
            return self._lines.read(1)
        except zstandard.ZstdError:
            return b"?"


def _opened(file: BinaryIO) -> io.BufferedReader[Any]:
    begin = file.read(len(ZSTD))
    whole: io.BufferedReader[Any] = io.BufferedReader(_Rejoined(begin, file), BUFFER)
    if begin == ZSTD:
        decompressor = zstandard.ZstdDecompressor(max_window_size=WINDOW)
        plain = decompressor.stream_reader(whole, read_across_frames=True)
        return io.BufferedReader(plain, BUFFER)
    if begin.startswith(b"{"):
        return whole
    if begin == SQLITE:
        msg = "This is no dump but a SQLite file: a backup of a store, which is a store itself."
        raise DumpError(f"{msg} Put it in the place of the store, or name it in its URL.")
    what = "is neither compressed with Zstandard nor JSON" if begin else "is empty"
    raise DumpError(f"This is no dump: the file {what}.")


class _Rejoined(io.RawIOBase):
    """A file of which the beginning was read already; it may be a pipe."""

    def __init__(self, begin: bytes, file: BinaryIO) -> None:
        self._begin, self._file = begin, file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._begin or self._file.read(len(buffer))
        self._begin = b""
        buffer[: len(piece)] = piece
        return len(piece)


def _read_header(line: bytes) -> DumpHeader:
    try:
        given = json.loads(line)
        form = given["counterclaim_dump"]
    except (*UNREADABLE, LookupError, TypeError):
        msg = "This is no dump: its first line is not the header of one."
        raise DumpError(msg) from None
    if form != FORMAT:
        msg = f"The dump has the form {form!r}, and this program reads form {FORMAT}: restore it"
        raise DumpError(f"{msg} with the version of the program that made it.")
    try:
        return DumpHeader.model_validate(given)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        msg = f"The header of the dump was altered: {where} is not what it has to be."
        raise DumpError(msg) from None
