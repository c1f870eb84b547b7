from __future__ import annotations

import json

import pytest

from counterclaim.store.redaction.words import Words, blank, texts_of

LONG = "The gardener saw five missiles near the wellhouse."


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"He says: {LONG} So be it.", f"He says: {'█' * len(LONG)} So be it."),
        ("Did he see five missiles near the wellhouse?", f"Did he see{'█' * 33}?"),
        ("The gardener saw them", "The gardener saw them"),
        ("", ""),
    ],
)
def test_longer_runs_are_blanked_wherever_they_stand(text: str, left: str) -> None:
    assert Words((LONG,)).blanked(text) == left


@pytest.mark.parametrize(
    ("words", "left"), [("Xylander", "Ask ████████ again"), ("again", "Ask Xylander again")]
)
def test_short_words_are_blanked_as_a_whole_unless_too_short(words: str, left: str) -> None:
    assert Words((words,)).blanked("Ask Xylander again") == left


def test_names_are_blanked_whatever_their_length_the_longer_first() -> None:
    assert Words(names=("BBC", "BBC News", "")).blanked("BBC News (BBC)") == "████████ (███)"


def test_what_is_blank_already_marks_nothing() -> None:
    assert Words((blank(LONG),)).blanked(f"{blank(LONG)} and so on") == f"{blank(LONG)} and so on"


def test_a_row_of_a_data_set_is_blanked_below() -> None:
    row = {"notes": [LONG, 5, None], "x": {"y": "short"}}
    assert Words((LONG,)).blanked_below(row) == {
        "notes": [blank(LONG), 5, None],
        "x": {"y": "short"},
    }


@pytest.mark.parametrize("ascii_only", [True, False])
def test_words_are_found_behind_the_escapes_of_json(*, ascii_only: bool) -> None:
    words = Words(("Ксиландер\nсказал",))
    body = json.dumps({"quote": ["Ксиландер\nсказал"]}, ensure_ascii=ascii_only).encode()
    assert words.stand_in(texts_of(body))
    assert not words.stand_in(texts_of(b'{"quote": "other"}'))
    assert words.stand_in(texts_of("no JSON: Ксиландер\nсказал".encode()))
