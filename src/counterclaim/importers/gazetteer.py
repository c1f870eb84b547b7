"""Takes a GeoNames dump in: first a survey of all of it, then portion by portion."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Self, TypeVar

from counterclaim.db import reading, writing
from counterclaim.importers.geonames import CLASSES, Dump, opened_alternates, toponym_of
from counterclaim.schemas.imported import Reject
from counterclaim.store.gazetteer import BY_CODE, Survey, record_toponyms
from counterclaim.store.ledger import open_writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Engine

    from counterclaim.importers.geonames import AlternateNames, Row
    from counterclaim.importers.tables import TableFile
    from counterclaim.schemas.toponym import Spelling, Toponym
    from counterclaim.store.gazetteer import Taken
    from counterclaim.vocabulary import PlaceKind

PORTION = 1000
"""So many places are written in one transaction."""

Item = TypeVar("Item")


@dataclass(slots=True)
class GazetteerReport:
    """What became of the rows so far.

    Attributes:
        rows: Rows of the dump that were read.
        created: Places that are new; ``without_region`` of them lie in a country, and in which of
            its regions is not proven.
        known: Rows whose place was there already; ``named`` of them gave it names.
        names: Names that are new.
        passed: Rows that were passed over, by the reason.
        rejected: Rows that could not be taken, by the reason.
    """

    rows: int = 0
    created: int = 0
    without_region: int = 0
    known: int = 0
    named: int = 0
    names: int = 0
    passed: Counter[str] = field(default_factory=Counter)
    rejected: int = 0

    def add(self, taken: Taken) -> None:
        """Count a portion."""
        self.created += taken.created
        self.without_region += taken.without_region
        self.known += taken.known
        self.named += taken.named
        self.names += taken.names


class GazetteerRun:
    """One dump on its way into a store; run again, it goes on where it was stopped.

    What is committed stays: a second run finds it there and writes only what is missing.
    """

    def __init__(self, engine: Engine, dump: Dump, actor: str, names: TableFile | None) -> None:
        self.engine, self.dump, self.actor, self.names = engine, dump, actor, names
        self.report = GazetteerReport()
        self._survey: Survey
        self._alternates: AlternateNames | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if self.names is not None:
            self._alternates = self._stack.enter_context(opened_alternates())
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def survey(self) -> Iterator[int]:
        """Read the whole dump once, writing nothing; yields how many rows were read.

        Rows that are not asked for are looked at too, as they show which region a code stands for.
        """
        everything = replace(self.dump.wanted, classes=frozenset(CLASSES), least_population=0)
        whole = Dump(self.dump.file, everything)
        with reading(self.engine) as session:
            self._survey = Survey(session)
            for portion in _portions(whole.read()):
                whole.rejects.clear()
                self._survey.look(session, [_looked_at(*found) for found in portion])
                if self._alternates is not None:
                    wanted = (row for row, _kind in portion if self.dump.wanted.takes(row))
                    self._alternates.want(row.geonames_id for row in wanted)
                yield whole.rows

    def read_names(self) -> Iterator[int]:
        """Read the table of alternate names, if there is one; yields how many rows were read."""
        if self._alternates is not None and self.names is not None:
            for _some in self._alternates.read(self.names):
                yield self._alternates.rows
            self.report.passed["alternate names that could not be read"] += self._alternates.unread

    def advance(self) -> Iterator[list[Reject]]:
        """Write the dump, a portion and a transaction at a time; yields what could not be taken."""
        same = self._survey.same_places()
        toponyms = (
            toponym_of(row, kind, self._also(row.geonames_id)) for row, kind in self.dump.read()
        )
        unread = +self.report.passed
        for portion in _portions(toponyms):
            with writing(self.engine) as session:
                writer = open_writer(session, self.actor)
                sha256 = self.dump.file.sha256
                taken = record_toponyms(writer, portion, self._survey, same, sha256)
            self.report.add(taken)
            yield self._told(unread, [_reject(*one) for one in taken.left_out])
        yield self._told(unread, [])

    def _told(self, unread: Counter[str], left_out: list[Reject]) -> list[Reject]:
        rejects = [*self.dump.rejects, *left_out]
        self.dump.rejects.clear()
        self.report.rows = self.dump.rows
        self.report.rejected += len(rejects)
        self.report.passed = unread + self.dump.passed
        return rejects

    def _also(self, geonames_id: int) -> list[Spelling] | None:
        return None if self._alternates is None else self._alternates.of(geonames_id)


def _looked_at(row: Row, kind: PlaceKind) -> Toponym:
    """What the survey looks at: other names than the first matter for what has a code alone."""
    return toponym_of(row, kind, None if kind in BY_CODE else ())


def _reject(toponym: Toponym, reason: str) -> Reject:
    key = str(toponym.geonames_id)
    return Reject(toponym.line, key, {}, "name", toponym.name, reason)


def _portions(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while portion := list(islice(rest, PORTION)):
        yield portion
