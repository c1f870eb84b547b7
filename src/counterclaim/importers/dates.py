"""Dates as tables write them, and the EDTF text that says as much as they do.

Of ``03/05/2023`` a cell does not say which is the month. The column does, by its cells that can
only be read one way; where it does not, such a cell is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from counterclaim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

_ISO = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ](.*))?", re.ASCII)
_SLASHES = re.compile(r"(\d\d?)[/.](\d\d?)[/.](\d{4})(?: (.*))?", re.ASCII)
_WORDS = re.compile(r"(\d\d?)[ -]([A-Za-z]{3,9})[ -](\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?: ?([AP]M))?", re.ASCII)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_RIGHT = "write 2023-05-16"


class DateOrder(StrEnum):
    """What stands first in a date written with slashes."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A day and, where the cell says one, the time of it, without a zone."""

    day: date
    clock: time | None = None

    def __str__(self) -> str:
        return f"{self.day}T{self.clock:%H:%M}" if self.clock else str(self.day)


def settle_order(
    cells: Iterable[str | None], *, usual: DateOrder | None = None
) -> DateOrder | None:
    """The order in which a column writes its dates, by the cells that can only be read one way.

    The usual one where no cell tells; None where some tell one and some the other.
    """
    seen: Counter[DateOrder] = Counter()
    for cell in cells:
        match = _SLASHES.fullmatch((cell or "").strip())
        if match is None:
            continue
        first, second = int(match[1]), int(match[2])
        if first > 12 >= second:
            seen[DateOrder.DAY_FIRST] += 1
        elif second > 12 >= first:
            seen[DateOrder.MONTH_FIRST] += 1
    if not seen:
        return usual
    return next(iter(seen)) if len(seen) == 1 else None


def is_ambiguous(cell: str | None) -> bool:
    """Whether a cell is two different days, by which number is taken for the month."""
    match = _SLASHES.fullmatch((cell or "").strip())
    if match is None:
        return False
    first, second = int(match[1]), int(match[2])
    return first != second and max(first, second) <= 12


def read_stamp(cell: str | None, order: DateOrder | None = None) -> Stamp:
    """A date in ISO form, in words (16 May 2023) or with slashes, with or without a time.

    Args:
        cell: As it stands; blanks around it and one-digit hours are allowed.
        order: What the column was found to write first.

    Raises:
        InputError: The cell is no date, no day that there was, or may be two days.
    """
    text = " ".join((cell or "").split())
    try:
        if match := _ISO.fullmatch(text):
            return Stamp(date(int(match[1]), int(match[2]), int(match[3])), _clock(match[4]))
        if match := _WORDS.fullmatch(text):
            month = _MONTHS.index(match[2][:3].lower()) + 1
            return Stamp(date(int(match[3]), month, int(match[1])))
        if match := _SLASHES.fullmatch(text):
            return Stamp(_slashed(match, order), _clock(match[4]))
    except InputError:
        raise
    except ValueError:
        pass
    msg = f"{text[:40]!r} is no date: {_RIGHT}." if text else f"No date is given: {_RIGHT}."
    raise InputError(msg)


def _slashed(match: re.Match[str], order: DateOrder | None) -> date:
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if max(first, second) > 12:
        order = DateOrder.DAY_FIRST if first > 12 else DateOrder.MONTH_FIRST
    elif first != second and order is None:
        days = " or ".join(sorted({str(date(year, first, second)), str(date(year, second, first))}))
        msg = f"{match[0]!r} may be {days}, and the column does not tell which: {_RIGHT}."
        raise InputError(msg)
    month, day = (second, first) if order is DateOrder.DAY_FIRST else (first, second)
    return date(year, month, day)


def _clock(text: str | None) -> time | None:
    if not text:
        return None
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4] == "PM" else 0)
    return time(hour, int(match[2]), int(match[3] or 0))


def edtf_of_days(first: date, last: date) -> str:
    """The shortest EDTF text of all days from the first to the last: a day, month, year or span."""
    if first == last:
        return first.isoformat()
    if first.day == 1 and _is_last(last) and first.year == last.year:
        if first.month == last.month:
            return f"{first:%Y-%m}"
        if (first.month, last.month) == (1, 12):
            return f"{first:%Y}"
    return f"{first}/{last}"


def _is_last(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def edtf_of_window(first: Stamp, last: Stamp, zone: ZoneInfo) -> str:
    """The EDTF text of a window in local time: times with their offset, bare dates as they are.

    Of an hour that comes twice when clocks go back, the window holds both. A bare date is a day
    in UTC; where the window would end before that begins, the local midnight stands instead.

    Raises:
        InputError: It ends before it begins.
    """
    start, end = _local(first, zone, fold=0), _local(last, zone, fold=1)
    if _ends_before(first, last):
        msg = f"It ends at {last}, before it begins at {first}."
        raise InputError(msg)
    if first == last:
        return _side(first, start)
    left = _side(first, start)
    if first.clock is None and last.clock is not None:
        midnight = datetime.combine(first.day, time(), ZoneInfo("UTC"))
        left = left if midnight <= end else start.isoformat()
    return f"{left}/{_side(last, end)}"


def _ends_before(first: Stamp, last: Stamp) -> bool:
    if first.clock is None or last.clock is None:
        return last.day < first.day
    return (last.day, last.clock) < (first.day, first.clock)


def _local(stamp: Stamp, zone: ZoneInfo, *, fold: int) -> datetime:
    return datetime.combine(stamp.day, stamp.clock or time(), zone).replace(fold=fold)


def _side(stamp: Stamp, instant: datetime) -> str:
    return instant.isoformat() if stamp.clock else stamp.day.isoformat()
