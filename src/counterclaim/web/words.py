"""How values are said on pages, as filters of templates: numbers, dates, words of vocabularies."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from counterclaim.errors import MomentError
from counterclaim.moment import isoformat_z, parse_moment
from counterclaim.vocabulary import Precision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OPENING, CLOSING = '“‘«„"', '”’»"'


def interval(figure: Mapping[str, Any] | None) -> str:
    """An interval as it is read: 5, 3–5, ≥ 2, ≤ 4; ``?`` where it is not known."""
    if figure is None:
        return "?"
    low, high = figure["low"], figure["high"]
    if low is None:
        return "?" if high is None else f"≤ {high:,}"
    if high is None:
        return f"≥ {low:,}"
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


@lru_cache(maxsize=5000)
def date(edtf: str | None) -> str:
    """An EDTF date in words: 23 November 2024, November 2024, about 2024; else as it is written."""
    if edtf is None:
        return "date unknown"
    first, slash, last = edtf.partition("/")
    if slash and all(end.strip(".") for end in (first, last)):
        return f"{date(first)} to {date(last)}"
    moment = parse_moment(edtf)
    if moment.start is None or any(sign in edtf for sign in "/~?%XS{["):
        return edtf.replace("/", " to ")
    start = moment.start
    if moment.precision is Precision.DAY:
        return f"{start.day} {start:%B} {start.year}"
    if moment.precision is Precision.MONTH:
        return f"{start:%B} {start.year}"
    if moment.precision is Precision.YEAR:
        return str(start.year)
    return f"{start.day} {start:%B} {start.year}, {start:%H:%M} UTC"


def date_as_given(text: str) -> str:
    """A date that somebody typed in words; what is none stays as it is."""
    try:
        return date(text)
    except MomentError:
        return text


def instant(at: str | datetime | None) -> str:
    """An instant in words, UTC."""
    if at is None:
        return ""
    when = datetime.fromisoformat(at) if isinstance(at, str) else at
    when = when.astimezone(UTC)
    return f"{when.day} {when:%B} {when.year}, {when:%H:%M} UTC"


def spaced(word: str) -> str:
    """A word of a vocabulary as it is read: not_intercepted is not intercepted."""
    return word.replace("_", " ")


def titled(word: str) -> str:
    """The same with a capital letter."""
    said = spaced(word)
    return said[:1].upper() + said[1:]


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: 1 claim, 3 claims."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def share(part: Mapping[str, float] | None) -> str:
    """A share, 0 to 1, in percent; ``?`` where it is not known."""
    if part is None:
        return "?"
    low, high = round(part["low"] * 100), round(part["high"] * 100)
    return f"{low} %" if low == high else f"{low}–{high} %"


def quoted(text: str) -> str:
    """Words in quotation marks; a hair space keeps those apart that belong to the words."""
    start = "\u200a" if text[:1] in OPENING else ""
    end = "\u200a" if text[-1:] in CLOSING else ""
    return f"“{start}{text}{end}”"


def exactly(at: datetime) -> str:
    """An instant as an address has it."""
    return isoformat_z(at)


def plainly(value: Any) -> str:
    """Any value of an event in a line about what changed."""
    if value is None or value in ([], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        if "low" in value:
            return interval(value)
        return str(value.get("edtf") or value.get("name") or value.get("label") or "…")
    if isinstance(value, list):
        return ", ".join(map(plainly, value[:4])) + (" …" if len(value) > 4 else "")
    return str(value)


FILTERS: dict[str, Callable[..., str]] = {
    "interval": interval,
    "date": date,
    "instant": instant,
    "spaced": spaced,
    "titled": titled,
    "counted": counted,
    "share": share,
    "quoted": quoted,
    "exactly": exactly,
    "plainly": plainly,
}
