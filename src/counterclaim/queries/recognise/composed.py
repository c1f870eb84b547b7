"""Names that a text says in parts: the regions of a list, an office apart from its place.

"Over the Kursk and Ryazan regions" speaks of the Kursk region; "the governor of the region of
Odesa" is the "Odesa governor".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from counterclaim.queries.recognise.inflection import INFLECTED, nominatives
from counterclaim.queries.recognise.languages import words_of
from counterclaim.queries.recognise.spans import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

_UPPER = r"[^\W\d_a-zа-яёіїєґ]"
CAPITAL = rf"{_UPPER}(?:[\w-]|[’'ʼ](?=\w)(?!s\b))*"
PROPER = rf"{CAPITAL}(?:[ \u00a0]{CAPITAL})?"
_JOINT = r"(?:,? (?:and|or|и|и над|та|і|й|а також|та над) (?:the )?|, (?:and |the )*)"


class Composed(NamedTuple):
    """Words of a text and the names that they may stand for, the likeliest first."""

    start: int
    end: int
    kind: Kind
    names: tuple[str, ...]


def composed_in(text: str, lang: str) -> Iterator[Composed]:
    """The names that are said in parts, each at the words that tell it apart."""
    yield from _listed_regions(text, lang)
    yield from _derived_regions(text, lang)
    yield from _offices(text, lang)


def office_names(text: str, places: list[str], lang: str) -> list[str]:
    """The offices that a text may mean: each that it speaks of, at each of some places."""
    words = words_of(lang).offices
    spoken = [
        name
        for name, office in words.items()
        if re.search(rf"\b(?:{office})\b", text, re.IGNORECASE)
    ]
    return [name.format(place) for name in spoken for place in places]


def region_named(place: str, lang: str) -> str:
    """The name of the region of a town's name; in languages that decline, the name itself."""
    return place if lang in INFLECTED else words_of(lang).region_name.format(place)


def _listed_regions(text: str, lang: str) -> Iterator[Composed]:
    before, behind = _region_patterns(lang)
    for match in behind.finditer(text):
        yield from _members(match, match["head"], lang)
    if before is not None:
        for match in before.finditer(text):
            yield from _members(match, words_of(lang).region_name.split()[-1], lang)


def _derived_regions(text: str, lang: str) -> Iterator[Composed]:
    """Regions by the name that is made of their town's: "Полтавщина"."""
    for ending, region in words_of(lang).region_endings.items():
        for match in re.finditer(rf"\b({_UPPER}[\w-]*?){ending}\b", text):
            yield Composed(match.start(), match.end(), Kind.PLACE, (match[1] + region,))


@lru_cache
def _region_patterns(lang: str) -> tuple[re.Pattern[str] | None, re.Pattern[str]]:
    words = words_of(lang)
    members = rf"(?P<members>{PROPER}(?:{_JOINT}{PROPER}){{0,15}})"
    behind = rf"\b{members}(?: (?!(?i:{words.region_heads})\b)[a-zа-яіїєґ-]+)? "
    behind += rf"(?P<head>(?i:{words.region_heads}))\b"
    before = rf"\b(?i:{words.region_before}) {members}" if words.region_before else None
    return re.compile(before) if before else None, re.compile(behind)


def _members(match: re.Match[str], head: str, lang: str) -> Iterator[Composed]:
    for one in re.finditer(PROPER, match["members"]):
        start = match.start("members") + one.start()
        words = one.group().split()
        # A word may stand before the name: "Russia's Belgorod region", "In Odesa region".
        names = tuple(
            name for part in (words, words[1:]) if part for name in _region(part, head, lang)
        )
        yield Composed(start, start + len(one.group()), Kind.PLACE, names)


def _region(words: list[str], head: str, lang: str) -> list[str]:
    if lang in INFLECTED:
        return nominatives([*words, head], lang)
    return [region_named(" ".join(words), lang)]


def _offices(text: str, lang: str) -> Iterator[Composed]:
    for name, pattern in _office_patterns(lang):
        for match in pattern.finditer(text):
            if "{}" not in name:
                yield Composed(match.start(), match.end(), Kind.SOURCE, (name,))
            for group, words in match.groupdict().items():
                # Of several places that may be meant the first counts that has such an office.
                for place in re.finditer(PROPER, words or ""):
                    row = place.group().split()
                    parts = dict.fromkeys(" ".join(one) for one in (row, row[1:], row[:1]) if one)
                    names = tuple(name.format(part) for part in parts)
                    behind = match.start(group) + place.end()
                    end = match.end() if group == "before" else behind
                    yield Composed(match.start(), end, Kind.SOURCE, names)


@lru_cache
def _office_patterns(lang: str) -> list[tuple[str, re.Pattern[str]]]:
    found = []
    for name, office in words_of(lang).offices.items():
        word = rf"(?i:{office})\b"
        if "{}" not in name:
            found.append((name, re.compile(rf"\b{word}")))
            continue
        before = (
            rf"\b(?P<before>{PROPER})(?:['’]s)?(?: (?:regional|region['’]s|oblast|city))* {word}"
        )
        place = rf"(?:,? (?:of|in|for)\b(?P<far>(?: [\w-]+){{1,8}})|\s(?P<near>{PROPER}))"
        found += [(name, re.compile(rf"{before}")), (name, re.compile(rf"\b{word}{place}"))]
    return found
