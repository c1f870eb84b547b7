"""A text as pages show it: paragraphs of sentences, cut where quotes begin and end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_END = re.compile(
    r"(?<![A-ZА-Я]\.)(?<=[.!?…])[\"”»’)\]]*\s+(?=[\"“«‘(\[]*[^\W_a-zа-яіїє])|(?<=[。！？])"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text that is marked as belonging to a claim, or to one that is proposed."""

    start: int
    end: int
    number: int | None = None
    proposal: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in a row that belong to the same quotes; offsets in code points.

    ``numbers`` are the places of claims, ``proposals`` the names of what is proposed.
    """

    start: int
    text: str
    numbers: tuple[int, ...]
    proposals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with the blanks behind it."""

    start: int
    end: int
    pieces: tuple[Piece, ...]


def paragraphs(text: str, marks: Sequence[Mark] = ()) -> Iterator[list[Sentence]]:
    """The sentences of each paragraph. All pieces and the line ends between give the text again."""
    at = 0
    for line in text.split("\n"):
        if line.strip():
            yield [_cut(text, start, end, marks) for start, end in _sentences(line, at)]
        at += len(line) + 1


def _sentences(line: str, offset: int) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(line):
        if match.end() > start:
            yield offset + start, offset + match.end()
            start = match.end()
    if start < len(line):
        yield offset + start, offset + len(line)


def _cut(text: str, start: int, end: int, marks: Sequence[Mark]) -> Sentence:
    near = [mark for mark in marks if mark.start < end and start < mark.end]
    edges = {edge for mark in near for edge in (mark.start, mark.end) if start < edge < end}
    cuts = [start, *sorted(edges), end]
    pieces = tuple(_piece(text, first, last, near) for first, last in pairwise(cuts))
    return Sentence(start, end, pieces)


def _piece(text: str, start: int, end: int, marks: Sequence[Mark]) -> Piece:
    around = [mark for mark in marks if mark.start <= start and end <= mark.end]
    numbers = tuple(mark.number for mark in around if mark.number is not None)
    proposals = tuple(mark.proposal for mark in around if mark.proposal is not None)
    return Piece(start, text[start:end], numbers, proposals)


def nearest_occurrence(text: str, words: str, start: int | None) -> int | None:
    """Where words stand in a text: of several places the one next to ``start``; None if nowhere."""
    places: list[int] = []
    at = text.find(words) if words else -1
    while at != -1:
        places.append(at)
        at = text.find(words, at + 1)
    if start is None:
        return places[0] if len(places) == 1 else None
    return min(places, key=lambda place: abs(place - start), default=None)
