"""What a filter of events finds, seen from afar: how many, on which days, and where on the map.

An event stands on the day on which it may have begun, and at the first of its places that is
located, targets before others: once, however vague its date and however many its places.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from math import asinh, cos, degrees, floor, hypot, radians, tan
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from counterclaim.db import dialect_of
from counterclaim.grid import cells_around
from counterclaim.models import EventSummary
from counterclaim.models.summary import FARTHEST, NARROW, SERIAL_BITS
from counterclaim.queries.asof import live_summary
from counterclaim.queries.conditions import check_policy, wanted_events
from counterclaim.queries.event_clauses import clauses_for_fewer_claims, clauses_for_other_figures
from counterclaim.queries.event_pages import for_driver
from counterclaim.queries.event_sql import Sql, asked_of, joined, marks
from counterclaim.queries.versions import resolved_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from counterclaim.grid import Box
    from counterclaim.queries.asof import View
    from counterclaim.queries.filters import EventFilter
    from counterclaim.queries.wanted import Wanted

MOST_RESOLVED = 500
"""So many events are resolved anew at most, to see which of them a filter lets through."""

EPOCH = date(1970, 1, 1)
DAY_S = 86_400
DAYS_BEFORE = FARTHEST // DAY_S + 1
"""Days that are added before dividing, so that what is divided is never below 0."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The events that a filter finds in a state, as a condition on ``event_summary``."""

    where: Sql


def select_events(session: Session, given: EventFilter, view: View) -> Selection | None:
    """The events that a filter finds in a state.

    None where they are not known without resolving more than ``MOST_RESOLVED`` events anew.

    Raises:
        FilterError: a filter's value, or the policy, names nothing.
    """
    check_policy(session, view)
    wanted = wanted_events(session, given, view.known_at)
    by_policy = wanted.of_figures()
    decided = view.claimed_by is None and not (by_policy.columns or by_policy.figures)
    if not (view.is_stored or decided):
        return _resolved(session, wanted, view)
    asked = asked_of(wanted, dialect_of(session))
    conditions = [one.named(e="event_summary") for one in asked.versions]
    conditions += [found.inside() for found in asked.sets]
    return Selection(joined([_live(view), *conditions]))


def _live(view: View) -> Sql:
    ended = "event_summary.valid_to IS NULL OR event_summary.valid_to > ?"
    at = view.known_at
    return Sql(f"event_summary.valid_from <= ? AND ({ended})", (at, at))


def _resolved(session: Session, wanted: Wanted, view: View) -> Selection | None:
    """The same where the stored versions only tell which events come into question."""
    possible = (
        clauses_for_other_figures(session, wanted)
        if view.claimed_by is None
        else clauses_for_fewer_claims(session, wanted, view.known_at)
    )
    keys = select(EventSummary.event_id, EventSummary.sk)
    found = keys.where(live_summary(view.known_at), *possible).limit(MOST_RESOLVED + 1)
    rows = session.execute(found).all()
    if len(rows) > MOST_RESOLVED:
        return None
    versions = resolved_versions(session, [row.event_id for row in rows], view)
    admitted = {key for key, version in versions.items() if wanted.admits(version)}
    return Selection(_one_of([row.sk for row in rows if row.event_id in admitted]))


def _one_of(keys: Sequence[int]) -> Sql:
    if not keys:
        return Sql("FALSE")
    return Sql(f"event_summary.sk IN ({marks(keys)})", tuple(keys))


def count_by_day(session: Session, selection: Selection) -> dict[date | None, int]:
    """How many of the events may have begun on each day, UTC; None: their beginning is unknown."""
    number = f"((event_summary.sk >> {SERIAL_BITS}) + {DAYS_BEFORE * DAY_S}) / {DAY_S}"
    day = f"CASE WHEN event_summary.occurred_from IS NOT NULL THEN {number} END"
    counted = _found(session, f"{day}, count(*)", selection.where, " GROUP BY 1")
    return {
        None if one is None else EPOCH + timedelta(days=int(one) - DAYS_BEFORE): many
        for one, many in counted
    }


@dataclass(frozen=True, slots=True)
class Spread:
    """How many of the events stand on the map, and the box around them, None around none."""

    events: int
    box: Box | None


