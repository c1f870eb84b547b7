"""Keeps the read model: resolves what a write touched and stores the new versions.

A version's documents and side rows depend on the claims alone, and its serial number on the order
of the transactions, so that ``rebuild`` makes again exactly what the writes left.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from counterclaim.db import dialect_of, driver_value, plain_rows
from counterclaim.grid import cells_of
from counterclaim.models import EventSummary
from counterclaim.models.summary import sort_key
from counterclaim.queries.asof import View
from counterclaim.queries.event_pages import facets_of_time
from counterclaim.queries.event_sql import BOUND, PAIR, facets_of_figures, pair_value
from counterclaim.queries.families import Holdings
from counterclaim.queries.versions import family_versions
from counterclaim.statements import Prepared, insert_tuples, run_on_driver
from counterclaim.store.lines import keep_lines, mark_due
from counterclaim.store.totals import keep_totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence, Set
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.families import Loaded
    from counterclaim.queries.referents import Referents
    from counterclaim.queries.versions import Version
    from counterclaim.resolve.cuts import Measure

BATCH = 200
"""Families are loaded for this many events at a time."""


def project(
    session: Session,
    event_ids: Iterable[str],
    at: datetime,
    behind: Referents,
    watch: Callable[[Loaded], None] | None = None,
) -> None:
    """Write a new version of each of these events, and of all that hang together with them.

    An event of which neither document nor search words changed keeps its version; one that no
    claim ever bore on, or that was merged into another, loses it. ``watch`` is shown all that was
    loaded.
    """
    session.flush()
    seen = replay(session, [(at, set(event_ids))], behind, watch)
    keep_totals(session, at)
    # Claims may have changed of which no document tells: lines are due with every event seen.
    mark_due(session, seen)
    keep_lines(session, at)


def replay(
    session: Session,
    transactions: Sequence[tuple[datetime, set[str]]],
    behind: Referents,
    watch: Callable[[Loaded], None] | None = None,
) -> set[str]:
    """The same for some transactions, in their order, each given with the events it touched.

    Of all events that were looked at the ids are told. All is flushed. Many small transactions are
    as quick as one of as many events: what they touched is loaded once for all of them, and written
    once.
    """
    edition = Edition(session)
    touched = set().union(*(ids for _, ids in transactions))
    together = len(transactions) > 1 or len(touched) <= BATCH
    shared = Holdings(session, touched, behind) if together else None
    for at, ids in transactions:
        view, seen = View(at), set[str]()
        versions: list[Version] = []
        gone: set[str] = set()
        for batch in _batches(sorted(ids), seen):
            holdings = shared or Holdings(session, batch, behind)
            for loaded in holdings.families(batch, view):
                members = {member for group in loaded.members.values() for member in group}
                if not members.isdisjoint(seen):
                    continue
                seen |= members
                made = list(family_versions(loaded))
                versions += made
                gone |= members.difference([version.event_id for version in made])
                if watch is not None:
                    watch(loaded)
        edition.take(versions, gone, at)
    edition.write()
    return edition.known


def _batches(ids: Sequence[str], seen: Set[str]) -> Iterator[list[str]]:
    """The ids in stretches, without those that were seen by then."""
    for start in range(0, len(ids), BATCH):
        yield [key for key in ids[start : start + BATCH] if key not in seen]


class Edition:
    """New versions of one or more transactions, which are written together."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.engine = dialect_of(session)
        self.serial = _last_serial(session)
        self.rows: dict[str, list[list[object]]] = {table: [] for table in COLUMNS}
        self.texts: list[tuple[int, str]] = []
        self.ended: list[tuple[object, str]] = []
        self.known: set[str] = set()
        self._served: dict[str, str] = {}
        self._open: dict[str, list[object]] = {}

    def take(self, versions: Sequence[Version], gone: Iterable[str], at: datetime) -> None:
        """The versions that a transaction made, of which those count that say something new.

        Events that are ``gone`` are no longer served.
        """
        self._look_up({*gone, *(version.event_id for version in versions)})
        for event_id in gone:
            self._end(event_id, at)
        for version in sorted(versions, key=lambda one: one.number):
            key = version.content_key
            if self._served.get(version.event_id) != key:
                self._end(version.event_id, at)
                self._served[version.event_id] = key
                self._add(version, key, at)

    def _look_up(self, event_ids: set[str]) -> None:
        new = event_ids - self.known
        self.known |= new
        self._served.update(plain_rows(self.session, SERVED, new))

    def _end(self, event_id: str, at: datetime) -> None:
        """Let the version that counts end: one that is to be written, or one that is stored."""
        if self._served.pop(event_id, None) is None:
            return
        row = self._open.pop(event_id, None)
        if row is None:
            self.ended.append((driver_value(at, self.engine), event_id))
        else:
            row[VALID_TO] = driver_value(at, self.engine)

    def _add(self, version: Version, key: str, at: datetime) -> None:
        self.serial += 1
        sk = sort_key(version.columns["occurred_from"], self.serial)
        columns = [version.columns[name] for name in OF_VERSION]
        rows = self.rows
        summary = [sk, self.serial, *columns, at, None, key, version.stamped(at)]
        self._open[version.event_id] = plain = [driver_value(one, self.engine) for one in summary]
        rows["event_summary"].append(plain)
        rows["event_facet"] += [[f, v, sk] for f, v in sorted(found_by(version, at))]
        rows["event_figure"] += [
            [one["figure"], sk, one["low"], one["best"], one["high"]] for one in version.figures
        ]
        rows["event_measure"] += [_measure_row(sk, one) for one in version.measures]
        rows["event_member"] += [[sk, part] for part in version.parts]
        rows["event_point"] += [[sk, *(one[name] for name in OF_POINT)] for one in version.points]
        rows["event_cell"] += [row for one in version.points for row in _cell_rows(sk, one)]
        self.texts.append((sk, version.text))

    def write(self) -> None:
        """Write all that was taken."""
        if self.ended:
            run_on_driver(self.session, ENDINGS[self.engine], self.ended, many=True)
        for table, given in self.rows.items():
            if given:
                insert_tuples(self.session, table, COLUMNS[table], given)
        if self.texts:
            texts = sorted(self.texts)
            run_on_driver(self.session, TEXT_INSERTS[self.engine], texts, many=True)


