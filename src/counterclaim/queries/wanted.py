"""What a filter of events asks for, with names resolved, and whether a version meets it.

``event_clauses`` says the same in SQL. The two must agree: where documents are resolved when asked
for, Python decides what SQL decides for those that are stored.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from counterclaim.geo import bounding_box, earth_centred
from counterclaim.queries.filters import MEAN_RADIUS_KM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from counterclaim.queries.versions import Version

FULL_CIRCLE = 360

BY_POLICY = ("grade", "disputed")
"""Columns that depend on the figures that a policy picks: these may contradict each other."""

Box = tuple[float, float, float, float]
Point = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter of events; what is empty or None lets everything through.

    Attributes:
        columns: By column of a version its values, any of them.
        facets: By facet its values, any of them.
        certain: Whether the vague must meet the filter, or only may.
        window: Inclusive start and exclusive end of the time.
        figures: Figures with their least and greatest number.
        box: West, south, east and north in degrees; west is greater across 180 degrees.
        circle: Latitude, longitude and kilometres.
        words: Folded words, each with whether it is the beginning of one.
    """

    columns: Mapping[str, tuple[object, ...]]
    facets: Mapping[str, tuple[str, ...]]
    certain: bool
    window: tuple[datetime | None, datetime | None]
    figures: tuple[tuple[str, int | None, int | None], ...]
    box: Box | None
    circle: tuple[float, float, float] | None
    words: tuple[tuple[str, bool], ...]

    def of_figures(self) -> Wanted:
        """The part of the filter that a policy can decide otherwise; the rest holds under all."""
        columns = {name: of for name, of in self.columns.items() if name in BY_POLICY}
        return Wanted(columns, {}, self.certain, (None, None), self.figures, None, None, ())

    def without_figures(self) -> Wanted:
        """The other part of the filter."""
        columns = {name: of for name, of in self.columns.items() if name not in BY_POLICY}
        return replace(self, columns=columns, figures=())

    def admits(self, version: Version) -> bool:
        """Whether a version meets all of the filter."""
        return (
            all(version.columns[name] in values for name, values in self.columns.items())
            and all(self._found(version, *facet) for facet in self.facets.items())
            and self._in_time(version)
            and all(self._counted(version, *figure) for figure in self.figures)
            and self._in_box(version)
            and self._in_circle(version)
            and self._spoken_of(version)
        )

    def _found(self, version: Version, facet: str, values: tuple[str, ...]) -> bool:
        return any((facet, value) in version.facets for value in values)

    def _in_time(self, version: Version) -> bool:
        start, end = self.window
        if start is None and end is None:
            return True
        first, last = version.columns["occurred_from"], version.columns["occurred_to"]
        if first is None and last is None:
            return False
        if self.certain:
            from_start = start is None or (first is not None and first >= start)
            return from_start and (end is None or (last is not None and last <= end))
        return (start is None or last is None or last > start) and (
            end is None or first is None or first < end
        )

    def _counted(self, version: Version, figure: str, least: int | None, most: int | None) -> bool:
        for found in version.figures:
            if found["figure"] == figure:
                low, high = found["low"], found["high"]
                ends = (low, high) if self.certain else (high, low)
                return (low, high) != (None, None) and self._bounded(*ends, least, most)
        return False

    def _bounded(
        self, above: int | None, below: int | None, least: int | None, most: int | None
    ) -> bool:
        """Whether the one end reaches the least number, and the other one keeps to the greatest."""
        reached = not self.certain if above is None else least is None or above >= least
        kept = not self.certain if below is None else most is None or below <= most
        return (least is None or reached) and (most is None or kept)

    def _in_box(self, version: Version) -> bool:
        if self.box is None:
            return True
        within = _inside if self.certain else _touching
        return any(within(point, *self.box) for point in version.points)

    def _in_circle(self, version: Version) -> bool:
        if self.circle is None:
            return True
        around = _Circle(*self.circle)
        return any(around.holds(point, certain=self.certain) for point in version.points)

    def _spoken_of(self, version: Version) -> bool:
        if not self.words:
            return True
        standing = set(version.text.split())
        return all(
            any(one.startswith(word) for one in standing) if prefix else word in standing
            for word, prefix in self.words
        )


def _touching(point: Point, west: float, south: float, east: float, north: float) -> bool:
    """The box around the uncertainty circle and the box asked for have a point in common."""
    if point["south"] > north or point["north"] < south:
        return False
    if point["west"] > point["east"]:
        return west > east or point["west"] <= east or point["east"] >= west
    if west > east:
        return bool(point["west"] <= east or point["east"] >= west)
    return bool(point["west"] <= east and point["east"] >= west)


def _inside(point: Point, west: float, south: float, east: float, north: float) -> bool:
    """The box around the uncertainty circle lies within the box asked for."""
    level = point["south"] >= south and point["north"] <= north
    if point["uncertainty_m"] is None or not level:
        return False
    if east - west >= FULL_CIRCLE:
        return True
    across = point["west"] > point["east"]
    if across and west <= east:
        return False
    if west > east and not across:
        return bool(point["west"] >= west or point["east"] <= east)
    return bool(point["west"] >= west and point["east"] <= east)


class _Circle:
    """A circle on the Earth; straight lines through it are compared, as in SQL."""

    def __init__(self, latitude: float, longitude: float, radius_km: float) -> None:
        self.centre = earth_centred(latitude, longitude)
        self.chord = chord_m(radius_km)
        self.box = bounding_box(latitude, longitude, radius_km * 1000)

    def holds(self, point: Point, *, certain: bool) -> bool:
        if not _touching(point, *self.box):
            return False
        unsure = point["uncertainty_m"] or 0
        if certain and (point["uncertainty_m"] is None or unsure > self.chord):
            return False
        x_m, y_m, z_m = (point[axis] - at for axis, at in zip(AXES, self.centre, strict=True))
        reach = self.chord - unsure if certain else self.chord + unsure
        return bool(x_m * x_m + y_m * y_m + z_m * z_m <= reach * reach)


AXES = ("x_m", "y_m", "z_m")


def chord_m(radius_km: float) -> float:
    """The straight line in metres between two points that lie so far apart on the Earth."""
    return 2000 * MEAN_RADIUS_KM * math.sin(radius_km / (2 * MEAN_RADIUS_KM))
