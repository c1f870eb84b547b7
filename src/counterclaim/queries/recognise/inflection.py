"""The nominative of words that a text declines: "над Белгородской областью", "у Харкові"."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

INFLECTED = ("ru", "uk")
LONGEST = 5
"""Words that a declined name has at most."""

_ADJECTIVES = {"ADJF", "PRTF"}
_GENDERS = ("masc", "femn", "neut")


class _Noun(NamedTuple):
    """A noun's nominative and what its adjectives agree with: a gender or "plur"."""

    form: str
    agrees: str


def nominatives(words: Sequence[str], lang: str) -> list[str]:
    """What a declined phrase may be in the nominative, singular and plural; empty for none.

    Adjectives and the first noun behind them are declined, what follows it stays: "управління
    розвідки" keeps its genitive. A single adjective may be a name: "у Хмельницькому".
    """
    if lang not in INFLECTED or not words or len(words) > LONGEST:
        return []
    found = dict.fromkeys(_nominatives(words, lang))
    found.pop(" ".join(words).lower(), None)
    return list(found)


def _nominatives(words: Sequence[str], lang: str) -> Iterator[str]:
    for place, word in enumerate(words):
        tail = [one.lower() for one in words[place + 1 :]]
        for noun in _nouns(word, lang):
            heads = [_adjective(one, lang, noun.agrees) for one in words[:place]]
            for head in product(*heads):
                yield " ".join([*head, noun.form, *tail])
        if not _adjective(word, lang, "masc"):
            return
    if len(words) == 1:
        yield from _adjective(words[0], lang, "masc")


@lru_cache(maxsize=4096)
def _nouns(word: str, lang: str) -> tuple[_Noun, ...]:
    if word.isupper() and len(word) > 1:  # An abbreviation is not declined.
        return tuple(_Noun(word.lower(), gender) for gender in _GENDERS)
    nouns = (parse for parse in _parses(word, lang) if parse.tag.POS == "NOUN")
    forms = (form for parse in nouns for form in parse.lexeme if form.tag.case == "nomn")
    return tuple(dict.fromkeys(_Noun(str(form.word), _agreement(form)) for form in forms))


def _agreement(form: Any) -> str:
    # The Ukrainian dictionary marks only the plural.
    return "plur" if form.tag.number == "plur" else str(form.tag.gender or "masc")


@lru_cache(maxsize=4096)
def _adjective(word: str, lang: str, agrees: str) -> tuple[str, ...]:
    """The nominative of an adjective, if the word is one."""
    adjective = next((one for one in _parses(word, lang) if one.tag.POS in _ADJECTIVES), None)
    forms = adjective.lexeme if adjective else ()
    fitting = (one for one in forms if one.tag.case == "nomn" and _agreement(one) == agrees)
    return tuple(str(one.word) for one in fitting)[:1]


@lru_cache(maxsize=4096)
def _parses(word: str, lang: str) -> tuple[Any, ...]:
    return tuple(_analyzer(lang).parse(word.lower()))


@lru_cache
def _analyzer(lang: str) -> Any:
    # Its dictionary takes some tenths of a second, for which a text without names need not wait.
    from pymorphy3 import MorphAnalyzer  # noqa: PLC0415

    return MorphAnalyzer(lang=lang)
