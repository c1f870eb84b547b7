"""What claimants say in numbers, each by its own words, and two of them on the same events.

Of each claimant the last word on a figure of an event counts. Where it speaks of a kind of munition
and of one below it, or of munitions without a name and of named ones, the broader number holds the
other and counts alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, or_, select, union_all
from sqlalchemy.orm import aliased

from counterclaim.models import Claim, EventSummary, InterceptionCount, Munition, Source
from counterclaim.queries.asof import counted_claim, live_summary
from counterclaim.queries.claims.rows import sides_of
from counterclaim.queries.components import merged_events
from counterclaim.queries.conditions import wanted_events
from counterclaim.queries.event_clauses import clauses
from counterclaim.resolve.inputs import AFFIRMING
from counterclaim.vocabulary import Outcome, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import CTE, ColumnElement, Select, Subquery
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.filters import EventFilter


@dataclass(frozen=True, slots=True)
class Sum:
    """A figure over some events; ``high`` is None when one of them is open."""

    low: int
    high: int | None
    events: int

    @property
    def interval(self) -> dict[str, int | None]:
        """The same as a figure."""
        return {"low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Speaker:
    """A claimant and what it says came to which outcome, over all events of which it says so."""

    key: str
    name: str
    side: str | None
    events: int
    sums: Mapping[str, Sum]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two claimants who both give a figure of the same events, and what each says it comes to."""

    left: str
    right: str
    events: int
    left_sum: Sum
    right_sum: Sum


def sum_speakers(
    session: Session, given: EventFilter, view: View, limit: int = 12
) -> Sequence[Speaker]:
    """The claimants who give numbers of most events, by their number, most first."""
    words = _last_words(session, given, view)
    nth = func.row_number().over(partition_by=[words.c.claimant, words.c.event])
    said = select(words, nth.label("nth")).subquery()
    query = (
        select(
            Source.id,
            Source.key,
            Source.name,
            said.c.outcome,
            *_sums(said),
            func.count(said.c.event.distinct()),
            # Whatever outcomes it speaks of, an event is counted with one of them.
            func.sum(case((said.c.nth == 1, 1), else_=0)),
        )
        .join(Source, Source.id == said.c.claimant)
        .group_by(Source.id, Source.key, Source.name, said.c.outcome)
    )
    found: dict[tuple[str, str, str], dict[str, Sum]] = {}
    counts: Counter[str] = Counter()
    for source, key, name, outcome, low, open_ends, high, events, once in session.execute(query):
        told = Sum(low, None if open_ends else high, events)
        found.setdefault((source, key, name), {})[str(outcome)] = told
        counts[source] += once
    sides = sides_of(session, set(counts))
    speakers = [
        Speaker(key, name, sides.get(source), counts[source], sums)
        for (source, key, name), sums in found.items()
    ]
    return sorted(speakers, key=lambda one: (-one.events, one.key))[:limit]


def compare_speakers(
    session: Session, given: EventFilter, view: View, outcome: Outcome, limit: int = 12
) -> Sequence[Pair]:
    """The pairs of claimants who both give an outcome of most events, most first."""
    said = _last_words(session, given, view)
    by_event = (
        select(said.c.event, said.c.claimant, *_sums(said))
        .where(said.c.outcome == outcome)
        .group_by(said.c.event, said.c.claimant)
        .cte("by_event")
    )
    left, right = by_event.alias("left_said"), by_event.alias("right_said")
    first, second = aliased(Source), aliased(Source)
    sums = [
        func.sum(column)
        for one in (left, right)
        for column in (one.c.low, one.c.open_ends, one.c.high)
    ]
    count = func.count()
    query = (
        select(first.key, second.key, count, *sums)
        .select_from(left)
        .join(right, left.c.event == right.c.event)
        .join(first, first.id == left.c.claimant)
        .join(second, second.id == right.c.claimant)
        .where(first.key < second.key)
        .group_by(first.key, second.key)
        .order_by(count.desc(), first.key, second.key)
        .limit(limit)
    )
    return [
        Pair(
            one,
            other,
            events,
            Sum(low, None if open_ends else high, events),
            Sum(low2, None if open_ends2 else high2, events),
        )
        for one, other, events, low, open_ends, high, low2, open_ends2, high2 in session.execute(
            query
        )
    ]


