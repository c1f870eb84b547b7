"""What every writer of a format is given: batches of what it writes, and what it says of the whole.

A writer is a generator of bytes. Its first piece comes after the first batch was read, so that
what is wrong with a request shows before an answer begins; what goes wrong later is raised, and
whoever sends or stores the pieces must not call them complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sized
    from datetime import datetime

Rows_co = TypeVar("Rows_co", bound="Sized", covariant=True)


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
