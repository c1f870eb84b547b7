"""A text cut where quotes begin and end, so that all of them can be marked, overlapping or not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from counterclaim.schemas.claim import QuoteOut

PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that the same quotes cover; ``begins`` are those of them that begin here."""

    text: str
    quotes: tuple[str, ...]
    begins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A line of the text in pieces, and the quotes that begin in it, in the order of the text."""

    pieces: Sequence[Piece]
    quotes: Sequence[str]


def cut_passages(text: str, quotes: Sequence[QuoteOut]) -> Iterator[Passage]:
    """The lines of a text that hold words; their pieces put together are all of each line."""
    for match in PARAGRAPH.finditer(text):
        start, end = match.span()
        inside = [quote for quote in quotes if quote.start < end and quote.end > start]
        pieces = list(_cut(text, start, end, inside))
        yield Passage(pieces, [quote.id for quote in inside if quote.start >= start])


def _cut(text: str, start: int, end: int, quotes: Sequence[QuoteOut]) -> Iterator[Piece]:
    borders = {start, end}
    for quote in quotes:
        borders |= {max(quote.start, start), min(quote.end, end)}
    ordered = sorted(borders)
    for left, right in pairwise(ordered):
        over = [quote for quote in quotes if quote.start < right and quote.end > left]
        begins = tuple(quote.id for quote in over if quote.start == left)
        yield Piece(text[left:right], tuple(quote.id for quote in over), begins)