OF_VERSION = (
    *("event_id", "kind", "scope", "attacker", "defender", "grade", "disputed"),
    *("divergence_ppm", "month", "week", "occurred_from", "occurred_to"),
)
OF_POINT = (
    *("position", "role", "latitude", "longitude", "uncertainty_m"),
    *("x_m", "y_m", "z_m", "west", "south", "east", "north"),
)
EDGES = ("west", "south", "east", "north")
COLUMNS = {
    "event_summary": (
        *("sk", "serial", *OF_VERSION, "valid_from", "valid_to", "content_key", "document"),
    ),
    "event_facet": ("facet", "value", "sk"),
    "event_figure": ("figure", "sk", "low", "best", "high"),
    "event_measure": (
        *("cut", "sk", "subject", "status", "figure", "low", "best", "high", "side"),
    ),
    "event_member": ("sk", "part_id"),
    "event_point": ("sk", *OF_POINT),
    "event_cell": ("cell", "sk", "position", *EDGES),
}


def found_by(version: Version, at: datetime) -> set[tuple[str, str]]:
    """The facets of a version, with those of two words and those for what is found otherwise."""
    found = set(version.facets)
    both = ([value for facet, value in version.facets if facet == name] for name in PAIR)
    found.update(("+".join(PAIR), pair_value(*pair)) for pair in product(*both))
    if version.parts or version.body["part_of"]:
        found.add(BOUND)
    found.update(facets_of_figures(version.figures))
    first, last = version.columns["occurred_from"], version.columns["occurred_to"]
    return found.union(facets_of_time(first, last, at))


def _cell_rows(sk: int, point: dict[str, Any]) -> Iterator[list[object]]:
    west, south, east, north = box = tuple(point[edge] for edge in EDGES)
    for cell in cells_of((west, south, east, north)):
        yield [cell, sk, point["position"], *box]


def _measure_row(sk: int, measure: Measure) -> list[object]:
    line, figure, low, best, high, side = measure
    return [line.cut, sk, line.subject, line.status, figure, low, best, high, side]


_LAST_SERIAL = Prepared(select(func.max(EventSummary.serial)))


def _last_serial(session: Session) -> int:
    found = _LAST_SERIAL.row(session)
    return found[0] or 0 if found else 0


VALID_TO = COLUMNS["event_summary"].index("valid_to")
SERVED = (
    "SELECT CAST(event_id AS TEXT), content_key FROM event_summary"
    " WHERE valid_to IS NULL AND event_id IN (:ids)"
)
ENDINGS = {
    "sqlite": "UPDATE event_summary SET valid_to = ? WHERE event_id = ? AND valid_to IS NULL",
    "postgresql": "UPDATE event_summary SET valid_to = %s WHERE event_id = %s AND valid_to IS NULL",
}
TEXT_INSERTS = {
    "sqlite": "INSERT INTO event_text (rowid, body) VALUES (?, ?)",
    "postgresql": "INSERT INTO event_text (sk, body) VALUES (%s, to_tsvector('simple', %s))",
}
