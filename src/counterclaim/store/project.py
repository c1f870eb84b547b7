"""Keeps the read model: resolves what a write touched and stores the new versions.

A version's documents and side rows depend on the claims alone, and its serial number on the order
of the transactions, so that ``rebuild`` makes again exactly what the writes left.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from counterclaim.db import dialect_of, driver_value, plain_rows
from counterclaim.models import EventSummary
from counterclaim.models.summary import sort_key
from counterclaim.queries.asof import View
from counterclaim.queries.families import Holdings
from counterclaim.queries.versions import family_versions
from counterclaim.statements import Prepared, insert_tuples, run_on_driver
from counterclaim.store.lines import keep_lines, mark_due
from counterclaim.store.rendering import BESIDE, OF_VERSION, VersionRows, rows_of
from counterclaim.store.totals import keep_totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence, Set
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.families import Loaded
    from counterclaim.queries.referents import Referents

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
    return write_rendered(session, render_transactions(session, transactions, behind, watch))


class Rendered(NamedTuple):
    """What a transaction made of the events it touched.

    ``gone`` are events that it looked at and that are no longer served.
    """

    at: datetime
    versions: list[VersionRows]
    gone: set[str]


def render_transactions(
    session: Session,
    transactions: Sequence[tuple[datetime, set[str]]],
    behind: Referents,
    watch: Callable[[Loaded], None] | None = None,
) -> list[Rendered]:
    """The versions that some transactions made, of which not all need say something new.

    Nothing is written, and nothing is read but what the versions are made from.
    """
    touched = set().union(*(ids for _, ids in transactions))
    together = len(transactions) > 1 or len(touched) <= BATCH
    shared = Holdings(session, touched, behind) if together else None
    engine = dialect_of(session)
    rendered: list[Rendered] = []
    for at, ids in transactions:
        view, seen = View(at), set[str]()
        versions: list[VersionRows] = []
        for batch in _batches(sorted(ids), seen):
            holdings = shared or Holdings(session, batch, behind)
            for loaded in holdings.families(batch, view):
                members = {member for group in loaded.members.values() for member in group}
                if not members.isdisjoint(seen):
                    continue
                seen |= members
                versions += [rows_of(one, at, engine) for one in family_versions(loaded)]
                if watch is not None:
                    watch(loaded)
        rendered.append(Rendered(at, versions, seen.difference([one.event_id for one in versions])))
    return rendered


def _batches(ids: Sequence[str], seen: Set[str]) -> Iterator[list[str]]:
    """The ids in stretches, without those that were seen by then."""
    for start in range(0, len(ids), BATCH):
        yield [key for key in ids[start : start + BATCH] if key not in seen]


def write_rendered(session: Session, rendered: Iterable[Rendered]) -> set[str]:
    """Write what transactions made, in their order; the ids of all events that they looked at."""
    edition = Edition(session)
    for one in rendered:
        edition.take(one)
    edition.write()
    return edition.known


class Edition:
    """New versions of one or more transactions, which are written together."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.engine = dialect_of(session)
        self.serial = _last_serial(session)
        self.rows: dict[str, list[Sequence[object]]] = {table: [] for table in COLUMNS}
        self.facets: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.texts: list[tuple[int, str]] = []
        self.ended: list[tuple[object, str]] = []
        self.known: set[str] = set()
        self._served: dict[str, str] = {}
        self._open: dict[str, list[object]] = {}

    def take(self, rendered: Rendered) -> None:
        """The versions that a transaction made, of which those count that say something new."""
        versions, at = rendered.versions, driver_value(rendered.at, self.engine)
        self._look_up(rendered.gone.union([version.event_id for version in versions]))
        for event_id in rendered.gone:
            self._end(event_id, at)
        for version in sorted(versions, key=lambda one: one.number):
            if self._served.get(version.event_id) != version.content_key:
                self._end(version.event_id, at)
                self._served[version.event_id] = version.content_key
                self._add(version, at)

    def _look_up(self, event_ids: set[str]) -> None:
        new = event_ids - self.known
        self.known |= new
        self._served.update(plain_rows(self.session, SERVED, new))

    def _end(self, event_id: str, at: object) -> None:
        """Let the version that counts end: one that is to be written, or one that is stored."""
        if self._served.pop(event_id, None) is None:
            return
        row = self._open.pop(event_id, None)
        if row is None:
            self.ended.append((at, event_id))
        else:
            row[VALID_TO] = at

    def _add(self, version: VersionRows, at: object) -> None:
        self.serial += 1
        sk = sort_key(version.occurred_from, self.serial)
        key, document = version.content_key, version.document
        summary = [sk, self.serial, *version.summary, at, None, key, document]
        self._open[version.event_id] = summary
        self.rows["event_summary"].append(summary)
        for facet in version.facets:
            self.facets[facet].append(sk)
        for table, rows in version.beside.items():
            self.rows[table] += [(sk, *row) for row in rows]
        self.texts.append((sk, version.text))

    def write(self) -> None:
        """Write all that was taken."""
        if self.ended:
            run_on_driver(self.session, ENDINGS[self.engine], self.ended, many=True)
        # In the order of their key those of a page are written together.
        self.rows["event_facet"] = [
            (*facet, sk) for facet in sorted(self.facets) for sk in self.facets[facet]
        ]
        for table, given in self.rows.items():
            if given:
                insert_tuples(self.session, table, COLUMNS[table], given)
        if self.texts:
            texts = sorted(self.texts)
            run_on_driver(self.session, TEXT_INSERTS[self.engine], texts, many=True)


COLUMNS = {
    "event_summary": (
        *("sk", "serial", *OF_VERSION, "valid_from", "valid_to", "content_key", "document"),
    ),
    "event_facet": ("facet", "value", "sk"),
    **{table: ("sk", *columns) for table, columns in BESIDE.items()},
}
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
