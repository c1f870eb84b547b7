"""Puts together all that is recognised in a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from counterclaim.quantity import languages, numbers_in
from counterclaim.queries.recognise.dates import dates_in
from counterclaim.queries.recognise.languages import LANGUAGES, words_of
from counterclaim.queries.recognise.names import names_in
from counterclaim.queries.recognise.spans import Kind, Span, apart_from
from counterclaim.vocabulary import Speech, Stance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from counterclaim.queries.recognise.names import KnownNames

_STANCES: tuple[tuple[Stance, str], ...] = (
    (Stance.DENIES, r"den(?:y|ies|ied|ying)|refut(?:e|es|ed)|not true|did not"),
    (Stance.ADMITS, r"admi(?:t|ts|tted|tting)|acknowledg(?:e|es|ed)|recogni[sz](?:ed|es)|conceded"),
    (Stance.DECLINES, r"declin(?:e|es|ed) to (?:comment|say)|no comment|refused to comment"),
    (Stance.THREATENS, r"threat(?:en|ens|ened|ening|s)?|warn(?:s|ed) of"),
    (Stance.PROMISES, r"promis(?:e|es|ed)|vow(?:s|ed)|pledg(?:e|es|ed)"),
    (Stance.FORECASTS, r"(?:un)?likely|expect(?:s|ed)? to|forecast(?:s)?|predict(?:s|ed)"),
)
_STANCE = re.compile(
    "|".join(rf"\b(?P<{stance}>{words})\b" for stance, words in _STANCES), re.IGNORECASE
)
_VERBS = "|".join(words_of(lang).said for lang in LANGUAGES)
_BEFORE = "|".join(words_of(lang).said_by for lang in LANGUAGES)
_SAID = re.compile(rf"\b(?:{_VERBS}|(?P<before>{_BEFORE}))\b", re.IGNORECASE)
_QUOTED = re.compile(r"“[^“”]*”|«[^«»]*»|„[^„“”]*[“”]|\"[^\"]*\"")


def recognise(
    text: str, known: KnownNames, published: date | None = None, lang: str = "en"
) -> list[Span]:
    """What a text speaks of, in the order of the text; spans of one kind do not overlap.

    Args:
        text: Any text; offsets count its code points.
        known: The names of the store that may stand in it, as ``names_known`` gives them.
        published: The day to which "on Tuesday" and "23 November" relate.
        lang: Its language; in one without a lexicon no number is recognised.
    """
    names, dates = list(names_in(text, known)), dates_in(text, published)
    things = [span for span in names if span.kind is not Kind.SOURCE]
    found = [*names, *dates, *_stances(text), *_speech(text)]
    if lang in languages():
        found += apart_from(_numbers(text, lang), [*things, *dates])
    return sorted(found, key=lambda span: (span.start, span.end, span.kind))


def _numbers(text: str, lang: str) -> Iterator[Span]:
    for number in numbers_in(text, lang=lang):
        kind = Kind.NUMBER if number.unit is None else Kind.MEASURE
        said = text[number.start : number.end]
        yield Span(kind, number.start, number.end, (said,))


def _stances(text: str) -> Iterator[Span]:
    for match in _STANCE.finditer(text):
        yield Span(Kind.STANCE, match.start(), match.end(), (str(match.lastgroup),))


def _speech(text: str) -> Iterator[Span]:
    """Words in quotation marks: all of the text is direct speech, some of it mixed."""
    quoted = list(_QUOTED.finditer(text))
    whole = text.strip()
    direct = len(quoted) == 1 and quoted[0].group() == whole
    for match in quoted:
        speech = Speech.DIRECT if direct else Speech.MIXED
        yield Span(Kind.SPEECH, match.start(), match.end(), (speech,))
    marks = [Span(Kind.SPEECH, match.start(), match.end(), ()) for match in quoted]
    said = (
        Span(Kind.SPEECH, match.start(), match.end(), (Speech.INDIRECT,))
        for match in _SAID.finditer(text)
    )
    yield from apart_from(said, marks)


_BEFORE_SPEAKER, _BEHIND_SPEAKER = 60, 40


def speaker_in(text: str, spans: list[Span]) -> Span | None:
    """The source that a text lets speak: named before "said", or behind "according to".

    None where no source stands near such a word, or the words name more than one.
    """
    sources = [span for span in spans if span.kind is Kind.SOURCE and span.value]
    for said in (span for span in spans if span.value == Speech.INDIRECT):
        match = _SAID.fullmatch(text, said.start, said.end)
        if match and match["before"]:
            near = [one for one in sources if 0 <= one.start - said.end <= _BEHIND_SPEAKER]
        else:
            near = [one for one in sources if 0 <= said.start - one.end <= _BEFORE_SPEAKER][::-1]
        if near:
            return near[0]
    return None
