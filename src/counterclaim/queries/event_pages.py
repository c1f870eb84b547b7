"""Pages of stored versions by time: where in which index to begin, and the statement that does it.

A search begins in a set of the filter that has few versions, or else at the newest version, and
goes along an index in the order of ``sk`` until the page is full; what else is asked is tested on
the way. No statement sorts or counts more rows than it must.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from counterclaim.db import driver_value
from counterclaim.models.summary import FARTHEST, NARROW, SERIAL_BITS, sort_key
from counterclaim.queries.event_sql import FEW, Sql, asked_of, facet_is, joined, paired

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

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

AHEAD = "ahead"
"""Facet of events that were recorded before they happened."""

COMMON_DAYS = 2
LONGEST_DAYS = 36_525
"""Where an event lasts longer, no event is too early to reach into the time asked for."""

ENDLESS = "x"
DAY = 86_400 << SERIAL_BITS


def facets_of_time(
    start: datetime | None, end: datetime | None, recorded_at: datetime
) -> Iterator[tuple[str, str]]:
    """The facets of events that are not where their beginning, or their recording, puts them."""
    if start is None:
        if end is not None:
            yield OPEN, "from"
        return
    if start > recorded_at:
        yield AHEAD, "recorded"
    days = LONGEST_DAYS + 1 if end is None else -(-(end - start) // timedelta(days=1))
    if days > COMMON_DAYS:
        yield SPAN, f"{days:06d}" if days <= LONGEST_DAYS else ENDLESS


@dataclass(frozen=True, slots=True)
class Place:
    """Which page: how many versions from where on, in the state of which instant.

    Attributes:
        limit: Most versions.
        after: The sort key of the last version of the page before.
        at: The instant; None is the present.
        descending: Whether the newest come first.
        bare: Whether null is read in place of the documents.
    """

    limit: int
    after: int | None = None
    at: datetime | None = None
    descending: bool = True
    bare: bool = False

    @property
    def goes_up_from_a_page(self) -> bool:
        """Whether nothing before the last version is wanted."""
        return self.after is not None and not self.descending

    @property
    def direction(self) -> str:
        """The order in SQL."""
        return "DESC" if self.descending else "ASC"


class Gap(IntEnum):
    """What differs from page to page of one list: a statement has a gap there, for values.

    Its number is its place in a ``Filling``.
    """

    AT = 0
    LOW = 1
    HIGH = 2
    HIGHEST = 3


class Filling(NamedTuple):
    """The values of a page's gaps.

    Attributes:
        at: The instant of the state, in the end as the driver takes it.
        low: The least sort key, on the way up from a page.
        high: The sort key behind the greatest one that was there by that instant.
        highest: The sort key behind the greatest one.
    """

    at: Any
    low: int | None
    high: int
    highest: int


def _filling(place: Place, last: int) -> Filling:
    """The values for a page; ``last`` is the sort key behind all that the list can hold."""
    after, at = place.after, place.at
    highest = last if after is None or not place.descending else min(last, after)
    high = highest if at is None else min(highest, _behind(at))
    return Filling(at, None if after is None else after + 1, high, highest)


MANY = 10_000
"""No set is counted further than this."""

REMEMBERED, FORGOTTEN_AFTER_S = 5_000, 600.0


@dataclass(slots=True)
class Counts:
    """About how many versions sets have, some minutes old: only speed depends on it."""

    known: dict[Sql, tuple[int, float]] = field(default_factory=dict)

    def of(self, found: Set) -> Generator[Sql, Rows, int]:
        """How many versions a set has, at most ``MANY``."""
        count, until = self.known.get(found.rows, (0, 0.0))
        if monotonic() < until:
            return count
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        ((counted,),) = yield _counted(found)
        self.known[found.rows] = counted, monotonic() + FORGOTTEN_AFTER_S
        return int(counted)


def _counted(found: Set) -> Sql:
    each = (
        joined([Sql("SELECT 1 AS one FROM "), one.table, Sql(" AS d WHERE "), one.rows], "")
        for one in found.starts
    )
    every = joined(each, " UNION ALL ")
    return Sql(f"SELECT count(*) FROM ({every.text} LIMIT {MANY}) AS c", every.values)


Given = tuple[str, tuple[Any, ...]]
"""A statement and its values as the driver takes them."""


@dataclass(frozen=True, slots=True)
class PageSql:
    """The statement that reads a page: sort keys and documents, in no order that is promised.

    It reads other pages of the list as well, as far as these have the same shape.

    Attributes:
        shape: What the pages have in common that it reads.
        since: The instant of the state that it was made for; None is the present.
        last: The sort key behind all that the list can hold.
        engine: Whose driver takes it.
        quick: It may read versions that do not belong to the page; then it tells which do.
        most: So many versions it reads at most, if it may.
        sure: The one to fall back on, if too few of those do.
    """

    shape: tuple[object, ...]
    since: datetime | None
    last: int
    engine: EngineName
    quick: Given
    most: int = 0
    sure: Given | None = None

    def fits(self, place: Place) -> bool:
        """Whether it reads that page of the list."""
        return _shape(place, self.last) == self.shape

    def given(self, statement: Given, place: Place) -> Given:
        """One of its statements for a page, with nothing left open."""
        text, values = statement
        filling = _filling(place, self.last)
        if place.at is not None:
            filling = filling._replace(at=driver_value(place.at, self.engine))
        return text, tuple([filling[one] if type(one) is Gap else one for one in values])

    def settled(self, rows: Rows, limit: int) -> Rows | None:
        """The rows that belong to the page; None if there may be more of them."""
        if self.sure is None:
            return rows
        fit = [row[:2] for row in rows if row[2]]
        return fit if len(fit) >= limit or len(rows) < self.most else None


def _shape(place: Place, last: int) -> tuple[object, ...]:
    """What pages have in common that one statement reads."""
    filling, up = _filling(place, last), place.goes_up_from_a_page
    ahead = filling.high < filling.highest
    return place.limit, place.descending, place.bare, up, place.at is None, ahead


def find_page(
    wanted: Wanted, place: Place, engine: EngineName, counts: Counts
) -> Generator[Sql, Rows, PageSql]:
    """How to read a page; yields statements that count, where it must know how many rows there are.

    Few stretches are read with the documents, each as far as the page may need it. Of many first
    the sort keys are put together.
    """
    asked = asked_of(paired(wanted), engine)
    start = yield from _beginning(asked, counts)
    end = wanted.window[1]
    last = LAST if end is None else _behind(end)
    light = wanted.columns.keys() <= {"kind", "scope"}
    main = (_low(wanted, place), Gap.HIGH)
    starts = (None,) if start is None else start.starts
    arms = [Arm(asked, start, one, main) for one in starts]
    rare = _rare(wanted, place, last)
    extra = [Arm(asked, facet, facet.starts[0], of) for facet, of in rare]

    shape = _shape(place, last)

    def made(quick: Sql, most: int = 0, sure: Sql | None = None) -> PageSql:
        surely = None if sure is None else for_driver(sure, engine)
        return PageSql(shape, place.at, last, engine, for_driver(quick, engine), most, surely)

    if light and start is not None and len(arms) == 1 and not place.bare:
        each = (_read(arm, place, engine, Reading.DOCUMENTS) for arm in (*arms, *extra))
        return made(_every(each, "sk, document", "UNION ALL"))
    sure = _put_together([_read(arm, place, engine) for arm in (*arms, *extra)], place)
    if place.bare:
        return made(Sql(f"SELECT p.sk, NULL FROM ({sure.text}) AS p", sure.values))
    documents = "SELECT p.sk, e.document{} FROM ({}) AS p CROSS JOIN event_summary AS e{}"
    text = documents.format("", sure.text, " WHERE e.sk = p.sk")
    if start is None or not light or extra or len(asked.sets) > 1:
        return made(Sql(text, sure.values))
    most = place.limit + place.limit // (2 if start.wider else 4) + 10
    wide = replace(place, limit=most)
    loose = _put_together([_read(arm, wide, engine, Reading.ANY) for arm in (*arms, *extra)], wide)
    belongs = [start.tested("e.sk")] if start.wider else []
    fits = joined([live(place.at), *(one.named(e="e") for one in asked.versions), *belongs])
    fitting = documents.format(f", ({fits.text})", loose.text, " WHERE e.sk = p.sk")
    return made(Sql(fitting, (*fits.values, *loose.values)), most, Sql(text, sure.values))


def _put_together(each: Sequence[Sql], place: Place) -> Sql:
    """The first sort keys of several stretches."""
    if len(each) == 1:
        return each[0]
    found = _every(each, "sk", "UNION")
    return Sql(f"{found.text} ORDER BY sk {place.direction} LIMIT {place.limit}", found.values)


def _every(each: Iterable[Sql], columns: str, between: str) -> Sql:
    parts = list(each)
    if len(parts) == 1:
        return parts[0]
    named = (Sql(f"SELECT {columns} FROM ({one.text}) AS a", one.values) for one in parts)
    return joined(named, f" {between} ")


Bounds = tuple[Sql, Gap]
"""The least sort key, and the one behind the greatest."""


def _rare(wanted: Wanted, place: Place, last: int) -> Iterator[tuple[Set, Bounds]]:
    """Facets of the few events that stand elsewhere in the order than one looks for them.

    Few were recorded before they happened; those are looked for by themselves.
    """
    low, filling = _low(wanted, place), _filling(place, last)
    if wanted.window[0] is not None and not wanted.certain:
        first = low if place.goes_up_from_a_page else Sql("?", (FIRST,))
        yield facet_is(OPEN, ("from",)), (first, Gap.HIGHEST)
    if filling.high < filling.highest:
        yield facet_is(AHEAD, ("recorded",)), (low, Gap.HIGHEST)


def _behind(end: datetime) -> int:
    """The sort key behind those of all events that begin up to an instant."""
    return sort_key(end, 0) + (1 << SERIAL_BITS)


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


def _low(wanted: Wanted, place: Place) -> Sql:
    """The least sort key of the page."""
    if place.goes_up_from_a_page:
        return Sql("?", (Gap.LOW,))
    start = wanted.window[0]
    if start is None:
        return Sql("?", (FIRST,))
    return Sql("?", (sort_key(start, 0),)) if wanted.certain else _reaching(sort_key(start, 0))


def _reaching(start: int) -> Sql:
    """The least sort key of events that reach beyond a beginning, as long as the longest lasts."""
    if start < FIRST + LONGEST_DAYS * DAY:
        return Sql("?", (FIRST,))
    # As max() SQLite would read all of them.
    longest = f"SELECT value FROM event_facet WHERE facet = '{SPAN}' ORDER BY value DESC LIMIT 1"
    bound = (
        "CASE WHEN s.days IS NULL THEN ? WHEN s.days = ? THEN ?"
        f" ELSE ? - CAST(s.days AS BIGINT) * {DAY} END"
    )
    values = (start - COMMON_DAYS * DAY, ENDLESS, FIRST, start)
    return Sql(f"(SELECT {bound} FROM (SELECT ({longest}) AS days) AS s)", values)


@dataclass(frozen=True, slots=True)
class Arm:
    """One stretch of an index between two sort keys, and the set that it belongs to."""

    asked: Asked
    start: Set | None
    stretch: Stretch | None
    bounds: Bounds


class Reading(Enum):
    """What is read of the versions in a stretch."""

    KEYS = "the sort keys of those that meet all that is asked"
    DOCUMENTS = "the same with their documents, where nearly all that are looked at do"
    ANY = "the sort keys of all: what else is asked is tested later"


def _read(arm: Arm, place: Place, engine: EngineName, what: Reading = Reading.KEYS) -> Sql:
    """The first versions of a stretch."""
    sqlite, stretch = engine == "sqlite", arm.stretch
    narrow = f" INDEXED BY {NARROW}" if sqlite and what is Reading.KEYS else ""
    versions = f"event_summary AS e{narrow}"
    key, source, rows = "e.sk", Sql(versions), []
    if stretch is not None:
        key = f"d.{stretch.key}"
        indexed = f" INDEXED BY {stretch.index}" if sqlite and stretch.index else ""
        # SQLite takes the tables of a CROSS JOIN in the order in which they are written.
        join = "CROSS JOIN" if sqlite else "JOIN"
        joins = "" if what is Reading.ANY else f" {join} {versions} ON e.sk = {key}"
        table = f"{stretch.table.text} AS d{indexed}{joins}"
        source, rows = Sql(table, stretch.table.values), [stretch.rows]
    low, high = arm.bounds
    conditions = [
        *rows,
        Sql(f"{key} >= {low.text}", low.values),
        Sql(f"{key} < ?", (high,)),
    ]
    if what is not Reading.ANY:
        others = (found for found in arm.asked.sets if found is not arm.start or found.wider)
        conditions += [found.tested(key) for found in others]
        conditions += [live(place.at), *(one.named(e="e") for one in arm.asked.versions)]
    where = joined(conditions)
    # What is not in the order of the sort key is put into it; SQLite is kept from trying otherwise.
    by = f"+{key}" if sqlite and stretch is not None and not stretch.in_order else key
    document = ", e.document" if what is Reading.DOCUMENTS else ""
    text = (
        f"SELECT {key} AS sk{document} FROM {source.text} WHERE {where.text}"
        f" ORDER BY {by} {place.direction} LIMIT {place.limit}"
    )
    return Sql(text, (*source.values, *where.values))


def live(at: datetime | None) -> Sql:
    """The versions that were served at the instant of a state, or that are."""
    if at is None:
        return Sql("e.valid_to IS NULL")
    return Sql("e.valid_from <= ? AND (e.valid_to IS NULL OR e.valid_to > ?)", (Gap.AT, Gap.AT))


@lru_cache(maxsize=1000)
def for_driver(given: Sql, engine: EngineName) -> Given:
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
