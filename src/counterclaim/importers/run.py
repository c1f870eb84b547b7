"""Runs an import: a table through an adapter into the store, transaction by transaction."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from counterclaim.db import writing
from counterclaim.errors import StoreError
from counterclaim.models import ImportBatch
from counterclaim.store.garbage import collected_between
from counterclaim.store.imports import (
    count_missing,
    finish_import,
    lines_done,
    resume_import,
    start_import,
    take_rows,
    withdraw_missing,
)
from counterclaim.store.ledger import Writer, open_writer
from counterclaim.store.review.decisions import publish
from counterclaim.vocabulary import RowFate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from counterclaim.importers.adapter import Adapter
    from counterclaim.importers.tables import TableFile
    from counterclaim.queries.names import Finder
    from counterclaim.schemas.imported import Record, Reject
    from counterclaim.store.imports import Missing, RowTaken

ROWS = 2000
"""So many rows are taken in by one transaction."""

WITHDRAWN = 500
"""So many claims are withdrawn by one transaction."""


VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|\d[\d.:-]*")
"""What differs between remarks that say the same of different rows: names, figures and dates."""

NAMING = {"said_by", "munition", "place", "places", "anchor", "publisher"}
"""Fields that hold names: problems there are counted by what they say."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be imported.

    Attributes:
        data_set: Its name; versions of one data set share it.
        version: Which version of it the file is.
        dry_run: Try everything in one transaction and undo it.
        resume: Go on with an interrupted import of the same file.
        partial: The file is only a part: what it lacks is not withdrawn.
        withdraw: What it lacks is withdrawn, however much that is.
    """

    data_set: str
    version: str | None = None
    dry_run: bool = False
    resume: bool = False
    partial: bool = False
    withdraw: bool = False


@dataclass(slots=True)
class ImportReport:
    """What came of an import; ``counts`` are of the whole batch, the rest of this run."""

    counts: dict[str, int] = field(default_factory=dict)
    created: dict[str, list[str]] = field(default_factory=dict)
    names: Counter[str] = field(default_factory=Counter)
    remarks: dict[str, Counter[str]] = field(default_factory=dict)
    """What was remarked of rows: each wording with its rows, by what wordings have in common."""
    missing: Missing | None = None
    withdrawn: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows the batch holds."""
        return sum(self.counts.get(fate, 0) for fate in RowFate)

    def tell(self, taken: RowTaken) -> None:
        """Take in what became of a row."""
        for noun, key in taken.created:
            self.created.setdefault(noun, []).append(key)
        for remark in taken.remarks:
            self.remarks.setdefault(VARYING.sub("…", remark), Counter())[remark] += 1
        for problem in taken.problems:
            if problem.suggestions or NAMING.intersection(problem.pointer.split("/")):
                self.names[problem.detail] += 1


class ImportRun:
    """One import under way: iterate over ``advance()``, then look at ``report``."""

    def __init__(
        self, engine: Engine, adapter: Adapter, table: TableFile, actor: str, options: ImportOptions
    ) -> None:
        self.engine, self.adapter, self.table = engine, adapter, table
        self.actor, self.options = actor, options
        self.report = ImportReport(notes=table.notes)
        self._batch_id = ""
        self._seq = 0
        self._names: Finder | None = None
        self._trial: Writer | None = None

    def advance(self) -> Iterator[list[RowTaken]]:
        """Take the rows in, and withdraw what the file lacks; what became of some rows at a time.

        Raises:
            InputError: the file is no table, or lacks a column.
            ConflictError: it was begun before, or with ``resume`` it was not.
        """
        with collected_between() as collect:
            if not self.options.dry_run:
                yield from self._advance(collect)
                return
            with writing(self.engine, dry_run=True) as session:
                self._trial = open_writer(session, self.actor)
                yield from self._advance(collect)
                publish(self._trial)

    def _advance(self, collect: Callable[[], object]) -> Iterator[list[RowTaken]]:
        self.table.require(self.adapter.columns)
        self.table.texts = self.adapter.texts
        waiting: Iterator[Record | Reject] | None = None
        ended = False
        while not ended:
            with self._transaction() as writer:
                # With the first rows, so that a file that cannot be read leaves no batch behind.
                waiting = waiting or self._start(writer)
                some = list(islice(waiting, ROWS))
                ended = len(some) < ROWS
                taken = self._take(writer, some) if some else []
            collect()
            for one in taken:
                self.report.tell(one)
            yield taken
        self._withdraw()
        self._finish()

    def _items(self, names: Finder) -> Iterator[Record | Reject]:
        """What the adapter makes of the rows, and what is no row at all."""
        rejects = self.table.rejects
        for item in self.adapter.records(self.table.rows(), names):
            while rejects:
                yield rejects.pop(0)
            yield item
        yield from rejects
        rejects.clear()

    def _start(self, writer: Writer) -> Iterator[Record | Reject]:
        """Begin the batch, or find it again; the items that it does not hold yet."""
        given, sha256 = self.options, self.table.sha256
        done: set[int] = set()
        if given.resume:
            batch = resume_import(writer.session, given.data_set, sha256)
            done = lines_done(writer.session, batch)
            self.report.notes.append(f"Resumed behind {len(done)} rows.")
        else:
            name = self.table.name
            batch = start_import(writer, given.data_set, given.version, name, sha256)
        self._batch_id = batch.id
        self._names = writer.names
        self.report.counts = dict(batch.counts)
        return (item for item in self._items(writer.names) if item.line not in done)

    def _take(self, writer: Writer, some: Sequence[Record | Reject]) -> list[RowTaken]:
        batch = self._batch(writer.session)
        taken = take_rows(writer, batch, some)
        self._publish(writer)
        self.report.counts = dict(batch.counts)
        return taken

    def _withdraw(self) -> None:
        with self._transaction() as writer:
            missing = count_missing(writer.session, self._batch(writer.session))
        self.report.missing = missing
        if self.options.partial or (missing.doubtful and not self.options.withdraw):
            return
        self.report.withdrawn = missing.missing > 0
        count = WITHDRAWN
        while count == WITHDRAWN:
            with self._transaction() as writer:
                batch = self._batch(writer.session)
                count = withdraw_missing(writer, batch, WITHDRAWN)
                self._publish(writer)
                self.report.counts = dict(batch.counts)

    def _finish(self) -> None:
        with self._transaction() as writer:
            finish_import(writer, self._batch(writer.session))

    @contextmanager
    def _transaction(self) -> Iterator[Writer]:
        """One transaction of its own, or the one that is undone in the end."""
        if self._trial is not None:
            yield self._trial
            return
        with writing(self.engine) as session:
            writer = open_writer(session, self.actor)
            if self._names is not None:
                self._names.session = session
                if writer.seq != self._seq:  # Somebody else wrote: names may mean something else.
                    self._names.forget()
                writer.names = self._names
            yield writer
        self._seq = writer.seq

    def _batch(self, session: Session) -> ImportBatch:
        batch = session.get(ImportBatch, self._batch_id)
        if batch is None:
            msg = "The import's own batch is gone: the store was replaced meanwhile."
            raise StoreError(msg)
        return batch

    def _publish(self, writer: Writer) -> None:
        # A trial is one transaction, of which the read model can have only one version.
        if self._trial is None:
            publish(writer)
