"""Whatever touches a box stands in a cell that is searched for it."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from counterclaim.geo import bounding_box
from counterclaim.grid import SEARCHED, SPREAD, Box, cells_around, cells_of

longitudes = st.floats(-180, 180)
latitudes = st.floats(-90, 90)
circles: st.SearchStrategy[Box] = st.builds(
    bounding_box, latitudes, longitudes, st.sampled_from([0, 500, 20_000, 300_000, 9_000_000])
)
sizes = st.sampled_from([0.0, 0.3, 2.0, 12.0, 90.0])


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    west, south = draw(longitudes), draw(latitudes)
    east = west + draw(sizes)
    return west, south, east - 360 if east > 180 else east, min(90.0, south + draw(sizes))


def touching(one: Box, other: Box) -> bool:
    level = one[1] <= other[3] and other[1] <= one[3]
    return level and any(
        first[0] <= second[1] and second[0] <= first[1]
        for first in spans(one)
        for second in spans(other)
    )


def spans(box: Box) -> list[tuple[float, float]]:
    west, _south, east, _north = box
    return [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]


@given(circles, boxes())
@example((180.0, 0.0, 180.0, 0.0), (-180.0, -1.0, -179.0, 1.0))
@example((-179.9, 90.0, -179.9, 90.0), (170.0, 89.0, -170.0, 90.0))
def test_what_touches_a_box_stands_in_a_cell_that_is_searched(one: Box, asked: Box) -> None:
    stands, searched = cells_of(one), cells_around(asked)
    if searched is not None and touching(one, asked):
        assert set(stands) & set(searched)


@given(circles, boxes())
def test_cells_are_few(one: Box, asked: Box) -> None:
    assert 1 <= len(cells_of(one)) <= 2 * SPREAD
    searched = cells_around(asked)
    assert searched is None or len(searched) <= 2 * SEARCHED + 1


def test_a_small_box_is_searched_for_in_few_cells_and_the_world_in_none() -> None:
    assert len(cells_around((36.0, 51.0, 36.4, 51.4)) or ()) == 3
    assert cells_around((-180.0, -90.0, 180.0, 90.0)) is None
