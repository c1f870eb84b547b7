"""Finds the days and nights that a text names, where need be relative to its publication."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from counterclaim.queries.recognise.languages import LANGUAGES, words_of
from counterclaim.queries.recognise.spans import Kind, Span, apart_from

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLES: list[dict[str, Any]] = [words_of(lang).dates for lang in LANGUAGES]

MONTHS = {
    word: number
    for table in _TABLES
    for number, words in enumerate(table["months"], start=1)
    for word in words.split("|")
}


def _any(words: Iterator[str] | list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def _numbered(rows: list[list[str]]) -> dict[str, int]:
    """Patterns by number, of all languages."""
    return {f"(?:{words})": number for row in rows for number, words in enumerate(row)}


_WEEKDAYS = _numbered([table["weekdays"] for table in _TABLES])
_AGO = {words: days for table in _TABLES for words, days in table["ago"].items()}
_NIGHTS = {words: days for table in _TABLES for words, days in table["nights"].items()}

_MONTH = _any(map(re.escape, MONTHS))
_YEAR = r"(?:,?\s+(?P<{}>(?:19|20)\d\d)(?!\d))?"
_PATTERN = re.compile(
    r"(?<![\w.-])(?P<iso>\d{4}-\d{2}-\d{2})(?![\w-])"
    r"|(?<![\w.-])(?P<dotted>\d{1,2}\.\d{2}\.(?:19|20)\d\d)(?![\w-])"
    rf"|(?<![\w.,/-])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH})\b\.?"
    rf"{_YEAR.format('year')}"
    rf"|\b(?P<us_month>{_MONTH})\b\.?\s+(?P<us_day>\d{{1,2}})(?:st|nd|rd|th)?(?![\w]|[.,:]\d)"
    rf"{_YEAR.format('us_year')}"
    rf"|\b(?P<weekday>{_any(iter(_WEEKDAYS))})\b"
    rf"|\b(?P<ago>{_any(iter(_AGO))})\b",
    re.IGNORECASE,
)
_NIGHT = re.compile(rf"\b(?:{_any(iter(_NIGHTS))})\b", re.IGNORECASE)
_INTO, _OF = (
    re.compile(
        rf"\b(?:{_any([one for table in _TABLES for one in table[name]])})\s+", re.IGNORECASE
    )
    for name in ("night_into", "night_of")
)


_EARLIEST, _LATEST = date(2, 1, 1), date(9998, 12, 31)
"""Days around which there are others for nights and weeks."""


def dates_in(text: str, published: date | None = None) -> list[Span]:
    """The days named, as EDTF; a night is the interval of the days in which it begins and ends.

    A day without a year is the last such day up to the day of publication, a weekday likewise;
    without that day neither says when. "May" without a day is no date.
    """
    if published is not None and not _EARLIEST <= published <= _LATEST:
        published = None
    found = ((match, _day(match, published)) for match in _PATTERN.finditer(text))
    days = [_dated(text, match, day, published) for match, day in found if day]
    nights = [span for span in _nights(text, published) if not any(map(span.within, days))]
    kept = apart_from(days, nights)
    return sorted(chain(kept, nights), key=lambda span: span.start)


def _dated(text: str, match: re.Match[str], day: date, published: date | None) -> Span:
    """The day, or the night that the words before it make of it."""
    for pattern, lasts in ((_INTO, -1), (_OF, 0 if day == published else 1)):
        for before in pattern.finditer(text, max(0, match.start() - 40), match.start()):
            if before.end() == match.start():
                # "Overnight Tuesday" on a Tuesday is the night before it.
                first = day - timedelta(days=1) if lasts < 1 else day
                return Span(Kind.DATE, before.start(), match.end(), (_night(first),))
    return Span(Kind.DATE, match.start(), match.end(), (day.isoformat(),))


def _nights(text: str, published: date | None) -> Iterator[Span]:
    if published is None:
        return
    for match in _NIGHT.finditer(text):
        days = _meaning(_NIGHTS, match.group())
        night = _night(published - timedelta(days=days + 1))
        yield Span(Kind.DATE, match.start(), match.end(), (night,))


def _night(first: date) -> str:
    return f"{first.isoformat()}/{(first + timedelta(days=1)).isoformat()}"


def _meaning(table: dict[str, int], words: str) -> int:
    return next(n for one, n in table.items() if re.fullmatch(one, words, re.IGNORECASE))


def _day(match: re.Match[str], published: date | None) -> date | None:
    if match["iso"]:
        return _valid(*map(int, match["iso"].split("-")))
    if match["dotted"]:
        return _valid(*map(int, reversed(match["dotted"].split("."))))
    month, day = match["month"] or match["us_month"], match["day"] or match["us_day"]
    if month:
        year = match["year"] or match["us_year"]
        if year:
            return _valid(int(year), MONTHS[month.lower()], int(day))
        return _last(MONTHS[month.lower()], int(day), published) if published else None
    if published is None:
        return None
    if match["weekday"]:
        wanted = _meaning(_WEEKDAYS, match["weekday"])
        return published - timedelta(days=(published.weekday() - wanted) % 7)
    return published - timedelta(days=_meaning(_AGO, match["ago"]))


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
        found = date(year, month, day)
    except ValueError:
        return None
    return found if _EARLIEST <= found <= _LATEST else None
