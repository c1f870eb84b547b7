"""Which events are one (merged), and which hang together as parts of wholes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select, union

from counterclaim.db import among
from counterclaim.models import Event, EventJudgement, EventPart, EventSummary
from counterclaim.queries.asof import live_row, live_summary
from counterclaim.vocabulary import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import CTE
    from sqlalchemy.orm import Session


@dataclass(slots=True)
class Links:
    """Events, who stands for each of them, and the parts of each; closed under both links.

    ``events`` are the rows by id, entities or plain ones.
    """

    events: Mapping[str, Any] = field(default_factory=dict)
    stands_for: dict[str, str] = field(default_factory=dict)
    parts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def families(self) -> list[set[str]]:
        """The ids that stand for events, grouped by what hangs together."""
        near: dict[str, set[str]] = defaultdict(set)
        for whole, parts in self.parts.items():
            for part in parts:
                near[whole].add(part)
                near[part].add(whole)
        return _groups(sorted(set(self.stands_for.values())), near)

    def above(self, first: str) -> set[str]:
        """All that an event, given by the id that stands for it, is part of, directly or not."""
        found, frontier = set[str](), {first}
        while frontier:
            frontier = {key for key, parts in self.parts.items() if parts & frontier} - found
            found |= frontier
        return found


def linked(session: Session, ids: Iterable[str], at: datetime) -> Links:
    """All events that hang together with these, as of an instant."""
    same: set[tuple[str, str]] = set()
    parts: set[tuple[str, str]] = set()
    known: set[str] = set()
    frontier = set(ids)
    while frontier:
        known |= frontier
        edges = _edges(session, frontier, at)
        found = _parts(session, frontier, at)
        same |= edges
        parts |= found
        frontier = {key for pair in edges | found for key in pair} - known
    recorded = select(Event).where(Event.id.in_(known), Event.recorded_at <= at)
    return link({row.id: row for row in session.scalars(recorded)}, same, parts)


def merged_events(at: datetime) -> CTE:
    """Each event that was merged into another one, as ``member``, with that one, as ``served``."""
    judged = EventJudgement
    same = judged.judgement == Judgement.SAME, live_row(judged, at)
    one, other = judged.left_id.label("one"), judged.right_id.label("other")
    forth, back = select(one, other), select(other.label("one"), one.label("other"))
    edges = union(forth.where(*same), back.where(*same)).cte("edges")
    reached = select(edges.c.one.label("member"), edges.c.other.label("far"))
    reach = reached.cte("reach", recursive=True)
    on = select(reach.c.member, edges.c.other).join(edges, edges.c.one == reach.c.far)
    reach = reach.union(on)
    # Of all that are one only that which stands for them has a version that counts.
    stands = EventSummary.event_id == reach.c.far, live_summary(at)
    return (
        select(reach.c.member, reach.c.far.label("served"))
        .join(EventSummary, and_(*stands))
        .where(reach.c.member != reach.c.far)
        .cte("merged")
    )


def with_links(session: Session, ids: Sequence[str], at: datetime) -> set[str]:
    """Those of these events that are one with others, or whole or part, as of an instant."""
    judged, part = EventJudgement, EventPart
    same = judged.judgement == Judgement.SAME, live_row(judged, at)
    linking = [
        *(select(column).where(*same) for column in (judged.left_id, judged.right_id)),
        *(select(column).where(live_row(part, at)) for column in (part.whole_id, part.part_id)),
    ]
    return {
        event
        for query in linking
        for event in session.scalars(query.where(among(session, query.selected_columns[0], ids)))
    }


def link(
    events: Mapping[str, Any],
    same: Iterable[tuple[str, str]],
    parts: Iterable[tuple[str, str]],
) -> Links:
    """The links among events, given what is one with what, and wholes with their parts."""
    near: dict[str, set[str]] = defaultdict(set)
    for left, right in same:
        near[left].add(right)
        near[right].add(left)
    links = Links(events=events)
    for group in _groups(sorted(events), near):
        first = min(group, key=lambda key: events[key].number)
        links.stands_for.update(dict.fromkeys(group, first))
    for whole, part in parts:
        ends = links.stands_for[whole], links.stands_for[part]
        if ends[0] != ends[1]:
            links.parts[ends[0]].add(ends[1])
    return links


def _edges(session: Session, ids: set[str], at: datetime) -> set[tuple[str, str]]:
    query = select(EventJudgement.left_id, EventJudgement.right_id).where(
        or_(EventJudgement.left_id.in_(ids), EventJudgement.right_id.in_(ids)),
        EventJudgement.judgement == Judgement.SAME,
        live_row(EventJudgement, at),
    )
    return {(left, right) for left, right in session.execute(query)}


def _parts(session: Session, ids: set[str], at: datetime) -> set[tuple[str, str]]:
    query = select(EventPart.whole_id, EventPart.part_id).where(
        or_(EventPart.whole_id.in_(ids), EventPart.part_id.in_(ids)), live_row(EventPart, at)
    )
    return {(whole, part) for whole, part in session.execute(query)}


def _groups(keys: Iterable[str], near: dict[str, set[str]]) -> list[set[str]]:
    groups, seen = [], set[str]()
    for key in keys:
        if key in seen:
            continue
        group, frontier = set[str](), {key}
        while frontier:
            group |= frontier
            frontier = {other for one in frontier for other in near.get(one, ())} - group
        seen |= group
        groups.append(group)
    return groups
