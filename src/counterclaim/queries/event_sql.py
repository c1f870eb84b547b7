"""What a filter of events asks of the stored versions, in SQL; ``wanted`` says the same in Python.

A filter is a list of conditions on ``event_summary``, and of sets: versions that have a row of some
kind in a table beside it. A set can be tested for each version, or be where a search begins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from counterclaim.geo import bounding_box, earth_centred
from counterclaim.grid import cells_around
from counterclaim.queries.wanted import FULL_CIRCLE, chord_m

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from counterclaim.db import EngineName
    from counterclaim.queries.wanted import Box, Wanted


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with what stands for its question marks.

    ``{e}`` is the name of ``event_summary`` in it, ``{m}`` that of the table beside it.
    """

    text: str
    values: tuple[Any, ...] = ()

    def named(self, **names: str) -> Sql:
        """The same with these names in place."""
        return Sql(self.text.format(**names), self.values)


def joined(parts: Iterable[Sql], between: str = " AND ") -> Sql:
    """Several pieces as one."""
    found = list(parts)
    values = tuple(value for part in found for value in part.values)
    return Sql(between.join(part.text for part in found), values)


@dataclass(frozen=True, slots=True)
class Set:
    """The versions that have a row in a table beside ``event_summary``.

    Attributes:
        table: The table; for a box the rows of every point.
        rows: What holds for such a row.
        starts: The stretches of an index that hold these rows in the order of ``sk``, each with
            its table and condition; none where a search cannot begin here.
        dear: What a test costs, as many times as that of a plain row.
        wider: Whether the stretches also hold versions that are not in the set.
        key: The column of the table that is the version's ``sk``.
    """

    table: str
    rows: Sql
    starts: tuple[Stretch, ...] = ()
    dear: int = 1
    key: str = "sk"
    wider: bool = False

    def inside(self) -> Sql:
        """That a version is one of them, by looking all of them up."""
        rows = self.rows.named(e="event_summary", m="m")
        found = f"SELECT m.{self.key} FROM {self.table} AS m WHERE {rows.text}"
        return Sql(f"event_summary.sk IN ({found})", rows.values)

    def tested(self, key: str) -> Sql:
        """That the version with a sort key is one of them, by looking it up."""
        rows = self.rows.named(e="e", m="m")
        row = f"SELECT 1 FROM {self.table} AS m WHERE m.{self.key} = {key} AND {rows.text}"
        return Sql(f"EXISTS ({row})", rows.values)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of an index, its rows as ``d``; ``in_order`` is whether they come by ``sk``."""

    table: Sql
    rows: Sql
    key: str = "sk"
    index: str | None = None
    in_order: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """What a filter asks for: conditions on a version, and sets that it must be in."""

    versions: tuple[Sql, ...]
    sets: tuple[Set, ...]


MOST_STRETCHES = 16
"""A set of more values than this is no place to begin a search."""

PAIR = ("region", "weapon")
"""Facets that are asked for together so often that a facet of both is kept."""


BOUND = "bound", "together"
"""Facet and value of events that are wholes or parts of others."""


def pair_value(region: str, weapon: str) -> str:
    """The value of the facet of both."""
    return f"{region} {weapon}"


def asked_of(wanted: Wanted, engine: EngineName) -> Asked:
    """What a filter asks for."""
    versions = (*_on_columns(wanted), *_on_time(wanted))
    found = (*_facets(wanted), *_figures(wanted), *_points(wanted), *_texts(wanted, engine))
    return Asked(versions, found)


def paired(wanted: Wanted) -> Wanted:
    """The same filter with two facets as one, where that is kept."""
    both = [wanted.facets.get(name, ()) for name in PAIR]
    if not all(both) or len(both[0]) * len(both[1]) > MOST_STRETCHES:
        return wanted
    pairs = tuple(pair_value(region, weapon) for region in both[0] for weapon in both[1])
    others = {name: of for name, of in wanted.facets.items() if name not in PAIR}
    return replace(wanted, facets={"+".join(PAIR): pairs, **others})


def marks(values: Sequence[object]) -> str:
    """As many question marks."""
    return ", ".join("?" * len(values))


def _on_columns(wanted: Wanted) -> Iterator[Sql]:
    for name, values in wanted.columns.items():
        given = tuple(one if isinstance(one, bool) else str(one) for one in values)
        yield Sql(f"{{e}}.{name} IN ({marks(given)})", given)


def _on_time(wanted: Wanted) -> Iterator[Sql]:
    start, end = wanted.window
    first, last = "{e}.occurred_from", "{e}.occurred_to"
    if start is None and end is None:
        return
    if wanted.certain:
        if start is not None:
            yield Sql(f"{first} >= ?", (start,))
        if end is not None:
            yield Sql(f"{last} <= ?", (end,))
        return
    yield Sql(f"({first} IS NOT NULL OR {last} IS NOT NULL)")
    if start is not None:
        yield Sql(f"({last} IS NULL OR {last} > ?)", (start,))
    if end is not None:
        yield Sql(f"({first} IS NULL OR {first} < ?)", (end,))


def facet_is(facet: str, values: tuple[str, ...]) -> Set:
    """The versions with one of these values of a facet.

    Its name stands in the text: were it a parameter, SQLite would look at each run whether a
    partial index fits, and prepare the statement anew.
    """
    rows = Sql(f"{{m}}.facet = '{facet}' AND {{m}}.value IN ({marks(values)})", values)
    starts: tuple[Stretch, ...] = ()
    if len(values) <= MOST_STRETCHES:
        starts = tuple(_with_facet(facet, value) for value in values)
    return Set("event_facet", rows, starts)


def _facets(wanted: Wanted) -> Iterator[Set]:
    for facet, values in wanted.facets.items():
        yield facet_is(facet, values)


FEW = 5000
"""So many rows can be put into order when they are asked for."""

MAGNITUDES = 14
"""Upper ends of so many binary digits, and of more, are found together."""

ENDLESS = "open"
"""The magnitude of an upper end that nobody gave."""


def facets_of_figures(figures: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The facets that find versions by about how great their figures may be, in order of time."""
    for one in figures:
        if (one["low"], one["high"]) != (None, None):
            yield f"most_{one['figure']}", _magnitude(one["high"])


