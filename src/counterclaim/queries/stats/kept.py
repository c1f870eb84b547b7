"""Which totals are kept beside the events, and which questions can be answered from them.

``store.totals`` keeps them. There are as many as the world has months, sides, regions and munitions
with figures, however many events there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    select,
    type_coerce,
)

from counterclaim.db import UtcDateTime, month_until
from counterclaim.models import (
    EventMember,
    EventSummary,
    EventTotal,
    EventTotalApart,
    EventTotalState,
)
from counterclaim.models.summary import SPANNING
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
from counterclaim.resolve.joint import MOST_STRATA
from counterclaim.statements import Prepared
from counterclaim.vocabulary import Scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from counterclaim.db import EngineName
    from counterclaim.queries.stats.grouping import Plan
    from counterclaim.queries.wanted import Wanted

WHOLE = (EVENTS, MUNITIONS, PEOPLE)
KEPT = {
    "": (*WHOLE, BY_MUNITION, BY_CATEGORY, BY_SIDE, BY_STATUS, BY_SIDE_AND_STATUS),
    **dict.fromkeys(("week", "region", "country"), WHOLE),
    **dict.fromkeys(("munition", "category"), (EVENTS,)),
}
"""By what events are grouped beside month and attacker, and what is kept of each group."""

COLUMNS = (
    *("group_value", "month", "month_last", "kind", "scope", "attacker"),
    *("until", "until_last"),
)
"""What tells which events a total is of: the group, and the stratum or strata."""

WHOLE_SCOPE = "whole"
"""The scope of a collection that has parts, which is counted only where collections are."""

BAR = "|"
"""Stands between the words of several strata."""

MOST_WORDS = 12
"""Of more words than these not all are tried that may stand beside each other."""

ALWAYS = ("month", "attacker")
"""Groups that every total has."""

FARTHEST = 2000
"""If more versions than these have changed since, all are added up."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What answers a question as of an instant: rows as of ``sum_versions``.

    ``apart`` are the events that are in none of them.
    """

    known_at: datetime
    rows: Select[*tuple[Any, ...]]
    apart: frozenset[str]


def kept_totals(
    session: Session,
    plan: Plan,
    wanted: Wanted,
    at: datetime,
    *,
    collections: bool,
    before: str | None = None,
) -> Kept | None:
    """Totals that answer a question, kept of an instant that is near; None if there are none.

    ``collections`` is whether those that have parts were asked for themselves; ``before`` a month
    before which, or nobody knows when, all began that is asked for.
    """
    found = _selected(plan, wanted, collections=collections)
    if found is not None and before is not None:
        t = EventTotal
        # An event that began before the window and reaches into it has two months.
        began = (t.month != t.until) & ((t.month == "") | (t.month < before))
        found = found.where(began).with_hint(t, f"INDEXED BY {SPANNING}", "sqlite")
    state = None if found is None else _STATE.row(session)
    if found is None or state is None:
        return None
    (known_at,) = state
    first, last = sorted((known_at, at))
    ((changed,),) = _MOVED.rows(session, first=first, last=last)
    if changed > FARTHEST:
        return None
    apart = frozenset(event for (event,) in _APART.rows(session))
    return Kept(known_at if changed else at, found, apart)


_STATE = Prepared(select(EventTotalState.known_at))
_APART = Prepared(select(EventTotalApart.event_id))
_MOVED = Prepared(
    select(func.count()).select_from(
        moved(*(bindparam(name, type_=UtcDateTime) for name in ("first", "last")))
        .limit(FARTHEST + 1)
        .subquery()
    )
)


def select_strata(dialect: EngineName) -> Select[*tuple[Any, ...]]:
    """Versions, each with the values of ``COLUMNS`` behind the group; texts, empty for null."""
    e = EventSummary
    month, attacker = (func.coalesce(column, EMPTY) for column in (e.month, e.attacker))
    until = month_until(e.occurred_to, dialect)
    columns = (month, month, e.kind, _scope(), attacker, until, until)
    named = zip(columns, COLUMNS[1:], strict=True)
    return select(e.sk, *(column.label(name) for column, name in named))


def _scope() -> ColumnElement[str]:
    scope = type_coerce(EventSummary.scope, String)
    has_parts = exists().where(EventMember.sk == EventSummary.sk)
    whole = and_(scope == literal_column(f"'{Scope.COLLECTION}'"), has_parts)
    return case((whole, literal_column(f"'{WHOLE_SCOPE}'")), else_=scope)


Stratum = tuple[str, ...]
"""Month, kind, scope, attacker and until of events."""


def stratum_of(columns: Sequence[str]) -> Stratum:
    """The stratum in the columns of one version, without its group."""
    month, _, kind, scope, attacker, until, _ = columns
    return month, kind, scope, attacker, until


def can_be_together(strata: Collection[Stratum]) -> bool:
    """Whether there is a row for each set of strata, and a question knows which it means."""
    dated = all(month and until for month, *_, until in strata)
    return len(strata) == 1 or (dated and len(strata) <= MOST_STRATA)


def put_together(strata: Sequence[Stratum]) -> tuple[str, ...]:
    """The columns of a row of some strata, without its group."""
    months, kinds, scopes, attackers, untils = (
        sorted(set(words)) for words in zip(*strata, strict=True)
    )
    texts = (BAR.join(words) for words in (kinds, scopes, attackers))
    return (months[0], months[-1], *texts, untils[0], untils[-1])


def _selected(plan: Plan, wanted: Wanted, *, collections: bool) -> Select[*tuple[Any, ...]] | None:
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
    chosen = _chosen(wanted, collections=collections)
    query = query.where(t.grouped_by == by, t.cut == cut, *chosen, *_alike(plan), *window)
    # In the order of the key, so that the sums are made while it is read.
    if not by:
        query = query.where(t.group_value == EMPTY)
    others = [getattr(t, name) for name in ALWAYS if name in plan.of_events]
    return query.group_by(*([t.group_value] if by else []), *line, *others)


def _alike(plan: Plan) -> Iterator[ColumnElement[bool]]:
    """That all events of a row are in the same group."""
    if "month" in plan.of_events:
        yield EventTotal.month == EventTotal.month_last
    if "attacker" in plan.of_events:
        yield EventTotal.attacker.not_like(f"%{BAR}%")


def _tell(own: list[str], wanted: Wanted) -> bool:
    """Whether the totals by these groups tell the events of a filter from others."""
    others = wanted.figures or wanted.box or wanted.circle or wanted.words
    known = {"kind", "scope", "attacker"} >= set(wanted.columns)
    few = all(len(words) <= MOST_WORDS for words in wanted.columns.values())
    return known and few and not others and not wanted.facets and len(own) <= 1


def _chosen(wanted: Wanted, *, collections: bool) -> Iterator[ColumnElement[bool]]:
    words = {name: {str(one) for one in values} for name, values in wanted.columns.items()}
    if collections and Scope.COLLECTION in words.get("scope", ()):
        words["scope"].add(WHOLE_SCOPE)
    elif not collections and "scope" not in words:
        words["scope"] = {str(scope) for scope in Scope}
    for name, given in words.items():
        yield getattr(EventTotal, name).in_(list(_beside(given)))


def _beside(words: Collection[str]) -> Iterator[str]:
    """These words, and as many of them beside each other as there may be strata."""
    for size in range(1, MOST_STRATA + 1):
        yield from map(BAR.join, combinations(sorted(words), size))


def _within_months(wanted: Wanted) -> list[ColumnElement[bool]] | None:
    """What a window means for the months of a total; None where it cuts through a month.

    Several strata have all their months: of these the first and the last decide.
    """
    start, end = wanted.window
    if any(border is not None and not begins_month(border) for border in (start, end)):
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
        ended = (t.until_last != "") & (t.until_last < month)
        found.append(ended if wanted.certain else t.month_last < month)
    return found


def begins_month(border: datetime) -> bool:
    """Whether an instant is the first of its month, UTC."""
    return border == border.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
