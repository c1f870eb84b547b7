"""The languages that have a lexicon; a further one is one more line in ``_LEXICONS``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.errors import QuantityError
from counterclaim.quantity.interval import Quantity
from counterclaim.quantity.lexicon_en import ENGLISH
from counterclaim.quantity.lexicon_ru import RUSSIAN
from counterclaim.quantity.lexicon_uk import UKRAINIAN

if TYPE_CHECKING:
    from counterclaim.quantity.lexicon import Lexicon

_LEXICONS = {"en": ENGLISH, "ru": RUSSIAN, "uk": UKRAINIAN}


def languages() -> tuple[str, ...]:
    """The ISO 639-1 codes of the languages that have a lexicon."""
    return tuple(_LEXICONS)


def lexicon_for(lang: str) -> Lexicon:
    """The table of a language; a region ("en-GB") is ignored."""
    found = _LEXICONS.get(lang.replace("_", "-").split("-")[0].lower())
    if found is None:
        raise QuantityError(
            f"there is no lexicon for the language {lang!r}; give an integer, or words in "
            f"one of: {', '.join(_LEXICONS)}",
            suggestions=languages(),
        )
    return found


def lexicon_table(lang: str = "en") -> list[tuple[str, str]]:
    """The words and their intervals as text, for people: numbers, phrases, bounds, nouns."""
    lexicon = lexicon_for(lang)
    numbers = {**lexicon.units, **lexicon.tens, **lexicon.scales}
    numbers |= dict.fromkeys(sorted(lexicon.articles), 1)
    rows = [(word, str(Quantity(value, value))) for word, value in numbers.items()]
    rows += [(words, str(Quantity(*ends))) for words, ends in lexicon.phrases.items()]
    rows += [(f"{words} n", str(bound)) for words, bound in lexicon.before.items()]
    rows += [(f"n {words}", str(bound)) for words, bound in lexicon.after.items()]
    rows += [(f"{first} n {middle} m", "[n, m]") for first, middle in lexicon.ranges]
    rows += [(f"n {middle} m", "[n, m]") for middle in sorted(lexicon.joined_ranges)]
    return rows + [(plural, "[2, ∞)") for plural in sorted(lexicon.plurals)]
