"""Finds the numbers that a running text states, and checks that a quantity stands in a quote."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from counterclaim.quantity.grammar import Reading, phrase_at, read_quantity
from counterclaim.quantity.interval import Quantity
from counterclaim.quantity.registry import lexicon_for
from counterclaim.quantity.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from counterclaim.quantity.lexicon import Lexicon
    from counterclaim.quantity.tokens import Token

_REACH = 5
_CURRENCIES = frozenset("$€£¥₽₴")


@dataclass(frozen=True, slots=True)
class NumberSpan:
    """``[start, end)`` in code points; ``unit`` for measures: km, %, year, money.

    ``numbers`` are those spoken: 12 of "more than 12", whose quantity is [13, ∞). ``bare`` is a
    plural noun without a number.
    """

    start: int
    end: int
    quantity: Quantity
    numbers: tuple[int, ...] = ()
    unit: str | None = None
    bare: bool = False


def numbers_in(text: str, *, lang: str = "en") -> list[NumberSpan]:
    """The stated quantities in order, without overlap.

    An article counts where it belongs to a noun of the lexicon ("a radar"), a plural noun
    where no number belongs to it. Designations, dates, years and times of day do not count.
    """
    return list(_numbers_in(text, lang))


@lru_cache(maxsize=64)
def _numbers_in(text: str, lang: str) -> tuple[NumberSpan, ...]:
    # A claim's figures are looked for in its quote one after another.
    return tuple(_spans(text, tokenize(text, lang), lexicon_for(lang)))


def stands_in(quantity: Quantity, quote: str, *, lang: str = "en", unit: str | None = None) -> bool:
    """Whether the quote states the interval, or each of its finite ends as a number.

    Only numbers with this unit count; None means things counted. Any "a" or "an" supports
    exactly one. An unknown number stands anywhere.
    """
    if not quantity.known:
        return True
    spans = [span for span in numbers_in(quote, lang=lang) if span.unit == unit]
    if any(span.quantity.same_interval(quantity) for span in spans):
        return True
    spoken = {number for span in spans for number in span.numbers}
    if unit is None and quantity.exact == 1:
        words = {token.text for token in tokenize(quote, lang)}
        return 1 in spoken or not words.isdisjoint(lexicon_for(lang).articles)
    return all(end in spoken for end in (quantity.low, quantity.high) if end is not None)


def _spans(text: str, tokens: Sequence[Token], lexicon: Lexicon) -> Iterator[NumberSpan]:
    counted = -1
    at = 0
    while at < len(tokens):
        reading = read_quantity(tokens, at, lexicon)
        if reading is None:
            plural = tokens[at].text in lexicon.plurals and at != counted
            if plural:
                bare = _span(text, tokens, at, Reading((2, None), at + 1), lexicon, None)
                yield replace(bare, bare=True)
            at += 1
            continue
        noun = _governed_noun(tokens, reading.stop, lexicon)
        unit = _unit(tokens, at, reading.stop, lexicon)
        counted = counted if noun is None else noun
        if noun is not None or unit is not None or _counts_alone(tokens, at, reading):
            yield _span(text, tokens, at, reading, lexicon, unit)
        at = reading.stop


def _span(
    text: str,
    tokens: Sequence[Token],
    at: int,
    reading: Reading,
    lexicon: Lexicon,
    unit: str | None,
) -> NumberSpan:
    start, end = tokens[at].start, tokens[reading.stop - 1].end
    quantity = Quantity(*reading.ends, said=text[start:end], lexicon=lexicon.version)
    return NumberSpan(start, end, quantity, reading.numbers, unit)


def _counts_alone(tokens: Sequence[Token], at: int, reading: Reading) -> bool:
    """Whether a number without a noun is one: not an article, a year, or "unknown"."""
    year = reading.stop == at + 1 and tokens[at].year_like
    return not (reading.article or year or reading.ends == (None, None))


def _governed_noun(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> int | None:
    """The place of the noun that the number before belongs to, a few words on at most."""
    link = phrase_at(tokens, at, lexicon.links)
    at += len(link.split()) if link else 0
    for place in range(at, min(at + _REACH, len(tokens))):
        token = tokens[place]
        if token.text in lexicon.plurals:
            return place
        if token.text in lexicon.nouns and not _noun_follows(tokens, place, lexicon):
            return place
        if token.kind not in ("word", "name") or token.text in lexicon.stops:
            return None
    return None


def _noun_follows(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> bool:
    """Whether a noun is only the first part of a compound: "missile attacks"."""
    text = tokens[at + 1].text if at + 1 < len(tokens) else ""
    return text in lexicon.nouns or text in lexicon.plurals


def _unit(tokens: Sequence[Token], at: int, stop: int, lexicon: Lexicon) -> str | None:
    if at and tokens[at - 1].text in _CURRENCIES:
        return "money"
    following = " ".join(token.text for token in tokens[stop : stop + 2])
    first = following.split(" ")[0]
    return lexicon.measures.get(following) or lexicon.measures.get(first)
