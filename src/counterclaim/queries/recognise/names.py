"""Finds names of the store in running text, in every script and spelling.

A phrase is looked up as it is folded. Which of the names found are meant is decided by how they
are written: "Is" can be a river, "is" cannot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from counterclaim.db import among
from counterclaim.models import Munition, Place, Source
from counterclaim.names import fold
from counterclaim.queries.names import NAME_TABLES, owner_column
from counterclaim.queries.recognise.composed import PROPER, composed_in, office_names, region_named
from counterclaim.queries.recognise.inflection import nominatives
from counterclaim.queries.recognise.languages import language_of
from counterclaim.queries.recognise.spans import Kind, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

LONGEST = 7
"""Words that a name has at most."""

CODE = 3
"""Letters of a code, which is written in capitals alone: AT is Austria, "At" is not."""

NAMESAKES = 8
"""A name of more rows than this says nothing."""

MODELS: dict[Kind, type[Any]] = {
    Kind.MUNITION: Munition,
    Kind.SOURCE: Source,
    Kind.PLACE: Place,
}
_WORD = re.compile(r"[^\W_]+(?:[-‐‑–'’ʼ`][^\W_]+)*")
_GAP = re.compile(r"(?:['’]s)?[ \t\u00a0\u202f]{1,3}[«„“]?|/|\.[ \u00a0]?|\n(?!\n)")
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)


_OWNER = re.compile(r"['’]s(?= )")


class NamedRow(NamedTuple):
    """One name of a row: the row's key, its kind and the name as the store spells it."""

    key: str
    kind: str
    name: str


KnownNames = Mapping[Kind, Mapping[str, "list[NamedRow]"]]
"""Names by what they are names of and by their folded form."""


RowsNamed = Callable[[Kind, list[str]], dict[str, list[NamedRow]]]


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
    return names_found(text, lambda kind, folded: _named(session, MODELS[kind], folded))


def names_found(text: str, rows_named: RowsNamed) -> KnownNames:
    """The names that may stand in a text, given how rows are found by folded names.

    A declined name stands under the form that the text gives it, one said in parts under its own.
    """
    phrases = [phrase for phrase in phrases_in(text) if phrase.folded]
    lang = language_of(text)
    declined = _declined(text, phrases, lang)
    composed = [fold(name) for name in _composed_names(text, lang)]
    folded = sorted({*(phrase.folded for phrase in phrases), *declined, *composed})
    found = {kind: rows_named(kind, folded) for kind in MODELS}
    for names in found.values():
        for nominative, forms in declined.items():
            for form in forms:
                if nominative in names and form != nominative:
                    names.setdefault(form, []).extend(names[nominative])
    return found


def _declined(text: str, phrases: list[Phrase], lang: str) -> dict[str, set[str]]:
    """The forms of the text by the nominatives that they may belong to, all folded.

    "Aland's ministry" is the "Aland ministry".
    """
    found: dict[str, set[str]] = {}
    for words, folded in {(text[one.start : one.end], one.folded) for one in phrases}:
        plain = [_OWNER.sub("", words)] if _OWNER.search(words) else []
        for nominative in chain(plain, nominatives(words.split(), lang)):
            found.setdefault(fold(nominative), set()).add(folded)
    return found


def _composed_names(text: str, lang: str) -> list[str]:
    said = chain.from_iterable(one.names for one in composed_in(text, lang))
    proper = re.findall(rf"\b{PROPER}", text)
    places = list(dict.fromkeys(chain(proper, (word for one in proper for word in one.split()))))
    offices = office_names(text, places, lang)
    return [*said, *offices, *(region_named(place, lang) for place in places if offices)]


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
    parts = list(_composed_spans(text, known))
    for kind, names in known.items():
        whole = [span for span in parts if span.kind is kind]
        yield from whole
        free = 0
        for phrase in phrases:
            rows = names.get(phrase.folded, ()) if phrase.first >= free else ()
            meant = _meant(kind, text[phrase.start : phrase.end], rows)
            if meant:
                span = Span(kind, phrase.start, phrase.end, meant)
                free = phrase.last + 1
                if not any(span.meets(other) for other in whole):
                    yield span


def _composed_spans(text: str, known: KnownNames) -> Iterator[Span]:
    taken: list[Span] = []
    for one in composed_in(text, language_of(text)):
        rows = next(filter(None, (known.get(one.kind, {}).get(fold(n)) for n in one.names)), None)
        keys = tuple(dict.fromkeys(row.key for row in rows or ()))
        span = Span(one.kind, one.start, one.end, keys)
        clear = not any(span.meets(other) for other in taken if other.kind is span.kind)
        if keys and len(keys) <= NAMESAKES and clear:
            taken.append(span)
            yield span


def _meant(kind: Kind, words: str, rows: list[NamedRow] | tuple[()]) -> tuple[str, ...]:
    """The keys of the rows that words written so can name; none where there are too many."""
    fitting = [row for row in rows if _is_written_so(kind, words, row.name)]
    keys = tuple(dict.fromkeys(row.key for row in fitting))
    return keys if len(keys) <= NAMESAKES else ()


def _is_written_so(kind: Kind, words: str, name: str) -> bool:
    """Whether words can be meant as a name: a common noun in any case, others with a capital."""
    if words == name or (kind is Kind.MUNITION and any(map(str.isdigit, words))):
        return True
    if kind is not Kind.MUNITION and name.isupper() and len(name) <= CODE:
        return False
    if name.islower() and kind is not Kind.PLACE:
        return True
    if kind is Kind.MUNITION and words.casefold() == name.casefold():
        return not (name.isupper() and words.islower())
    first = next(filter(str.isalpha, words), "")
    return not first.islower() or (kind is Kind.SOURCE and name[:1].islower())
