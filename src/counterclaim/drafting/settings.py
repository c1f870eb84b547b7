"""When and where what a sentence tells happened, and which side attacked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from counterclaim.names import fold
from counterclaim.queries.recognise import Kind
from counterclaim.vocabulary import PlaceKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterclaim.drafting.language import Language
    from counterclaim.drafting.sentences import Sentence
    from counterclaim.queries.recognise import KnownNames, Span

SETTLED = (PlaceKind.CITY, PlaceKind.TOWN, PlaceKind.VILLAGE, PlaceKind.AIRFIELD)
_LIST = re.compile(
    r"\s*(?:,|(?:,\s*)?(?:and|or|и|та|і|й|а также|а також))\s*(?:the |the city of )?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Site:
    """A place that a sentence names, at ``[start, end)`` of it; ``key`` None: only the words.

    ``said`` is the name with the word for its kind, ``day`` the day that it belongs to, if any.
    """

    start: int
    end: int
    name: str
    said: str
    key: str | None
    role: str
    country: bool = False
    rule: str | None = None
    day: str | None = None

    @property
    def as_posted(self) -> dict[str, Any]:
        """The place of a claim."""
        place = {"place": self.key} if self.key else {}
        return {"role": self.role, **place, "said": self.said}


@dataclass(frozen=True, slots=True)
class Day:
    """A date that a sentence names, at ``[start, end)`` of it.

    ``said`` is the day of saying rather than of what happened; ``rule`` is what was inferred.
    """

    start: int
    end: int
    edtf: str
    said: bool = False
    rule: str | None = None


def sites_in(
    sentence: Sentence, spans: Sequence[Span], known: KnownNames, language: Language
) -> list[Site]:
    """The places where something happened or was launched; a country only where it is alone."""
    found: list[Site] = []
    speakers = [span for span in spans if span.kind is Kind.SOURCE]
    for span in spans:
        if span.kind is not Kind.PLACE or any(_speaks(span, one) for one in speakers):
            continue
        start, end = span.start - sentence.start, span.end - sentence.start
        listed = bool(found and _LIST.fullmatch(sentence.text[found[-1].end : start]))
        role = found[-1].role if listed else _role(sentence.text[:start], language)
        if role is not None:
            rows = known[Kind.PLACE].get(fold(sentence.text[start:end]), [])
            country = all(row.kind == PlaceKind.COUNTRY for row in rows) and bool(rows)
            said = _whole_said(sentence.text, start, end, language)
            name = sentence.text[start:end]
            found.append(Site(start, end, name, said, _key(span, known), role, country=country))
    targets = [site for site in found if site.role == "target" and not site.country]
    return [site for site in found if not (site.country and targets)]


def _speaks(place: Span, source: Span) -> bool:
    """Whether a place is only a part of a speaker's name."""
    return place.within(source) and (source.end - source.start) > (place.end - place.start)


def _whole_said(text: str, start: int, end: int, language: Language) -> str:
    head = language.source("settings.head")
    match = re.compile(rf"\s+(?:{head})(?!\w)", re.IGNORECASE).match(text, end)
    return text[start : match.end() if match else end]


def _role(before: str, language: Language) -> str | None:
    """What the words before a place make of it; None where they do not say where."""
    launch, target = _prepositions(language)
    near = before[-80:]
    measured = [match.end() for match in language["settings.relative"].finditer(near)]
    if measured and measured[-1] >= len(near.rstrip()):
        return None
    if launch.search(near):
        return "launch"
    return "target" if target.search(near) else None


@lru_cache
def _prepositions(language: Language) -> tuple[re.Pattern[str], re.Pattern[str]]:
    skipped = language.source("settings.skipped")
    free = language.source("settings.between") or "(?!)"
    compiled = []
    for name, words in (("launch", f"{skipped}|the|a"), ("place", f"{skipped}|the|a|{free}")):
        between = rf"(?:[\s,«\"“(]+(?:{words})){{0,4}}[\s«\"“(]*$"
        before = rf"(?<!\w)(?:{language.source(f'settings.{name}')}){between}"
        compiled.append(re.compile(before, re.IGNORECASE))
    return compiled[0], compiled[1]


def _key(span: Span, known: KnownNames) -> str | None:
    """The one place that is meant; of a town and the region of its name the town."""
    if span.value:
        return span.value
    kinds = {row.key: row.kind for rows in known[Kind.PLACE].values() for row in rows}
    towns = [key for key in span.values if kinds.get(key) in SETTLED]
    return towns[0] if len(towns) == 1 else None


def days_in(sentence: Sentence, spans: Sequence[Span], language: Language) -> list[Day]:
    """The dates of a sentence; what was not written but inferred says by which rule."""
    said = re.compile(rf"(?<!\w)(?:{language.source('settings.said_day')})", re.IGNORECASE)
    found = []
    for span in spans:
        if span.kind is Kind.DATE and span.value:
            start, end = span.start - sentence.start, span.end - sentence.start
            words = sentence.text[start:end]
            spoken = "/" not in span.value and said.search(sentence.text[:start]) is not None
            found.append(Day(start, end, span.value, said=spoken, rule=_inferred(words)))
    return found


def _inferred(words: str) -> str | None:
    if re.search(r"(?:19|20)\d\d", words):
        return None
    if re.search(r"\d", words):
        return "year inferred from the publication date"
    return "day inferred from the publication date"


def attacker_in(text: str, language: Language) -> str | None:
    """The one side whose weapons or attack a sentence speaks of."""
    acts = language.source("sides.attacks")
    found = set()
    for side, words in language.sides.items():
        word = rf"(?!(?:{language.source('sides.between')})\s)[^\W\d][\w'’ʼ-]*"
        acting = rf"(?:{words.pattern})(?:[\s«\"-]+{word}){{0,2}}?[\s«\"-]+(?:{acts})(?!\w)"
        defended = rf"(?:{language.source('sides.defends')})"
        for match in re.finditer(acting, text, re.IGNORECASE):
            behind = text[match.start() : match.end() + 20]
            if not re.search(rf"(?<!\w){defended}(?!\w)", behind, re.IGNORECASE):
                found.add(side)
    return found.pop() if len(found) == 1 else None
