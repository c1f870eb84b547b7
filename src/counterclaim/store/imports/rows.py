"""Takes in some rows of a data set: each is read against the store, then all are written at once.

A row that the store refuses leaves nothing but itself and the reason; the others stand.
"""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy.exc import DataError, IntegrityError

from counterclaim.errors import InputError, Problem, RejectedError
from counterclaim.models import ImportRow
from counterclaim.schemas.imported import Reject
from counterclaim.store.imports.batches import add_counts, import_id
from counterclaim.store.imports.readings import Drawn, Known, read_record
from counterclaim.store.imports.vintages import end_claims
from counterclaim.store.imports.withdrawal import version_of
from counterclaim.store.imports.writing import write_parts, write_rows
from counterclaim.store.rows import new_row
from counterclaim.store.seals import seal_row
from counterclaim.vocabulary import RowFate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from counterclaim.models import ImportBatch
    from counterclaim.schemas.imported import Record
    from counterclaim.store.ledger import Writer


@dataclass(frozen=True, slots=True)
class RowTaken:
    """What became of one row; of a rejected one also what was wrong with it."""

    line: int
    key: str | None
    fate: RowFate
    reason: str | None = None
    column: str | None = None
    value: str | None = None
    problems: tuple[Problem, ...] = ()
    created: tuple[tuple[str, str], ...] = ()
    """Table and key of each row of reference that was written because of it."""
    remarks: tuple[str, ...] = ()
    """What could not be taken over as it was; its new claims say so as warnings."""


def take_rows(
    writer: Writer, batch: ImportBatch, items: Sequence[Record | Reject]
) -> list[RowTaken]:
    """Write rows with all that follows from them; what became of each, in their order.

    A row that breaks a rule of the database is refused as any other: it is looked for by halves,
    and the others are tried again without it.
    """
    try:
        with writer.savepoint():
            return _take(writer, batch, items)
    except (IntegrityError, DataError, InputError) as error:
        if (middle := len(items) // 2) > 0:
            halves = items[:middle], items[middle:]
            return [one for half in halves for one in take_rows(writer, batch, half)]
        return _take(writer, batch, [_refused(items[0], error)])


def _refused(item: Record | Reject, error: Exception) -> Reject:
    reason = error.message if isinstance(error, InputError) else "The database refuses its values."
    return Reject(item.line, item.key, item.original, None, None, reason)


def _take(writer: Writer, batch: ImportBatch, items: Sequence[Record | Reject]) -> list[RowTaken]:
    known = Known.of(writer, batch, [item for item in items if not isinstance(item, Reject)])
    taking = _Taking(writer, batch, known)
    for item in items:
        taking.take(item)
    taking.write()
    return taking.taken


@dataclass(slots=True)
class _Taking:
    """Some rows being taken in."""

    writer: Writer
    batch: ImportBatch
    known: Known
    rows: list[ImportRow] = field(default_factory=list)
    drawn: list[Drawn] = field(default_factory=list)
    taken: list[RowTaken] = field(default_factory=list)

    def take(self, item: Record | Reject) -> None:
        """Read one row; nothing but new rows of reference is written yet."""
        if isinstance(item, Reject):
            self._keep(item, RowTaken(item.line, item.key, RowFate.REJECTED, *_wrong(item)))
            return
        row_id = import_id("row", self.batch.id, item.line)
        # What is new of sources and places is written at once, for the record may name it.
        trial = self.writer.savepoint() if self.known.names_new(item) else nullcontext()
        try:
            with trial:
                drawn = read_record(self.writer, self.batch, self.known, item, row_id)
        except RejectedError as error:
            self._keep(item, _rejected(item, error))
            return
        self.known.keep(item, drawn)
        self.drawn.append(drawn)
        created, remarks = tuple(drawn.created), tuple(drawn.remarks)
        self._keep(
            item, RowTaken(item.line, item.key, drawn.fate, created=created, remarks=remarks)
        )

    def _keep(self, item: Record | Reject, taken: RowTaken) -> None:
        self.taken.append(taken)
        self.rows.append(
            new_row(
                ImportRow,
                {
                    "id": import_id("row", self.batch.id, item.line),
                    "batch_id": self.batch.id,
                    "line": item.line,
                    "record_key": item.key,
                    "original": {} if self.known.redaction(item) else item.original,
                    "fate": taken.fate,
                    "reason": taken.reason,
                },
            )
        )

    def write(self) -> None:
        """Write all that was read, and note it in the ledger."""
        writer = self.writer
        endings = [ending for drawn in self.drawn for ending in drawn.endings]
        end_claims(writer, endings, version_of(self.batch))
        write_rows(writer, self.rows, self.drawn)
        write_parts(writer, self.drawn)
        counts = add_counts(self.batch, dict(self._counts()))
        seals = {row.id: seal_row(row) for row in self.rows}
        writer.note("record_import_rows", self.batch.id, {"rows": seals, "counts": counts})
        writer.session.flush()

    def _counts(self) -> Iterator[tuple[str, int]]:
        yield from Counter(str(taken.fate) for taken in self.taken).items()
        yield "claims", sum(len(drawn.drafts) for drawn in self.drawn)
        yield "withdrawn", sum(e.by is None for drawn in self.drawn for e in drawn.endings)


def _rejected(item: Record, error: RejectedError) -> RowTaken:
    reason = " ".join(dict.fromkeys(problem.detail for problem in error.problems))
    where = error.problems[0].pointer or None
    return RowTaken(
        item.line, item.key, RowFate.REJECTED, reason, column=where, problems=error.problems
    )


def _wrong(item: Reject) -> tuple[str, str | None, str | None]:
    return item.reason, item.column, item.value
