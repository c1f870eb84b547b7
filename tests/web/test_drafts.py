"""Drafts: fields by pointers, problems led back to them, texts cut without loss."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from counterclaim.errors import Problem
from counterclaim.queries.recognise import Kind, NamedRow, recognise
from counterclaim.web.drafts import Draft
from counterclaim.web.pointers import Faults, Pruned, fields_of, tree_of
from counterclaim.web.texts import Mark, nearest_occurrence, paragraphs

NAMES = st.sampled_from(["a", "b", "text", "0", "1", "2", "7"])
VALUES = st.sampled_from(["", " ", "x", "7", "y z"])
FIELDS = st.lists(
    st.tuples(st.lists(NAMES, min_size=1, max_size=4).map(lambda p: "/" + "/".join(p)), VALUES),
    max_size=12,
)


def at(node: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        node = node[int(part)] if isinstance(node, list) else node[part]
    return node


@given(FIELDS)
def test_each_value_of_the_body_is_led_back_to_its_field(fields: list[tuple[str, str]]) -> None:
    tree = tree_of(fields)
    pruned = Pruned(tree)
    for pointer, value in fields_of(pruned.body):
        assert str(at(tree, pruned.field_of(pointer))).strip() == value.strip()
    assert tree_of(fields_of(tree)) == tree_of(fields_of(tree_of(fields_of(tree))))


def test_rows_left_empty_move_up_and_numbers_are_numbers() -> None:
    rows = {"/rows/1/name": " A ", "/rows/0/name": " ", "/rows/3/latitude": "50,5"}
    more = {"/rows/3/polarity": "-1", "/rows/3/start": "x", "csrf": "no pointer"}
    tree = tree_of([*rows.items(), *more.items()])
    pruned = Pruned(tree)
    assert pruned.body == {
        "rows": [{"name": "A"}, {"latitude": 50.5, "polarity": -1, "start": "x"}]
    }
    assert pruned.field_of("/rows/1/start") == "/rows/2/start"
    assert pruned.field_of("/rows/0/unknown") == "/rows/1/unknown"
    assert pruned.field_of("/elsewhere") == "/elsewhere"


def test_a_form_makes_no_list_longer_and_no_tree_deeper_than_what_it_holds() -> None:
    assert tree_of([("/rows/999999999/name", "A")]) == {"rows": [{"name": "A"}]}
    assert tree_of([("/a" * 1000, "A")]) == {}


def test_a_problem_is_told_once_and_the_rest_in_the_end() -> None:
    faults = Faults([Problem("/a", "One"), Problem("/a/b", "Two"), Problem("/ab", "Three")])
    assert (len(faults), faults.below("/a")) == (3, 2)
    assert [problem.detail for problem in faults.take("/a/b", "/c")] == ["Two"]
    assert faults.take("/a/b") == []
    assert [field for field, _ in faults.rest()] == ["/a", "/ab"]


TEXTS = st.text(st.sampled_from("Ab. \n?”é🚀ü“"), min_size=1, max_size=60)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
def test_a_text_is_cut_into_pieces_that_give_it_again(
    text: str, ends: list[tuple[int, int]]
) -> None:
    marks = [
        Mark(min(pair), max(pair), number)
        for number, pair in enumerate(ends)
        if min(pair) < max(pair) <= len(text)
    ]
    numbers: list[set[int]] = [set() for _ in text]
    shown = ["\n" if char == "\n" else "" for char in text]
    for sentence in (one for paragraph in paragraphs(text, marks) for one in paragraph):
        assert (
            "".join(piece.text for piece in sentence.pieces) == text[sentence.start : sentence.end]
        )
        for piece in sentence.pieces:
            for place, char in enumerate(piece.text, start=piece.start):
                shown[place] = char
                numbers[place] |= set(piece.numbers)
    for place, char in enumerate(text):
        if shown[place] != char:  # Of lines of blanks alone nothing is shown.
            assert char.isspace()
        elif char != "\n":
            inside = {mark.number for mark in marks if mark.start <= place < mark.end}
            assert numbers[place] == inside


def test_sentences_end_where_they_do() -> None:
    text = "It hit. “It did not,” he said. U.S. forces? 3.5 km on. Так. Ні."
    (sentences,) = paragraphs(text)
    found = [text[one.start : one.end].strip() for one in sentences]
    told = ["It hit.", "“It did not,” he said.", "U.S. forces?", "3.5 km on.", "Так.", "Ні."]
    assert found == told


def test_words_are_found_next_to_where_they_stood() -> None:
    text = "a missile, a missile, a missile"
    assert nearest_occurrence(text, "missile", 12) == 13
    assert nearest_occurrence(text, "missile", None) is None
    assert nearest_occurrence(text, "rocket", 3) is None


def test_a_quote_is_opened_with_what_its_words_suggest_and_nothing_doubtful() -> None:
    exact = "Bland said two Zeta-9 missiles hit Isle on 2024-05-01"
    known: Any = {
        Kind.MUNITION: {
            "zeta9": [NamedRow("zeta-9", "drone", "Zeta-9")],
            "missiles": [NamedRow("missile", "family", "missiles")],
        },
        Kind.PLACE: {"isle": [NamedRow("isle", "", "Isle"), NamedRow("isle-2", "", "Isle")]},
        Kind.SOURCE: {"bland": [NamedRow("bland", "", "Bland")]},
    }
    draft = Draft({"document": {"text": f"{exact}. {exact}."}})
    draft.open_quote(exact, 55, known, recognise(exact, known))
    (claim,) = draft.claims
    assert claim["quote"] == {"exact": exact, "start": str(len(exact) + 2)}
    assert claim["said_by"] == ["bland"]
    assert claim["counts"] == [{"munition": "zeta-9"}]
    assert claim["occurred"] == "2024-05-01"
    assert "places" not in claim
