"""Totals in any state: the stored one is added up by the database, others are resolved for it."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.models import EventSummary, Munition
from counterclaim.queries.asof import live_summary
from counterclaim.queries.conditions import check_policy, wanted_events
from counterclaim.queries.event_clauses import clauses, clauses_for_fewer_claims
from counterclaim.queries.families import load_families
from counterclaim.queries.stats.entangled import drop_collection
from counterclaim.queries.stats.grouping import Table
from counterclaim.queries.stats.kept import kept_totals
from counterclaim.queries.stats.months import items_within, month_before
from counterclaim.queries.stats.rows import added_up, read_off
from counterclaim.queries.versions import family_versions
from counterclaim.resolve.sums import EVERYTHING, Entry, Tally, sum_entries
from counterclaim.vocabulary import Grade, Harm, Outcome, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.filters import EventFilter
    from counterclaim.queries.stats.grouping import Plan
    from counterclaim.queries.versions import Version
    from counterclaim.queries.wanted import Wanted
    from counterclaim.resolve.sums import Cell, Count

BATCH = 200
"""Families are loaded for this many events at a time."""

UNGRADED = "ungraded"
"""Events that nobody asserts or denies, among the grades."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The items of an answer, and the state they show."""

    plan: Plan
    view: View
    items: list[dict[str, Any]]


def sum_events(session: Session, plan: Plan, given: EventFilter, view: View) -> Totals:
    """What the events that a filter lets through come to.

    Raises:
        FilterError: a filter's value names nothing.
    """
    check_policy(session, view)
    wanted = wanted_events(session, given, view.known_at)
    collections = Scope.COLLECTION in given.scope

    def make(asked: Wanted, before: str | None = None) -> list[tuple[Any, dict[str, Any]]]:
        if view.is_stored:
            found = stored_cells(session, plan, asked, view, collections=collections, before=before)
        else:
            found = resolved_cells(session, plan, asked, view, collections=collections)
        if not plan.group_by and not found:
            found[(), EVERYTHING] = Tally()
        items = (_item(plan, plan.members(*cell), tally) for cell, tally in found.items())
        return [(_order(plan, item), item) for item in items]

    if view.is_stored and month_before(plan, wanted) is not None:
        placed = list(items_within(session, plan, wanted, view, make))
    else:
        placed = make(wanted)
    placed.sort(key=itemgetter(0))
    items = [item for _order, item in placed]
    _add_categories(session, plan, items)
    return Totals(plan, view, items)


def stored_cells(
    session: Session,
    plan: Plan,
    wanted: Wanted,
    view: View,
    *,
    collections: bool,
    use_kept: bool = True,
    before: str | None = None,
) -> dict[Cell, Tally]:
    """The totals by group and line, of the stored versions.

    With ``use_kept`` they are read off the totals that are kept, where these tell them. With
    ``before`` only what began before a month, or nobody knows when, is in them.
    """
    meant, at = clauses(session, wanted), view.known_at
    if before is not None:
        meant.append(EventSummary.month.is_(None) | (EventSummary.month < before))
    kept = None
    if use_kept:
        kept = kept_totals(session, plan, wanted, at, collections=collections, before=before)
    if kept is None:
        return added_up(session, plan, at, meant, collections=collections)
    return read_off(session, plan, at, meant, kept, collections=collections)


def resolved_cells(
    session: Session, plan: Plan, wanted: Wanted, view: View, *, collections: bool
) -> dict[Cell, Tally]:
    """The same of events that are resolved for the state."""
    possible = clauses_for_fewer_claims(session, wanted, view.known_at)
    query = select(EventSummary.event_id).where(live_summary(view.known_at), *possible)
    ids = set(session.scalars(query))
    entries: dict[str, Entry] = {}
    for version in _versions(session, sorted(ids), view):
        entry = _entry(plan, version)
        if version.event_id in ids and wanted.admits(version):
            entry.groups = plan.groups_of(version)
        drop_collection(entry, collections=collections)
        entries[version.event_id] = entry
    return sum_entries(entries)


def _versions(session: Session, ids: list[str], view: View) -> Iterator[Version]:
    """These events and all that hang together with them, each once."""
    seen: set[str] = set()
    for start in range(0, len(ids), BATCH):
        batch = [event for event in ids[start : start + BATCH] if event not in seen]
        for loaded in load_families(session, batch, view):
            for version in family_versions(loaded, view.policy):
                if version.event_id not in seen:
                    seen.add(version.event_id)
                    yield version


def _entry(plan: Plan, version: Version) -> Entry:
    columns = version.columns
    entry = Entry(version.event_id, columns["scope"], columns["grade"], columns["disputed"])
    entry.parts = version.parts
    if plan.cut is None:
        entry.lines[EVERYTHING] = {}
    for measure in version.measures:
        if measure.line.cut == plan.cut:
            entry.lines.setdefault(measure.line, {})[measure.figure] = measure
    return entry


def _order(plan: Plan, item: dict[str, Any]) -> list[tuple[bool, str]]:
    """By the groups in the order asked for; what is not known comes last."""
    return [(item[name] is None, item[name] or "") for name in plan.group_by]


def _item(plan: Plan, members: dict[str, str | None], tally: Tally) -> dict[str, Any]:
    item: dict[str, Any] = {**members, "events": tally.events}
    if plan.table is Table.EVENTS:
        return item | {"disputed": tally.disputed, "grades": _grades(tally)}
    counts = {
        str(figure): _count(tally.counts[figure], tally.events)
        for figure in (*Outcome, *Harm)
        if figure in tally.counts
    }
    item["counts"] = counts
    if plan.table is Table.INTERCEPTIONS:
        item["interception_rate"] = _rate(counts)
    item["one_sided"] = round(tally.one_sided / tally.events, 3) if tally.events else None
    return item


def _grades(tally: Tally) -> dict[str, int]:
    found = {str(grade): tally.grades[grade] for grade in Grade if tally.grades[grade]}
    return found | ({UNGRADED: tally.grades[None]} if tally.grades[None] else {})


def _count(count: Count, events: int) -> dict[str, int | None]:
    low, best, high, unknown = count.among(events)
    return {"low": low, "best": best, "high": high, "unknown": unknown}


def _rate(counts: dict[str, dict[str, Any]]) -> dict[str, float] | None:
    """The share intercepted; None while launched or intercepted of any event is unknown."""
    launched, intercepted = counts.get(Outcome.LAUNCHED), counts.get(Outcome.INTERCEPTED)
    if launched is None or intercepted is None or launched["unknown"] or intercepted["unknown"]:
        return None
    ends = (launched["low"], launched["high"], intercepted["low"], intercepted["high"])
    if None in ends or not launched["low"]:
        return None
    return {
        "low": round(intercepted["low"] / launched["high"], 3),
        "best": round(min(1.0, intercepted["best"] / launched["best"]), 3),
        "high": round(min(1.0, intercepted["high"] / launched["low"]), 3),
    }


def _add_categories(session: Session, plan: Plan, items: list[dict[str, Any]]) -> None:
    """Where munitions are asked for with their categories, the category of each."""
    if plan.table is not Table.INTERCEPTIONS or not {"munition", "category"} <= {*plan.group_by}:
        return
    query = select(Munition.key, Munition.category)
    categories = {key: str(category) for key, category in session.execute(query)}
    for item in items:
        item["category"] = categories.get(item["munition"] or "", "unknown")