def _magnitude(high: int | None) -> str:
    return ENDLESS if high is None else f"{min(high.bit_length(), MAGNITUDES):02d}"


def _figures(wanted: Wanted) -> Iterator[Set]:
    for figure, least, most in wanted.figures:
        bounds = [Sql("{m}.figure = ?", (figure,)), *_bounds(wanted.certain, least, most)]
        starts: tuple[Stretch, ...] = ()
        if least is not None:
            fewest = min(least.bit_length(), MAGNITUDES)
            reached = (f"{digits:02d}" for digits in range(fewest, MAGNITUDES + 1))
            starts = tuple(_with_facet(f"most_{figure}", one) for one in (*reached, ENDLESS))
        yield Set("event_figure", joined(bounds), starts, wider=True)


def _with_facet(facet: str, value: str) -> Stretch:
    return Stretch(Sql("event_facet"), Sql(f"d.facet = '{facet}' AND d.value = ?", (value,)))


def _bounds(certain: bool, least: int | None, most: int | None) -> Iterator[Sql]:
    low, high = "{m}.low", "{m}.high"
    yield Sql(f"({low} IS NOT NULL OR {high} IS NOT NULL)")
    if least is not None:
        open_ = Sql(f"({high} IS NULL OR {high} >= ?)", (least,))
        yield Sql(f"{low} >= ?", (least,)) if certain else open_
    if most is not None:
        open_ = Sql(f"({low} IS NULL OR {low} <= ?)", (most,))
        yield Sql(f"{high} <= ?", (most,)) if certain else open_


def _points(wanted: Wanted) -> Iterator[Set]:
    if wanted.box is not None:
        exact = _inside(wanted.box) if wanted.certain else _touching(wanted.box)
        yield _in_cells(wanted.box, exact)
    if wanted.circle is not None:
        latitude, longitude, radius_km = wanted.circle
        box = bounding_box(latitude, longitude, radius_km * 1000)
        yield _in_cells(box, _around(wanted.circle, box, certain=wanted.certain))


