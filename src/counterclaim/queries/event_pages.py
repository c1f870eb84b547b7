"""Pages of stored versions by time: where in which index to begin, and the statement that does it.

A search begins in a set of the filter that has few versions, or else at the newest version, and
goes along an index in the order of ``sk`` until the page is full; what else is asked is tested on
the way. No statement sorts or counts more rows than it must.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from counterclaim.db import driver_value
from counterclaim.models.summary import FARTHEST, NARROW, SERIAL_BITS, sort_key
from counterclaim.queries.event_sql import FEW, Sql, asked_of, facet_is, joined, paired

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from counterclaim.db import EngineName
    from counterclaim.queries.event_sql import Asked, Set, Stretch
    from counterclaim.queries.wanted import Wanted

    Rows = Sequence[Sequence[Any]]

Result = TypeVar("Result")

FIRST, LAST = -(FARTHEST << SERIAL_BITS), (FARTHEST << SERIAL_BITS) - 1
"""The least sort key, from which undated events have theirs, and the greatest."""

SPAN = "span"
"""Facet of events that last longer than ``COMMON_DAYS``; its value is their days."""

OPEN = "open"
"""Facet of events of which only the end is known."""

COMMON_DAYS = 2
LONGEST_DAYS = 36_525
"""Where an event lasts longer, no event is too early to reach into the time asked for."""

ENDLESS = "x"
DAY = 86_400 << SERIAL_BITS


def span_facet(start: datetime | None, end: datetime | None) -> tuple[str, str] | None:
    """The facet that tells that the beginning of an event is far from its end; None for most."""
    if start is None:
        return None if end is None else (OPEN, "from")
    if end is None:
        return SPAN, ENDLESS
    days = -(-(end - start) // timedelta(days=1))
    if days <= COMMON_DAYS:
        return None
    return SPAN, f"{days:06d}" if days <= LONGEST_DAYS else ENDLESS


@dataclass(frozen=True, slots=True)
class Place:
    """Which page: how many versions from where on, in the state of which instant.

    Attributes:
        limit: Most versions.
        after: The sort key of the last version of the page before.
        at: The instant; None is the present.
        descending: Whether the newest come first.
    """

    limit: int
    after: int | None = None
    at: datetime | None = None
    descending: bool = True

    @property
    def goes_up_from_a_page(self) -> bool:
        """Whether nothing before the last version is wanted."""
        return self.after is not None and not self.descending

    @property
    def direction(self) -> str:
        """The order in SQL."""
        return "DESC" if self.descending else "ASC"


MANY = 10_000
"""No set is counted further than this."""

REMEMBERED, FORGOTTEN_AFTER_S = 20_000, 600.0


@dataclass(slots=True)
class Counts:
    """About how many versions sets have; only speed depends on it, so it may be some minutes old."""

    known: dict[Set, tuple[int, float]] = field(default_factory=dict)

    def of(self, found: Set) -> Generator[Sql, Rows, int]:
        """How many versions a set has, at most ``MANY``."""
        count, until = self.known.get(found, (0, 0.0))
        if monotonic() < until:
            return count
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        ((count,),) = yield _counted(found)
        self.known[found] = count, monotonic() + FORGOTTEN_AFTER_S
        return count


def _counted(found: Set) -> Sql:
    each = (
        joined([Sql("SELECT 1 AS one FROM "), one.table, Sql(" AS d WHERE "), one.rows], "")
        for one in found.starts
    )
    every = joined(each, " UNION ALL ")
    return Sql(f"SELECT count(*) FROM ({every.text} LIMIT {MANY}) AS c", every.values)


def find_versions(
    wanted: Wanted, place: Place, engine: EngineName, counts: Counts
) -> Generator[Sql, Rows, Sql]:
    """The statement that finds the sort keys of a page; counts are asked for where need be."""
    asked = asked_of(paired(wanted), engine)
    start = yield from _beginning(asked, counts)
    low, high = _stretch(wanted, place)
    arms = [_arm(asked, start, one, (low, high), place, engine) for one in _starts(start)]
    if wanted.window[0] is not None and not wanted.certain:
        open_ = facet_is(OPEN, ("from",))
        bounds = low if place.goes_up_from_a_page else Sql("?", (FIRST,)), high
        arms += [_arm(asked, open_, one, bounds, place, engine) for one in open_.starts]
    if len(arms) == 1:
        return arms[0]
    every = (Sql(f"SELECT sk FROM ({arm.text}) AS a", arm.values) for arm in arms)
    found = joined(every, " UNION ")
    ordered = f"{found.text} ORDER BY sk {place.direction} LIMIT {place.limit}"
    return Sql(ordered, found.values)


def _starts(found: Set | None) -> Sequence[Stretch | None]:
    return (None,) if found is None else found.starts


def _beginning(asked: Asked, counts: Counts) -> Generator[Sql, Rows, Set | None]:
    """The set in which the fewest rows have to be looked at; None is to go along all of them."""
    possible = [found for found in asked.sets if found.starts]
    ordered = [found for found in possible if all(one.in_order for one in found.starts)]
    if len(ordered) == len(possible) == 1:
        return possible[0]
    best: tuple[int, Set] | None = None
    for found in possible:
        count = yield from counts.of(found)
        if count > FEW and found not in ordered:
            continue
        cost = count * (1 + sum(other.dear for other in asked.sets if other is not found))
        if best is None or cost < best[0]:
            best = cost, found
    return best[1] if best else None


def _stretch(wanted: Wanted, place: Place) -> tuple[Sql, Sql]:
    """The least sort key of the page, and the one behind the greatest."""
    start, end = wanted.window
    low, high = Sql("?", (FIRST,)), LAST if end is None else sort_key(end, 0) + (1 << SERIAL_BITS)
    if start is not None:
        low = Sql("?", (sort_key(start, 0),)) if wanted.certain else _reaching(sort_key(start, 0))
    if place.after is not None and place.descending:
        high = min(high, place.after)
    elif place.after is not None and place.goes_up_from_a_page:
        low = Sql("?", (place.after + 1,))
    return low, Sql("?", (high,))


def _reaching(start: int) -> Sql:
    """The least sort key of events that reach beyond a beginning, as long as the longest lasts."""
    if start < FIRST + LONGEST_DAYS * DAY:
        return Sql("?", (FIRST,))
    longest = f"SELECT max(value) AS days FROM event_facet WHERE facet = '{SPAN}'"
    bound = (
        "CASE WHEN s.days IS NULL THEN ? WHEN s.days = ? THEN ?"
        f" ELSE ? - CAST(s.days AS BIGINT) * {DAY} END"
    )
    values = (start - COMMON_DAYS * DAY, ENDLESS, FIRST, start)
    return Sql(f"(SELECT {bound} FROM ({longest}) AS s)", values)


def _arm(
    asked: Asked,
    start: Set | None,
    stretch: Stretch | None,
    bounds: tuple[Sql, Sql],
    place: Place,
    engine: EngineName,
) -> Sql:
    """The first versions of one stretch of an index that meet all that is asked."""
    sqlite = engine == "sqlite"
    versions = f"event_summary AS e INDEXED BY {NARROW}" if sqlite else "event_summary AS e"
    if stretch is None:
        source, key, rows = Sql(versions), "e.sk", []
    else:
        key = f"d.{stretch.key}"
        indexed = f" INDEXED BY {stretch.index}" if sqlite and stretch.index else ""
        # SQLite takes the tables of a CROSS JOIN in the order in which they are written.
        join = f"CROSS JOIN {versions} ON" if sqlite else f"JOIN {versions} ON"
        table = f"{stretch.table.text} AS d{indexed} {join} e.sk = {key}"
        source, rows = Sql(table, stretch.table.values), [stretch.rows]
    tests = [found.tested() for found in asked.sets if found is not start]
    conditions = joined(
        [
            *rows,
            *(
                joined([Sql(f"{key} {sign} "), bound], "")
                for sign, bound in zip((">=", "<"), bounds, strict=True)
            ),
            live(place.at),
            *(one.named(e="e") for one in asked.versions),
            *tests,
        ]
    )
    by = f"+{key}" if sqlite and stretch is not None and not stretch.in_order else key
    text = (
        f"SELECT {key} AS sk FROM {source.text} WHERE {conditions.text}"
        f" ORDER BY {by} {place.direction} LIMIT {place.limit}"
    )
    return Sql(text, (*source.values, *conditions.values))


def live(at: datetime | None) -> Sql:
    """The versions that were served at an instant, or that are."""
    if at is None:
        return Sql("e.valid_to IS NULL")
    return Sql("e.valid_from <= ? AND (e.valid_to IS NULL OR e.valid_to > ?)", (at, at))


def documents_of(found: Sql) -> Sql:
    """Their sort keys and documents, in no order."""
    joins = "CROSS JOIN event_summary AS e WHERE e.sk = p.sk"
    return Sql(f"SELECT p.sk, e.document FROM ({found.text}) AS p {joins}", found.values)


def for_driver(given: Sql, engine: EngineName) -> tuple[str, tuple[Any, ...]]:
    """The statement and its values as the driver takes them."""
    text = given.text if engine == "sqlite" else given.text.replace("?", "%s")
    return text, tuple(driver_value(value, engine) for value in given.values)


def run(steps: Generator[Sql, Rows, Result], execute: Callable[[Sql], Rows]) -> Result:
    """Carry out steps that ask for statements to be executed, one after the other."""
    rows: Rows | None = None
    while True:
        try:
            statement = next(steps) if rows is None else steps.send(rows)
        except StopIteration as end:
            result: Result = end.value
            return result
        rows = execute(statement)
