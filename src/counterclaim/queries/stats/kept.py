"""Which totals are kept beside the events, and which questions can be answered from them.

``store.totals`` keeps them. There are as many as the world has months, sides, regions and munitions
with figures, however many events there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from counterclaim.db import month_until
from counterclaim.models import EventSummary, EventTotal, EventTotalState
from counterclaim.queries.stats.grouping import grouped
from counterclaim.queries.stats.summing import EMPTY, EVENTS, LINE, NUMBERS, moved
from counterclaim.resolve.cuts import (
    BY_CATEGORY,
    BY_MUNITION,
    BY_SIDE,
    BY_SIDE_AND_STATUS,
    BY_STATUS,
    MUNITIONS,
    PEOPLE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import Literal

    from sqlalchemy import ColumnElement, Select, SQLColumnExpression
    from sqlalchemy.orm import Session

    from counterclaim.queries.stats.grouping import Plan
    from counterclaim.queries.stats.summing import Grouping
    from counterclaim.queries.wanted import Wanted

WHOLE = (EVENTS, MUNITIONS, PEOPLE)
KEPT = {
    "": (*WHOLE, BY_MUNITION, BY_CATEGORY, BY_SIDE, BY_STATUS, BY_SIDE_AND_STATUS),
    **dict.fromkeys(("week", "region", "country"), WHOLE),
    **dict.fromkeys(("munition", "category"), (EVENTS,)),
}
"""By what events are grouped beside month and attacker, and what is kept of each group."""

COLUMNS = ("group_value", "month", "kind", "scope", "attacker", "until")
"""What tells which events a total is of, beside the group."""

ALWAYS = ("month", "attacker")
"""Groups that every total has."""

FARTHEST = 2000
"""If more versions than these have changed since, all are added up."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What answers a question as of an instant: rows as of ``sum_versions``."""

    known_at: datetime
    rows: Select[*tuple[Any, ...]]


def kept_totals(session: Session, plan: Plan, wanted: Wanted, at: datetime) -> Kept | None:
    """Totals that answer a question, kept of an instant that is near; None if there are none."""
    found = _selected(plan, wanted)
    known_at = None if found is None else session.scalar(select(EventTotalState.known_at))
    if found is None or known_at is None:
        return None
    few = moved(*sorted((known_at, at))).limit(FARTHEST + 1).subquery()
    changed = session.scalar(select(func.count()).select_from(few)) or 0
    return Kept(known_at, found) if changed <= FARTHEST else None


def grouping_of(name: str, dialect: Literal["sqlite", "postgresql"]) -> Grouping:
    """How versions are grouped for the totals kept by one group: by all of ``COLUMNS``."""

    def group(
        statement: Select[*tuple[Any, ...]],
    ) -> tuple[Select[*tuple[Any, ...]], list[SQLColumnExpression[Any]]]:
        e = EventSummary
        statement, found = grouped(statement, [name] if name else [])
        value, month, attacker = (
            func.coalesce(column, EMPTY) for column in (*(found or [EMPTY]), e.month, e.attacker)
        )
        until = month_until(e.occurred_to, dialect)
        return statement, [value, month, e.kind, e.scope, attacker, until]

    return group


def _selected(plan: Plan, wanted: Wanted) -> Select[*tuple[Any, ...]] | None:
    """The totals that answer a question; None where they know too little for it."""
    own = [name for name in plan.of_events if name not in ALWAYS]
    by, cut = next(iter(own), ""), plan.cut or EVENTS
    window = _within_months(wanted)
    if window is None or cut not in KEPT.get(by, ()) or not _tell(own, wanted):
        return None
    t = EventTotal
    groups = [getattr(t, name if name in ALWAYS else "group_value") for name in plan.of_events]
    sums = [func.sum(getattr(t, name)) for name in NUMBERS]
    line = [getattr(t, name) for name in LINE]
    query: Select[*tuple[Any, ...]] = select(*line)
    query = query.add_columns(*(func.nullif(column, EMPTY) for column in groups), *sums)
    query = query.where(t.grouped_by == by, t.cut == cut, *_chosen(wanted), *window)
    return query.group_by(*line, *groups)


def _tell(own: list[str], wanted: Wanted) -> bool:
    """Whether the totals by these groups tell the events of a filter from others."""
    others = wanted.figures or wanted.box or wanted.circle or wanted.words
    known = {"kind", "scope", "attacker"} >= set(wanted.columns)
    return known and not others and not wanted.facets and len(own) <= 1


def _chosen(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for name, values in wanted.columns.items():
        yield getattr(EventTotal, name).in_([str(value) for value in values])


def _within_months(wanted: Wanted) -> list[ColumnElement[bool]] | None:
    """What a window means for the months of a total; None where it cuts through a month."""
    start, end = wanted.window
    if any(border is not None and not _begins_month(border) for border in (start, end)):
        return None
    t = EventTotal
    found: list[ColumnElement[bool]] = []
    if start is not None or end is not None:
        found.append((t.month != "") | (t.until != ""))
    if start is not None:
        month = f"{start:%Y-%m}"
        found.append(t.month >= month if wanted.certain else (t.until == "") | (t.until >= month))
    if end is not None:
        month = f"{end:%Y-%m}"
        ended = (t.until != "") & (t.until < month)
        found.append(ended if wanted.certain else t.month < month)
    return found


def _begins_month(border: datetime) -> bool:
    return border == border.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
