"""The figures of the events that a filter lets through, as stored.

Events that are neither wholes nor parts are added up by the database. The others are read one by
one, since it depends on which of them were let through how they count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from counterclaim.models import EventMeasure, EventMember, EventSummary
from counterclaim.queries.asof import live_summary
from counterclaim.queries.stats.grouping import grouped
from counterclaim.resolve.cuts import Line, Measure
from counterclaim.resolve.sums import EVERYTHING, Count, Entry, Tally
from counterclaim.vocabulary import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from counterclaim.queries.stats.grouping import Plan
    from counterclaim.resolve.sums import Cell

Clauses = list["ColumnElement[bool]"]

CHUNK = 5000
"""So many ids go into one statement."""


def free_tallies(session: Session, plan: Plan, at: datetime, clauses: Clauses) -> dict[Cell, Tally]:
    """What the selected events that hang together with no others come to, by group and line."""
    chosen = [live_summary(at), ~_entangled(at), *clauses]
    if plan.cut is None:
        return _counted(session, plan, chosen)
    found = _behind(session, plan, chosen)
    for *group, subject, status, figure, numbers in _summed(session, plan, chosen):
        cell = tuple(group), Line(plan.cut, subject, status)
        found[cell].counts[figure].add(Count(*numbers))
    return found


def _entangled(at: datetime) -> ColumnElement[bool]:
    """Events that are wholes or parts at an instant."""
    whole = aliased(EventSummary)
    parts = select(EventMember.part_id).join(whole, whole.sk == EventMember.sk)
    live = and_(whole.valid_from <= at, whole.valid_to.is_(None) | (whole.valid_to > at))
    return EventSummary.sk.in_(select(EventMember.sk)) | EventSummary.event_id.in_(
        parts.where(live)
    )


def _counted(session: Session, plan: Plan, chosen: Clauses) -> dict[Cell, Tally]:
    """The events themselves, by grade and by whether they are disputed."""
    grade, disputed = EventSummary.grade, EventSummary.disputed
    query, groups = grouped(select(grade, disputed, func.count()), plan.of_events)
    query = query.add_columns(*groups).where(*chosen).group_by(grade, disputed, *groups)
    found: dict[Cell, Tally] = {}
    for one, contested, count, *group in session.execute(query):
        tally = found.setdefault((tuple(group), EVERYTHING), Tally())
        tally.events += count
        tally.disputed += count if contested else 0
        tally.grades[one] += count
    return found


def _behind(session: Session, plan: Plan, chosen: Clauses) -> dict[Cell, Tally]:
    """How many events there are of each line, and how many of these rest on one side alone."""
    m = EventMeasure
    one_side = and_(func.count(m.side) == func.count(), func.min(m.side) == func.max(m.side))
    lines = select(m.sk, m.subject, m.status, case((one_side, 1), else_=0).label("one_side"))
    lines = lines.where(m.cut == plan.cut).group_by(m.sk, m.subject, m.status)
    line = lines.subquery()
    counted = select(line.c.subject, line.c.status, func.count(), func.sum(line.c.one_side))
    query = counted.select_from(EventSummary).join(line, line.c.sk == EventSummary.sk)
    query, groups = grouped(query, plan.of_events)
    query = query.add_columns(*groups).where(*chosen)
    query = query.group_by(line.c.subject, line.c.status, *groups)
    found: dict[Cell, Tally] = {}
    for subject, status, events, sided, *group in session.execute(query):
        cell = tuple(group), Line(str(plan.cut), subject, status)
        found[cell] = Tally(events=events, one_sided=int(sided))
    return found


def _summed(session: Session, plan: Plan, chosen: Clauses) -> Iterator[Any]:
    """Each figure of each group and line: what ``Count`` takes stands last."""
    m = EventMeasure
    sums = (
        func.count(),
        func.sum(func.coalesce(m.low, 0)),
        func.count() - func.count(m.low),
        func.sum(func.coalesce(m.high, 0)),
        func.count() - func.count(m.high),
        func.sum(func.coalesce(m.best, 0)),
        func.count(m.best),
        func.count() - func.count(m.best),
    )
    query: Select[*tuple[Any, ...]] = select(*sums).select_from(EventSummary)
    query, groups = grouped(query.join(m, m.sk == EventSummary.sk), plan.of_events)
    keys = (*groups, m.subject, m.status, m.figure)
    query = query.add_columns(*keys).where(m.cut == plan.cut, *chosen).group_by(*keys)
    for row in session.execute(query):
        yield *row[len(sums) :], [int(number) for number in row[: len(sums)]]


def entangled_entries(
    session: Session, plan: Plan, at: datetime, clauses: Clauses, *, collections: bool
) -> dict[str, Entry]:
    """The selected events that are wholes or parts, with all wholes around them.

    ``collections`` is whether those that have parts were asked for themselves.
    """
    columns = EventSummary.event_id, EventSummary.sk, *STANDING
    query, groups = grouped(select(*columns), plan.of_events)
    query = query.add_columns(*groups).where(live_summary(at), _entangled(at), *clauses)
    entries: dict[str, Entry] = {}
    sks: dict[int, Entry] = {}
    for event_id, sk, scope, grade, disputed, *group in session.execute(query):
        entry = entries.setdefault(event_id, Entry(event_id, scope, grade, disputed))
        entry.groups += (tuple(group),)
        sks[sk] = entry
    _add_wholes(session, at, entries, sks)
    _add_parts(session, sks)
    for entry in entries.values():
        drop_collection(entry, collections=collections)
    _add_lines(session, plan, sks)
    return entries


STANDING = EventSummary.scope, EventSummary.grade, EventSummary.disputed


def drop_collection(entry: Entry, *, collections: bool) -> None:
    """A collection is there through its parts, unless collections are what was asked for."""
    if entry.scope is Scope.COLLECTION and entry.parts and not collections:
        entry.groups = ()


def _add_wholes(
    session: Session, at: datetime, entries: dict[str, Entry], sks: dict[int, Entry]
) -> None:
    wholes = select(EventSummary.event_id, EventSummary.sk, *STANDING).distinct()
    wholes = wholes.join(EventMember, EventMember.sk == EventSummary.sk).where(live_summary(at))
    waiting = list(entries)
    while waiting:
        above = wholes.where(EventMember.part_id.in_(waiting[:CHUNK]))
        del waiting[:CHUNK]
        for event_id, sk, scope, grade, disputed in session.execute(above):
            if event_id not in entries:
                entries[event_id] = sks[sk] = Entry(event_id, scope, grade, disputed)
                waiting.append(event_id)


def _add_parts(session: Session, sks: dict[int, Entry]) -> None:
    query = select(EventMember.sk, EventMember.part_id).order_by(EventMember.part_id)
    for some in _chunks(list(sks)):
        for sk, part in session.execute(query.where(EventMember.sk.in_(some))):
            sks[sk].parts += (part,)


def _add_lines(session: Session, plan: Plan, sks: dict[int, Entry]) -> None:
    if plan.cut is None:
        for entry in sks.values():
            entry.lines[EVERYTHING] = {}
        return
    m = EventMeasure
    query = select(m.sk, m.subject, m.status, m.figure, m.low, m.best, m.high, m.side)
    for some in _chunks(list(sks)):
        rows = session.execute(query.where(m.cut == plan.cut, m.sk.in_(some)))
        for sk, subject, status, figure, low, best, high, side in rows:
            line = Line(plan.cut, subject, status)
            measure = Measure(line, figure, low, best, high, side)
            sks[sk].lines.setdefault(line, {})[figure] = measure


def _chunks(sks: Sequence[int]) -> Iterable[Sequence[int]]:
    return (sks[start : start + CHUNK] for start in range(0, len(sks), CHUNK))