def spread_of(session: Session, selection: Selection) -> Spread:
    """Where the events stand altogether."""
    ((count, *ends),) = _standing(session, f"count(*), {ENDS}", selection)
    return Spread(count, tuple(ends) if count else None)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Events that stand in one cell of the map: how many, their middle, and the box around them.

    ``sk`` is the sort key of one of them.
    """

    count: int
    latitude: float
    longitude: float
    box: Box
    sk: int


def cluster_events(
    session: Session, selection: Selection, box: Box, cell_degrees: float
) -> list[Cluster]:
    """The events that stand in a box, by cells that are so wide; each is in one cluster.

    Cells are about as high as wide in the middle of the box. Clusters that come to lie nearer to
    each other than most of a cell are made one.
    """
    middle = round((box[1] + box[3]) / 20) * 10
    height = cell_degrees * max(0.2, cos(radians(middle)))
    columns = f"count(*), avg(p.latitude), avg(p.longitude), max(p.sk), {ENDS}"
    # Rounding is the same on all engines, cutting off is not.
    cell = f" GROUP BY round(p.longitude / {cell_degrees!r}), round(p.latitude / {height!r})"
    rows = _standing(session, columns, selection, box, cell)
    found = [Cluster(row[0], row[1], row[2], tuple(row[4:8]), row[3]) for row in rows]
    return merge_near(found, cell_degrees * NEAR)


NEAR = 0.8
"""Share of a cell within which two clusters would cover each other."""


def merge_near(clusters: Iterable[Cluster], apart: float) -> list[Cluster]:
    """The clusters with those made one that lie nearer than this in degrees of a Mercator map.

    The larger ones stay where they are, as far as that goes.
    """
    kept: dict[tuple[int, int], list[Cluster]] = defaultdict(list)
    for one in sorted(clusters, key=lambda one: (-one.count, one.sk)):
        column, row = _tile(one, apart)
        around = [(x, y) for x in range(column - 1, column + 2) for y in range(row - 1, row + 2)]
        near = (
            (tile, other) for tile in around for other in kept[tile] if _between(one, other) < apart
        )
        tile, other = next(near, (None, None))
        if tile is None or other is None:
            kept[column, row].append(one)
        else:
            kept[tile].remove(other)
            merged = _together(other, one)
            kept[_tile(merged, apart)].append(merged)
    return [one for tile in kept.values() for one in tile]


def _tile(cluster: Cluster, apart: float) -> tuple[int, int]:
    return floor(cluster.longitude / apart), floor(_northing(cluster) / apart)


def _between(one: Cluster, other: Cluster) -> float:
    return hypot(one.longitude - other.longitude, _northing(one) - _northing(other))


def _northing(cluster: Cluster) -> float:
    """Where a latitude stands on a Mercator map, in degrees of longitude."""
    return degrees(asinh(tan(radians(max(-85.0, min(85.0, cluster.latitude))))))


def _together(one: Cluster, other: Cluster) -> Cluster:
    count = one.count + other.count
    west, south, east, north = zip(one.box, other.box, strict=True)
    return Cluster(
        count,
        (one.latitude * one.count + other.latitude * other.count) / count,
        (one.longitude * one.count + other.longitude * other.count) / count,
        (min(west), min(south), max(east), max(north)),
        max(one.sk, other.sk),
    )


@dataclass(frozen=True, slots=True)
class Located:
    """One event on the map: its document, where it stands, and how exactly that is known."""

    document: dict[str, Any]
    latitude: float
    longitude: float
    uncertainty_m: int | None


def events_in(session: Session, selection: Selection, box: Box, limit: int) -> list[Located]:
    """The first events that stand in a box, newest first."""
    newest = f" ORDER BY p.sk DESC LIMIT {limit}"
    return locate(session, [sk for (sk,) in _standing(session, "p.sk", selection, box, newest)])


def locate(session: Session, keys: Sequence[int]) -> list[Located]:
    """The events of versions with these sort keys where they stand on the map, newest first."""
    columns = "event_summary.document, p.latitude, p.longitude, p.uncertainty_m"
    rows = _standing(session, columns, Selection(_one_of(keys)), None, " ORDER BY p.sk DESC")
    return [Located(orjson.loads(row[0]), row[1], row[2], row[3]) for row in rows]


ENDS = "min(p.longitude), min(p.latitude), max(p.longitude), max(p.latitude)"
"""West, south, east and north."""

FIRST = Sql(
    "(p.position = 0 OR NOT EXISTS (SELECT 1 FROM event_point AS q"
    " WHERE q.sk = p.sk AND q.position < p.position))"
)
"""That no place of the version before this one is located."""


def _standing(
    session: Session, columns: str, selection: Selection, box: Box | None = None, after: str = ""
) -> Sequence[Any]:
    """Rows about the versions selected, each with the one point ``p`` where it stands."""
    conditions = [Sql("event_summary.sk = p.sk"), FIRST, selection.where]
    if box is not None:
        conditions += [_inside(box), *_near(box)]
    points = ", event_point AS p"
    return _found(session, columns, joined(conditions), after, points)


def _inside(box: Box) -> Sql:
    west, south, east, north = box
    level = Sql("p.latitude BETWEEN ? AND ?", (south, north))
    between = "p.longitude BETWEEN ? AND ?" if west <= east else "(p.longitude >= ? OR {0} <= ?)"
    return joined([level, Sql(between.format("p.longitude"), (west, east))])


def _near(box: Box) -> list[Sql]:
    """What finds the points in a small box without looking at all of them."""
    cells = cells_around(box)
    if cells is None:
        return []
    near = f"SELECT c.sk FROM event_cell AS c WHERE c.cell IN ({marks(cells)})"
    return [Sql(f"p.sk IN ({near})", tuple(cells))]


def _found(
    session: Session, columns: str, where: Sql, after: str, beside: str = ""
) -> Sequence[Any]:
    """Rows about stored versions, of which only those of few are read with their documents."""
    engine = dialect_of(session)
    narrow = engine == "sqlite" and "document" not in columns
    versions = f"event_summary INDEXED BY {NARROW}" if narrow else "event_summary"
    text = f"SELECT {columns} FROM {versions}{beside} WHERE {where.text}{after}"
    statement = for_driver(Sql(text, where.values), engine)
    return session.connection().exec_driver_sql(*statement).all()
