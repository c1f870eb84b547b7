"""Folding, indexing and suggesting names."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterclaim.names import fold, nearest, query_words, script_of, slug, words

SAME = [
    [
        "Kursk-Vostochny",
        "kursk vostochny",
        "KURSK–VOSTOCHNY",
        "Курск-Восточный",
        "Kursk Vostochnyy",
    ],
    ["Vostochny", "Vostochniy", "Vostochnij", "Vostochnyi"],
    ["S-300", "S300", "s 300", "С-300", "C-300", "S‑300"],
    ["S-300V", "С-300В", "C-300В"],
    ["Kh-101", "X-101", "Х-101", "X101", "kh 101"],
    ["Kh-47M2", "X-47М2", "Х-47М2"],
    ["Tu-22K", "Тu-22К", "Ту-22К"],
    ["MiG-31K", "МиГ-31К", "МиГ-31K"],
    ["Shahed-136", "shahed 136", "SHAHED136"],
    ["ATACMS", "АТАСMS", "ＡＴＡＣＭＳ"],
    ["Oreshnik", "Орешник", "ОРЕШНИК"],
    ["Lotarevka", "Лотаревка", "Лотарёвка", "Лотаре́вка"],
    ["Orel", "Oryol", "Орёл", "Орел"],
    ["raion", "rayon", "район"],
    ["Kyiv", "Київ", "kyiv", "Kyïv"],
    ["Kharkiv", "Харків"],
    ["Dnipro", "Дніпро"],
    ["Luhansk", "Луганськ", "Luhans'k"],
    ["Lugansk", "Луганск"],
    ["Volodymyr", "Володимир", "Volodimir"],
    ["Zelensky", "Zelenskyy", "Zelenskiy", "Зеленський", "Зеленский"],
    ["Znam'yanka", "Знам'янка", "Знам’янка", "Znamianka", "Znamʼyanka"],
    ["Yevpatoria", "Yevpatoriya", "Евпатория"],
    ["Zaporizhzhia", "Запоріжжя", "Zaporizhzhya"],
    ["Yenakiieve", "Єнакієве"],
    ["Odesa", "Одеса"],
    ["Kazan", "Казань", "Kazan'"],
    ["Łódź", "Lodz"],
]

DIFFERENT = [
    ("Oreshnik", "Orechnik"),
    ("Kyiv", "Kiev"),
    ("Odesa", "Odessa"),
    ("S-300", "S-400"),
    ("C-130", "S-130"),
    ("Kharkiv", "Kharkov"),
    ("Kh-101", "101"),
    ("Su-34", "Su-35"),
    ("Kursk", "Kirsk"),
]

anything = st.text(st.characters(exclude_categories=()), max_size=60)
names = st.text(
    st.sampled_from(
        "abcdeikmnoprstuxyz ABCEHKMOPTXY абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ '’-–0123"
    ),
    max_size=30,
)


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0])
def test_spellings_of_one_name_fold_alike(spellings: list[str]) -> None:
    assert {fold(spelling) for spelling in spellings} == {fold(spellings[0])}


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_different_names_stay_different(left: str, right: str) -> None:
    assert fold(left) != fold(right)


@given(anything | names)
def test_fold_is_plain_idempotent_and_not_empty(text: str) -> None:
    folded = fold(text)
    assert re.fullmatch("[a-z0-9]*", folded)
    assert fold(folded) == folded
    assert bool(folded) or not any(char.isalnum() for char in text)


@given(names)
def test_case_blanks_and_accents_do_not_matter(text: str) -> None:
    assert fold(f"  {text}. ") == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789-", max_size=30))
def test_case_of_latin_names_does_not_matter(text: str) -> None:
    assert fold(text.upper()) == fold(text) == fold(text.title())


@pytest.mark.parametrize("text", ["S-300", "S300", "S 300", "s-300", "С-300"])
@pytest.mark.parametrize("query", ["S-300", "S300", "S 300", "C-300"])
def test_designations_are_found_however_they_are_written(text: str, query: str) -> None:
    indexed = words(f"He said {text} missiles were used.")
    assert set(query_words(query)) <= set(indexed)


@pytest.mark.parametrize(
    "text", ["Kursk-Vostochny's airfield", "Kursk Vostochny", "Курск-Восточный"]
)
@pytest.mark.parametrize("query", ["Kursk-Vostochny", "kursk vostochny", "Восточный"])
def test_parts_of_hyphenated_names_are_found(text: str, query: str) -> None:
    assert set(query_words(query)) <= set(words(text))


@pytest.mark.parametrize("text", ["Shahed-136/131", "Shahed 136", "Shahed136"])
@pytest.mark.parametrize("query", ["Shahed-136", "shahed 136", "Shahed136", "shahed"])
def test_named_models_are_found(text: str, query: str) -> None:
    assert set(query_words(query)) <= set(words(text))


def test_words_keep_their_order_and_the_whole_of_a_compound() -> None:
    assert words("near Kursk-Vostochny, S-300") == [
        *("near", "kursk", "vostochni", "kurskvostochni"),
        *("s", "300", "s300"),
    ]
    assert query_words("of 300 km") == ["of", "300", "km"]
    assert words("") == words("—  !") == []


@given(anything | names)
def test_words_of_any_text_are_folded(text: str) -> None:
    for word in [*words(text), *query_words(text)]:
        assert word == fold(word)


@given(anything | names)
def test_every_text_is_found_by_itself(text: str) -> None:
    assert set(query_words(text)) <= set(words(text))


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Kyiv", "Latn"),
        ("Київ, Kyi", "Cyrl"),
        ("شاهد", "Arab"),
        ("北京", "Hani"),
        ("Αθήνα", "Grek"),
        ("300", "Zyyy"),
        ("", "Zyyy"),
    ],
)
def test_script_of_most_letters(text: str, script: str) -> None:
    assert script_of(text) == script


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Kursk-Vostochny airfield", "kursk-vostochny-airfield"),
        ("Курск-Восточный", "kursk-vostochny"),
        ("Київ", "kyiv"),
        ("Юрій Їжакевич", "yurii-yizhakevych"),
        ("Russia's Ministry of Defence", "russias-ministry-of-defence"),
        ("Ку́рск", "kursk"),
        ("Ь", "u42c"),
        ("!", ""),
    ],
)
def test_slugs_are_readable(text: str, key: str) -> None:
    assert slug(text) == key


@given(anything | names)
def test_slug_is_a_key(text: str) -> None:
    key = slug(text)
    assert re.fullmatch("([a-z0-9]+(-[a-z0-9]+)*)?", key)
    assert bool(key) or not any(char.isalnum() for char in text)
    assert slug(key) == key


@pytest.mark.parametrize("text", ["\x00", "\ud800", "\u202eKursk", "🚀", "K\u00adursk", "\u200f"])
def test_odd_characters_break_nothing(text: str) -> None:
    assert fold(text) in {"", "kursk"}
    assert slug(text) in {"", "kursk"}
    assert words(text) in ([], ["kursk"])


def test_nearest_names_come_best_first_in_their_own_spelling() -> None:
    assert nearest("wepon", ["region", "weapon", "place"]) == ["weapon"]
    assert nearest("atacmz", ["Storm Shadow", "ATACMS"]) == ["ATACMS"]
    assert nearest("launched_mn", ["launched_max", "launched_min", "limit"])[0] == "launched_min"
    assert nearest("Курск", ["Minsk", "Kursk-Vostochny", "Kursk"])[:2] == [
        "Kursk",
        "Kursk-Vostochny",
    ]
    assert nearest("zzz", ["abc", "weapon"]) == []
    assert nearest("", ["abc"]) == []
    assert len(nearest("aaa", ["aaab", "aaac", "aaad", "aaae"], limit=2)) == 2


@given(anything, st.lists(names, max_size=5))
def test_nearest_only_offers_candidates(name: str, candidates: list[str]) -> None:
    assert set(nearest(name, candidates)) <= set(candidates)
