"""The figures of the events that a filter lets through, as stored.

Events that are neither wholes nor parts are added up by the database, or have been already. The
others are read one by one, since it depends on which of them were let through how they count.
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, not_, select

from counterclaim.models import EventFacet, EventMeasure, EventMember, EventSummary
from counterclaim.queries.asof import live_summary
from counterclaim.queries.event_sql import BOUND
from counterclaim.queries.stats.grouping import grouped
from counterclaim.queries.stats.summing import (
    DISPUTED,
    EVENTS,
    LINE,
    ONE,
    moved,
    sum_versions,
)
from counterclaim.resolve.cuts import Line, Measure
from counterclaim.resolve.sums import EVERYTHING, Count, Entry, Tally
from counterclaim.vocabulary import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from counterclaim.queries.stats.grouping import Plan
    from counterclaim.queries.stats.kept import Kept
    from counterclaim.queries.stats.summing import Sums, Versions
    from counterclaim.resolve.sums import Cell

Clauses = list["ColumnElement[bool]"]

CHUNK = 5000
"""So many ids go into one statement."""


def free_tallies(
    session: Session, plan: Plan, at: datetime, clauses: Clauses, kept: Kept | None
) -> dict[Cell, Tally]:
    """What the selected events that hang together with no others come to, by group and line.

    With ``kept`` all but what has changed since then is read off the totals that are kept.
    """
    if kept is None:
        apart = EventSummary.sk.in_(entangled(at))
        free = select(EventSummary.sk).where(live_summary(at), not_(apart), *clauses)
        return _tallies(plan, session.execute(_summed(plan, free)))
    rows = [session.execute(kept.rows)]
    sign = case((live_summary(kept.known_at), -1), else_=1)
    loose = _chunks(_differing(session, at, clauses, kept.known_at))
    rows += [session.execute(_summed(plan, some, sign)) for some in loose]
    return _tallies(plan, chain(*rows))


def _differing(
    session: Session, at: datetime, clauses: Clauses, known_at: datetime
) -> Sequence[int]:
    """The selected versions that are free at one instant and not among those kept of the other.

    Those kept are all that counted then, free or not.
    """
    apart = set(session.scalars(entangled(at)))
    found = []
    changed = session.scalars(moved(*sorted((known_at, at))))
    for some in _chunks(sorted(apart.union(changed))):
        states = select(EventSummary.sk, live_summary(at), live_summary(known_at))
        for sk, live, counted in session.execute(states.where(EventSummary.sk.in_(some), *clauses)):
            if bool(live and sk not in apart) != bool(counted):
                found.append(sk)
    return found


def _summed(plan: Plan, versions: Versions, sign: ColumnElement[int] = ONE) -> Sums:
    """The selected versions added up by the groups and lines of a plan."""
    grouping = partial(grouped, names=plan.of_events)
    return sum_versions((plan.cut or EVENTS,), grouping, versions, sign)


def _tallies(plan: Plan, rows: Iterable[Any]) -> dict[Cell, Tally]:
    """The tallies that rows of ``sum_versions`` come to; what there is nothing of is left out."""
    found: dict[Cell, Tally] = {}
    groups = slice(len(LINE), len(LINE) + len(plan.of_events))
    for row in rows:
        cut, subject, status, figure = row[: len(LINE)]
        line = EVERYTHING if cut == EVENTS else Line(cut, subject, status)
        tally = found.setdefault((tuple(row[groups]), line), Tally())
        events, one_sided, low, vague, high, unbounded, best, settled = map(int, row[groups.stop :])
        if figure:
            count = Count(events, low, vague, high, unbounded, best, settled, events - settled)
            tally.counts[figure].add(count)
            continue
        tally.events += events
        tally.one_sided += one_sided
        if cut == EVENTS:
            tally.disputed += events if status == DISPUTED else 0
            tally.grades[subject or None] += events
    return {cell: _without_noughts(tally) for cell, tally in found.items() if tally.events}


def _without_noughts(tally: Tally) -> Tally:
    for figure in [one for one, count in tally.counts.items() if not count.events]:
        del tally.counts[figure]
    for grade in [one for one, events in tally.grades.items() if not events]:
        del tally.grades[grade]
    return tally


def entangled(at: datetime) -> Select[int]:
    """The versions of events that are wholes or parts at an instant."""
    facet, value = BOUND
    query = select(EventFacet.sk).where(EventFacet.facet == facet, EventFacet.value == value)
    return query.join(EventSummary, EventSummary.sk == EventFacet.sk).where(live_summary(at))


def entangled_entries(
    session: Session, plan: Plan, at: datetime, clauses: Clauses, *, collections: bool
) -> dict[str, Entry]:
    """The selected events that are wholes or parts, with all wholes around them.

    ``collections`` is whether those that have parts were asked for themselves.
    """
    columns = EventSummary.event_id, EventSummary.sk, *STANDING
    query, groups = grouped(select(*columns), plan.of_events)
    query = query.add_columns(*groups).where(EventSummary.sk.in_(entangled(at)), *clauses)
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
