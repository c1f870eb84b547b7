"""What families of events add to the totals that are kept, beyond their events alone."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from counterclaim.db import dialect_of
from counterclaim.models import EventSummary, EventTotalApart
from counterclaim.queries.stats.entangled import chunks, families, whole_entries
from counterclaim.queries.stats.grouping import grouped
from counterclaim.queries.stats.kept import (
    KEPT,
    can_be_together,
    put_together,
    select_strata,
    stratum_of,
)
from counterclaim.queries.stats.summing import DISPUTED, EVENTS, NUMBERS
from counterclaim.resolve.joint import Kin
from counterclaim.store.counts import add_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.stats.kept import Stratum
    from counterclaim.resolve.cuts import Line
    from counterclaim.resolve.sums import Entry, Tally
    from counterclaim.store.counts import Group, Row, Sheet

    Strata = dict[Stratum, set[str]]
    ByGroup = dict[tuple[str, str], Strata]
    """Strata by what it is grouped by, and by group."""

CUTS = KEPT[""]

TOGETHER = 500
"""Families of so many events are read at a time."""


def add_shares(
    session: Session,
    sheet: Sheet,
    at: datetime,
    events: Iterable[str] | None = None,
    *,
    taken_away: bool = False,
) -> None:
    """Add the shares of the families that there are at an instant, or take them away.

    ``events`` are all of some families; None is all. Families whose shares cannot be kept are
    noted as apart.
    """
    found = families(session, at, None if events is None else sorted(events))
    for some in _batches(found):
        apart = _count(session, at, some, sheet, -1 if taken_away else 1)
        if apart and not taken_away:
            session.execute(insert(EventTotalApart), [{"event_id": one} for one in apart])


def _batches(found: list[list[str]]) -> Iterator[list[list[str]]]:
    batch: list[list[str]] = []
    for family in found:
        batch.append(family)
        if sum(map(len, batch)) >= TOGETHER:
            yield batch
            batch = []
    if batch:
        yield batch


def _count(
    session: Session, at: datetime, found: Sequence[list[str]], sheet: Sheet, sign: int
) -> list[str]:
    """Add the shares of some families; the events of those that have none."""
    sks = whole_entries(session, at, [event for family in found for event in family], CUTS)
    entries = {entry.event: entry for entry in sks.values()}
    strata = _strata(session, sks)
    apart: list[str] = []
    for family in found:
        members = {event: entries[event] for event in family if event in entries}
        standing = {one for event in members for one in strata[event]["", ""]}
        is_apart = not can_be_together(standing)
        apart += members if is_apart else ()
        for group, row, numbers in _shares(members, strata, is_apart=is_apart):
            add_to(sheet.counts[group], row, [sign * number for number in numbers])
    return apart


def _strata(session: Session, sks: dict[int, Entry]) -> dict[str, ByGroup]:
    """The strata that each event stands in."""
    found: dict[str, ByGroup] = defaultdict(lambda: defaultdict(lambda: defaultdict(set)))
    each: dict[int, Stratum] = {}
    query = select_strata(dialect_of(session))
    for some in chunks(list(sks)):
        for sk, *stratum in session.execute(query.where(EventSummary.sk.in_(some))):
            each[sk] = stratum_of(stratum)
            found[sks[sk].event]["", ""][each[sk]].add(sks[sk].event)
    for name in filter(None, KEPT):
        query, columns = grouped(select(EventSummary.sk), [name])
        for some in chunks(list(sks)):
            named = query.add_columns(*columns).where(EventSummary.sk.in_(some))
            for sk, value in session.execute(named):
                found[sks[sk].event][name, value or ""][each[sk]].add(sks[sk].event)
    return found


def _shares(
    members: dict[str, Entry], strata: dict[str, ByGroup], *, is_apart: bool
) -> Iterator[tuple[Group, Row, list[int]]]:
    """The rows of one family."""
    groups: ByGroup = defaultdict(lambda: defaultdict(set))
    for event in members:
        for group, of in strata[event].items():
            for stratum, events in of.items():
                groups[group][stratum] |= events
    kin = Kin(members)
    for (name, value), of in groups.items():
        shares = kin.absence(of) if is_apart else kin.shares(of)
        for together, tallies in shares:
            of_events = name, value, *put_together(together)
            for line, tally in tallies.items():
                if line.cut in KEPT[name]:
                    yield from ((of_events, row, n) for row, n in _numbers(line, tally))


def _numbers(line: Line, tally: Tally) -> Iterator[tuple[Row, list[int]]]:
    """The rows of one line, as ``sum_versions`` has them."""
    rest = [0] * (len(NUMBERS) - 2)
    if line.cut == EVENTS:
        for (grade, disputed), events in tally.standings.items():
            key = EVENTS, grade or "", DISPUTED if disputed else "", ""
            yield key, [events, 0, *rest]
        # Whether one side stands alone is counted of figures only.
        return
    yield (*line, ""), [tally.events, tally.one_sided, *rest]
    for figure, of in tally.counts.items():
        counted = [of.low, of.vague, of.high, of.open, of.best, of.settled, of.unknown]
        yield (*line, str(figure)), [of.events, 0, *counted]
