"""Dates of tables: all layouts, which number is the month, and windows in local time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterclaim.errors import InputError
from counterclaim.importers.dates import (
    DateOrder,
    Stamp,
    edtf_of_days,
    edtf_of_window,
    is_ambiguous,
    read_stamp,
    settle_order,
)
from counterclaim.moment import parse_moment

KYIV = ZoneInfo("Europe/Kyiv")
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
clocks = st.one_of(st.none(), st.times().map(lambda one: one.replace(second=0, microsecond=0)))
LAYOUTS = {
    DateOrder.DAY_FIRST: "{0.day}/{0.month:02}/{0.year}",
    DateOrder.MONTH_FIRST: "{0.month}/{0.day:02}/{0.year} 12:00:00 AM",
}


@given(days, st.sampled_from(DateOrder))
def test_every_layout_is_the_same_day(day: date, order: DateOrder) -> None:
    spelt = [f"{day}", f" {day} 00:00:00.000", f"{day:%d %B %Y}", f"{day:%d-%b-%Y}"]
    assert {read_stamp(cell, order).day for cell in spelt} == {day}
    assert read_stamp(LAYOUTS[order].format(day), order).day == day


@given(st.lists(days, min_size=1), st.sampled_from(DateOrder))
def test_a_column_is_read_by_its_cells_that_can_be_read_one_way(
    column: list[date], order: DateOrder
) -> None:
    cells = [LAYOUTS[order].format(day) for day in column]
    found = settle_order(cells)
    assert found == (order if any(day.day > 12 for day in column) else None)
    for cell, day in zip(cells, column, strict=True):
        if found or not is_ambiguous(cell):
            assert read_stamp(cell, found).day == day
        else:
            with pytest.raises(InputError, match=" or "):
                read_stamp(cell, found)


def test_a_column_that_contradicts_itself_tells_nothing() -> None:
    mixed = ["25/02/2023", "02/25/2023"]
    assert settle_order(mixed, usual=DateOrder.DAY_FIRST) is None
    assert settle_order(["01/02/2023", ""], usual=DateOrder.DAY_FIRST) is DateOrder.DAY_FIRST


def test_times_with_one_digit_and_blanks_behind_are_read() -> None:
    assert read_stamp("2023-05-16 3:30") == Stamp(date(2023, 5, 16), time(3, 30))
    assert read_stamp("2023-05-16 ") == Stamp(date(2023, 5, 16))
    assert read_stamp("5/16/2023 3:30:00 PM").clock == time(15, 30)


@pytest.mark.parametrize("cell", ["", "2023-02-30", "31/02/2023", "May 2023", "5 Moy 2023", "7:30"])
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(InputError, match="write 2023-05-16"):
        read_stamp(cell)


@given(days, st.integers(0, 800))
def test_days_are_kept_exactly_by_their_edtf(first: date, more: int) -> None:
    last = first + timedelta(days=more)
    moment = parse_moment(edtf_of_days(first, last))
    assert moment.start is not None
    assert moment.end is not None
    assert moment.start.date() == first
    assert (moment.end - timedelta(days=1)).date() == last


def test_whole_months_and_years_are_named_as_such() -> None:
    assert edtf_of_days(date(2024, 2, 1), date(2024, 2, 29)) == "2024-02"
    assert edtf_of_days(date(2023, 1, 1), date(2023, 12, 31)) == "2023"


# Before 1924 Kyiv kept its own time, with seconds in its offset.
since = st.dates(date(1970, 1, 1), date(2100, 12, 31))


@given(st.builds(Stamp, since, clocks), st.builds(Stamp, since, clocks))
def test_a_window_is_an_interval_that_holds_what_was_said_or_is_refused(
    first: Stamp, last: Stamp
) -> None:
    if (last.day, last.clock or time.max) < (first.day, first.clock or time.min):
        with pytest.raises(InputError, match="before it begins"):
            edtf_of_window(first, last, KYIV)
        return
    moment = parse_moment(edtf_of_window(first, last, KYIV))
    assert moment.start is not None
    assert moment.end is not None
    if first.clock and last.clock:
        assert moment.start == datetime.combine(first.day, first.clock, KYIV)
    else:
        assert moment.start.date() <= first.day


@pytest.mark.parametrize(
    ("start", "end", "edtf"),
    [
        ("2030-11-20", "2030-11-21 9:30", "2030-11-20/2030-11-21T09:30:00+02:00"),
        ("2030-06-20", "2030-06-21 06:00", "2030-06-20/2030-06-21T06:00:00+03:00"),
        ("2030-06-20", "2030-06-20", "2030-06-20"),
        ("2030-06-20 04:00", "2030-06-20 04:00", "2030-06-20T04:00:00+03:00"),
        ("2030-06-20 04:00", "2030-06-20", "2030-06-20T04:00:00+03:00/2030-06-20"),
        # Before three in the morning the local day has begun and the day in UTC has not.
        ("2030-06-20", "2030-06-20 02:30", "2030-06-20T00:00:00+03:00/2030-06-20T02:30:00+03:00"),
        # In this night clocks went back at four: the hour from three came twice.
        (
            "2024-10-27 03:30",
            "2024-10-27 03:45",
            "2024-10-27T03:30:00+03:00/2024-10-27T03:45:00+02:00",
        ),
    ],
)
def test_windows_are_local_time_with_its_offset(start: str, end: str, edtf: str) -> None:
    assert edtf_of_window(read_stamp(start), read_stamp(end), KYIV) == edtf
    parse_moment(edtf)
