"""Turns what a user gives for a quantity (number, ends or words) into an interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from counterclaim.errors import QuantityError
from counterclaim.quantity.grammar import phrase_at, read_quantity
from counterclaim.quantity.interval import MOST, Quantity
from counterclaim.quantity.registry import lexicon_for
from counterclaim.quantity.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterclaim.quantity.lexicon import Ends, Lexicon
    from counterclaim.quantity.tokens import Token

_RIGHT = 'write an integer, {"low": 3, "high": 5}, or words such as "at least 12" or "several"'
_LONGEST = 200
_KEYS = {"low", "high"}


def parse_quantity(
    value: int | float | str | Mapping[str, int | None] | None, *, lang: str = "en"
) -> Quantity:
    """The interval of a number, of ``{"low", "high"}`` or of words; None is an unknown number.

    Raises:
        QuantityError: Anything else, with the nearest words that the lexicon knows.
    """
    if value is None:
        return Quantity(None, None)
    if isinstance(value, str):
        return _from_words(value, lang)
    if isinstance(value, Mapping):
        return _from_ends(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise QuantityError(f"{value!r} is no quantity; {_RIGHT}")
    return Quantity(value, value)


def _from_ends(value: Mapping[str, int | None]) -> Quantity:
    unknown = [str(key) for key in value if key not in _KEYS]
    if unknown or not value:
        wrong = f"unknown key {unknown[0]!r}" if unknown else "neither low nor high is given"
        raise QuantityError(f'{wrong}; the keys are "low" and "high"', suggestions=("low", "high"))
    return Quantity(value.get("low"), value.get("high"))


def _from_words(said: str, lang: str) -> Quantity:
    lexicon = lexicon_for(lang)
    if not said.strip() or len(said) > _LONGEST:
        wrong = f"more than {_LONGEST} characters are" if said.strip() else "an empty text is"
        raise QuantityError(f"{wrong} no quantity; {_RIGHT}")
    tokens = tokenize(said, lang)
    ends, unread = _read(tokens, lexicon)
    if ends is None or unread is not None:
        raise _refusal(said, tokens, unread, lang)
    return Quantity(*ends, said=said, lexicon=lexicon.version)


def _read(tokens: Sequence[Token], lexicon: Lexicon) -> tuple[Ends | None, Token | None]:
    """The interval, and the first token that could not be read."""
    opener = phrase_at(tokens, 0, lexicon.openers)
    at = len(opener.split()) if opener else 0
    reading = read_quantity(tokens, at, lexicon)
    ends = reading.ends if reading else None
    plural = False
    at = reading.stop if reading else at
    while at < len(tokens):
        width = _tail_width(tokens, at, lexicon)
        if not width:
            return ends, tokens[at]
        plural = plural or tokens[at].text in lexicon.plurals
        at += width
    return (2, None) if ends is None and plural else ends, None


def _tail_width(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> int:
    """How many tokens at a place may follow a number: links, modifiers, nouns, names."""
    link = phrase_at(tokens, at, lexicon.links)
    if link is not None:
        return len(link.split())
    text = tokens[at].text
    nouns = text in lexicon.nouns or text in lexicon.plurals
    return int(nouns or text in lexicon.modifiers or tokens[at].kind == "name")


def _refusal(said: str, tokens: Sequence[Token], unread: Token | None, lang: str) -> QuantityError:
    lexicon = lexicon_for(lang)
    shown = said if len(said) <= 60 else f"{said[:60]}…"
    if any(token.value is not None and token.value.denominator != 1 for token in tokens):
        return QuantityError(f'"{shown}" is not a whole number; {_RIGHT}')
    if any(token.value is not None and token.value > MOST for token in tokens):
        return QuantityError(f'"{shown}" is more than {MOST:,}; {_RIGHT}')
    unknown = next((token for token in tokens if _is_unknown(token, lexicon)), None)
    near = _nearest(said, unknown, lang)
    reason = f': it makes no sense at "{unread.text}"' if unread else ""
    if unknown:
        reason = f': the lexicon {lexicon.version} does not know "{unknown.text}"'
    hint = f"; near: {', '.join(near)}" if near else ""
    return QuantityError(f'"{shown}" is no quantity{reason}{hint}; {_RIGHT}', suggestions=near)


def _is_unknown(token: Token, lexicon: Lexicon) -> bool:
    return token.kind == "word" and token.text not in lexicon.known_words


def _nearest(said: str, unknown: Token | None, lang: str) -> list[str]:
    """Up to three readable texts: the unknown word mended, then phrases like the whole text."""
    lexicon = lexicon_for(lang)
    nouns = [said.strip()] if said.strip().lower() in lexicon.nouns else []
    ones = [word for word, number in lexicon.units.items() if number == 1]
    mended = [f"{one} {noun}" for one in ones for noun in nouns]
    if unknown is not None:
        close = process.extract(
            unknown.text, sorted(lexicon.known_words), scorer=fuzz.ratio, score_cutoff=65, limit=4
        )
        mended = [f"{said[: unknown.start]}{word}{said[unknown.end :]}" for word, _, _ in close]
    phrases = process.extract(
        said.lower(), list(lexicon.phrases), scorer=fuzz.ratio, score_cutoff=70, limit=3
    )
    candidates = dict.fromkeys([*mended, *(phrase for phrase, _, _ in phrases)])
    return [text for text in candidates if _readable(text, lang)][:3]


def _readable(text: str, lang: str) -> bool:
    ends, unread = _read(tokenize(text, lang), lexicon_for(lang))
    return ends is not None and unread is None
