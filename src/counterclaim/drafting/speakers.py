"""Who says what a sentence tells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from counterclaim.names import fold
from counterclaim.queries.recognise import Kind, words_of
from counterclaim.queries.recognise.composed import PROPER, office_names, region_named
from counterclaim.vocabulary import PlaceKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterclaim.drafting.language import Language
    from counterclaim.drafting.sentences import Sentence
    from counterclaim.queries.recognise import KnownNames, Span

SETTLED = (PlaceKind.CITY, PlaceKind.TOWN, PlaceKind.VILLAGE)
_QUOTED = re.compile(r"“[^“”]*”|«[^«»]*»|„[^„“”]*[“”]|\"[^\"]*\"")
MOST_REMEMBERED = 200
MOST_TRIED = 8
_NEAR = 90
_MOST_WORDS = 9


@dataclass(frozen=True, slots=True)
class Speaker:
    """``name`` is the key of a known source, else the words; ``rule`` says how it was found."""

    name: str
    rule: str


@dataclass(slots=True)
class Speakers:
    """The speakers of a text so far, to whom a bare office, a surname or a pronoun goes back."""

    language: Language
    known: KnownNames
    last: Speaker | None = None
    people: dict[str, str] = field(default_factory=dict)
    offices: list[tuple[str, str]] = field(default_factory=list)
    seats: dict[str, tuple[str, str]] = field(default_factory=dict)

    def of(
        self, sentence: Sentence, spans: Sequence[Span], places: Sequence[str]
    ) -> Speaker | None:
        """Who speaks in a sentence; None for the document itself."""
        sources = self._sources(sentence, spans)
        self._remember(sentence.text, sources)
        self._seat(sentence, spans)
        found = (
            self._told_before(sentence.text, sources, places)
            or self._told_behind(sentence.text, sources, places)
            or self._headed(sentence.text, sources)
        )
        if found is not None:
            self.last = found
        return found

    def _sources(self, sentence: Sentence, spans: Sequence[Span]) -> list[tuple[int, int, str]]:
        """The known sources of a sentence and the surnames that stand for them."""
        found = [
            (span.start - sentence.start, span.end - sentence.start, span.value)
            for span in spans
            if span.kind is Kind.SOURCE and span.value
        ]
        for name, key in self.people.items():
            for match in re.finditer(rf"\b{re.escape(name)}\b", sentence.text):
                if not any(start < match.end() and match.start() < end for start, end, _ in found):
                    found.append((match.start(), match.end(), key))
        return sorted(found)

    def _remember(self, text: str, sources: Sequence[tuple[int, int, str]]) -> None:
        """Keep the names beside an office: "the governor of …, Name Surname, said"."""
        for start, end, key in sources:
            before = re.search(rf"({PROPER}), (?:the |a )?$", text[:start])
            behind = re.match(rf",? ({PROPER})", text[end:])
            for match in (before, behind):
                if match and not self._is_name(match[1]) and len(self.people) < MOST_REMEMBERED:
                    self.people[match[1].split()[-1]] = key
                    self.people[match[1]] = key
            self.offices.append((text[start:end], key))
        del self.offices[:-MOST_REMEMBERED]

    def _seat(self, sentence: Sentence, spans: Sequence[Span]) -> None:
        """Keep of which place an office is: a governor's region, a mayor's town."""
        for source in spans:
            inner = (one for one in spans if one.kind is Kind.PLACE and one.within(source))
            place = next(inner, None)
            if source.kind is not Kind.SOURCE or place is None or not source.value:
                continue
            said = sentence.text[place.start - sentence.start : place.end - sentence.start]
            office = sentence.text[source.start - sentence.start : source.end - sentence.start]
            key = self._seat_key(said, office, place)
            if key is not None and office != said:
                self.seats[source.value] = (key, said)

    def _seat_key(self, said: str, office: str, place: Span) -> str | None:
        names = self.known.get(Kind.PLACE, {})
        if not self.language["speakers.regional"].search(office):
            kinds = {row.key: row.kind for row in names.get(fold(said), ())}
            towns = [key for key in place.values if kinds.get(key) in SETTLED]
            town = self.language["speakers.local"].search(office) is not None
            return towns[0] if town and len(towns) == 1 else None
        rows = names.get(fold(region_named(said, self.language.code)), ())
        regions = [row.key for row in rows if row.kind == PlaceKind.REGION]
        return regions[0] if len(set(regions)) == 1 else None

    def _is_name(self, words: str) -> bool:
        folded = fold(words)
        return any(folded in names for names in self.known.values())

    def _told_before(
        self, text: str, sources: Sequence[tuple[int, int, str]], places: Sequence[str]
    ) -> Speaker | None:
        """The speaker behind "according to"."""
        for match in islice(_patterns(self.language.code)[0].finditer(text), MOST_TRIED):
            near = [one for one in sources if 0 <= one[0] - match.end() <= _NEAR]
            if near:
                return Speaker(near[0][2], f'named behind "{match.group()}"')
            words = re.split(r"[,.;:–—]", text[match.end() :].strip())[0].strip()
            found = self._office(words, places) or self._pronoun(words)
            if found is not None:
                return found
            if words and len(words.split()) <= _MOST_WORDS and re.search(r"[^\W\d_]", words):
                return Speaker(_bare(words), f'named behind "{match.group()}"')
        return None

    def _told_behind(
        self, text: str, sources: Sequence[tuple[int, int, str]], places: Sequence[str]
    ) -> Speaker | None:
        """The speaker beside a verb of saying: before it, or behind it where none stands before."""
        quoted = [match.span() for match in _QUOTED.finditer(text)]
        for match in islice(_patterns(self.language.code)[1].finditer(text), MOST_TRIED):
            if any(start <= match.start() < end for start, end in quoted):
                continue
            found = self._beside(text, match, sources, places)
            if found is not None:
                return found
        return None

    def _headed(self, text: str, sources: Sequence[tuple[int, int, str]]) -> Speaker | None:
        """The speaker before a colon: "Air Command South: 11 drones were shot down"."""
        head = text.partition(":")[0]
        if len(head) > _NEAR or head == text or any(map(str.isdigit, head)):
            return None
        near = [
            one
            for one in sources
            if one[0] <= 3
            and one[1] <= len(head)
            and not re.search(r"[^\W\d_]", _low(head[one[1] :]))
        ]
        return Speaker(near[0][2], "named before the colon") if near else None

    def _beside(
        self,
        text: str,
        said: re.Match[str],
        sources: Sequence[tuple[int, int, str]],
        places: Sequence[str],
    ) -> Speaker | None:
        rule = f'named beside "{said.group()}"'
        subject = _subject(text[: said.start()])
        behind = re.split(r"[,.;:!?–—\n«“\"]", text[said.end() :])[0]
        found = self._among(sources, said.start() - len(subject) - 1, said.start(), rule)
        if found is None:
            found = self._office(subject, places) or self._pronoun(subject)
        follows = _follows(behind, self.language.code)
        if found is None and follows:
            end = said.end() + len(behind)
            found = self._among(sources, said.end(), end, rule) or self._office(behind, places)
        if found is None and not subject.strip():
            found = self._among(sources, said.start() - _NEAR, said.start(), rule, last=True)
        if found is None and follows:
            found = self._unknown(behind, rule)
        return found or self._unknown(subject, rule)

    def _among(
        self,
        sources: Sequence[tuple[int, int, str]],
        start: int,
        end: int,
        rule: str,
        *,
        last: bool = False,
    ) -> Speaker | None:
        """The first or last known source that begins in a stretch."""
        inside = [one for one in sources if start <= one[0] < end]
        return Speaker(inside[-1 if last else 0][2], rule) if inside else None

    def _office(self, words: str, places: Sequence[str]) -> Speaker | None:
        """Whom an office without a name means: the last one named so, or that of the place."""
        bare = self.language["speakers.bare"].search(words)
        if bare is None:
            return None
        office = _stem(bare.group(), self.language.code)
        for said, key in reversed(self.offices):
            if office in said.lower():
                return Speaker(key, f'"{words.strip()}" is whoever was named so before')
        for name in office_names(words, list(places), self.language.code):
            rows = self.known.get(Kind.SOURCE, {}).get(fold(name))
            if rows:
                return Speaker(rows[0].key, f'"{words.strip()}" is that of the place named')
        return None

    def _pronoun(self, words: str) -> Speaker | None:
        stated = words.strip().lower()
        if self.last and self.language["speakers.pronouns"].fullmatch(
            stated.split(" ")[-1] if stated else ""
        ):
            return Speaker(self.last.name, f'"{words.strip()}" is the last speaker named')
        return None

    def _unknown(self, subject: str, rule: str) -> Speaker | None:
        words = _bare(subject)
        if self.language["speakers.pronouns"].fullmatch(words):
            return None
        named = re.match(PROPER, words) or self.language["speakers.bare"].search(words)
        if named and 0 < len(words.split()) <= _MOST_WORDS:
            return Speaker(words, rule)
        return None


@lru_cache
def _patterns(lang: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = words_of(lang)
    before, verbs = (
        re.compile(rf"(?<!\w)(?:{one})(?!\w)", re.IGNORECASE) for one in (words.said_by, words.said)
    )
    return before, verbs


def _low(words: str) -> str:
    """The words that do not begin with a capital, as those of a name do."""
    return " ".join(word for word in re.findall(r"\w+", words) if word[0].islower())


def _stem(word: str, lang: str) -> str:
    """A word without the ending that other cases change."""
    word = word.lower()
    return word if lang == "en" else word[: max(4, len(word) - 2)]


def _follows(behind: str, lang: str) -> bool:
    """Whether the speaker can stand behind the verb: always but in English, there right behind."""
    return lang != "en" or re.match(r"\s*(?:the )?[A-Z]", behind) is not None


def _subject(before: str) -> str:
    """The words of the clause before a verb of saying; an aside between commas is left out."""
    aside = re.search(r"(?:^|[,;:.!?\n]\s*)([^,;:.!?\n]{2,60}),[^,;:.]{2,80},\s*$", before)
    if aside:
        return before[aside.start(1) :]
    clause = re.split(r"[;:!?\n]\s*|(?<=[”»\"])\s*|,\s+", before)[-1]
    return clause or before


def _bare(words: str) -> str:
    bare = words.strip(' ,"“”«»')
    return re.sub(r"^(?:the|a|an|also|but|and|some|one|в|у|во)\s+", "", bare, flags=re.IGNORECASE)
