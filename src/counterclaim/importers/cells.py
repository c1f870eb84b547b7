"""Cells of tables as programs write them: numbers, lists, and literals of Python.

An empty cell, and one that holds nothing but NaN, says nothing and is None: never 0.
"""

from __future__ import annotations

import ast
import math
import re
from typing import TYPE_CHECKING, Any, TypeVar

from counterclaim.errors import InputError
from counterclaim.importers.dates import read_stamp
from counterclaim.schemas.imported import Reject

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from pydantic import ValidationError

    from counterclaim.importers.dates import DateOrder, Stamp
    from counterclaim.importers.tables import TableRow

Value = TypeVar("Value")

_NOTHING = {"", "nan", "none", "null"}
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?", re.ASCII)


def is_empty(cell: str | None) -> bool:
    """Whether a cell says nothing."""
    return cell is None or cell.strip().lower() in _NOTHING


def read_real(cell: str | None) -> float | None:
    """A decimal number.

    Raises:
        InputError: The cell says something else.
    """
    if cell is None or is_empty(cell):
        return None
    number = float(cell) if _NUMBER.fullmatch(cell.strip()) else math.inf
    if not math.isfinite(number):
        msg = f"{cell.strip()[:40]!r} is no number: write digits, as 93 or 93.0."
        raise InputError(msg)
    return number


def read_whole(cell: str | None) -> int | None:
    """A whole number, written 93 or 93.0; negative ones included.

    Raises:
        InputError: The cell says something else, or has a fraction.
    """
    number = read_real(cell)
    if number is None:
        return None
    if number != int(number):
        msg = f"{(cell or '').strip()[:40]!r} is no whole number."
        raise InputError(msg)
    return int(number)


def read_count(cell: str | None) -> int | None:
    """A whole number of things, at least 0.

    Raises:
        InputError: The cell says something else.
    """
    number = read_whole(cell)
    if number is not None and number < 0:
        msg = f"{number} is less than 0: a count is 0 or more, or the cell stays empty."
        raise InputError(msg)
    return number


def read_list(cell: str | None, separator: str = ";") -> list[str]:
    """The parts of a cell between separators, without blanks around them and without empty ones."""
    parts = (part.strip() for part in (cell or "").split(separator))
    return [part for part in parts if part]


def read_literal(cell: str | None) -> Any:
    """A list, dictionary, text or number as Python's ``repr`` writes it; NaN in it is None.

    Nothing is evaluated: the cell is parsed, and only these kinds are read.

    Raises:
        InputError: The cell is nothing of this.
    """
    if cell is None or is_empty(cell):
        return None
    try:
        return _value(ast.parse(cell.strip(), mode="eval").body)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        shown = cell.strip()[:60]
        msg = f"{shown!r} cannot be read: write {{'name': 3}} or ['name', 'name']."
        raise InputError(msg) from None


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=str() | int() | float() | None as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.Name(id=name) if name.lower() in _NOTHING:
            return None
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [_value(item) for item in items]
        case ast.Dict(keys=keys, values=values):
            return {_key(key): _value(value) for key, value in zip(keys, values, strict=True)}
    raise ValueError


def _key(node: ast.expr | None) -> str:
    key = _value(node) if node is not None else None
    if not isinstance(key, str):
        raise ValueError
    return key


class CellError(Exception):
    """A cell that keeps its row from being taken in; ``reason`` says what would be right."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


class Cells:
    """The cells of one row, each read on demand; what cannot be read is a CellError."""

    def __init__(self, row: TableRow) -> None:
        self.line, self.original = row.line, dict(row.cells)

    def text(self, column: str) -> str:
        """The cell without blanks around it; empty where the column is missing."""
        return (self.original.get(column) or "").strip()

    def whole(self, column: str) -> int | None:
        """As ``read_whole``."""
        return self._read(column, read_whole)

    def count(self, column: str) -> int | None:
        """As ``read_count``."""
        return self._read(column, read_count)

    def degrees(self, column: str, most: int) -> float | None:
        """A latitude or longitude, at most so many degrees either way."""
        degrees = self._read(column, read_real)
        if degrees is not None and abs(degrees) > most:
            raise CellError(column, f"Write degrees from -{most} to {most}.")
        return degrees

    def stamp(self, column: str) -> Stamp:
        """As ``read_stamp``, of a column that writes ISO dates."""
        return self._read(column, read_stamp)

    def day(self, column: str, order: DateOrder | None) -> date:
        """As ``read_stamp``, without the time that spreadsheets add."""
        return self._read(column, lambda cell: read_stamp(cell, order)).day

    def required(self, column: str) -> str:
        """The text of a cell that may not be empty."""
        text = self.text(column)
        if not text:
            raise CellError(column, "It is empty, and nothing can be said without it.")
        return text

    def reject(self, column: str | None, reason: str, key: str | None) -> Reject:
        """The row, refused for one of its cells or, without a column, as a whole."""
        value = self.original.get(column) if column else None
        return Reject(self.line, key, self.original, column, value, reason)

    def _read(self, column: str, read: Callable[[str | None], Value]) -> Value:
        try:
            return read(self.original.get(column))
        except InputError as error:
            raise CellError(column, error.message) from error


def first_mistake(error: ValidationError) -> str:
    """What a shape says of what it was given, in one sentence."""
    mistake = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(map(str, mistake["loc"]))
    return f"{where}: {mistake['msg']}"