def _in_cells(box: Box, exact: Sql) -> Set:
    """The versions of which a point is as asked for, which then touches the box."""
    cells = cells_around(box)
    if cells is None:
        return Set("event_point", exact, dear=2)
    touching, table = _touching(box), Sql("event_cell")
    rows = touching.named(m="d")
    starts = tuple(Stretch(table, joined([Sql("d.cell = ?", (one,)), rows])) for one in cells)
    return Set("event_point", exact, starts, dear=2, wider=exact != touching)


def _touching(box: Box) -> Sql:
    """The box around the uncertainty circle and the box asked for have a point in common."""
    west, south, east, north = box
    level = Sql("{m}.south <= ? AND {m}.north >= ?", (north, south))
    if west > east:
        beside = "({m}.west > {m}.east OR {m}.west <= ? OR {m}.east >= ?)"
        return joined([level, Sql(beside, (east, west))])
    beside = "({m}.west <= ? AND {m}.east >= ?)"
    across = "({m}.west > {m}.east AND ({m}.west <= ? OR {m}.east >= ?))"
    return joined([level, Sql(f"({beside} OR {across})", (east, west, east, west))])


def _inside(box: Box) -> Sql:
    """The box around the uncertainty circle lies within the box asked for.

    Where it is not known how uncertain a point is, nothing about it is certain.
    """
    west, south, east, north = box
    level = Sql(
        "{m}.uncertainty_m IS NOT NULL AND {m}.south >= ? AND {m}.north <= ?", (south, north)
    )
    if east - west >= FULL_CIRCLE:
        return level
    plain = "{m}.west <= {m}.east"
    if west <= east:
        within = Sql(f"{plain} AND {{m}}.west >= ? AND {{m}}.east <= ?", (west, east))
        return joined([level, within])
    one_side = f"({plain} AND ({{m}}.west >= ? OR {{m}}.east <= ?))"
    across = "({m}.west > {m}.east AND {m}.west >= ? AND {m}.east <= ?)"
    return joined([level, Sql(f"({one_side} OR {across})", (west, east, west, east))])


def _around(circle: tuple[float, float, float], box: Box, *, certain: bool) -> Sql:
    """Straight lines through the Earth are compared, which is plain arithmetic.

    They are exact to some metres up to 1,000 km, to 0.1 percent anywhere.
    """
    latitude, longitude, radius_km = circle
    centre = zip("xyz", earth_centred(latitude, longitude), strict=True)
    apart = [(f"({{m}}.{axis}_m - ?) * ({{m}}.{axis}_m - ?)", (at, at)) for axis, at in centre]
    square = joined([Sql(*one) for one in apart], " + ")
    chord = chord_m(radius_km)
    if certain:
        known = "{m}.uncertainty_m IS NOT NULL AND {m}.uncertainty_m <= ?"
        within = f"{square.text} <= (? - {{m}}.uncertainty_m) * (? - {{m}}.uncertainty_m)"
        exact = Sql(f"{known} AND {within}", (chord, *square.values, chord, chord))
    else:
        unsure = "COALESCE({m}.uncertainty_m, 0)"
        within = f"{square.text} <= (? + {unsure}) * (? + {unsure})"
        exact = Sql(within, (*square.values, chord, chord))
    return joined([_touching(box), exact])


DEAR_TEXT = 20
"""A test whether a version holds some words costs about so many times a plain one."""


def _texts(wanted: Wanted, engine: EngineName) -> Iterator[Set]:
    if not wanted.words:
        return
    table = "event_text"
    if engine == "sqlite":
        query = " AND ".join(f'"{word}"{"*" if begins else ""}' for word, begins in wanted.words)
        start = Stretch(Sql(table), Sql("d.event_text MATCH ?", (query,)), key="rowid")
        rows = Sql("{m}.event_text MATCH ?", (query,))
        yield Set(table, rows, (start,), DEAR_TEXT, key="rowid")
        return
    query = " & ".join(f"'{word}'{':*' if begins else ''}" for word, begins in wanted.words)
    holding = "body @@ to_tsquery('simple', ?)"
    # OFFSET 0 keeps the planner from testing every version for the words.
    found = Sql(f"(SELECT sk FROM event_text WHERE {holding} OFFSET 0)", (query,))
    start = Stretch(found, Sql("TRUE"), in_order=False)
    yield Set(table, Sql(f"{{m}}.{holding}", (query,)), (start,), DEAR_TEXT)
