"""Figures and speakers in plain English: the pieces of which explanations are made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from counterclaim.resolve.intervals import CASUALTY, MUNITION, Interval, Key
from counterclaim.vocabulary import HarmStatus, Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
ACTIVE = {Outcome.HIT: "hit", Outcome.MISSED: "missed"}
PASSIVE = {
    Outcome.IN_FLIGHT: "still in flight",
    Outcome.UNACCOUNTED: "unaccounted for",
    Severity.UNKNOWN: "hit or damaged",
    "not_intercepted": "not intercepted",
}
PEOPLE = {
    HarmStatus.MILITARY: ("member of the military", "members of the military"),
    HarmStatus.CIVILIAN: ("civilian", "civilians"),
    HarmStatus.UNKNOWN: ("person", "people"),
}
UNCOUNTABLE = ("s", "craft", "personnel", "equipment")
COMMON_NOUN = re.compile(r"(?:^|[ -])[a-z]+$")
"""How the name of a type ends that is a word and no designation: cruise missile, not ATACMS."""


@dataclass(frozen=True, slots=True)
class Names:
    """What to call things: sources by key, with their article; sides; munitions; events by id."""

    sources: Mapping[str, str] = field(default_factory=dict)
    sides: Mapping[str, str] = field(default_factory=dict)
    munitions: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)

    def source(self, key: str) -> str:
        """A source in the middle of a sentence."""
        return self.sources.get(key, key)

    def side(self, side: str) -> str:
        """A side."""
        return self.sides.get(side, side)

    def event(self, event: str) -> str:
        """An event's label in quotation marks."""
        return f"“{self.events.get(event, event)}”"


def number(value: int) -> str:
    """A number up to twelve in words, else in digits."""
    return WORDS[value] if value < len(WORDS) else f"{value:,}"


def amount(interval: Interval | None) -> str:
    """An interval: "five", "at least two", "one to four", "an unknown number of"."""
    low, high = interval or Interval()
    if high is None:
        return f"at least {number(low)}" if low else "an unknown number of"
    if low == high:
        return number(high)
    if not low:
        return f"at most {number(high)}"
    return f"{number(low)} {'or' if high == low + 1 else 'to'} {number(high)}"


def clause(key: Key, interval: Interval | None, names: Names, *, brief: bool = False) -> str:
    """What a figure says, without a full stop: "five ATACMS were launched".

    ``brief`` leaves out what is counted and the verb where it can: "three intercepted".
    """
    what = "" if brief else f" {_subject(key, interval, names)}"
    verb = ACTIVE.get(Outcome(key.measure)) if _is_outcome(key) else None
    if verb:
        return f"{amount(interval)}{what} {verb}"
    done = PASSIVE.get(key.measure, key.measure.replace("_", " "))
    were = "" if brief else (" was" if _is_one(interval) else " were")
    return f"{amount(interval)}{what}{were} {done}{_of_side(key, names)}"


def count_of(key: Key, value: int, names: Names | None = None) -> str:
    """A number in an equation: "8 launched", "4 civilian killed".

    With ``names`` a munition is named: "44 missiles launched".
    """
    done = PASSIVE.get(key.measure, key.measure.replace("_", " "))
    known = key.table == CASUALTY and key.status != HarmStatus.UNKNOWN
    what = f"{key.status} " if known else ""
    if names is not None and key.table == MUNITION:
        what = f"{_subject(key, Interval(value, value), names)} "
    return f"{value:,} {what}{done}"


def listed(items: Iterable[str]) -> str:
    """Items with commas and an "and"."""
    *most, last = list(items) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def sentence(text: str) -> str:
    """A text with a capital at its beginning and a full stop at its end."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _is_outcome(key: Key) -> bool:
    return key.table == MUNITION and key.measure in set(Outcome)


def _is_one(interval: Interval | None) -> bool:
    return interval is not None and interval.high == 1


def _subject(key: Key, interval: Interval | None, names: Names) -> str:
    one = _is_one(interval)
    if key.table == MUNITION:
        unnamed = "munition of unnamed type" if one else "munitions of unnamed type"
        name = names.munitions.get(key.subject, key.subject)
        return _plural(name, one=one or not COMMON_NOUN.search(name)) if name else unnamed
    if key.table == CASUALTY:
        return PEOPLE[HarmStatus(key.status)][0 if one else 1]
    return _plural(key.subject, one=one)


def _plural(noun: str, *, one: bool) -> str:
    return noun if one or noun.endswith(UNCOUNTABLE) else f"{noun}s"


def _of_side(key: Key, names: Names) -> str:
    known = key.table == CASUALTY and key.subject
    return f" on the side of {names.side(key.subject)}" if known else ""
