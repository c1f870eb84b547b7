"""Folding names: the form in which spellings and scripts are compared, indexed and made keys.

Case, accents, hyphens, blanks, apostrophes and script do not matter. Cyrillic is romanised by the
Ukrainian table (Cabinet of Ministers, resolution 55 of 2010) where the text shows that it is
Ukrainian, else by the BGN/PCGN one for Russian; other scripts by ``anyascii``. Different words
stay different: Orechnik is not Oreshnik.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from anyascii import anyascii
from rapidfuzz import fuzz, process

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_APOSTROPHES = "'’‘ʼ`´ʹʻ′"
_CHUNK = re.compile(rf"[\w{_APOSTROPHES}‐-―-]+")
_HYPHENS = re.compile(r"[‐-―_-]+")
_SHORT_WORD = 3
_ALIKE = 68
_NO_DESIGNATORS = "a an and as at be by for if in is it km no not of on or out so the to up was"
_STOPS = frozenset(_NO_DESIGNATORS.split())
_CACHED = 64

# What looks the same in both scripts. Ѕ and Ј are on no Russian or Ukrainian keyboard, so a Latin
# S or J is never meant for them.
_CYRILLIC_TWINS = "АВЕКМНОРСТУХІаеорсухік"
_LATIN_TWINS = "ABEKMHOPCTYXIaeopcyxik"
_TO_LATIN = str.maketrans(f"{_CYRILLIC_TWINS}ЅЈѕј", f"{_LATIN_TWINS}SJsj")
_TO_CYRILLIC = str.maketrans(_LATIN_TWINS, _CYRILLIC_TWINS)

_COMMON = (
    "а a б b в v д d е e ж zh з z к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh "
    "щ shch ь  ў u ј j љ lj њ nj ђ dj ћ c џ dz ѕ z"
)


def _table(pairs: str) -> dict[str, str]:
    cells = f"{_COMMON} {pairs}".split(" ")
    return dict(zip(cells[::2], cells[1::2], strict=True))


_RUSSIAN = _table("г g и i й y ё e ъ  ы y э e ю yu я ya і i ї yi є ye ґ g")
_UKRAINIAN = _table("г h ґ g и y і i ї i й i є ie ю iu я ia ё e ъ  ы y э e")
_UKRAINIAN_FIRST = {"ї": "yi", "й": "y", "є": "ye", "ю": "yu", "я": "ya"}
_UKRAINIAN_MARK = re.compile(rf"[іїєґ]|[сцз]ьк|[бпвмфрк][{_APOSTROPHES}][яюєї]")
_RUSSIAN_MARK = re.compile(r"[ыэъё]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z]")

# Designations that are written with the twin of their Cyrillic letter: Х-101, С-300.
_TWIN_KH = re.compile(r"(?<![a-z0-9])x(?=[^a-z0-9]*[0-9])")
_TWIN_S = re.compile(r"(?<![a-z0-9])c(?=[^a-z0-9]*(?:200|300|350|400|500)(?![0-9]))")
_FINAL_IJ = re.compile(r"ij(?![a-z0-9])")
_YO = re.compile(r"(?<=[bdfghklmnprstvz])yo")
_LONG_LETTERS = re.compile(r"(?<=[^\W\d_]{4})(?=\d)")
_RUN_OF_I = re.compile(r"ii+")
_NOT_FOLDED = re.compile(r"[^a-z0-9]+")

_SCRIPTS = {
    "LATIN": "Latn",
    "CYRILLIC": "Cyrl",
    "ARABIC": "Arab",
    "HEBREW": "Hebr",
    "GREEK": "Grek",
    "GEORGIAN": "Geor",
    "ARMENIAN": "Armn",
    "CJK": "Hani",
    "HIRAGANA": "Hira",
    "KATAKANA": "Kana",
    "HANGUL": "Hang",
    "DEVANAGARI": "Deva",
    "BENGALI": "Beng",
    "TAMIL": "Taml",
    "THAI": "Thai",
    "ETHIOPIC": "Ethi",
    "MYANMAR": "Mymr",
}


def fold(text: str) -> str:
    """The form in which names are compared: only a-z and 0-9, the same for all spellings.

    Beyond romanising: y and i are one letter and runs of it one (Vostochnyy, Vostochny), an e
    swallows a y before it (Yevpatoria), yo after a consonant is e (Oryol, Orel), X before a
    number is Kh, C before 200 … 500 is S.
    A text with a letter or a digit never folds to nothing. Idempotent.
    """
    return _fold_cached(text) if len(text) <= _CACHED else _fold(text)


def words(text: str) -> list[str]:
    """The folded words of a text for indexing, in order.

    A hyphenated word gives its parts and the whole; a word of up to three letters and a number
    after it also give both in one, so that "S 300", "S-300" and "S300" meet.
    """
    return list(_words_cached(text) if len(text) <= _CACHED else _words(text))


@lru_cache(maxsize=16_384)
def _words_cached(text: str) -> tuple[str, ...]:
    # The names of what is spoken of come again with every event that speaks of it.
    return _words(text)


def _words(text: str) -> tuple[str, ...]:
    found: list[str] = []
    before = None
    for run in _CHUNK.findall(_composed(text)):
        chunk = _chunk_cached(run) if len(run) <= _CACHED else _read_chunk(run)
        if chunk is None:
            continue
        if before is not None:
            joined = before.is_prefix and chunk.is_number
            found += before.joined_with(chunk) if joined else before.forms
        before = chunk
    if before is not None:
        found += before.forms
    return tuple(found)


class _Chunk(NamedTuple):
    """A run of letters and digits with its folded parts and the whole, each once."""

    text: str
    forms: tuple[str, ...]
    is_prefix: bool
    is_number: bool

    def joined_with(self, number: _Chunk) -> Iterable[str]:
        """The forms of short letters before a number, and both in one."""
        both = fold(f"{self.text}-{number.text}")
        return dict.fromkeys((*self.forms, both) if both else self.forms)


@lru_cache(maxsize=32_768)
def _chunk_cached(run: str) -> _Chunk | None:
    # Texts differ, but the words in them are mostly the same.
    return _read_chunk(run)


def _read_chunk(run: str) -> _Chunk | None:
    chunk = _bare(run)
    if chunk is None:
        return None
    forms = tuple(dict.fromkeys(form for form in (*_parts(chunk), fold(chunk)) if form))
    return _Chunk(chunk, forms, _is_prefix(chunk), chunk[0].isdecimal())


def query_words(text: str) -> list[str]:
    """The folded words that must all stand among ``words`` of a text that matches a query.

    A designation such as S-300 or "Kh 101" is one word, another hyphenated word its parts.
    """
    found: list[str] = []
    chunks = list(_chunks(text))
    index = 0
    while index < len(chunks):
        chunk, index = chunks[index], index + 1
        if index < len(chunks) and _is_designator(chunk) and chunks[index][0].isdecimal():
            chunk, index = f"{chunk}-{chunks[index]}", index + 1
        found += [fold(chunk)] if _is_designation(chunk) else _parts(chunk)
    return list(dict.fromkeys(word for word in found if word))


def script_of(text: str) -> str:
    """The ISO 15924 code of most letters, on a tie of the first; Zyyy without any letter."""
    scripts = Counter(_script(char) for char in text if char.isalpha())
    return scripts.most_common(1)[0][0] if scripts else "Zyyy"


def slug(text: str) -> str:
    """A readable key: romanised lower-case words joined by hyphens; empty without a letter."""
    roman = _romanise(text).translate({ord(mark): None for mark in _APOSTROPHES})
    return _NOT_FOLDED.sub("-", roman).strip("-") or fold(text)


def nearest(name: str, candidates: Iterable[str], *, limit: int = 3) -> list[str]:
    """The candidates that a slip of the pen could have meant, best first, as they are spelt."""
    spelt: dict[str, str] = {}
    for candidate in candidates:
        spelt.setdefault(fold(candidate), candidate)
    return [spelt[form] for form in nearest_folded(fold(name), spelt, limit=limit)]


def nearest_folded(folded: str, candidates: Iterable[str], *, limit: int = 3) -> list[str]:
    """As ``nearest``, of texts that are folded already.

    The likeness of the whole counts, or a little less for one that begins with the other.
    """
    forms = sorted(set(candidates))
    alike = process.extract(folded, forms, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=None)
    scores = {form: score for form, score, _ in alike}
    for form in forms:
        if min(len(form), len(folded)) > _SHORT_WORD and (
            form.startswith(folded) or folded.startswith(form)
        ):
            scores[form] = max(scores.get(form, 0.0), 80 + fuzz.ratio(folded, form) / 10)
    return sorted(scores, key=lambda form: -scores[form])[:limit]


@lru_cache(maxsize=16_384)
def _fold_cached(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    folded = _reduce(_romanise(text))
    if not folded:
        return "".join(f"u{ord(char):x}" for char in text if char.isalnum())
    while (again := _reduce(folded)) != folded:
        folded = again
    return folded


def _reduce(roman: str) -> str:
    """Takes out the differences between the usual romanisations."""
    roman = _TWIN_S.sub("s", _TWIN_KH.sub("kh", roman))
    roman = _YO.sub("e", roman).replace("ye", "e").replace("y", "i")
    roman = _FINAL_IJ.sub("i", roman)
    return _RUN_OF_I.sub("i", _NOT_FOLDED.sub("", roman))


def _romanise(text: str) -> str:
    """Lower-case ASCII words with whatever stood between them."""
    single = _CHUNK.sub(lambda chunk: _in_one_script(chunk.group()), _composed(text))
    lowered = unicodedata.normalize("NFKC", single.casefold())
    if not _CYRILLIC.search(lowered):
        return "".join(map(_plain, lowered)).lower()
    ukrainian = _UKRAINIAN_MARK.search(lowered) and not _RUSSIAN_MARK.search(lowered)
    spell = _ukrainian if ukrainian else _russian
    return _CHUNK.sub(lambda chunk: spell(chunk.group()), lowered).lower()


def _composed(text: str) -> str:
    """One code point per letter, without loose accents and invisible marks (joiners, direction)."""
    composed = unicodedata.normalize("NFKC", text)
    if composed.isascii():
        return composed
    return "".join(
        char
        for char in composed
        if not unicodedata.combining(char) and unicodedata.category(char) != "Cf"
    )


def _in_one_script(chunk: str) -> str:
    """Mends a word typed in two scripts whose letters look alike, such as X-47М2 or Тu-22К.

    All of one script must be twins of the other; where either would do, Cyrillic it is.
    """
    cyrillic, latin = set(_CYRILLIC.findall(chunk)), set(_LATIN.findall(chunk))
    if not cyrillic or not latin:
        return chunk
    if latin.issubset(_LATIN_TWINS):
        return chunk.translate(_TO_CYRILLIC)
    return chunk.translate(_TO_LATIN) if cyrillic.issubset(map(chr, _TO_LATIN)) else chunk


def _russian(chunk: str) -> str:
    """Final -ый and -ий are -y, as the press writes them."""
    chunk = re.sub(r"[ыи]й(?!\w)", "ы", chunk)
    return "".join(_RUSSIAN.get(char, "") or _other(char, _RUSSIAN) for char in chunk)


def _ukrainian(chunk: str) -> str:
    letters = []
    for index, char in enumerate(chunk):
        first = index == 0 or chunk[index - 1] in "-‐‑–"
        spelt = _UKRAINIAN_FIRST.get(char) if first else None
        if char == "г" and index and chunk[index - 1] == "з":
            spelt = "gh"
        letters.append(spelt or _UKRAINIAN.get(char, "") or _other(char, _UKRAINIAN))
    return "".join(letters)


def _other(char: str, table: dict[str, str]) -> str:
    """A letter outside the table; composed ones by their base letter."""
    if char in table:
        return table[char]
    base = unicodedata.normalize("NFD", char)[0]
    return table.get(base) or _plain(char)


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """ASCII for a letter or digit; combining marks and what has no ASCII vanish."""
    if char.isascii():
        return char
    bare = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    if char in _APOSTROPHES or not bare:
        return ""
    category = unicodedata.category(bare[0])[0]
    return anyascii(bare) if category in "LMN" else " "


def _chunks(text: str) -> Iterator[str]:
    """Runs of letters, digits, hyphens and apostrophes, without the possessive 's."""
    for run in _CHUNK.findall(_composed(text)):
        chunk = _bare(run)
        if chunk is not None:
            yield chunk


