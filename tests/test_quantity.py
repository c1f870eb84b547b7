"""Quantities: entry, the lexicon, numbers in running text."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterclaim.errors import QuantityError
from counterclaim.quantity import (
    LEXICON_VERSION,
    MOST,
    Quantity,
    languages,
    lexicon_table,
    numbers_in,
    parse_quantity,
    stands_in,
)
from counterclaim.quantity.lexicon_en import ENGLISH

INTERCEPTED = (
    "three ATACMS missiles, with a range of 300 km, out of the five fired were shot down by the "
    "Russian anti-aircraft defense during the attack of November 23 and seven projectiles out of "
    "eight fired during that of November 25."
)

counts = st.integers(min_value=0, max_value=MOST)


@st.composite
def quantities(draw: st.DrawFn) -> Quantity:
    low = draw(st.none() | st.integers(0, 500))
    high = draw(st.none() | st.integers(low or 0, 1_000))
    return Quantity(low, high)


WORDS = {
    "five": (5, 5),
    "Twenty-One": (21, 21),
    "twenty one": (21, 21),
    "a hundred": (100, 100),
    "one hundred and five": (105, 105),
    "two hundred and five thousand": (205_000, 205_000),
    "three thousand": (3_000, 3_000),
    "1.5 thousand": (1_500, 1_500),
    "two-hundred": (200, 200),
    "1,200": (1_200, 1_200),
    "1 200": (1_200, 1_200),
    "93.0": (93, 93),
    "a": (1, 1),
    "an": (1, 1),
    "one": (1, 1),
    "no": (0, 0),
    "none": (0, 0),
    "zero": (0, 0),
    "a dozen": (12, 12),
    "two dozen": (24, 24),
    "several": (2, None),
    "a few": (2, None),
    "some": (2, None),
    "many": (2, None),
    "dozens": (24, None),
    "hundreds": (200, None),
    "thousands": (2_000, None),
    "tens of thousands": (20_000, None),
    "several dozen": (24, None),
    "a couple": (2, 2),
    "both": (2, 2),
    "a pair": (2, 2),
    "at least 12": (12, None),
    "at least several": (2, None),
    "no fewer than three": (3, None),
    "5 or more": (5, None),
    "12+": (12, None),
    "more than 330": (331, None),
    "more than a dozen": (13, None),
    "over 5": (6, None),
    ">= 4": (4, None),
    "up to 4": (None, 4),
    "at most seven": (None, 7),
    "no more than 7": (None, 7),
    "fewer than 3": (None, 2),
    "about 150": (135, 165),
    "around 3": (2, 4),
    "about one": (1, 2),
    "some 40": (36, 44),
    "~12": (10, 14),
    "nearly 100": (90, 100),
    "3-5": (3, 5),
    "3–5": (3, 5),
    "3 to 5": (3, 5),
    "between 3 and 5": (3, 5),
    "from three to five": (3, 5),
    "three or four": (3, 4),
    "2 to 3 thousand": (2_000, 3_000),
    "missiles": (2, None),
    "cruise missiles": (2, None),
    "five missiles": (5, 5),
    "two Russian soldiers": (2, 2),
    "four S-300 missiles": (4, 4),
    "five ATACMS": (5, 5),
    "a missile": (1, 1),
    "an airfield": (1, 1),
    "a radar": (1, 1),
    "all six": (6, 6),
    "all of the six": (6, 6),
    "a total of 44 missiles": (44, 44),
    "thousands of North Korean soldiers": (2_000, None),
    "an unknown number of drones": (None, None),
}


@pytest.mark.parametrize(("said", "ends"), WORDS.items())
def test_words_become_intervals_and_are_kept(
    said: str, ends: tuple[int | None, int | None]
) -> None:
    quantity = parse_quantity(f" {said} ")
    assert (quantity.low, quantity.high) == ends
    assert quantity.said == f" {said} "
    assert quantity.lexicon == LEXICON_VERSION


@pytest.mark.parametrize("value", [0, 7, 7.0])
def test_number_is_exact_and_has_no_words(value: float) -> None:
    assert parse_quantity(value) == Quantity(int(value), int(value), None, None)


def test_either_end_may_be_missing() -> None:
    assert parse_quantity({"low": 3, "high": 5}) == Quantity(3, 5)
    assert parse_quantity({"low": 3}) == Quantity(3, None)
    assert parse_quantity({"high": 5}) == Quantity(None, 5)
    assert parse_quantity(None) == parse_quantity({"low": None}) == Quantity(None, None)


@pytest.mark.parametrize(
    "value",
    [
        *({"low": 5, "high": 3}, {"low": -1}, {"low": True}, {"min": 3}, {}, {"low": "3"}),
        *(-1, True, 1.5, float("nan"), MOST + 1, [3], "", "  ", "93.5", "1,2", "-5", "5 to 3"),
        *("five five", "two hundred hundred", "three and four", "missile", "9" * 30, "300 km"),
        *("99 per cent", "five hundrd missiles", "FIVE HUNDRD", "2024-11-23", "x" * 10_000),
    ],
)
def test_what_is_no_quantity_is_refused(value: object) -> None:
    with pytest.raises(QuantityError):
        parse_quantity(value)  # type: ignore[arg-type]  # the wrong types are the point


@pytest.mark.parametrize(
    ("said", "near"),
    [
        ("severl", "several"),
        ("at leest 12", "at least 12"),
        ("five hundrd missiles", "five hundred missiles"),
        ("missile", "one missile"),
        ("dozzens", "dozens"),
    ],
)
def test_refusal_names_what_would_be_right(said: str, near: str) -> None:
    with pytest.raises(QuantityError) as refusal:
        parse_quantity(said)
    assert near in refusal.value.suggestions
    assert near in refusal.value.message


def test_unknown_language_is_refused_with_the_known_ones() -> None:
    assert languages() == ("en", "ru", "uk")
    assert parse_quantity("five", lang="en-GB").exact == 5
    with pytest.raises(QuantityError, match="en"):
        parse_quantity("fünf", lang="de")


def test_numbers_of_the_seed_sentence_without_its_dates() -> None:
    found = [(INTERCEPTED[s.start : s.end], s.numbers, s.unit) for s in numbers_in(INTERCEPTED)]
    assert found == [
        ("three", (3,), None),
        ("300", (300,), "km"),
        ("five", (5,), None),
        ("seven", (7,), None),
        ("eight", (8,), None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("S-300", "Shahed-136/131", "RM-70", "Kh-101", "X-22", "Su-34", "F-16s", "Mi-8", "T-90"),
        *("9M723", "Shahed 136", "a 12-storey, 46-year-old block", "the 93rd brigade", "one-way"),
        *("November 23", "23 November 2024", "Nov. 5", "November 23-25, 2024", "in May 2024"),
        *("23 and 25 November", "2024-11-23", "23.11.2024", "at 04:30", "in 2024", "ATACMS"),
    ],
)
def test_names_and_dates_hold_no_quantity(text: str) -> None:
    assert numbers_in(f"It was {text}.") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("destroying 15 of 16 Russian drones", ["15", "16"]),
        ("killed at least nine people and 2000 soldiers", ["at least nine", "2000"]),
        ("all 36 Shahed-136 drones and two Kh-101 missiles", ["36", "two"]),
        ("British-made Storm Shadow missiles", ["missiles"]),
        ("several missiles hit dozens of houses", ["several", "dozens of"]),
        ("a radar and a statement", ["a"]),
        ("twenty-one or twenty-two", ["twenty-one or twenty-two"]),
        ("99 per cent, $61 billion, 5%", ["99", "61", "5"]),
        ("On November 23, 15 drones", ["15"]),
        ("no casualties", ["no"]),
    ],
)
def test_numbers_in_running_text(text: str, expected: list[str]) -> None:
    assert [text[span.start : span.end] for span in numbers_in(text)] == expected


@pytest.mark.parametrize(
    ("value", "quote"),
    [
        (7, "seven projectiles out of eight fired during that of November 25"),
        (8, "seven projectiles out of eight fired during that of November 25"),
        ("a", "a radar damaged"),
        (1, "firing an intermediate-range hypersonic ballistic missile"),
        (1, "a kindergarten"),
        ("several", "several missiles hit their targets"),
        ("missiles", "fired British-made Storm Shadow missiles at Russia"),
        ({"low": 3, "high": 5}, "between three and five"),
        ({"low": 3, "high": 5}, "three, perhaps five"),
        (12, "at least 12 drones"),
        (None, "nothing here"),
    ],
)
def test_quantity_stands_in_its_quote(value: int | str | None, quote: str) -> None:
    assert stands_in(parse_quantity(value), quote)


@pytest.mark.parametrize(
    ("value", "quote"),
    [
        (6, "seven projectiles out of eight"),
        (23, "the attack of November 23"),
        (300, "S-300 missiles with a range of 300 km"),
        ("several", "five missiles"),
        (0, "five missiles"),
        (1, "the missiles"),
    ],
)
def test_quantity_does_not_stand_in_another_quote(value: int | str, quote: str) -> None:
    assert not stands_in(parse_quantity(value), quote)


def test_measure_stands_with_its_unit_only() -> None:
    assert stands_in(Quantity(300, 300), INTERCEPTED, unit="km")
    assert not stands_in(Quantity(300, 300), INTERCEPTED)


def test_table_covers_phrases_and_reads_back() -> None:
    table = dict(lexicon_table("en"))
    assert table["several"] == "[2, ∞)"
    assert table["dozens"] == "[24, ∞)"
    assert table["more than n"] == "[n + 1, ∞)"
    fixed = {words: ends for words, ends in table.items() if words in ENGLISH.phrases}
    assert {words: str(parse_quantity(words)) for words in fixed} == fixed


def test_intervals_add_without_making_a_zero() -> None:
    assert Quantity(5, 5) + Quantity(8, 8) == Quantity(13, 13)
    assert Quantity(None, 4) + Quantity(0, 0) == Quantity(None, 4)
    assert Quantity(2, None) + Quantity(None, 4) == Quantity(2, None)
    assert str(Quantity(2, None)) == "[2, ∞)"
    assert str(Quantity(None, 4)) == "[?, 4]"


@given(quantities(), quantities(), st.integers(0, 600), st.integers(0, 600))
def test_sum_contains_every_sum(left: Quantity, right: Quantity, a: int, b: int) -> None:
    if left.contains(a) and right.contains(b):
        assert (left + right).contains(a + b)


@given(quantities(), quantities(), st.integers(0, 1_100))
def test_common_number_means_overlap(left: Quantity, right: Quantity, number: int) -> None:
    if left.contains(number) and right.contains(number):
        assert left.overlaps(right)
        assert right.overlaps(left)


@given(counts)
def test_digits_read_back_with_and_without_separators(number: int) -> None:
    assert parse_quantity(str(number)).exact == number
    assert parse_quantity(f"{number:,}").exact == number
    assert parse_quantity(f"{number:,}".replace(",", " ")).exact == number


def spell(number: int) -> str:
    names = {value: word for word, value in {**ENGLISH.units, **ENGLISH.tens}.items()}
    if number in names:
        return names[number]
    if number < 100:
        return f"{names[number - number % 10]}-{names[number % 10]}"
    size, word = (100, "hundred") if number < 1_000 else (1_000, "thousand")
    rest = (
        f" {'and ' if number % size < 100 else ''}{spell(number % size)}" if number % size else ""
    )
    return f"{spell(number // size)} {word}{rest}"


@given(st.integers(0, 999_999))
def test_number_words_read_back(number: int) -> None:
    assert parse_quantity(spell(number)).exact == number
    assert stands_in(Quantity(number, number), f"They counted {spell(number)}, it was said.")


@given(st.sampled_from(sorted(ENGLISH.before)), st.integers(2, 10_000))
def test_bounds_hold_or_touch_their_number(words: str, number: int) -> None:
    quantity = parse_quantity(f"{words} {number}")
    touching = {quantity.low, quantity.high}
    assert quantity.contains(number) or touching & {number + 1, number - 1}


vocabulary = st.sampled_from(sorted(ENGLISH.known_words) + list(string.punctuation) + ["7", "1,0"])


@given(st.text(max_size=300) | st.lists(vocabulary, max_size=8).map(" ".join))
def test_any_text_is_a_quantity_or_a_quantity_error(text: str) -> None:
    try:
        quantity = parse_quantity(text)
    except QuantityError:
        return
    assert quantity.said == text


@given(st.text(max_size=300) | st.lists(vocabulary, max_size=30).map(" ".join))
def test_spans_stay_in_order_inside_the_text(text: str) -> None:
    position = 0
    for span in numbers_in(text):
        assert position <= span.start < span.end <= len(text)
        assert span.quantity.said == text[span.start : span.end]
        position = span.end


@pytest.mark.parametrize(
    ("lang", "said", "interval"),
    [
        ("ru", "двадцать пять", "[25, 25]"),
        ("ru", "двести сорок три беспилотника", "[243, 243]"),
        ("ru", "не менее десяти", "[10, ∞)"),
        ("ru", "свыше 30", "[31, ∞)"),
        ("ru", "тысячи", "[2000, ∞)"),
        ("ru", "три тысячи", "[3000, 3000]"),
        ("ru", "от 3 до 5", "[3, 5]"),
        ("uk", "п’ятдесят два", "[52, 52]"),
        ("uk", "щонайменше троє людей", "[3, ∞)"),
        ("uk", "понад 20 дронів", "[21, ∞)"),
        ("uk", "кілька", "[2, ∞)"),
        ("uk", "пʼятьох", "[5, 5]"),
    ],
)
def test_russian_and_ukrainian_words_become_intervals(lang: str, said: str, interval: str) -> None:
    assert str(parse_quantity(said, lang=lang)) == interval
    assert stands_in(parse_quantity(said, lang=lang), f"– {said} –", lang=lang)
