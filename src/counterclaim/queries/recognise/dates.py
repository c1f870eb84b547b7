"""Finds the days that a text names, those without a year or a date relative to its publication."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from counterclaim.queries.recognise.spans import Kind, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTHS = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
)
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "понедельник вторник среду четверг пятницу субботу воскресенье",
    "понеділок вівторок середу четвер п'ятницю суботу неділю",
)
_AGO = {"today": 0, "yesterday": 1, "сегодня": 0, "вчера": 1, "сьогодні": 0, "вчора": 1}


def _numbered(rows: tuple[str, ...], first: int) -> dict[str, int]:
    return {word: at for row in rows for at, word in enumerate(row.split(), start=first)}


MONTHS = {**_numbered(_MONTHS, 1), "sept": 9}
WEEKDAYS = _numbered(_WEEKDAYS, 0)


def _any(words: dict[str, int]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_YEAR = r"(?:,?\s+(?P<{}>(?:19|20)\d\d)(?!\d))?"
_PATTERN = re.compile(
    r"(?<![\w.-])(?P<iso>\d{4}-\d{2}-\d{2})(?![\w-])"
    rf"|(?<![\w.,/-])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_any(MONTHS)})\b\.?"
    rf"{_YEAR.format('year')}"
    rf"|\b(?P<us_month>{_any(MONTHS)})\b\.?\s+(?P<us_day>\d{{1,2}})(?:st|nd|rd|th)?(?![\w]|[.,:]\d)"
    rf"{_YEAR.format('us_year')}"
    rf"|\b(?P<weekday>{_any(WEEKDAYS)})\b"
    rf"|\b(?P<ago>{_any(_AGO)})\b",
    re.IGNORECASE,
)


def dates_in(text: str, published: date | None = None) -> list[Span]:
    """The days named, as EDTF.

    A day without a year is the last such day up to the day of publication, a weekday likewise;
    without that day neither says when. "May" without a day is no date.
    """
    found = ((match, _day(match, published)) for match in _PATTERN.finditer(text))
    return [
        Span(Kind.DATE, match.start(), match.end(), (day.isoformat(),))
        for match, day in found
        if day
    ]


def _day(match: re.Match[str], published: date | None) -> date | None:
    if match["iso"]:
        return _iso(match["iso"])
    month, day = match["month"] or match["us_month"], match["day"] or match["us_day"]
    if month:
        year = match["year"] or match["us_year"]
        if year:
            return _valid(int(year), MONTHS[month.lower()], int(day))
        return _last(MONTHS[month.lower()], int(day), published) if published else None
    if published is None:
        return None
    if match["weekday"]:
        wanted = WEEKDAYS[match["weekday"].lower()]
        return published - timedelta(days=(published.weekday() - wanted) % 7)
    return published - timedelta(days=_AGO[match["ago"].lower()])


def _iso(text: str) -> date | None:
    year, month, day = map(int, text.split("-"))
    return _valid(year, month, day)


def _last(month: int, day: int, published: date) -> date | None:
    """The last such day up to the one of publication: a 29 February may lie some years back."""
    return next(_days(month, day, published), None)


def _days(month: int, day: int, published: date) -> Iterator[date]:
    for year in range(published.year, published.year - 9, -1):
        found = _valid(year, month, day)
        if found and found <= published:
            yield found


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
