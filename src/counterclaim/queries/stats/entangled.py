"""Events that are wholes or parts of others, as totals need them: with all wholes around them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from counterclaim.models import EventFacet, EventMeasure, EventMember, EventSummary
from counterclaim.queries.asof import live_summary
from counterclaim.queries.event_sql import BOUND
from counterclaim.queries.stats.grouping import grouped
from counterclaim.resolve.cuts import Line, Measure
from counterclaim.resolve.sums import EVERYTHING, Entry
from counterclaim.vocabulary import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from typing import TypeVar

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from counterclaim.queries.stats.grouping import Plan

    One = TypeVar("One")

Clauses = list["ColumnElement[bool]"]

CHUNK = 5000
"""So many ids go into one statement."""

STANDING = EventSummary.scope, EventSummary.grade, EventSummary.disputed


def entangled(at: datetime) -> Select[int]:
    """The versions of events that are wholes or parts at an instant."""
    facet, value = BOUND
    query = select(EventFacet.sk).where(EventFacet.facet == facet, EventFacet.value == value)
    return query.join(EventSummary, EventSummary.sk == EventFacet.sk).where(live_summary(at))


def selected_entries(
    session: Session,
    plan: Plan,
    at: datetime,
    clauses: Clauses,
    *,
    collections: bool,
    among: Sequence[str] | None = None,
) -> dict[str, Entry]:
    """The selected events with all wholes around them; ``among`` None: wholes and parts alone.

    ``collections`` is whether those that have parts were asked for themselves.
    """
    if among is not None and not among:
        return {}
    columns = EventSummary.event_id, EventSummary.sk, *STANDING
    query, groups = grouped(select(*columns), plan.of_events)
    query = query.add_columns(*groups).where(*clauses)
    entries: dict[str, Entry] = {}
    sks: dict[int, Entry] = {}
    for some in _meant(at, among):
        for event_id, sk, scope, grade, disputed, *group in session.execute(query.where(some)):
            entry = entries.setdefault(event_id, Entry(event_id, scope, grade, disputed))
            entry.groups += (tuple(group),)
            sks[sk] = entry
    _add_wholes(session, at, entries, sks)
    _add_parts(session, sks)
    for entry in entries.values():
        drop_collection(entry, collections=collections)
    _add_lines(session, (plan.cut or EVERYTHING.cut,), sks)
    return entries


def _meant(at: datetime, among: Sequence[str] | None) -> Iterator[ColumnElement[bool]]:
    if among is None:
        yield EventSummary.sk.in_(entangled(at))
        return
    for some in chunks(among):
        yield EventSummary.event_id.in_(some) & live_summary(at)


def drop_collection(entry: Entry, *, collections: bool) -> None:
    """A collection is there through its parts, unless collections are what was asked for."""
    if entry.scope is Scope.COLLECTION and entry.parts and not collections:
        entry.groups = ()


def hanging_together(
    session: Session, events: Iterable[str], instants: Sequence[datetime]
) -> set[str]:
    """These events and all that hung together with them at one of the instants."""
    live = or_(*(live_summary(at) for at in instants))
    linked = select(EventSummary.event_id, EventMember.part_id).where(live)
    linked = linked.join(EventMember, EventMember.sk == EventSummary.sk)
    found = set(events)
    waiting = sorted(found)
    while waiting:
        some, waiting = waiting[:CHUNK], waiting[CHUNK:]
        for near in (EventSummary.event_id.in_(some), EventMember.part_id.in_(some)):
            for pair in session.execute(linked.where(near)):
                waiting += [event for event in pair if event not in found]
                found.update(pair)
    return found


def families(
    session: Session, at: datetime, events: Sequence[str] | None = None
) -> list[list[str]]:
    """The events that hang together, directly or not; ``events`` None is all that there are.

    Given events must be all that ``hanging_together`` finds.
    """
    linked = select(EventSummary.event_id, EventMember.part_id).where(live_summary(at))
    linked = linked.join(EventMember, EventMember.sk == EventSummary.sk)
    near: dict[str, set[str]] = defaultdict(set)
    of = (EventSummary.event_id.in_(some) for some in chunks(events or ()))
    for query in [linked] if events is None else (linked.where(one) for one in of):
        for whole, part in session.execute(query):
            near[whole].add(part)
            near[part].add(whole)
    found: list[list[str]] = []
    while near:
        family, waiting = set[str](), [next(iter(near))]
        while waiting:
            event = waiting.pop()
            family.add(event)
            waiting += near.pop(event, set()) - family
        found.append(sorted(family))
    return found


def whole_entries(
    session: Session, at: datetime, events: Sequence[str], cuts: Sequence[str]
) -> dict[int, Entry]:
    """These events by version, with the lines of these cuts; in no groups."""
    query = select(EventSummary.sk, EventSummary.event_id, *STANDING).where(live_summary(at))
    sks: dict[int, Entry] = {}
    for some in chunks(events):
        rows = session.execute(query.where(EventSummary.event_id.in_(some)))
        for sk, event_id, scope, grade, disputed in rows:
            sks[sk] = Entry(event_id, scope, grade, disputed)
    _add_parts(session, sks)
    _add_lines(session, cuts, sks)
    return sks


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
    for some in chunks(list(sks)):
        for sk, part in session.execute(query.where(EventMember.sk.in_(some))):
            sks[sk].parts += (part,)


def _add_lines(session: Session, cuts: Sequence[str], sks: dict[int, Entry]) -> None:
    if EVERYTHING.cut in cuts:
        for entry in sks.values():
            entry.lines[EVERYTHING] = {}
    m = EventMeasure
    query = select(m.sk, m.cut, m.subject, m.status, m.figure, m.low, m.best, m.high, m.side)
    measured = [cut for cut in cuts if cut != EVERYTHING.cut]
    for some in chunks(list(sks)) if measured else ():
        rows = session.execute(query.where(m.cut.in_(measured), m.sk.in_(some)))
        for sk, cut, subject, status, figure, low, best, high, side in rows:
            line = Line(cut, subject, status)
            measure = Measure(line, figure, low, best, high, side)
            sks[sk].lines.setdefault(line, {})[figure] = measure


def chunks(given: Sequence[One]) -> Iterator[Sequence[One]]:
    """The same in stretches that fit into one statement."""
    return (given[start : start + CHUNK] for start in range(0, len(given), CHUNK))