def _bare(run: str) -> str | None:
    """A run without marks at its ends; None where no letter or digit is in it."""
    chunk = run.strip(f"{_APOSTROPHES}‐‑‒–—―-_")
    if len(chunk) > 2 and chunk[-1] in "sS" and chunk[-2] in _APOSTROPHES:
        chunk = chunk[:-2]
    return chunk if any(map(str.isalnum, chunk)) else None


def _parts(chunk: str) -> list[str]:
    """The parts at the hyphens; long letters with digits behind them also part (Shahed136)."""
    pieces = [piece for piece in _HYPHENS.split(chunk) if any(map(str.isalnum, piece))]
    apart = [_LONG_LETTERS.sub(" ", piece).split() for piece in pieces]
    return [fold(word) for words_ in apart for word in words_]


def _is_prefix(chunk: str) -> bool:
    return len(chunk) <= _SHORT_WORD and chunk.isalpha()


def _is_designator(chunk: str) -> bool:
    return _is_prefix(chunk) and chunk.lower() not in _STOPS


def _is_designation(chunk: str) -> bool:
    """Short letters and then a number, or a number and then letters: S-300, RM-70, 9M723."""
    letters = re.match(r"[^\W\d_]*", chunk)
    return any(map(str.isdigit, chunk)) and (letters is None or letters.end() <= _SHORT_WORD)


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    name = unicodedata.name(char, "UNKNOWN").split(" ")[0].split("-")[0]
    return _SCRIPTS.get(name, "Zzzz")
