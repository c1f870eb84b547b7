"""Marks what matters in a sentence: numbers, what they can count, verbs, links and boundaries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from counterclaim.quantity import NumberSpan, languages, numbers_in
from counterclaim.queries.recognise import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterclaim.drafting.language import Language, MunitionNoun, Verb
    from counterclaim.drafting.sentences import Sentence
    from counterclaim.queries.recognise import Span


class Sign(StrEnum):
    """What a mark stands for; of marks that overlap the one listed first here remains."""

    NONE = "none"
    VERB = "verb"
    ALL = "all"
    OTHER = "other"
    MUNITION = "munition"
    PEOPLE = "people"
    HARM = "harm"
    OBJECT = "object"
    NUMBER = "number"
    AMONG = "among"
    OF = "of"
    THEM = "them"
    EACH = "each"
    EACH_BEFORE = "each_before"
    STRONG = "strong"
    WEAK = "weak"
    JOINT = "joint"


_ORDER = {sign: place for place, sign in enumerate(Sign)}
NOUNS = {Sign.MUNITION, Sign.PEOPLE, Sign.HARM, Sign.OBJECT, Sign.OTHER}


class Weapon(NamedTuple):
    """A munition as some words name it: its key or name, its class, and whether it is a type."""

    named: str | None
    class_: str | None
    type_: bool
    words: int = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """Words at ``[start, end)`` of a sentence; ``value`` is what the sign says it is."""

    sign: Sign
    start: int
    end: int
    value: NumberSpan | Verb | Weapon | str | None = None


_LINK = re.compile(
    r"(?:https?://|www\.|t\.me/)\S+|\]\([^)\s]*\)|[@#]\w+|\S+@\S+\.\w+|\+\d[\d ()-]{6,}"
)
_LISTED = re.compile(r"(?:^|\n)\s*\d{1,2}[.)](?=\s)")
_DECIMAL = re.compile(r"\d[.,]\d{1,2}(?!\d)")
_LINKED = re.compile(r"\s*(?:,|и|і|та|or|and|to|до|[-–])\s*")
_AGE = re.compile(r"[\w”»\"],\s*$")


def marks_in(sentence: Sentence, spans: list[Span], language: Language) -> list[Mark]:
    """The marks of a sentence in order, without overlap; spans are those of the sentence."""
    found = list(chain(_words(sentence.text, language), _munitions(sentence, spans, language)))
    found += _numbers(sentence, spans, language)
    found.sort(key=_precedence)
    kept: list[Mark] = []
    taken = bytearray(len(sentence.text))
    for mark in found:
        if not any(taken[mark.start : mark.end]):
            taken[mark.start : mark.end] = b"\1" * (mark.end - mark.start)
            kept.append(mark)
    return sorted(kept, key=lambda mark: mark.start)


def _precedence(mark: Mark) -> tuple[float, int]:
    """A munition of several words counts before what one of them may be."""
    long = isinstance(mark.value, Weapon) and mark.value.words > 1
    return 0.5 if long else _ORDER[mark.sign], mark.start - mark.end


_PLAIN = {
    Sign.ALL: "numbers.all",
    Sign.OTHER: "nouns.not_munitions",
    Sign.PEOPLE: "nouns.people",
    Sign.OBJECT: "nouns.objects",
    Sign.AMONG: "numbers.among",
    Sign.OF: "numbers.of",
    Sign.THEM: "numbers.them",
    Sign.EACH: "numbers.each",
    Sign.EACH_BEFORE: "numbers.each_before",
    Sign.STRONG: "clauses.strong",
    Sign.WEAK: "clauses.weak",
    Sign.JOINT: "clauses.joint",
}


def _words(text: str, language: Language) -> Iterator[Mark]:
    for sign, name in _PLAIN.items():
        for match in language[name].finditer(text):
            yield Mark(sign, match.start(), match.end(), match.group())
    for role in language.plain.get("harms", {}):
        sign = Sign.NONE if role.startswith("none_") else Sign.HARM
        for match in language[f"harms.{role}"].finditer(text):
            yield Mark(sign, match.start(), match.end(), role.removeprefix("none_"))
    for verb in language.verbs:
        for match in verb.words.finditer(text):
            # What stands before the words that matter only tells that they are meant.
            at = next((name for name, words in match.groupdict().items() if words), 0)
            yield Mark(Sign.VERB, match.start(at), match.end(at), verb)


def _munitions(sentence: Sentence, spans: list[Span], language: Language) -> Iterator[Mark]:
    for span in spans:
        if span.kind is Kind.MUNITION:
            start, end = span.start - sentence.start, span.end - sentence.start
            weapon = _weapon(sentence.text[start:end], span, language)
            yield Mark(Sign.MUNITION, start, end, weapon)

    for noun in language.munitions:
        for match in noun.words.finditer(sentence.text):
            weapon = Weapon(noun.named, noun.class_, type_=False)
            yield Mark(Sign.MUNITION, match.start(), match.end(), weapon)


def _weapon(words: str, span: Span, language: Language) -> Weapon:
    """A known munition; one that a common noun of the language names is no type."""
    noun = _noun_in(words, language)
    plain = words.islower() or noun is not None or _is_common(words, language)
    named = span.value or (noun.named if noun else words)
    class_ = noun.class_ if noun else None
    return Weapon(named, class_, type_=not plain, words=len(words.split()))


def _noun_in(words: str, language: Language) -> MunitionNoun | None:
    nouns = (noun for noun in language.munitions if noun.words.search(words))
    return next(nouns, None)


def _is_common(words: str, language: Language) -> bool:
    return any(noun.words.fullmatch(words) for noun in language.munitions)


def _numbers(sentence: Sentence, spans: list[Span], language: Language) -> Iterator[Mark]:
    if language.code not in languages():
        return
    text = sentence.text
    barred = [match.span() for match in _LINK.finditer(text)]
    barred += [match.span() for match in _LISTED.finditer(text)]
    barred += [match.span() for match in language["numbers.never"].finditer(text)]
    barred += [
        (span.start - sentence.start, span.end - sentence.start)
        for span in spans
        if span.kind in (Kind.DATE, Kind.MUNITION, Kind.PLACE, Kind.SOURCE)
    ]
    numbers = numbers_in(_without_tolls(text, language), lang=language.code)
    for number, following in zip_longest(numbers, numbers[1:]):
        clear = all(number.end <= start or end <= number.start for start, end in barred)
        measured = (
            following and following.unit and _LINKED.fullmatch(text, number.end, following.start)
        )
        if clear and not measured and _counts(text, number):
            yield Mark(Sign.NUMBER, number.start, number.end, number)


def _without_tolls(text: str, language: Language) -> str:
    """The text with blanks for "the death toll rose to", whose "to" bounds no number."""
    for verb in language.verbs:
        if verb.takes == "toll":
            text = verb.words.sub(lambda match: " " * len(match.group()), text)
    return text


def _counts(text: str, number: NumberSpan) -> bool:
    """Whether a number can count people or things: no measure, bare plural, share or age."""
    words = text[number.start : number.end]
    if number.unit is not None or not number.quantity.known or _DECIMAL.search(words):
        return False
    if number.bare:
        return False
    aged = text[number.end : number.end + 1] in (",", ")")
    return not (aged and words.isdigit() and _AGE.search(text[: number.start]))