def _sums(said: CTE | Subquery) -> tuple[ColumnElement[int], ...]:
    """Least, how many ends are open, greatest."""
    return (
        func.sum(func.coalesce(said.c.low, 0)).label("low"),
        func.sum(case((said.c.high.is_(None), 1), else_=0)).label("open_ends"),
        func.sum(func.coalesce(said.c.high, 0)).label("high"),
    )


def _last_words(session: Session, given: EventFilter, view: View) -> CTE:
    """Per event, claimant, munition and outcome the last interval; no broader one beside it."""
    words = _words(session, given, view)
    last = select(words).where(words.c.age == 1).cte("last_words")
    broader, above = aliased(last), _above()
    unnamed = and_(broader.c.munition.is_(None), last.c.munition.is_not(None))
    holds = exists(
        select(1)
        .select_from(broader.outerjoin(above, above.c.higher == broader.c.munition))
        .where(
            broader.c.event == last.c.event,
            broader.c.claimant == last.c.claimant,
            broader.c.outcome == last.c.outcome,
            or_(unnamed, above.c.munition == last.c.munition),
        )
        .correlate(last)
    )
    return select(last).where(~holds).cte("said")


def _words(session: Session, given: EventFilter, view: View) -> Subquery:
    """All that is said of the events, each with how many times something newer was said."""
    merged = merged_events(view.known_at)
    told = _told(session, given, view)
    own = told.join(EventSummary, EventSummary.event_id == Claim.event_id)
    # Beside, since most claims are found by the event's own id, and quicker so.
    others = told.join(merged, merged.c.member == Claim.event_id)
    others = others.join(EventSummary, EventSummary.event_id == merged.c.served)
    every = union_all(own, others).subquery("every")
    c = every.c
    newest: list[ColumnElement[Any]] = [
        c.said_from.desc().nulls_last(),
        c.recorded_at.desc(),
        c.claim.desc(),
    ]
    group = [c.event, c.claimant, c.munition, c.outcome]
    age = func.row_number().over(partition_by=group, order_by=newest)
    return select(*group, c.low, c.high, age.label("age")).subquery("words")


def _told(session: Session, given: EventFilter, view: View) -> Select[*tuple[Any, ...]]:
    """The intervals of the claims that count, of the events that a filter finds."""
    wanted = wanted_events(session, given, view.known_at)
    count = InterceptionCount
    return (
        select(
            EventSummary.event_id.label("event"),
            Claim.claimant_id.label("claimant"),
            count.munition_id.label("munition"),
            count.outcome.label("outcome"),
            count.low.label("low"),
            count.high.label("high"),
            Claim.said_from.label("said_from"),
            Claim.recorded_at.label("recorded_at"),
            Claim.id.label("claim"),
        )
        .select_from(count)
        .join(Claim, Claim.id == count.claim_id)
        .where(
            live_summary(view.known_at),
            EventSummary.scope != Scope.COLLECTION,
            *clauses(session, wanted),
            counted_claim(view),
            Claim.polarity > 0,
            Claim.stance.in_(AFFIRMING),
            or_(count.low.is_not(None), count.high.is_not(None)),
        )
    )


def _above() -> CTE:
    """Each munition with each that stands above it."""
    above = (
        select(Munition.id.label("munition"), Munition.parent_id.label("higher"))
        .where(Munition.parent_id.is_not(None))
        .cte("above", recursive=True)
    )
    further = select(above.c.munition, Munition.parent_id).join(
        Munition, Munition.id == above.c.higher
    )
    return above.union(further.where(Munition.parent_id.is_not(None)))
