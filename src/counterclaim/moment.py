"""Vague times: EDTF (ISO 8601-2:2019) texts, their bounds in UTC, and the windows of filters.

Forms without X, season or qualifier are read with ``datetime``, the rest with ``edtf``, which has
no instants and no open intervals that could be used here. A date without a zone is a day in UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from counterclaim.errors import MomentError
from counterclaim.vocabulary import Precision

if TYPE_CHECKING:
    from collections.abc import Iterable
    from time import struct_time

_LONGEST = 100
_FIRST = datetime(1000, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 1, 1, tzinfo=UTC)
_RIGHT = "write 2024-11-23, 2024-11, 2024-11-23T04:30:00Z, or two of them with / between"

_PLAIN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_VAGUE = re.compile(
    r"[?~%]?(?:\d{4}|\d{3}X|\d\dXX)(?:-[?~%]?(?:\d\d|XX)(?:-[?~%]?(?:\d\d|XX))?)?[?~%]?", re.ASCII
)
_SEASON = re.compile(r"\d{4}-(?:2[1-9]|3\d|4[01])", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?P<fraction>\.\d{1,6})?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_OPEN = {"", ".."}


@dataclass(frozen=True, slots=True)
class Moment:
    """``start`` inclusive, ``end`` exclusive, both aware and in UTC; None is open."""

    edtf: str
    start: datetime | None
    end: datetime | None
    precision: Precision

    def overlaps(self, other: Moment) -> bool:
        """Whether one instant can belong to both."""
        return _before(self.start, other.end) and _before(other.start, self.end)

    def within(self, outer: Moment) -> bool:
        """Whether every instant belongs to ``outer``; an open end only lies within an open one."""
        starts = outer.start is None or (self.start is not None and outer.start <= self.start)
        ends = outer.end is None or (self.end is not None and self.end <= outer.end)
        return starts and ends


@lru_cache(maxsize=8192)
def parse_moment(text: str) -> Moment:
    """Reads an EDTF date, instant, interval or set; instants need Z or an offset.

    Uncertain and approximate dates (? ~ %) get the bounds of the date itself. An instant is one
    second long. The years 1000 to 9998 are allowed.

    Raises:
        MomentError: The text is nothing of this, or ends before it begins.
    """
    return _parse(text, fractions=False)


@lru_cache(maxsize=1024)
def parse_window(text: str) -> Moment:
    """Reads the OGC ``datetime`` parameter: "a", "a/b", "../b", "a/..", "..".

    The second end is inclusive: the whole day, month or year, or that very instant. Instants
    may have fractions of a second.
    """
    if text.strip() in _OPEN:
        return Moment("../..", None, None, Precision.UNKNOWN)
    return _parse(text, fractions=True)


def window(from_: str | None, to: str | None) -> tuple[datetime | None, datetime | None]:
    """The inclusive start and the exclusive end of two parameters, both inclusive as given.

    None, "" and ".." are open.
    """
    ends = [".." if text is None or text.strip() in _OPEN else text for text in (from_, to)]
    for end in ends:
        if "/" in end:
            raise _error(end, "one end of a window is not an interval")
    both = parse_window("/".join(ends))
    return both.start, both.end


def hull(moments: Iterable[Moment]) -> Moment | None:
    """The shortest moment that holds them all: 23 and 25 November are 2024-11-23/2024-11-25."""
    known = list(dict.fromkeys(moments))
    if not known:
        return None
    for moment in known:
        if all(other.within(moment) for other in known):
            return moment
    starts = [moment for moment in known if moment.start is None] or [
        min(known, key=lambda moment: moment.start or _FIRST)
    ]
    ends = [moment for moment in known if moment.end is None] or [
        max(known, key=lambda moment: moment.end or _LAST)
    ]
    start, end = starts[0].start, ends[0].end
    edtf = f"{_side(starts[0], 0)}/{_side(ends[0], -1)}"
    unknown = start is None and end is None
    return Moment(edtf, start, end, Precision.UNKNOWN if unknown else Precision.INTERVAL)


@lru_cache(maxsize=4096)
def isoformat_z(instant: datetime) -> str:
    """ISO 8601 in UTC with Z; fractions only where there are any.

    Raises:
        MomentError: The instant has no time zone.
    """
    if instant.tzinfo is None:
        raise MomentError(f"{instant.isoformat()} has no time zone; all instants are aware")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _before(start: datetime | None, end: datetime | None) -> bool:
    return start is None or end is None or start < end


def _error(text: str, reason: str) -> MomentError:
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    return MomentError(f"{shown!r}: {reason}; {_RIGHT}")


def _parse(text: str, *, fractions: bool) -> Moment:
    edtf = text.strip()
    if len(edtf) > _LONGEST:
        raise _error(edtf, f"more than {_LONGEST} characters are no date")
    if "/" in edtf:
        return _parse_interval(edtf, fractions=fractions)
    if edtf[:1] in ("[", "{"):
        return _parse_set(edtf)
    return _parse_single(edtf, fractions=fractions)


def _parse_interval(edtf: str, *, fractions: bool) -> Moment:
    sides = edtf.split("/")
    if len(sides) != 2 or any(side != side.strip() for side in sides):
        raise _error(edtf, "an interval has two ends with one / and no blanks between")
    first, last = (
        None if side in _OPEN else _parse_single(side, fractions=fractions) for side in sides
    )
    start = first.start if first else None
    end = last.end if last else None
    if not _before(start, end):
        raise _error(edtf, "the interval ends before it begins")
    unknown = start is None and end is None
    return Moment(edtf, start, end, Precision.UNKNOWN if unknown else Precision.INTERVAL)


def _parse_set(edtf: str) -> Moment:
    """One of a set ``[a,b]`` or all of it ``{a..b}``: from the earliest to the latest."""
    if edtf[0] + edtf[-1] not in ("[]", "{}") or "T" in edtf:
        raise _error(edtf, "a set is closed by ] or } and holds dates without a time")
    members = [member.strip() for member in edtf[1:-1].split(",")]
    ranges = [member.split("..") for member in members]
    if any(len(ends) > 2 or not "".join(ends) for ends in ranges):
        raise _error(edtf, "a set holds dates, or ranges such as 2024-11-23..2024-11-25")
    parsed = [_parse_interval("/".join((ends * 2)[:2]), fractions=False) for ends in ranges]
    starts = [moment.start for moment in parsed]
    ends = [moment.end for moment in parsed]
    start = None if None in starts else min(start for start in starts if start)
    end = None if None in ends else max(end for end in ends if end)
    return Moment(edtf, start, end, Precision.INTERVAL)


def _parse_single(edtf: str, *, fractions: bool) -> Moment:
    if match := _PLAIN.fullmatch(edtf):
        if match[2] is None or match[2] <= "12":
            return _plain(edtf, match)
    elif match := _INSTANT.fullmatch(edtf):
        return _instant(edtf, match, fractions=fractions)
    if _VAGUE.fullmatch(edtf):
        return _vague(edtf)
    raise _error(edtf, _advice(edtf))


def _advice(text: str) -> str:
    """Says what is wrong with the usual mistakes."""
    if not text:
        return "an empty text is no date"
    if re.fullmatch(r"\d{4}-\d\d-\d\d[Tt ]\d\d?(:\d\d){0,2}.*", text):
        return "a time of day is written T04:30:00 with seconds and Z or an offset such as +03:00"
    if re.search(r"\d[./]\d|\d-\d\d?-\d{4}", text) or any(char.isalpha() for char in text):
        return "this is not ISO 8601; year, month and day have the form 2024-11-23"
    return "this is no date of ISO 8601-2 (EDTF)"


def _plain(edtf: str, match: re.Match[str]) -> Moment:
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
    except ValueError as error:
        raise _error(edtf, "there is no such day") from error
    if day is not None:
        return _bounded(edtf, first, first, Precision.DAY)
    if month is not None:
        return _bounded(edtf, first, _month_end(first), Precision.MONTH)
    return _bounded(edtf, first, first.replace(month=12, day=31), Precision.YEAR)


def _month_end(first: date) -> date:
    if first.month == 12:
        return first.replace(day=31)
    return first.replace(month=first.month + 1) - timedelta(days=1)


def _instant(edtf: str, match: re.Match[str], *, fractions: bool) -> Moment:
    if match["zone"] is None:
        raise _error(edtf, "the time has no zone; add Z or an offset such as +03:00")
    if match["fraction"] and not fractions:
        raise _error(edtf, "EDTF has no fractions of a second")
    try:
        start = datetime.fromisoformat(edtf).astimezone(UTC)
        length = timedelta(microseconds=1) if match["fraction"] else timedelta(seconds=1)
        end = start + length
    except (ValueError, OverflowError) as error:
        raise _error(edtf, "there is no such time") from error
    return _checked(Moment(edtf, start, end, Precision.INSTANT))


def _vague(edtf: str) -> Moment:
    """Seasons, unspecified digits and qualified dates, which the ``edtf`` library reads."""
    # It makes its grammar when it is imported, for which most readers need not wait.
    from edtf import EDTFParseException, parse_edtf  # noqa: PLC0415

    try:
        parsed = parse_edtf(edtf)
        first, last = _to_date(parsed.lower_strict()), _to_date(parsed.upper_strict())
    except (EDTFParseException, ValueError, TypeError, AttributeError, LookupError) as error:
        raise _error(edtf, _advice(edtf)) from error
    if last < first:
        raise _error(edtf, "there is no such date")
    return _bounded(edtf, first, last, _vague_precision(edtf))


def _to_date(day: struct_time) -> date:
    return date(day.tm_year, day.tm_mon, day.tm_mday)


def _vague_precision(edtf: str) -> Precision:
    """The smallest part that is given in full, together with all greater ones."""
    bare = edtf.translate({ord(mark): None for mark in "?~%"})
    if _SEASON.match(bare):
        return Precision.SEASON
    if bare[2:4] == "XX":
        return Precision.CENTURY
    if bare[3:4] == "X":
        return Precision.DECADE
    steps = (Precision.YEAR, Precision.MONTH, Precision.DAY)
    parts = bare.split("-")
    full = parts.index("XX") if "XX" in parts else len(parts)
    return steps[full - 1]


def _bounded(edtf: str, first: date, last: date, precision: Precision) -> Moment:
    """From the beginning of the first day to the end of the last."""
    if last.year >= _LAST.year:
        raise _error(edtf, "the year must be from 1000 to 9998")
    return _checked(Moment(edtf, _midnight(first), _midnight(last + timedelta(days=1)), precision))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _checked(moment: Moment) -> Moment:
    start, end = moment.start or _FIRST, moment.end or _LAST
    if start < _FIRST or end > _LAST:
        raise _error(moment.edtf, "the year must be from 1000 to 9998")
    return moment


def _side(moment: Moment, index: int) -> str:
    """The text of one end: as given where it can stand in an interval, else from the bounds."""
    sides = moment.edtf.split("/")
    if moment.edtf[:1] not in ("[", "{"):
        return sides[index]
    bound = moment.start if index == 0 else moment.end
    if bound is None:
        return ".."
    return (bound if index == 0 else bound - timedelta(days=1)).date().isoformat()
