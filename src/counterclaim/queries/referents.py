"""The sources, munitions and places that claims speak of, each with all above it and its names.

A ``Referents`` remembers what it read: one is made for a request, for all of a rebuild, or for the
writes of a process until one of them changes what it holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from counterclaim.db import instant, plain_rows
from counterclaim.names import words
from counterclaim.queries.names import side_of
from counterclaim.resolve import inputs
from counterclaim.resolve.voices import LONG_AGO
from counterclaim.vocabulary import MunitionCategory, Reliability, SourceKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.facets import Facet


class SourceRow(NamedTuple):
    """A source."""

    id: str
    parent_id: str | None
    key: str
    name: str
    kind: SourceKind
    side: str | None


class MunitionRow(NamedTuple):
    """A munition."""

    id: str
    parent_id: str | None
    key: str
    name: str
    category: MunitionCategory


class PlaceRow(NamedTuple):
    """A place; where it lies is told by the claims."""

    id: str
    parent_id: str | None
    key: str
    name: str
    country: str | None
    region: str | None


Row = TypeVar("Row", bound=SourceRow | MunitionRow | PlaceRow)
Span = tuple["datetime", "datetime | None"]
"""Since when something counted, and until when, exclusive; None while it counts."""

ABOVE = "CAST(id AS TEXT), CAST(parent_id AS TEXT), key, name"
SOURCES = f"SELECT {ABOVE}, kind, side FROM source WHERE id IN (:ids)"  # noqa: S608 - columns
MUNITIONS = f"SELECT {ABOVE}, category FROM munition WHERE id IN (:ids)"  # noqa: S608 - columns
PLACES = f"SELECT {ABOVE}, country, region FROM place WHERE id IN (:ids)"  # noqa: S608 - columns
NAMES = {
    noun: f"SELECT CAST({noun}_id AS TEXT), name, recorded_at, ended_at FROM {noun}_name"  # noqa: S608
    f" WHERE {noun}_id IN (:ids)"
    for noun in ("source", "munition", "place")
}
RATINGS = (
    "SELECT CAST(source_id AS TEXT), reliability, recorded_at, ended_at FROM source_rating"
    " WHERE source_id IN (:ids)"
)
KINDS = {str(kind): kind for kind in SourceKind}
CATEGORIES = {str(category): category for category in MunitionCategory}
GRADES = {str(grade): grade for grade in Reliability}


class Tree(Generic[Row]):
    """Rows that were read, by id, with all above each of them and the names they ever had."""

    def __init__(
        self, session: Session, noun: str, statement: str, make: Callable[..., Row]
    ) -> None:
        self.session, self.noun, self.statement = session, noun, statement
        self.make = make
        self.rows: dict[str, Row] = {}
        self.lines: dict[str, tuple[Row, ...]] = {}
        self._nameless: list[str] = []
        self._names: dict[str, list[tuple[str, Span]]] = {}
        self._lasting: dict[str, tuple[datetime | None, tuple[str, ...]]] = {}

    def read(self, ids: Iterable[str | None]) -> None:
        """Read these rows and all above them, unless they were read before."""
        wanted = {key for key in ids if key} - self.lines.keys()
        new = list(wanted)
        while wanted := wanted - self.rows.keys():
            cells = plain_rows(self.session, self.statement, wanted)
            found: list[Row] = [self.make(*row) for row in cells]
            self.rows.update((row.id, row) for row in found)
            self._nameless += [row.id for row in found]
            wanted = {row.parent_id for row in found if row.parent_id}
        for key in new:
            self.lines[key] = tuple(self._upwards(key))

    def _upwards(self, key: str | None) -> list[Row]:
        line: list[Row] = []
        while key is not None and (row := self.rows.get(key)) is not None and row not in line:
            line.append(row)
            key = row.parent_id
        return line

    def read_names(self) -> None:
        """Read the names of all rows that were read and whose names were not."""
        wanted, self._nameless = self._nameless, []
        self._names.update((key, []) for key in wanted)
        for key, name, since, until in plain_rows(self.session, NAMES[self.noun], wanted):
            self._names[key].append((name, span(since, until)))

    def words_of(self, row_id: str, at: datetime) -> tuple[str, ...]:
        """The folded words of the name of a row and of all that it had at an instant, each once."""
        since, kept = self._lasting.get(row_id) or self._last(row_id)
        if since is not None and since <= at:
            return kept
        return self._words(
            row_id, [name for name, when in self._names[row_id] if counted(when, at)]
        )

    def _last(self, row_id: str) -> tuple[datetime | None, tuple[str, ...]]:
        """The words of all names of a row, and since when it has just these; None if some ended."""
        spans = [when for _, when in self._names[row_id]]
        ended = any(until is not None for _, until in spans)
        since = None if ended else max((since for since, _ in spans), default=LONG_AGO)
        kept = self._words(row_id, [name for name, _ in self._names[row_id]])
        self._lasting[row_id] = since, kept
        return since, kept

    def _words(self, row_id: str, names: list[str]) -> tuple[str, ...]:
        ordered = [self.rows[row_id].name, *sorted(names)]
        return tuple(dict.fromkeys(word for name in ordered for word in words(name)))


class Referents:
    """All that was read of sources, munitions and places, and of how sources are rated."""

    def __init__(self, session: Session) -> None:
        """Begin with nothing read."""
        self.session = session
        self.sources = Tree(session, "source", SOURCES, _source)
        self.munitions = Tree(session, "munition", MUNITIONS, _munition)
        self.places = Tree(session, "place", PLACES, PlaceRow)
        self.speakers: dict[str, tuple[str, tuple[str, ...], str | None]] = {}
        """Of each source its key, the keys of it and all above it, and its side."""
        self.facets: dict[tuple[str, str], tuple[Facet, ...]] = {}
        """By facet and row id the words by which what speaks of a row is found."""
        self._munitions: dict[str, inputs.Munition] = {}
        self._ratings: dict[str, list[tuple[Reliability, Span]]] = {}

    @property
    def count(self) -> int:
        """How many rows are remembered."""
        return sum(len(tree.rows) for tree in self._trees)

    @property
    def _trees(self) -> tuple[Tree[SourceRow], Tree[MunitionRow], Tree[PlaceRow]]:
        return self.sources, self.munitions, self.places

    def continue_in(self, session: Session) -> None:
        """Read what is not known yet in another session, to which all that is known is true."""
        self.session = session
        for tree in self._trees:
            tree.session = session

    def read_sources(self, ids: Iterable[str | None]) -> None:
        """Read these sources, with their ratings."""
        given = {key for key in ids if key}
        self.sources.read(given)
        new = given - self._ratings.keys()
        self._ratings.update((key, []) for key in new)
        for key, reliability, since, until in plain_rows(self.session, RATINGS, new):
            self._ratings[key].append((GRADES[reliability], span(since, until)))
        for key in new:
            line = self.sources.lines[key]
            self.speakers[key] = line[0].key, tuple(row.key for row in line), side_of(line)

    def munition(self, munition_id: str) -> inputs.Munition:
        """A munition for the resolver, made once."""
        made = self._munitions.get(munition_id)
        if made is None:
            first, *above = self.munitions.lines[munition_id]
            keys = tuple([munition.key for munition in above])
            made = inputs.Munition(first.key, first.name, first.category, keys)
            self._munitions[munition_id] = made
        return made

    def reliability(self, source_id: str, at: datetime) -> Reliability:
        """How a source was rated at an instant."""
        for reliability, when in self._ratings[source_id]:
            if counted(when, at):
                return reliability
        return Reliability.F

    def read_names(self) -> None:
        """Read the names of all that was read."""
        for tree in self._trees:
            tree.read_names()


def span(since: str | datetime, until: str | datetime | None) -> Span:
    """Both ends, as a driver gave them."""
    return instant(since), None if until is None else instant(until)


def counted(when: Span, at: datetime) -> bool:
    """Whether something counted at an instant."""
    since, until = when
    return since <= at and (until is None or until > at)


def _source(id_: str, parent: str | None, key: str, name: str, kind: str, side: str) -> SourceRow:
    return SourceRow(id_, parent, key, name, KINDS[kind], side)


def _munition(id_: str, parent: str | None, key: str, name: str, category: str) -> MunitionRow:
    return MunitionRow(id_, parent, key, name, CATEGORIES[category])
