"""Passages, bars and columns: nothing is lost, and what is drawn stands where the number says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterclaim.schemas.claim import QuoteOut
from counterclaim.web.bars import WIDTH, Scale
from counterclaim.web.charts import HEIGHT, draw_chart, months, round_numbers
from counterclaim.web.passages import cut_passages
from counterclaim.web.words import date, instant, interval, plainly, quoted, share

ENDS = st.none() | st.integers(0, 10_000)


def quote(number: int, start: int, end: int) -> QuoteOut:
    return QuoteOut(
        id=f"q{number}", exact="", prefix="", suffix="", start=start, end=end, redacted_at=None
    )


@st.composite
def texts_with_quotes(draw: st.DrawFn) -> tuple[str, list[QuoteOut]]:
    text = draw(st.text(st.sampled_from("ab \n«Ж█"), min_size=1, max_size=60))
    quotes = []
    for number in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text) - 1))
        quotes.append(quote(number, start, draw(st.integers(start + 1, len(text)))))
    return text, sorted(quotes, key=lambda one: (one.start, one.end))


@given(texts_with_quotes())
def test_the_pieces_are_the_whole_text_and_each_lies_in_its_quotes(
    given_text: tuple[str, list[QuoteOut]],
) -> None:
    text, quotes = given_text
    passages = list(cut_passages(text, quotes))
    lines = [line for line in text.split("\n") if line.strip()]
    assert ["".join(piece.text for piece in one.pieces) for one in passages] == lines
    for one in quotes:
        covered = [
            piece.text for passage in passages for piece in passage.pieces if one.id in piece.quotes
        ]
        shown = "".join(covered)
        said = text[one.start : one.end]
        kept = [line for line in said.split("\n") if line.strip()]
        assert shown.replace(" ", "") == "".join(kept).replace(" ", "")
    begun = [id_ for passage in passages for id_ in passage.quotes]
    assert len(begun) == len(set(begun))
    assert set(begun) == {one.id for one in quotes if text[one.start : one.end].strip()}.union(
        piece for passage in passages for part in passage.pieces for piece in part.quotes
    )
    anchors = [id_ for passage in passages for part in passage.pieces for id_ in part.begins]
    assert sorted(anchors) == sorted(begun)


def test_a_text_of_white_space_is_cut_at_once() -> None:
    assert list(cut_passages(" " * 500_000, [quote(0, 5, 9)])) == []


def figure(low: int | None, high: int | None, best: int | None = None) -> dict[str, Any]:
    return {"low": low, "high": high, "best": best}


@given(st.lists(st.tuples(ENDS, ENDS), min_size=1, max_size=8))
def test_bars_of_a_group_keep_the_order_of_their_numbers(ends: list[tuple[Any, Any]]) -> None:
    figures = [
        figure(*sorted((low, high))) if None not in (low, high) else figure(low, high)
        for low, high in ends
    ]
    scale = Scale.of(figures)
    bars = [(one, scale.bar(one)) for one in figures]
    for one, bar in bars:
        if one["low"] is None and one["high"] is None:
            assert bar is None
            continue
        assert bar is not None
        assert bar.sure <= bar.end <= WIDTH
        assert (bar.sure > 0) == (one["low"] is not None)
        assert bar.is_open == (one["high"] is None)
    known = [(one["low"], bar.sure) for one, bar in bars if bar and one["low"] is not None]
    assert [sure for _low, sure in sorted(known)] == sorted(sure for _low, sure in known)


def test_a_bar_without_end_reaches_further_than_any_number() -> None:
    scale = Scale.of([figure(2, None), figure(5, 5)])
    open_bar, full = scale.bar(figure(2, None)), scale.bar(figure(5, 5))
    assert open_bar is not None
    assert full is not None
    assert open_bar.end > full.end
    assert full.best is None


def test_columns_stand_at_their_month_and_share_a_scale() -> None:
    counts = {"2024-11": figure(5, 10, 8), "2025-02": figure(2, None)}
    chart = draw_chart(counts, top=20)
    assert [column.period for column in chart.columns] == ["2024-11", "2025-02"]
    first, second = chart.columns
    assert (first.sure_y, first.top_y, first.best_y) == (
        HEIGHT * 3 / 4,
        HEIGHT / 2,
        HEIGHT * 3 / 5,
    )
    assert second.is_open
    assert second.x - first.x == 3 * (chart.periods[1][1] - chart.periods[0][1])
    assert len(chart.periods) == 12
    assert draw_chart({}).columns == []


def test_months_are_counted_over_years() -> None:
    found = months({"2023-11": 1, "2025-02": 1})
    assert (found[0], found[2], found[-1], len(found)) == ("2023-11", "2024-01", "2025-02", 16)


def test_of_a_very_long_time_only_the_known_months_are_drawn() -> None:
    known = {"low": 1, "best": 1, "high": 1}
    chart = draw_chart({"1001-05": known, "2024-11": known})
    assert [period for period, _x in chart.periods] == ["1001-05", "2024-11"]
    assert not chart.is_whole
    assert draw_chart({"2023-11": known, "2025-02": known}).is_whole
    assert draw_chart({}).is_whole


@given(st.integers(1, 10**7))
def test_lines_are_few_and_below_the_greatest(greatest: int) -> None:
    lines = round_numbers(greatest)
    assert len(lines) <= 4
    assert all(0 < line <= greatest for line in lines)


@pytest.mark.parametrize(
    ("edtf", "said"),
    [
        ("2024-11-23", "23 November 2024"),
        ("2024-11", "November 2024"),
        ("2024", "2024"),
        ("2024-11-23T04:30:00Z", "23 November 2024, 04:30 UTC"),
        ("2024-11-23/2024-11-25", "23 November 2024 to 25 November 2024"),
        ("2024-11-23?", "2024-11-23?"),
        (None, "date unknown"),
    ],
)
def test_dates_are_said_as_exactly_as_they_are_known(edtf: str | None, said: str) -> None:
    assert date(edtf) == said


def test_numbers_are_said_as_intervals() -> None:
    assert interval(figure(None, None)) == interval(None) == "?"
    assert interval(figure(2, None)) == "≥ 2"
    assert interval(figure(None, 4)) == "≤ 4"
    assert interval(figure(3, 5)) == "3–5"
    assert interval(figure(1200, 1200)) == "1,200"
    assert interval(figure(0, 0)) == "0"
    assert share({"low": 0.5, "best": 0.6, "high": 0.75}) == "50–75 %"
    assert share(None) == "?"
    assert instant("2026-11-23T02:15:55.591361Z") == "23 November 2026, 02:15 UTC"
    assert plainly([]) == "nothing"
    assert plainly(figure(1, 2)) == "1–2"
    assert quoted("“Fire,” he said") == "“\u200a“Fire,” he said”"
