"""Reads one quantity from tokens: numbers, number words, phrases, bounds and ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterclaim.quantity.interval import MOST
from counterclaim.quantity.lexicon import Bound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from counterclaim.quantity.lexicon import Ends, Lexicon
    from counterclaim.quantity.tokens import Exact, Token


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read up to ``stop``, exclusive; ``numbers`` are the numbers as spoken."""

    ends: Ends
    stop: int
    numbers: tuple[int, ...] = ()
    article: bool = False


LONGEST = 5
"""No phrase has more words."""


def phrase_at(tokens: Sequence[Token], at: int, phrases: Iterable[str]) -> str | None:
    """The longest of the phrases that stands at a place."""
    best: str | None = None
    words: list[str] = []
    for token in tokens[at : at + LONGEST]:
        if token.kind not in ("word", "sign"):
            break
        words.append(token.text)
        phrase = " ".join(words)
        if phrase in phrases:
            best = phrase
    return best


def read_quantity(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Reading | None:
    """The longest quantity that begins at a place."""
    if at >= len(tokens):
        return None
    if tokens[at].kind != "number" and tokens[at].text not in lexicon.first_words:
        return None
    number = _read_cardinal(tokens, at, lexicon)
    readings = [
        *_read_bounded(tokens, at, lexicon),
        *_read_framed_range(tokens, at, lexicon),
        *_read_joined(tokens, number, lexicon),
        *_read_amount(tokens, at, number, lexicon),
    ]
    if tokens[at].kind == "word" and tokens[at].text in lexicon.articles:
        readings.append(Reading((1, 1), at + 1, (1,), article=True))
    return max(readings, key=lambda reading: reading.stop, default=None)


def _read_bounded(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Iterator[Reading]:
    words = phrase_at(tokens, at, lexicon.before)
    if words is None:
        return
    bound = lexicon.before[words]
    behind = at + len(words.split())
    for amount in _read_amount(tokens, behind, _read_cardinal(tokens, behind, lexicon), lexicon):
        low, high = amount.ends
        ends: Ends | None = None
        if low is not None and low == high:
            ends = bound.ends(low)
        elif high is None and bound in {Bound.AT_LEAST, Bound.MORE_THAN}:
            ends = amount.ends
        if ends is not None:
            yield Reading(ends, amount.stop, amount.numbers)


def _read_framed_range(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Iterator[Reading]:
    for first, middle in lexicon.ranges:
        if at < len(tokens) and tokens[at].text == first:
            number = _read_cardinal(tokens, at + 1, lexicon)
            yield from _read_pair(tokens, number, frozenset({middle}), lexicon)


def _read_joined(
    tokens: Sequence[Token], number: Reading | None, lexicon: Lexicon
) -> Iterator[Reading]:
    """A range "n to m", or a number with a bound after it: "n or more"."""
    yield from _read_pair(tokens, number, lexicon.joined_ranges, lexicon)
    words = phrase_at(tokens, number.stop, lexicon.after) if number else None
    if number is not None and words is not None:
        ends = lexicon.after[words].ends(number.numbers[0])
        if ends is not None:
            yield Reading(ends, number.stop + len(words.split()), number.numbers)


def _read_pair(
    tokens: Sequence[Token], first: Reading | None, middles: frozenset[str], lexicon: Lexicon
) -> Iterator[Reading]:
    """Two numbers with a word between; the scale of "2 to 3 thousand" holds for both."""
    if first is None or first.stop >= len(tokens) or tokens[first.stop].text not in middles:
        return
    second = _read_cardinal(tokens, first.stop + 1, lexicon)
    if second is None:
        return
    low, high = first.numbers[0], second.numbers[0]
    last = tokens[second.stop - 1].text
    if last in lexicon.scales and low < lexicon.scales[last]:
        low *= lexicon.scales[last]
    if low <= high:
        yield Reading((low, high), second.stop, (low, high))


def _read_amount(
    tokens: Sequence[Token], at: int, number: Reading | None, lexicon: Lexicon
) -> Iterator[Reading]:
    """A phrase that stands at a place, and the number that was read there."""
    # The phrase first: among readings of one length it counts, "тысячи" alone is not 1,000.
    phrase = phrase_at(tokens, at, lexicon.phrases)
    if phrase is not None:
        low, high = lexicon.phrases[phrase]
        spoken = (low,) if low is not None and low == high else ()
        yield Reading((low, high), at + len(phrase.split()), spoken)
    if number is not None:
        yield number


def _read_cardinal(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Reading | None:
    """A whole number in digits or words; an article counts only before a scale ("a hundred")."""
    sum_ = _Sum(lexicon)
    stop = at
    while stop < len(tokens):
        skip = _glue(tokens, stop, lexicon) if stop > at else 0
        after = tokens[stop + skip + 1].text if stop + skip + 1 < len(tokens) else ""
        if stop + skip >= len(tokens) or not sum_.take(tokens[stop + skip], after):
            break
        stop += skip + 1
    value = sum_.value
    if stop == at or value.denominator != 1 or value > MOST:
        return None
    return Reading((int(value), int(value)), stop, (int(value),))


def _glue(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> int:
    """1 where a hyphen or an "and" stands inside a number: "twenty-one", "hundred and five"."""
    if at + 1 >= len(tokens):
        return 0
    left, here, right = tokens[at - 1], tokens[at], tokens[at + 1]
    if here.text == "-" and here.start == left.end and here.end == right.start:
        return int(left.text in lexicon.tens or right.text in lexicon.scales)
    small = right.text in lexicon.units or right.text in lexicon.tens
    return int(here.text == lexicon.conjunction and left.text in lexicon.scales and small)


class _Sum:
    """Adds up the words of one number; ``room`` is what the next small number must stay below."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        # Whole numbers stay int, which is many times as fast as a Fraction.
        self._total: Exact = 0
        self._part: Exact | None = None
        self._room: Exact = MOST + 1
        self._ceiling = MOST + 1

    @property
    def value(self) -> Exact:
        return self._total + (self._part or 0)

    def take(self, token: Token, after: str) -> bool:
        """Whether the token continues the number; ``after`` is the text of the next one."""
        table = self._lexicon
        if token.kind == "number":
            return token.value is not None and self._add(token.value, room=0, first=True)
        if token.kind != "word":
            return False
        if token.text in table.units:
            return self._add(table.units[token.text], room=0)
        if token.text in table.tens:
            tens = table.tens[token.text]
            return self._add(tens, room=100 if tens >= 100 else 10)
        if token.text in table.articles and after in table.scales:
            return self._add(1, room=0, first=True)
        return token.text in table.scales and self._scale(table.scales[token.text])

    def _add(self, value: Exact, *, room: int, first: bool = False) -> bool:
        started = self._part is not None or bool(self._total)
        if value >= self._room or (first and started) or (started and value == 0):
            return False
        self._part = (self._part or 0) + value
        self._room = room
        return True

    def _scale(self, scale: int) -> bool:
        part = 1 if self._part is None else self._part
        if scale >= self._ceiling or part >= scale or (self._part is None and self._total):
            return False
        if scale < 1_000:
            self._part, self._room = part * scale, 100 if scale == 100 else 0
        else:
            self._total, self._part = self._total + part * scale, None
            self._room, self._ceiling = 1_000, scale
        return True
