"""Cuts a text into words, numbers, names, dates and signs, with code-point offsets.

What has letters and digits in one piece (S-300, Shahed-136/131, 12-storey, 23rd) is a name and
never a number; neither are dates and times of day.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from counterclaim.quantity.registry import lexicon_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterclaim.quantity.lexicon import Lexicon

Kind = Literal["word", "number", "name", "date", "sign"]
Exact = int | Fraction

LONGEST_NUMBER = 15
"""Digits of a number; what has more is several."""

_NUMBER = r"\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?![\d,])(?:\.\d{1,9})?|\d{1,15}(?:\.\d{1,9})?"
_CHUNK = r"\w+(?:[-–/'’]\w+|(?<=\d)[.,]\d+)*"
_SPACED = r"(?<![\w.,])\d{1,3}(?:[\u00a0\u202f ]\d{3})+(?!\d|[-–/'’]?\w)"
_PIECE = re.compile(rf"{_NUMBER}|[^\W\d]+(?:['’-][^\W\d]+)*|\S")
_SIGNS = {"–": "-", "—": "-", "−": "-", "≈": "~", ">=": "≥", "<=": "≤"}
_YEAR = range(1900, 2100)


class Token(NamedTuple):
    """``text`` is in lower case; ``value`` is set for numbers only."""

    kind: Kind
    text: str
    start: int
    end: int
    value: Exact | None = None

    @property
    def year_like(self) -> bool:
        """Whether it is written as a year of our time is."""
        return self.kind == "number" and len(self.text) == 4 and self.value in _YEAR


def tokenize(text: str, lang: str) -> list[Token]:
    """All tokens in order; every character that is no blank belongs to at most one."""
    lexicon = lexicon_for(lang)
    tokens: list[Token] = []
    shouted = text.isupper()
    for match in _scanner(lang).finditer(text):
        kind, start, end = match.lastgroup, match.start(), match.end()
        if kind == "chunk":
            chunk = match.group()
            if not shouted and _is_acronym(chunk, lexicon):
                tokens.append(Token("name", chunk.lower(), start, end))
            elif chunk.isalpha():  # Most are: there is nothing to cut.
                tokens.append(Token("word", chunk.lower(), start, end))
            elif chunk.isdecimal() and len(chunk) <= LONGEST_NUMBER:
                tokens.append(Token("number", chunk, start, end, int(chunk)))
            else:
                tokens.extend(_cut_chunk(chunk, start, lexicon))
        elif kind == "spaced":
            tokens.append(_number(match.group(), start))
        else:
            words = _SIGNS.get(match.group(), match.group().lower())
            found: Kind = "sign" if kind == "sign" else "date" if kind == "date" else "name"
            tokens.append(Token(found, words, start, end))
    return tokens


def _is_acronym(chunk: str, lexicon: Lexicon) -> bool:
    """ATACMS, HIMARS; known words in capitals (UAV) stay words."""
    return len(chunk) > 2 and chunk.isupper() and chunk.lower() not in lexicon.known_words


@lru_cache(maxsize=8)
def _scanner(lang: str) -> re.Pattern[str]:
    lexicon = lexicon_for(lang)
    models = "|".join(sorted(lexicon.named_models)) or r"(?!)"
    parts = {
        "date": _date_pattern(lexicon),
        "model": rf"(?<!\w)(?:{models}) \d[\w/-]*",
        "spaced": _SPACED,
        "chunk": _CHUNK,
        "sign": r">=|<=|\S",
    }
    return re.compile("|".join(f"(?P<{name}>{part})" for name, part in parts.items()))


def _date_pattern(lexicon: Lexicon) -> str:
    """Days beside a month name, ISO and numeric dates, times of day."""
    month = rf"(?:{'|'.join(sorted(lexicon.months, key=len, reverse=True))})\b\.?"
    day = r"\d{1,2}(?:st|nd|rd|th)?(?!\w|[.,]\d)"
    joints = sorted({lexicon.conjunction, *lexicon.joined_ranges} - {"-"})
    joint = rf"\s*(?:[-–—,]|\b(?:{'|'.join(joints)})\b)\s*"
    year = r"(?:,?\s+\d{4}(?!\w))?"
    more = rf"(?:{joint}{day}(?=\s*(?:[.;:)–—-]|$|,?\s+\d{{4}}(?!\w))))?"
    return (
        rf"(?<![\w-]){month}\s+{day}{more}{year}"
        rf"|(?<![\w.,-]){day}(?:{joint}{day})?\s+(?:of\s+)?{month}{year}"
        r"|(?<![\w.,-])\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?(?!\w)"
        r"|(?<![\w.,/-])\d{1,2}(?P<dot>[./])\d{1,2}(?P=dot)\d{2,4}(?!\w)"
        r"|(?<![\w:.,])\d{1,2}:\d{2}(?::\d{2})?(?![\w:])"
    )


def _cut_chunk(chunk: str, offset: int, lexicon: Lexicon) -> Iterator[Token]:
    digits = any(char.isdigit() for char in chunk)
    if digits and any(char.isalpha() for char in chunk):
        yield Token("name", chunk.lower(), offset, offset + len(chunk))
        return
    for match in _PIECE.finditer(chunk):
        piece, start = match.group(), offset + match.start()
        if piece[0].isdecimal():
            yield _number(piece, start)
        elif piece[0].isalpha():
            yield from _cut_word(piece, start, lexicon)
        else:
            yield Token("sign", _SIGNS.get(piece, piece), start, start + len(piece))


def _cut_word(word: str, offset: int, lexicon: Lexicon) -> Iterator[Token]:
    """A word, or the parts of a number word such as "twenty-one"."""
    lowered = word.lower().replace("’", "'")
    parts = lowered.split("-")
    if len(parts) == 1 or not lexicon.numerals.issuperset(parts) or len(lowered) != len(word):
        yield Token("word", lowered, offset, offset + len(word))
        return
    for index, part in enumerate(parts):
        if index:
            yield Token("sign", "-", offset - 1, offset)
        yield Token("word", part, offset, offset + len(part))
        offset += len(part) + 1


def _number(text: str, start: int) -> Token:
    digits = "".join(char for char in text if char.isdecimal() or char == ".")
    value = Fraction(digits) if "." in digits else int(digits)
    return Token("number", text, start, start + len(text), value)
