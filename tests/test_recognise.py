"""The recogniser: names in every script, numbers, dates and ways of speaking, at their offsets."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterclaim.db import reading
from counterclaim.names import fold
from counterclaim.queries.recognise import (
    Kind,
    NamedRow,
    dates_in,
    names_known,
    phrases_in,
    recognise,
    speaker_in,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from counterclaim.queries.recognise import KnownNames

PUBLISHED = date(2024, 11, 26)  # A Tuesday.


def known(*rows: tuple[Kind, str, str]) -> KnownNames:
    """Names of rows: their kind, key and spelling."""
    names: dict[Kind, dict[str, list[NamedRow]]] = {}
    for kind, key, name in rows:
        names.setdefault(kind, {}).setdefault(fold(name), []).append(NamedRow(key, "", name))
    return names


NAMES = known(
    (Kind.MUNITION, "zeta-9", "Zeta-9"),
    (Kind.MUNITION, "s-300", "S-300"),
    (Kind.MUNITION, "missile", "missiles"),
    (Kind.PLACE, "quarry", "Quarry"),
    (Kind.PLACE, "old-quarry", "Old Quarry"),
    (Kind.PLACE, "isle", "Isle"),
    (Kind.PLACE, "other-isle", "Isle"),
    (Kind.PLACE, "is", "Is"),
    (Kind.SOURCE, "aland-mod", "Aland Ministry"),
    (Kind.SOURCE, "bland", "Bland"),
)


def found(text: str, kind: Kind, published: date | None = PUBLISHED) -> list[tuple[str, str]]:
    """The words found of a kind, and what they mean."""
    spans = recognise(text, NAMES, published)
    return [(text[one.start : one.end], "|".join(one.values)) for one in spans if one.kind is kind]


def test_the_longest_name_counts_and_namesakes_are_all_told() -> None:
    text = "From Old Quarry to Quarry's harbour; Isle is near."
    places = [("Old Quarry", "old-quarry"), ("Quarry", "quarry"), ("Isle", "isle|other-isle")]
    assert found(text, Kind.PLACE) == places


@pytest.mark.parametrize("words", ["Zeta 9", "ZETA-9", "Зета-9"])
def test_names_are_found_in_any_spelling(words: str) -> None:
    assert found(f"two {words} fell", Kind.MUNITION) == [(words, "zeta-9")]


def test_a_name_does_not_go_over_a_stop_or_a_paragraph() -> None:
    assert found("Old, Quarry. Old\n\nQuarry", Kind.PLACE) == [("Quarry", "quarry")] * 2


def test_digits_in_names_and_dates_are_no_numbers() -> None:
    text = "On 23 November three of 5 S-300 and a Zeta-9 struck at 37 km"
    assert [words for words, _ in found(text, Kind.NUMBER)] == ["three", "5"]
    assert found(text, Kind.MEASURE) == [("37", "37")]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2024-11-23", "2024-11-23"),
        ("23 November", "2024-11-23"),
        ("November 23", "2024-11-23"),
        ("23rd of November 2019", "2019-11-23"),
        ("December 1, 2023", "2023-12-01"),
        ("1 December", "2023-12-01"),
        ("23 ноября", "2024-11-23"),
        ("23 листопада 2022", "2022-11-23"),
        ("Tuesday", "2024-11-26"),
        ("Wednesday", "2024-11-20"),
        ("yesterday", "2024-11-25"),
        ("29 February", "2024-02-29"),
        ("25.11.2024", "2024-11-25"),
        ("overnight", "2024-11-25/2024-11-26"),
        ("overnight into Monday", "2024-11-24/2024-11-25"),
        ("overnight Monday", "2024-11-25/2024-11-26"),
        ("the night before", "2024-11-24/2024-11-25"),
        ("сегодня ночью", "2024-11-25/2024-11-26"),
        ("в ночь на 5 ноября", "2024-11-04/2024-11-05"),
        ("у ніч на п’ятницю", "2024-11-21/2024-11-22"),
    ],
)
def test_dates_relate_to_the_day_of_publication(words: str, day: str) -> None:
    text = f"It happened on {words}, they say."
    assert found(text, Kind.DATE) == [(words, day)]


@pytest.mark.parametrize(
    "words", ["31 February 2024", "2024-13-01", "May said so", "the march of 3"]
)
def test_what_is_no_day_is_no_date(words: str) -> None:
    assert found(words, Kind.DATE) == []


@pytest.mark.parametrize("published", [date.min, date.max])
def test_the_ends_of_the_calendar_are_no_days_to_relate_to(published: date) -> None:
    words = "overnight into 31 December 9999, on Tuesday, last night, the night of 1 January 0001"
    assert found(words, Kind.DATE, published) == []


def test_without_a_day_of_publication_only_whole_dates_are_told() -> None:
    assert found("on Tuesday, 23 November and 3 May 2024", Kind.DATE, None) == [
        ("3 May 2024", "2024-05-03")
    ]


def test_declined_names_regions_of_a_list_and_offices_apart_are_found(
    seed_to_read: Engine,
) -> None:
    told = {
        "над Белгородской областью и у Чёрного моря": ["ru-bel", "black-sea"],
        "над территориями Брянской, Курской и Орловской областей": ["ru-bry", "ru-krs", "ru-orl"],
        "у Харкові та на Полтавщині": ["kharkiv", "ua-53"],
        "over the Kursk and Ryazan regions": ["ru-krs", "ru-rya"],
        "the regional governor in the southern city of Odesa": ["ua-51-administration"],
        "Kharkiv's regional governor": ["ua-63-administration"],
        "Russia's defense ministry": ["ru-mod"],
    }
    with reading(seed_to_read) as session:
        for text, keys in told.items():
            spans = recognise(text, names_known(session, text), PUBLISHED)
            found = [one.value for one in spans if one.kind in (Kind.SOURCE, Kind.PLACE)]
            assert set(keys) <= set(found), (text, found)


@given(st.dates(date(1990, 1, 1), date(2050, 1, 1)), st.integers(0, 300))
def test_a_day_without_a_year_lies_at_or_before_publication(published: date, back: int) -> None:
    day = published - timedelta(days=back)
    (span,) = dates_in(f"on {day.day} {day:%B} at dawn", published)
    assert span.value == day.isoformat()


def test_speech_and_stance_are_told_by_their_words() -> None:
    text = "The Aland Ministry denied that “five” missiles fell, Bland said."
    assert found(text, Kind.STANCE) == [("denied", "denies")]
    assert found(text, Kind.SPEECH) == [("“five”", "mixed"), ("said", "indirect")]
    assert found("“Nothing fell.”", Kind.SPEECH) == [("“Nothing fell.”", "direct")]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Bland was struck, the Aland Ministry said", "aland-mod"),
        ("According to the Aland Ministry Bland was struck", "aland-mod"),
        ("Bland was struck", None),
        ("said nobody", None),
    ],
)
def test_the_speaker_is_the_source_beside_the_word_for_speaking(
    text: str, speaker: str | None
) -> None:
    told = speaker_in(text, recognise(text, NAMES))
    assert (told.value if told else None) == speaker


WORDS = "Zeta-9|Зета-9|S-300|Old Quarry|quarry|Isle's|Is|five|12|a|🚀|23 November|Tuesday|said|“|”"
PIECES = st.sampled_from([*WORDS.split("|"), "Aland Ministry", ", ", ". ", " ", "\n", "é́"])


@given(st.lists(PIECES, max_size=25), st.sampled_from([PUBLISHED, None]))
def test_spans_lie_in_the_text_in_order_and_do_not_overlap_within_a_kind(
    pieces: list[str], published: date | None
) -> None:
    text = " ".join(pieces)
    spans = recognise(text, NAMES, published)
    assert spans == sorted(spans, key=lambda one: (one.start, one.end, one.kind))
    for kind in Kind:
        same = [one for one in spans if one.kind is kind]
        assert all(one.end <= other.start for one, other in pairwise(same))
    for one in spans:
        words = text[one.start : one.end]
        assert words
        assert words == words.strip()
        if one.kind in NAMES:
            assert {row.key for row in NAMES[one.kind][fold(words)]} == set(one.values)
        if one.kind is Kind.NUMBER:
            assert one.values == (words,)
            assert not any(one.meets(other) for other in spans if other.kind is Kind.MUNITION)


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    for one in recognise(text, NAMES, PUBLISHED):
        assert 0 <= one.start < one.end <= len(text)
    for phrase in phrases_in(text):
        assert fold(text[phrase.start : phrase.end]) == phrase.folded


def test_the_names_of_the_store_are_looked_up_in_every_script(seed_to_read: Engine) -> None:
    text = "Минобороны России: ракеты ATACAMS у Kursk-Vostochny, С-300, Київ"
    with reading(seed_to_read) as session:
        names = names_known(session, text)
    told = {(one.kind, one.value) for one in recognise(text, names, PUBLISHED)}
    assert {(Kind.SOURCE, "ru-mod"), (Kind.MUNITION, "atacms"), (Kind.MUNITION, "s-300")} <= told
    assert {(Kind.PLACE, "kursk-vostochny"), (Kind.PLACE, "kyiv")} <= told
