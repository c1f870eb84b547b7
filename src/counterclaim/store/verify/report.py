"""What a verification found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from counterclaim.store.ledger import GENESIS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from counterclaim.store.seals import Statement

MOST_FAULTS = 10_000
"""So many faults are listed; further ones are counted."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: with an entry, by ``seq``, or with a row, by table and id."""

    detail: str
    seq: int | None = None
    table: str | None = None
    id: str | None = None

    def __str__(self) -> str:
        where = f"entry {self.seq}" if self.table is None else f"{self.table} {self.id}"
        return f"{where}: {self.detail}" if self.seq or self.table else self.detail


@dataclass(frozen=True, slots=True)
class Redacted:
    """A row of which something was blanked by an entry that says so."""

    table: str
    id: str
    seq: int


@dataclass(slots=True)
class Verification:
    """The head of the chain, how much was checked, and all that is wrong.

    ``redacted`` has the latest seals that redactions gave, ``reasons`` the digests of what they
    left as end_reason of claims.
    """

    seq: int = 0
    hash: str = GENESIS
    at: datetime | None = None
    entries: int = 0
    rows: int = 0
    redactions: list[Redacted] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unlisted: int = 0
    redacted: dict[tuple[str, str], tuple[Statement, int]] = field(default_factory=dict)
    reasons: dict[str, str | None] = field(default_factory=dict)
    total: int = 0
    progress: Callable[[int, int], None] | None = None

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def entry_fault(self, seq: int, detail: str) -> None:
        """Note what is wrong with an entry."""
        self._note(Fault(detail, seq=seq))

    def row_fault(self, table: str, key: str, detail: str) -> None:
        """Note what is wrong with a row."""
        self._note(Fault(detail, table=table, id=key))

    def fault(self, detail: str) -> None:
        """Note what is wrong with the ledger as a whole."""
        self._note(Fault(detail))

    def done(self, *, entries: int = 0, rows: int = 0) -> None:
        """Count what was checked."""
        self.entries += entries
        self.rows += rows
        if self.progress is not None:
            self.progress(self.entries + self.rows, self.total)

    def _note(self, fault: Fault) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)
        else:
            self.unlisted += 1
