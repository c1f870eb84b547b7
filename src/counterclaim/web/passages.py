"""A text cut where quotes begin and end, so that all of them can be marked, overlapping or not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from counterclaim.schemas.claim import QuoteOut

LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that the same quotes cover; ``begins`` are those of them that begin here."""

    text: str
    quotes: tuple[str, ...]
    begins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A line of the text in pieces, and the quotes that stand first in it, in their order."""

    pieces: Sequence[Piece]
    quotes: Sequence[str]


def cut_passages(text: str, quotes: Sequence[QuoteOut]) -> Iterator[Passage]:
    """The lines of a text that hold words; their pieces put together are all of each line."""
    begun: set[str] = set()
    for match in LINE.finditer(text):
        if match[0].isspace():
            continue
        start, end = match.span()
        inside = [quote for quote in quotes if quote.start < end and quote.end > start]
        # Not all begin where a line has words: some in the white space before it.
        fresh = [quote.id for quote in inside if quote.id not in begun]
        begun.update(fresh)
        yield Passage(list(_cut(text, start, end, inside, fresh)), fresh)


def _cut(
    text: str, start: int, end: int, quotes: Sequence[QuoteOut], fresh: Collection[str]
) -> Iterator[Piece]:
    borders = {start, end}
    for quote in quotes:
        borders |= {max(quote.start, start), min(quote.end, end)}
    ordered = sorted(borders)
    for left, right in pairwise(ordered):
        over = [quote for quote in quotes if quote.start < right and quote.end > left]
        begins = tuple(q.id for q in over if q.id in fresh and max(q.start, start) == left)
        yield Piece(text[left:right], tuple(quote.id for quote in over), begins)
