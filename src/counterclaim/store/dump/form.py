"""What a dump consists of: its tables in their order, and how a row becomes a line."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from counterclaim.db import Base, UtcDateTime, table_of
from counterclaim.models import IdempotencyKey
from counterclaim.moment import isoformat_z
from counterclaim.store.rebuild import DERIVED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

LEFT_OUT = frozenset(map(table_of, (IdempotencyKey, *DERIVED)))
"""Tables that follow from the others, or that are forgotten after a day."""

LONGEST_LINE = 1 << 28
"""Bytes of the longest line that is written or read: far more than any row of this program has."""


def dumped_tables() -> list[Table]:
    """The tables of a dump, each behind those that its rows point to; of a tie by name."""
    return [table for table in Base.metadata.sorted_tables if table not in LEFT_OUT]


def tables_revision(session: Session) -> str:
    """The revision that the store's tables are at."""
    return str(session.scalar(text("SELECT version_num FROM alembic_version")))


def row_line(table: str, row: Mapping[str, Any]) -> bytes:
    """A row as one line: instants in UTC with Z, floats by the fewest digits that give them again.

    The keys of JSON columns keep their order.
    """
    try:
        return _PLAIN.encode({table: row}).encode() + b"\n"
    except UnicodeEncodeError:  # Half of a pair, which JSON can hold as an escape and UTF-8 cannot.
        return _ESCAPED.encode({table: row}).encode() + b"\n"


def _instant(value: object) -> str:
    if isinstance(value, datetime):
        return isoformat_z(value)
    msg = f"A dump has no form for {type(value).__name__}."
    raise TypeError(msg)


_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_instant)
_ESCAPED = json.JSONEncoder(separators=(",", ":"), default=_instant)


class RowShape:
    """How the rows of one table stand in lines, and how they are taken out again."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.names = [column.name for column in table.columns]
        self._known = frozenset(self.names)
        self._instants = [
            column.name for column in table.columns if isinstance(column.type, UtcDateTime)
        ]

    def read(self, row: dict[str, Any]) -> dict[str, Any]:
        """The values of a row as its columns take them.

        Raises:
            ValueError: it has not exactly the columns of the table, or an instant is none.
        """
        if row.keys() != self._known:
            odd = ", ".join(sorted(row.keys() ^ self._known))
            msg = f"a row of {self.table.name} lacks or should not have: {odd}"
            raise ValueError(msg)
        for name in self._instants:
            if row[name] is not None:
                row[name] = datetime.fromisoformat(row[name])
        return row
