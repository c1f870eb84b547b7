"""What every writer of a format is given: batches of what it writes, and what it says of the whole.

A writer is a generator of bytes. Its first piece comes after the first batch was read, so that
what is wrong with a request shows before an answer begins; what goes wrong later is raised, and
whoever sends or stores the pieces must not call them complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Sized
    from datetime import datetime

    from counterclaim.export.flat import Cell

    Line = tuple[Cell, ...]
    """One row of a table, its cells in the order of the columns."""

Rows_co = TypeVar("Rows_co", bound="Sized", covariant=True)


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


@dataclass(frozen=True, slots=True)
class Batch(Generic[Rows_co]):
    """Some of what is exported, in its order.

    ``next`` is the cursor of what was left out after the last batch, None where nothing was;
    ``total`` how many items the whole has, where that was counted.
    """

    rows: Rows_co
    known_at: datetime
    next: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What an export is of: its title, and the query that selects the same again."""

    title: str
    query: str
