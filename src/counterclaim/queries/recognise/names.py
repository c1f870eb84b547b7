"""Finds names of the store in running text, in every script and spelling.

A phrase is looked up as it is folded. Which of the names found are meant is decided by how they
are written: "Is" can be a river, "is" cannot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from counterclaim.db import among
from counterclaim.models import Munition, Place, Source
from counterclaim.names import fold
from counterclaim.queries.names import NAME_TABLES, owner_column
from counterclaim.queries.recognise.spans import Kind, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

LONGEST = 7
"""Words that a name has at most."""

NAMESAKES = 8
"""A name of more rows than this says nothing."""

MODELS: dict[Kind, type[Any]] = {
    Kind.MUNITION: Munition,
    Kind.SOURCE: Source,
    Kind.PLACE: Place,
}
_WORD = re.compile(r"[^\W_]+(?:[-‐‑–'’ʼ`][^\W_]+)*")
_GAP = re.compile(r"[ \t\u00a0\u202f]{1,3}|/|\.[ \u00a0]?|\n(?!\n)")
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)


class NamedRow(NamedTuple):
    """One name of a row: the row's key, its kind and the name as the store spells it."""

    key: str
    kind: str
    name: str


KnownNames = Mapping[Kind, Mapping[str, "list[NamedRow]"]]
"""Names by what they are names of and by their folded form."""


class Phrase(NamedTuple):
    """Some words of a text in a row; ``first`` and ``last`` are the places of its words."""

    start: int
    end: int
    first: int
    last: int
    folded: str


def phrases_in(text: str) -> list[Phrase]:
    """All runs of up to seven words without a stop between them, the longest first at each place.

    The possessive 's belongs to none of them.
    """
    words = [_bare(text, match) for match in _WORD.finditer(text)]
    found: list[Phrase] = []
    for first, (start, _end) in enumerate(words):
        run: list[Phrase] = []
        for last in range(first, min(first + LONGEST, len(words))):
            if last > first and not _GAP.fullmatch(text, words[last - 1][1], words[last][0]):
                break
            end = words[last][1]
            run.append(Phrase(start, end, first, last, fold(text[start:end])))
        found += reversed(run)
    return found


def _bare(text: str, match: re.Match[str]) -> tuple[int, int]:
    start, end = match.span()
    possessive = _POSSESSIVE.search(text, start, end)
    return start, possessive.start() if possessive and possessive.start() > start else end


def names_known(session: Session, text: str) -> KnownNames:
    """The names of the store that may stand in a text: one statement for each kind of row."""
    folded = sorted({phrase.folded for phrase in phrases_in(text) if phrase.folded})
    return {kind: _named(session, model, folded) for kind, model in MODELS.items()}


def _named(session: Session, model: type[Any], folded: list[str]) -> dict[str, list[NamedRow]]:
    table = NAME_TABLES[model]
    kind = model.category if model is Munition else model.kind
    query = (
        select(table.folded, model.key, kind, table.name)
        .join(model, model.id == owner_column(model))
        .where(among(session, table.folded, folded), table.ended_at.is_(None))
        .order_by(model.key, table.name)
    )
    found: dict[str, list[NamedRow]] = {}
    for form, key, what, name in session.execute(query):
        found.setdefault(form, []).append(NamedRow(key, str(what), name))
    return found


def names_in(text: str, known: KnownNames) -> Iterator[Span]:
    """Where names stand, in order for each kind; of names within a longer one only the longer."""
    phrases = phrases_in(text)
    for kind, names in known.items():
        free = 0
        for phrase in phrases:
            rows = names.get(phrase.folded, ()) if phrase.first >= free else ()
            meant = _meant(kind, text[phrase.start : phrase.end], rows)
            if meant:
                free = phrase.last + 1
                yield Span(kind, phrase.start, phrase.end, meant)


def _meant(kind: Kind, words: str, rows: list[NamedRow] | tuple[()]) -> tuple[str, ...]:
    """The keys of the rows that words written so can name; none where there are too many."""
    fitting = [row for row in rows if _is_written_so(kind, words, row.name)]
    keys = tuple(dict.fromkeys(row.key for row in fitting))
    return keys if len(keys) <= NAMESAKES else ()


def _is_written_so(kind: Kind, words: str, name: str) -> bool:
    if words == name or any(map(str.isdigit, words)):
        return True
    if kind is Kind.MUNITION and words.casefold() == name.casefold():
        return not (name.isupper() and words.islower())
    first = next(filter(str.isalpha, words), "")
    return not first.islower()
