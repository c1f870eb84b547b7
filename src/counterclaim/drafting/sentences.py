"""Cuts a text into sentences at their offsets; a list belongs to the sentence that opens it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterclaim.drafting.language import Language

LONGEST = 2_000
"""Characters of a sentence; a longer one is no running text, and is cut."""

_CLOSERS = "»”\"')\\]"
_END = re.compile(rf"[.!?…]+[{_CLOSERS}]*(?=\s)|\n+")
_BULLETS = "▫▪•●◾◽🔹🔸–—-*✔✅➡"
_OPENS = re.compile(r"[\s]*(?:[«“„\"'(\[]*[^\W\d_]|\d|[^\w\s])")
_INITIAL = re.compile(r"(?:^|[\s(«\"])[^\W\d_]\.$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words at ``[start, end)`` of a text, without blanks around them."""

    start: int
    end: int
    text: str
    paragraph: int


def sentences_in(text: str, language: Language) -> list[Sentence]:
    """The sentences in order; each character that is no blank belongs to exactly one."""
    found: list[Sentence] = []
    start = paragraph = 0
    for match in _END.finditer(text):
        line = match.group().startswith("\n")
        if line and _goes_on(text, start, match):
            continue
        if not line and not _is_end(text, start, match, language):
            continue
        found += _cut(text, start, match.end(), paragraph)
        start = match.end()
        paragraph += line
    return [*found, *_cut(text, start, len(text), paragraph)]


def _cut(text: str, start: int, end: int, paragraph: int) -> Iterator[Sentence]:
    for first in range(start, end, LONGEST):
        piece = text[first : min(first + LONGEST, end)]
        bare = piece.strip()
        if bare:
            at = first + piece.index(bare)
            yield Sentence(at, at + len(bare), bare, paragraph)


def _goes_on(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a line is followed by what belongs to it: a list behind a colon, a wrapped line."""
    line = text[max(start, match.start() - LONGEST) : match.start()].rstrip()
    follows = text[match.end() : match.end() + 3].lstrip()
    if line.endswith((":", ",")):
        return True
    listed = ":" in line and follows[:1] and follows[0] in _BULLETS
    return bool(listed or (len(match.group()) == 1 and follows[:1].islower()))


def _is_end(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    if not match.group().startswith("."):
        return True
    before = text[max(start, match.start() - 40) : match.start() + 1]
    if _INITIAL.search(before[-4:]) or not _OPENS.match(text, match.end()):
        return False
    last = re.search(r"[\w.]+\.$", before)
    word = last.group()[:-1] if last else ""
    return not re.fullmatch(language.source("sentences.abbreviations"), word, re.IGNORECASE)
