"""The totals of the events that a filter lets through, as stored.

Events that are neither wholes nor parts are added up by the database, the others one by one, since
it depends on which of them were let through how they count; or all have been added up already.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import not_, select

from counterclaim.models import EventSummary
from counterclaim.queries.asof import live_summary
from counterclaim.queries.stats.entangled import (
    Clauses,
    chunks,
    entangled,
    hanging_together,
    selected_entries,
)
from counterclaim.queries.stats.grouping import grouped
from counterclaim.queries.stats.summing import DISPUTED, EVENTS, LINE, moved, sum_versions
from counterclaim.resolve.cuts import Line
from counterclaim.resolve.sums import EVERYTHING, Count, Tally, sum_entries

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.stats.grouping import Plan
    from counterclaim.queries.stats.kept import Kept
    from counterclaim.resolve.sums import Cell


def added_up(
    session: Session, plan: Plan, at: datetime, clauses: Clauses, *, collections: bool
) -> dict[Cell, Tally]:
    """What the selected events come to, by group and line, from the figures of each."""
    apart = EventSummary.sk.in_(entangled(at))
    free = select(EventSummary.sk).where(live_summary(at), not_(apart), *clauses)
    grouping = partial(grouped, names=plan.of_events)
    found = _tallies(plan, session.execute(sum_versions((plan.cut or EVENTS,), grouping, free)))
    entries = selected_entries(session, plan, at, clauses, collections=collections)
    _add(found, sum_entries(entries))
    return _without_noughts(plan, found)


def read_off(
    session: Session,
    plan: Plan,
    at: datetime,
    clauses: Clauses,
    kept: Kept,
    *,
    collections: bool,
) -> dict[Cell, Tally]:
    """The same from the totals that are kept, and from the figures of what they do not show."""
    found = _tallies(plan, session.execute(kept.rows))
    changed = changed_events(session, at, kept.known_at)
    later = sorted(changed | kept.apart), at, 1
    before = sorted(changed - kept.apart), kept.known_at, -1
    for events, instant, sign in (later, before):
        entries = selected_entries(
            session, plan, instant, clauses, collections=collections, among=events
        )
        _add(found, sum_entries(entries), sign)
    return _without_noughts(plan, found)


def changed_events(session: Session, at: datetime, known_at: datetime) -> set[str]:
    """The events that differ at two instants, with all that hang together with them."""
    if at == known_at:
        return set()
    versions = list(session.scalars(moved(*sorted((known_at, at)))))
    query = select(EventSummary.event_id)
    events = {
        event
        for some in chunks(versions)
        for event in session.scalars(query.where(EventSummary.sk.in_(some)))
    }
    return hanging_together(session, events, (known_at, at))


def _tallies(plan: Plan, rows: Iterable[Any]) -> dict[Cell, Tally]:
    """The tallies that rows of ``sum_versions`` come to."""
    found: dict[Cell, Tally] = {}
    groups = slice(len(LINE), len(LINE) + len(plan.of_events))
    for row in rows:
        cut, subject, status, figure = row[: len(LINE)]
        line = EVERYTHING if cut == EVENTS else Line(cut, subject, status)
        tally = found.setdefault((tuple(row[groups]), line), Tally())
        events, one_sided, *counted = map(int, row[groups.stop :])
        if figure:
            tally.counts[figure].add(Count(events, *counted))
            continue
        tally.events += events
        tally.one_sided += one_sided
        if cut == EVENTS:
            tally.standings[subject or None, status == DISPUTED] += events
    return found


def _add(to: dict[Cell, Tally], given: dict[Cell, Tally], sign: int = 1) -> None:
    for cell, tally in given.items():
        to.setdefault(cell, Tally()).add(tally, sign)


def _without_noughts(plan: Plan, given: dict[Cell, Tally]) -> dict[Cell, Tally]:
    """What there is something of; how events stand is told where they are counted themselves."""
    found = {cell: tally for cell, tally in given.items() if tally.events}
    for tally in found.values():
        tally.drop_noughts()
        if plan.cut is not None:
            tally.standings.clear()
    return found
