"""The histogram over time: no event is lost, and each bar is what a filter understands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterclaim.moment import parse_moment
from counterclaim.web.timeline import MOST_BARS, draw_timeline

days_drawn = st.dictionaries(
    st.none() | st.dates(date(1001, 1, 1), date(9998, 12, 31)), st.integers(1, 1000), max_size=60
)


@given(days=days_drawn)
def test_every_day_falls_into_one_bar_whose_dates_a_filter_understands(
    days: dict[date | None, int],
) -> None:
    timeline = draw_timeline(days)
    assert len(timeline.bars) <= MOST_BARS
    assert timeline.dated + timeline.undated == sum(days.values())
    for bar in timeline.bars:
        start, end = parse_moment(bar.first).start, parse_moment(bar.last).end
        assert start is not None
        assert end is not None
        held = (day for day in days if day is not None and start.date() <= day < end.date())
        assert bar.count == sum(days[day] for day in held)
        assert bar.y + bar.height == pytest.approx(100)
        assert (bar.height > 0) == (bar.count > 0)


@pytest.mark.parametrize(
    ("span", "unit", "first"),
    [
        (0, "day", "2024-01-31"),
        (119, "day", "2024-01-31"),
        (120, "week", "2024-01-29"),
        (2000, "month", "2024-01"),
        (5000, "year", "2024"),
        (100_000, "year", "2024"),
    ],
)
def test_the_finest_unit_that_has_room_is_taken(span: int, unit: str, first: str) -> None:
    begin = date(2024, 1, 31)
    timeline = draw_timeline({begin: 2, begin + timedelta(days=span): 1, None: 4})
    assert (timeline.unit, timeline.bars[0].first) == (unit, first)
    assert (timeline.tallest, timeline.undated) == (2 if span else 1, 4)
    assert len(timeline.ticks) <= 9


def test_without_dates_nothing_is_drawn() -> None:
    assert draw_timeline({None: 3}).bars == ()
    assert draw_timeline({}).dated == 0
