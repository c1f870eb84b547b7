"""What a language's table of number words must hold, and what its bounds mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Ends = tuple[int | None, int | None]


class Bound(StrEnum):
    """How the words around a number n turn it into an interval; the value is its notation."""

    AT_LEAST = "[n, ∞)"
    MORE_THAN = "[n + 1, ∞)"
    AT_MOST = "[?, n]"
    FEWER_THAN = "[?, n − 1]"
    ABOUT = "[n − d, n + d], d = 10 % of n rounded up; not below 1"
    NEARLY = "[n − d, n], d = 10 % of n rounded up; not below 1"

    def ends(self, number: int) -> Ends | None:
        """The interval, or None where there is none ("fewer than one")."""
        slack = -(-number // 10)
        floor = max(number - slack, min(number, 1))
        ends: dict[Bound, Ends] = {
            Bound.AT_LEAST: (number, None),
            Bound.MORE_THAN: (number + 1, None),
            Bound.AT_MOST: (None, number),
            Bound.FEWER_THAN: (None, number - 1),
            Bound.ABOUT: (floor, number + slack),
            Bound.NEARLY: (floor, number),
        }
        return None if self is Bound.FEWER_THAN and number <= 1 else ends[self]


@dataclass(frozen=True)
class Lexicon:
    """One language's words, all in lower case; phrases are written with single blanks."""

    version: str
    units: Mapping[str, int]
    tens: Mapping[str, int]
    scales: Mapping[str, int]
    articles: frozenset[str]
    conjunction: str
    phrases: Mapping[str, Ends]
    before: Mapping[str, Bound]
    after: Mapping[str, Bound]
    ranges: tuple[tuple[str, str], ...]
    joined_ranges: frozenset[str]
    openers: frozenset[str]
    links: frozenset[str]
    nouns: Mapping[str, str]
    modifiers: frozenset[str]
    measures: Mapping[str, str]
    stops: frozenset[str]
    months: frozenset[str]
    named_models: frozenset[str]

    @cached_property
    def plurals(self) -> frozenset[str]:
        """The nouns that show by their form that there are several."""
        return frozenset(plural for noun, plural in self.nouns.items() if plural != noun)

    @cached_property
    def numerals(self) -> frozenset[str]:
        """Each word that can be part of a number word such as "twenty-one"."""
        return frozenset({*self.units, *self.tens, *self.scales, *self.articles, self.conjunction})

    @cached_property
    def first_words(self) -> frozenset[str]:
        """Each word and sign that a quantity can begin with, besides digits."""
        openings = (*self.phrases, *self.before)
        frames = (first for first, _ in self.ranges)
        return self.numerals | {phrase.split()[0] for phrase in openings} | set(frames)

    @cached_property
    def known_words(self) -> frozenset[str]:
        """Every word that the grammar can read, for suggestions."""
        parts = [*self.phrases, *self.before, *self.after, *self.openers, *self.links]
        split = {word for phrase in parts for word in phrase.split()}
        pairs = {word for pair in self.ranges for word in pair if word}
        return frozenset(
            {*self.numerals, *split, *pairs, *self.nouns, *self.plurals, *self.modifiers}
        )
