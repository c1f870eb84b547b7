"""Moments: EDTF texts, their bounds, windows and hulls."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from edtf import parse_edtf
from hypothesis import given
from hypothesis import strategies as st

from counterclaim.errors import MomentError
from counterclaim.moment import (
    Moment,
    hull,
    isoformat_z,
    parse_moment,
    parse_window,
    window,
)

BOUNDS = [
    ("2024-11-23", "2024-11-23", "2024-11-24", "day"),
    (" 2024-11-23 ", "2024-11-23", "2024-11-24", "day"),
    ("2024-11", "2024-11-01", "2024-12-01", "month"),
    ("2024-12", "2024-12-01", "2025-01-01", "month"),
    ("2024", "2024-01-01", "2025-01-01", "year"),
    ("2024-21", "2024-03-01", "2024-06-01", "season"),
    ("2024-33", "2024-01-01", "2024-04-01", "season"),
    ("202X", "2020-01-01", "2030-01-01", "decade"),
    ("20XX", "2000-01-01", "2100-01-01", "century"),
    ("2024-11-XX", "2024-11-01", "2024-12-01", "month"),
    ("2024-XX", "2024-01-01", "2025-01-01", "year"),
    ("2024-11-23?", "2024-11-23", "2024-11-24", "day"),
    ("2024-11~", "2024-11-01", "2024-12-01", "month"),
    ("2024-11-23%", "2024-11-23", "2024-11-24", "day"),
    ("2024-11-23T04:30:00Z", "2024-11-23T04:30:00", "2024-11-23T04:30:01", "instant"),
    ("2024-11-23T01:30:00+03:00", "2024-11-22T22:30:00", "2024-11-22T22:30:01", "instant"),
    ("2024-11-23/2024-11-25", "2024-11-23", "2024-11-26", "interval"),
    ("2024-11/2024-11-25?", "2024-11-01", "2024-11-26", "interval"),
    ("2024-11-23T20:00:00Z/2024-11-24", "2024-11-23T20:00:00", "2024-11-25", "interval"),
    ("../2024-11-25", None, "2024-11-26", "interval"),
    ("2024-11-23/..", "2024-11-23", None, "interval"),
    ("2024-11-23/", "2024-11-23", None, "interval"),
    ("../..", None, None, "unknown"),
    ("[2024-11-25,2024-11-23]", "2024-11-23", "2024-11-26", "interval"),
    ("{2024-11-23..2024-11-25}", "2024-11-23", "2024-11-26", "interval"),
    ("[..2024]", None, "2025-01-01", "interval"),
]

MISTAKES = [
    ("23/11/2024", "2024-11-23"),
    ("November 23", "2024-11-23"),
    ("23.11.2024", "2024-11-23"),
    ("2024-11-23T04:30:00", "zone"),
    ("2024-11-23T04:30Z", "seconds"),
    ("2024-11-23 04:30", "T04:30:00"),
    ("2024-11-23T04:30:00.5Z", "fractions"),
    ("2023-02-29", "no such day"),
    ("2024-11-31", "no such day"),
    ("2023-02-29?", "EDTF"),
    ("2024-13", "EDTF"),
    ("2024-11-25/2024-11-23", "before"),
    ("2024/2025/2026", "two ends"),
    ("2024-11-23T25:00:00Z", "no such time"),
    ("2024-11-23T04:30:00+25:00", "no such time"),
    ("0999", "1000 to 9998"),
    ("9999", "1000 to 9998"),
    ("0000", "no such"),
    ("2024-1X", "2024-11-23"),
    ("2024-11-2X", "2024-11-23"),
    ("[2024-11-23", "closed"),
    ("{}", "set"),
    ("", "empty"),
    ("2024" * 50, "characters"),
    ("unknown", "2024-11-23"),
]


def utc(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


@pytest.mark.parametrize(("edtf", "start", "end", "precision"), BOUNDS)
def test_bounds_of_each_form(edtf: str, start: str | None, end: str | None, precision: str) -> None:
    moment = parse_moment(edtf)
    assert moment == Moment(edtf.strip(), utc(start), utc(end), moment.precision)
    assert moment.precision == precision


@pytest.mark.parametrize(("text", "hint"), MISTAKES)
def test_mistake_is_refused_with_what_is_right(text: str, hint: str) -> None:
    with pytest.raises(MomentError) as refusal:
        parse_moment(text)
    assert hint in refusal.value.message
    assert "2024-11-23" in refusal.value.message


@pytest.mark.parametrize("text", ["1000", "1999-12", "2024-02-29", "9998-12-31"])
def test_short_way_agrees_with_the_edtf_library(text: str) -> None:
    moment, parsed = parse_moment(text), parse_edtf(text)
    assert moment.start is not None
    assert moment.end is not None
    assert moment.start.timetuple()[:3] == parsed.lower_strict()[:3]
    assert (moment.end - timedelta(days=1)).timetuple()[:3] == parsed.upper_strict()[:3]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2024-11-23/2024-11-25", "2024-11-23", "2024-11-26"),
        ("2024-11-23", "2024-11-23", "2024-11-24"),
        ("../2024", None, "2025-01-01"),
        ("/2024", None, "2025-01-01"),
        ("..", None, None),
        ("", None, None),
        ("2024-11-23T00:00:00.5Z/..", "2024-11-23T00:00:00.500000", None),
    ],
)
def test_ogc_windows(text: str, start: str | None, end: str | None) -> None:
    found = parse_window(text)
    assert (found.start, found.end) == (utc(start), utc(end))


def test_window_includes_its_last_day_and_its_last_instant() -> None:
    assert window("2024-11-23", "2024-11-25") == (utc("2024-11-23"), utc("2024-11-26"))
    assert window("2024-11", None) == (utc("2024-11-01"), None)
    assert window("", "..") == (None, None)
    last = "2024-11-25T12:00:00Z"
    assert parse_moment(last).within(Moment("", *window(None, last), parse_window("..").precision))


@pytest.mark.parametrize(
    ("from_", "to"), [("2024-11-25", "2024-11-23"), ("2024/2025", None), ("soon", None)]
)
def test_impossible_window_is_refused(from_: str, to: str | None) -> None:
    with pytest.raises(MomentError):
        window(from_, to)


@pytest.mark.parametrize(
    ("texts", "edtf"),
    [
        (["2024-11-23", "2024-11-25"], "2024-11-23/2024-11-25"),
        (["2024-11-25", "2024-11-23", "2024-11-24"], "2024-11-23/2024-11-25"),
        (["2024-11-23", "2024-11-23"], "2024-11-23"),
        (["2024-11-23", "2024-11"], "2024-11"),
        (["2024-10", "2024-11-23?"], "2024-10/2024-11-23?"),
        (["[2024-11-23,2024-11-25]", "2024-11-30"], "2024-11-23/2024-11-30"),
        (["../2024-11-23", "2024-11-25"], "../2024-11-25"),
        (["../2024-11-23", "2024-11-25/.."], "../.."),
    ],
)
def test_hull_of_moments(texts: list[str], edtf: str) -> None:
    found = hull(parse_moment(text) for text in texts)
    assert found is not None
    assert found == parse_moment(edtf)


def test_hull_of_nothing_is_nothing() -> None:
    assert hull([]) is None


def test_overlap_and_containment() -> None:
    day, month = parse_moment("2024-11-23"), parse_moment("2024-11")
    assert day.within(month)
    assert not month.within(day)
    assert day.overlaps(month)
    assert not day.overlaps(parse_moment("2024-11-24"))
    assert parse_moment("2024-11-30/..").overlaps(month)
    assert not parse_moment("2024-11-20/..").within(month)


def test_instants_are_written_in_utc_with_z() -> None:
    kyiv = timezone(timedelta(hours=2))
    assert isoformat_z(datetime(2024, 11, 23, 2, tzinfo=kyiv)) == "2024-11-23T00:00:00Z"
    fraction = datetime(2024, 11, 23, microsecond=500_000, tzinfo=UTC)
    assert isoformat_z(fraction) == "2024-11-23T00:00:00.500000Z"
    with pytest.raises(MomentError, match="zone"):
        isoformat_z(datetime(2024, 11, 23))  # noqa: DTZ001 - the missing zone is the point


days = st.dates(min_value=date(1000, 1, 1), max_value=date(9998, 12, 31))
instants = st.datetimes(
    min_value=datetime(1001, 1, 1),  # noqa: DTZ001 - Hypothesis wants bounds without a zone
    max_value=datetime(9997, 1, 1),  # noqa: DTZ001
    timezones=st.integers(-720, 840).map(lambda offset: timezone(timedelta(minutes=offset))),
)
simple = days.flatmap(
    lambda day: st.sampled_from([f"{day}", f"{day:%Y-%m}", f"{day:%Y}", f"{day}T04:30:00Z"])
).filter(lambda text: len(text.split("-")[0]) == 4)
moments = st.one_of(
    simple,
    simple.map(lambda text: f"../{text}"),
    simple.map(lambda text: f"{text}/.."),
    st.just("../.."),
).map(parse_moment)


@given(days)
def test_every_day_is_one_day_long(day: date) -> None:
    moment = parse_moment(day.isoformat())
    assert moment.start is not None
    assert moment.end is not None
    assert moment.start.date() == day
    assert moment.end - moment.start == timedelta(days=1)


@given(instants)
def test_written_instants_read_back(instant: datetime) -> None:
    whole = instant.replace(microsecond=0)
    assert parse_moment(isoformat_z(whole)).start == whole
    assert parse_window(isoformat_z(instant)).start == instant


@given(st.lists(moments, min_size=1, max_size=4))
def test_hull_holds_all_and_reads_back(parts: list[Moment]) -> None:
    whole = hull(parts)
    assert whole is not None
    assert all(part.within(whole) for part in parts)
    again = parse_moment(whole.edtf)
    assert (again.start, again.end) == (whole.start, whole.end)


@given(moments, moments)
def test_overlap_is_symmetric_and_follows_from_containment(left: Moment, right: Moment) -> None:
    assert left.overlaps(right) == right.overlaps(left)
    if left.within(right):
        assert left.overlaps(right)


edtf_like = st.text(alphabet="0123456789-/XTZ:.?~%[]{}, SYE+", max_size=30)


@given(st.text(max_size=120) | edtf_like | edtf_like.map(lambda tail: f"2024-{tail}"))
def test_any_text_is_a_moment_or_a_moment_error(text: str) -> None:
    for parse in (parse_moment, parse_window):
        try:
            moment = parse(text)
        except MomentError:
            continue
        if moment.start is not None and moment.end is not None:
            assert moment.start < moment.end


fields = st.sampled_from(["00", "01", "02", "11", "12", "13", "21", "24", "30", "31", "41", "XX"])
marks = st.sampled_from(["", "", "?", "~", "%"])


@given(st.sampled_from(["2024", "2023", "202X", "20XX", "XXXX"]), fields, fields, marks, marks)
def test_vague_dates_are_moments_or_moment_errors(
    year: str, month: str, day: str, before: str, after: str
) -> None:
    for text in (f"{year}-{before}{month}{after}", f"{year}-{before}{month}-{day}{after}"):
        try:
            moment = parse_moment(text)
        except MomentError:
            continue
        assert moment.start is not None
        assert moment.end is not None
        assert moment.start < moment.end
