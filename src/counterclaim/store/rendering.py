"""Versions as rows of the read model, but for the key, which depends on all that is written before.

Plain values as the driver takes them: they can be made in one process and written by another.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from counterclaim.db import driver_value
from counterclaim.grid import cells_of
from counterclaim.queries.event_pages import facets_of_time
from counterclaim.queries.event_sql import BOUND, PAIR, facets_of_figures, pair_value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from counterclaim.db import EngineName
    from counterclaim.queries.versions import Version

OF_VERSION = (
    *("event_id", "kind", "scope", "attacker", "defender", "grade", "disputed"),
    *("divergence_ppm", "month", "week", "occurred_from", "occurred_to"),
)
OF_POINT = (
    *("position", "role", "latitude", "longitude", "uncertainty_m"),
    *("x_m", "y_m", "z_m", "west", "south", "east", "north"),
)
EDGES = ("west", "south", "east", "north")
BESIDE = {
    "event_figure": ("figure", "low", "best", "high"),
    "event_measure": ("cut", "subject", "status", "figure", "low", "best", "high", "side"),
    "event_member": ("part_id",),
    "event_point": OF_POINT,
    "event_cell": ("cell", "position", *EDGES),
}
"""The tables beside ``event_summary`` and ``event_facet``, with their columns behind the key."""

BOTH = "+".join(PAIR)

Rows = list[tuple[object, ...]]


class VersionRows(NamedTuple):
    """One version; ``beside`` are its rows by table, in the columns of ``BESIDE``.

    ``document`` says since when it counts, ``content_key`` does not depend on that.
    """

    event_id: str
    number: int
    content_key: str
    occurred_from: datetime | None
    summary: list[object]
    document: str
    text: str
    facets: set[tuple[str, str]]
    beside: dict[str, Rows]


def rows_of(version: Version, at: datetime, engine: EngineName) -> VersionRows:
    """The rows of a version that counts since an instant."""
    columns = version.columns
    points = version.points
    return VersionRows(
        version.event_id,
        version.number,
        version.content_key,
        columns["occurred_from"],
        [driver_value(columns[name], engine) for name in OF_VERSION],
        version.stamped(at),
        version.text,
        found_by(version, at),
        {
            "event_figure": [tuple(one.values()) for one in version.figures],
            "event_measure": version.measure_rows,
            "event_member": [(part,) for part in version.parts],
            "event_point": [tuple([one[name] for name in OF_POINT]) for one in points],
            "event_cell": [row for one in points for row in _cell_rows(one)],
        },
    )


def found_by(version: Version, at: datetime) -> set[tuple[str, str]]:
    """The facets of a version, with those of two words and those for what is found otherwise."""
    found = set(version.facets)
    pair: dict[str, list[str]] = {name: [] for name in PAIR}
    for facet, value in version.facets:
        if facet in pair:
            pair[facet].append(value)
    found.update([(BOTH, pair_value(*values)) for values in product(*pair.values())])
    if version.parts or version.body["part_of"]:
        found.add(BOUND)
    found.update(facets_of_figures(version.figures))
    first, last = version.columns["occurred_from"], version.columns["occurred_to"]
    return found.union(facets_of_time(first, last, at))


def _cell_rows(point: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    west, south, east, north = box = tuple([point[edge] for edge in EDGES])
    for cell in cells_of((west, south, east, north)):
        yield cell, point["position"], *box
