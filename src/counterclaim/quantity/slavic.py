"""Makes lexicons of languages whose number words and nouns have cases: every form is listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterclaim.quantity.lexicon import Bound, Lexicon

if TYPE_CHECKING:
    from counterclaim.quantity.lexicon import Ends

MODELS = "БК ВАБ ЗРК Ка КАБ ЛА МиГ Ми М РМ РС С Су ТОС Ту УМПБ УМПК ФАБ Х FAB KAB Kh MiG RM Su Tu"


@dataclass(frozen=True)
class Forms:
    """The words of a language as lines of text: a number or a word, then all forms that mean it."""

    version: str
    small: str
    round: str
    scales: str
    several: str
    dozens: str
    hundreds: str
    thousands: str
    none: str
    both: str
    unknown: str
    bounds: dict[Bound, str]
    more_behind: str
    ranges: tuple[tuple[str, str], ...]
    either: str
    conjunction: str
    openers: str
    links: str
    nouns: str
    modifiers: str
    measures: str
    months: str


def lexicon_of(forms: Forms) -> Lexicon:
    """The lexicon that a language's forms make; no bare noun is a number in it."""
    return Lexicon(
        version=forms.version,
        units=_numbered(forms.small),
        tens=_numbered(forms.round),
        scales=_numbered(forms.scales),
        articles=frozenset(),
        conjunction=forms.conjunction,
        phrases=dict(_phrases(forms)),
        before={phrase: bound for bound, row in forms.bounds.items() for phrase in _listed(row)},
        after=dict.fromkeys(_listed(forms.more_behind), Bound.AT_LEAST) | {"+": Bound.AT_LEAST},
        ranges=forms.ranges,
        joined_ranges=frozenset({"-", *_listed(forms.either)}),
        openers=frozenset(_listed(forms.openers)),
        links=frozenset(_listed(forms.links)),
        nouns={noun: noun for noun in forms.nouns.split()},
        modifiers=frozenset(forms.modifiers.split()),
        measures={form: unit for unit, row in _rows(forms.measures) for form in row},
        stops=frozenset(),
        months=frozenset(forms.months.split()),
        named_models=frozenset(MODELS.split()),
    )


def _rows(lines: str) -> list[tuple[str, list[str]]]:
    cells = (line.split() for line in lines.strip().splitlines())
    return [(first, rest) for first, *rest in cells]


def _numbered(lines: str) -> dict[str, int]:
    return {
        form.replace("'", mark): int(number)
        for number, forms in _rows(lines)
        for form in forms
        for mark in "'ʼ"
    }


def _listed(row: str) -> list[str]:
    return [phrase.strip() for phrase in row.split(",") if phrase.strip()]


def _phrases(forms: Forms) -> list[tuple[str, Ends]]:
    ends: list[tuple[str, Ends]] = [
        (forms.several, (2, None)),
        (forms.dozens, (20, None)),
        (forms.hundreds, (200, None)),
        (forms.thousands, (2_000, None)),
        (forms.none, (0, 0)),
        (forms.both, (2, 2)),
        (forms.unknown, (None, None)),
    ]
    return [(phrase, value) for row, value in ends for phrase in _listed(row)]
