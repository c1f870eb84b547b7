from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select

from counterclaim.db import reading
from counterclaim.errors import Problem, RejectedError
from counterclaim.importers import claim_file
from counterclaim.importers.claim_file import read_claim_file
from counterclaim.models import Claim
from counterclaim.schemas.fields import QuantityIn
from counterclaim.schemas.incoming import ClaimFile, ClaimIn
from counterclaim.schemas.mistakes import problems_of
from factories import REFERENCE, TEXT, aland_claim, article, bland_claim, put_file

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

HALF = "\ud800"


def refused(path: Path) -> dict[str, str]:
    """The problems of a file that must be refused, by pointer; each place has one."""
    with pytest.raises(RejectedError) as caught:
        read_claim_file(path)
    problems = caught.value.problems
    found = {problem.pointer: problem.detail for problem in problems}
    assert len(found) == len(problems)
    assert all(text.encode() for pair in found.items() for text in pair if text)
    return found


def written(folder: Path, text: str) -> Path:
    path = folder / "claims.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def wrong(folder: Path, body: dict[str, Any]) -> dict[str, str]:
    return refused(written(folder, json.dumps(body)))


def wrong_claim(folder: Path, **changes: Any) -> dict[str, str]:
    """The problems of a claim, by pointers into the claim."""
    found = wrong(folder, article(claims=[aland_claim(**changes)]))
    return {pointer.removeprefix("/claims/0"): detail for pointer, detail in found.items()}


def with_text_file(name: str) -> dict[str, Any]:
    return {"document": {"title": "A strike", "text_file": name}}


def stored_keys(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.scalars(select(Claim.content_key)))


# --- The reader


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: !!timestamp 2024-13-45", "!!timestamp is not taken here"),
        ("a: !!binary aGVsbG8=", "!!binary is not taken here"),
        ("a: !!set {b, c}", "!!set is not taken here"),
        ("a: !!python/name:os.system x", "is not taken here"),
        ("a: !!int abc", "'abc' cannot be read as int"),
        ("a: !!int ''", "'' cannot be read as int"),
        ("a: !!float x", "'x' cannot be read as float"),
        ("a: !!bool x", "'x' cannot be read as bool"),
        ("a: " + "9" * 5000, "cannot be read as int"),
        ("a: 1\na: 2", "The key 'a' stands twice"),
        ("? [a]\n: 1", "unhashable key"),
        ("[" * 5000, "neither YAML nor JSON"),
        ("a: 'b", "neither YAML nor JSON"),
        ("a: \x07", "neither YAML nor JSON"),
    ],
)
def test_what_is_no_yaml_is_a_problem_of_the_whole_file(
    tmp_path: Path, text: str, words: str
) -> None:
    (detail,) = [refused(written(tmp_path, text))[""]]
    assert words in detail


@pytest.mark.parametrize("value", ["0b_", "0x_", "12:30", "1_000", "no", "yes", "2024-11-23", "<<"])
def test_only_what_json_has_is_no_text(tmp_path: Path, value: str) -> None:
    path = written(tmp_path, f"document: {{title: {value}, text: x, licence: 'off'}}")
    body = read_claim_file(path)
    assert body.document is not None
    assert body.document.title == value


def test_norway_is_a_country(tmp_path: Path) -> None:
    path = written(tmp_path, "places: [{key: oslo, name: Oslo, kind: city, country: NO}]")
    assert read_claim_file(path).places[0].country == "NO"


def test_escapes_of_json_may_be_pairs(tmp_path: Path) -> None:
    body = {"document": {"title": "Fire \U0001f525", "text": "x"}}
    read = read_claim_file(written(tmp_path, json.dumps(body)))
    assert read.document is not None
    assert read.document.title == "Fire \U0001f525"


def test_bytes_that_are_not_utf8_are_told(tmp_path: Path) -> None:
    path = tmp_path / "claims.yaml"
    path.write_bytes(b"document: {title: \xff}")
    assert "not UTF-8 at byte 18" in refused(path)[""]


def test_files_too_large_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim_file, "LARGEST_FILE", 2**10)
    assert "larger than 0.000976562 MB" in refused(written(tmp_path, "a" * 2000))[""]
    (tmp_path / "long.txt").write_text("a" * 2000)
    found = wrong(tmp_path, with_text_file("long.txt"))
    assert "long.txt is larger than" in found["/document/text_file"]


# --- The text beside the file


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "at least 1 character"), (b"a\0b", "NUL"), (b"\xed\xa0\x80", "UTF-8 at byte 0")],
)
def test_a_text_beside_the_file_is_checked_as_one_inside(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "article.txt").write_bytes(content)
    found = wrong(tmp_path, with_text_file("article.txt"))
    assert list(found) == ["/document/text_file"]
    assert words in found["/document/text_file"]


def test_a_text_beside_the_file_is_read_in(tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text(TEXT)
    body = article()
    del body["document"]["text"]
    body["document"]["text_file"] = "article.txt"
    body["document"]["published"] = {"edtf": "2024", "basis": "inferred", "rule": "No month."}
    read = read_claim_file(written(tmp_path, json.dumps(body)))
    body["document"]["text"] = TEXT
    del body["document"]["text_file"]
    assert read == ClaimFile.model_validate(body)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "at least 1 character"),
        ("a\0b", "NUL"),
        (HALF, "surrogate"),
        ("loop", "cannot be read"),
        ("absent.txt", "cannot be read"),
        ("x" * 300, "cannot be read"),
        ("folder", "no file"),
        ("pipe", "no file"),
        ("../elsewhere.txt", "beside or below"),
        ("/etc/hostname", "beside or below"),
    ],
)
def test_names_of_no_text_are_refused(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    assert words in wrong(tmp_path, with_text_file(name))["/document/text_file"]


# --- Pointers


@pytest.mark.parametrize("bad", [HALF, "a\0b"])
def test_text_that_cannot_be_stored_is_refused_in_every_field(tmp_path: Path, bad: str) -> None:
    document = {"title": bad, "text": bad, "syndicated_from": bad, "published": bad}
    event: dict[str, Any] = {"kind": "strike", "label": bad, "parts": [bad]}
    claim: dict[str, Any] = {
        "event": bad,
        "about": bad,
        "quote": {"exact": bad, "prefix": bad, "suffix": bad},
    }
    claim |= {"occurred": bad, "attacker": bad, "counts": [{"launched": bad}]}
    assert set(wrong(tmp_path, {"document": document, "events": [event], "claims": [claim]})) == {
        *(f"/document/{name}" for name in document),
        *("/events/0/label", "/events/0/parts/0", "/claims/0/event", "/claims/0/about"),
        *(f"/claims/0/quote/{name}" for name in ("exact", "prefix", "suffix")),
        *("/claims/0/occurred", "/claims/0/attacker", "/claims/0/counts/0/launched"),
    }


@pytest.mark.parametrize("name", ["event", "about"])
def test_refs_have_a_length(tmp_path: Path, name: str) -> None:
    assert "at most 100" in wrong_claim(tmp_path, **{name: "x" * 101})[f"/{name}"]


@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"counts": [{"launched": 1.5}]}, "/counts/0/launched", "whole number"),
        ({"counts": [{"launched": True}]}, "/counts/0/launched", "or words"),
        ({"counts": [{"launched": [1]}]}, "/counts/0/launched", '{"low", "high"}'),
        ({"counts": [{"launched": -1}]}, "/counts/0/launched", "greater than or equal to 0"),
        ({"counts": [{"hit": {"low": True}}]}, "/counts/0/hit/low", "whole number"),
        ({"counts": [{"hit": {"low": "3"}}]}, "/counts/0/hit/low", "whole number"),
        ({"counts": [{"hit": {"fields": 3}}]}, "/counts/0/hit/fields", "no such field"),
        ({"quote": ""}, "/quote", "at least 1 character"),
        ({"quote": 5}, "/quote", "Give the words"),
        ({"quote": {"exact": "five", "start": True}}, "/quote/start", "whole number"),
        ({"quote": {"start": 1}}, "/quote/exact", "missing"),
        ({"quote": {"exact": "five", "end": 9}}, "/quote", "end needs start"),
        ({"polarity": True}, "/polarity", "1 or -1"),
        ({"polarity": 1.0}, "/polarity", "1 or -1"),
        ({"polarity": 0}, "/polarity", "1 or -1"),
        ({"places": [{"latitude": True, "longitude": 1}]}, "/places/0/latitude", "A number"),
        ({"places": [{"latitude": 1, "longitude": "1"}]}, "/places/0/longitude", "A number"),
        ({"places": [{"latitude": 1, "longitude": -181.5}]}, "/places/0/longitude", "to -180"),
        (
            {"places": [{"said": "x", "relative": {"anchor": "a", "distance_km": True}}]},
            "/places/0/relative/distance_km",
            "A number",
        ),
        (
            {
                "places": [
                    {"said": "x", "relative": {"anchor": "a", "distance_km": 1, "bearing": True}}
                ]
            },
            "/places/0/relative/bearing",
            "degrees",
        ),
        ({"occurred": "23.11.2024"}, "/occurred", "'23.11.2024': this is not ISO 8601"),
        ({"occurred": 2024}, "/occurred", "in quotes"),
        ({"a/b~c": 1}, "/a~1b~0c", "no such field"),
        ({"ocurred": "2024"}, "/ocurred", "Did you mean occurred?"),
        ({"counts": [{"lauched": 1}]}, "/counts/0/lauched", "Did you mean launched?"),
        ({"quote": {"exact": "five", "suffx": "."}}, "/quote/suffx", "Did you mean suffix?"),
        ({"kind": "occurrence", "event": None, "about": "C"}, "", "needs the event"),
        ({"kind": "position", "event": None}, "", "needs the event"),
        ({"kind": "evidence", "event": None}, "", "needs an event"),
        ({"kind": "munition_fact"}, "", "needs munition_facts"),
    ],
)
def test_each_place_has_one_problem_and_a_json_pointer(
    tmp_path: Path, changes: dict[str, Any], pointer: str, words: str
) -> None:
    found = wrong_claim(tmp_path, **changes)
    if "relative" in str(changes):
        found.pop("/places/0/relative/bearing" if "distance_km" in pointer else "", None)
    assert list(found) == [pointer]
    assert words in found[pointer]
    assert not found[pointer].startswith("Value error")


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 400])
def test_coordinates_are_finite(tmp_path: Path, number: str) -> None:
    place = f"{{key: a, name: A, kind: city, latitude: {number}, longitude: 1}}"
    assert list(refused(written(tmp_path, f"places: [{place}]"))) == ["/places/0/latitude"]


def test_lengths_are_told_in_characters(tmp_path: Path) -> None:
    body = article(
        claims=[aland_claim(note="x" * 20_001, target="")], events=[{"label": "x" * 501}]
    )
    found = wrong(tmp_path, body)
    for pointer in ("/claims/0/note", "/claims/0/target", "/events/0/label"):
        assert "character" in found[pointer]


def test_a_whole_number_is_a_coordinate_too(tmp_path: Path) -> None:
    place = {"latitude": 50, "longitude": 30, "uncertainty_m": 500}
    body = article(claims=[aland_claim(places=[place])])
    (read,) = read_claim_file(written(tmp_path, json.dumps(body))).claims[0].places
    assert (read.latitude, read.longitude) == (50.0, 30.0)


@pytest.mark.parametrize("content", ["", "5", "[]", "words"])
def test_a_body_of_another_shape_is_one_problem(tmp_path: Path, content: str) -> None:
    assert refused(written(tmp_path, content)) == {"": "Fields with their values are wanted."}


def test_keys_that_are_no_text_are_told(tmp_path: Path) -> None:
    assert refused(written(tmp_path, "1: 2")) == {"/1": "The name of a field must be text."}
    assert "surrogate" in refused(written(tmp_path, r'"\ud800": 2'))[""]


def test_the_members_of_any_union_are_one_problem() -> None:
    content = {"a": {"int": {"x/y": "z"}, "b": "c"}}
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(dict[str, dict[str, int | list[int] | dict[str, int]]]).validate_python(content)
    assert [problem.pointer for problem in problems_of(caught.value.errors(), content)] == [
        "/a/int",
        "/a/int/x~1y",
        "/a/b",
    ]


def test_a_key_named_as_a_tag_is_told_from_it() -> None:
    content = {"fields": {"low": "x"}, "number": 1.5}
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(dict[str, QuantityIn]).validate_python(content)
    assert problems_of(caught.value.errors(), content) == [
        Problem("/fields/low", "A whole number is wanted."),
        Problem("/number", 'Give a whole number, {"low", "high"}, or words.'),
    ]


# --- Subjects, counts and what makes two claims the same


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("occurred", "2024-05-01"),
        ("places", [{"place": "quarry"}]),
        ("counts", [{"munition": "moth"}]),
        ("casualties", [{"harm": "injured"}]),
        ("damage", [{"object": "mast"}]),
    ],
)
@pytest.mark.parametrize("about", [None, "C2"])
def test_figures_need_an_event(
    sqlite_engine: Engine, part: str, value: Any, about: str | None
) -> None:
    put_file(sqlite_engine, REFERENCE)
    bare: dict[str, Any] = {"ref": "C1", "said_by": ["aland-mod"], "quote": "were shot down"}
    body = article(claims=[{**bare, "about": about, part: value}, bland_claim()])
    with pytest.raises(RejectedError) as caught:
        put_file(sqlite_engine, body)
    (problem,) = caught.value.problems
    assert problem.pointer == f"/claims/0/{part}"
    assert "needs an event" in problem.detail


def test_two_unknown_munitions_are_not_the_same(sqlite_engine: Engine) -> None:
    put_file(sqlite_engine, REFERENCE)
    counts = [
        {"munition": "Wasp", "launched": 1},
        {"munition": "Hornet", "launched": 2, "hit": 2},
        {"launched": 9, "hit": 5},
        {"hit": 6},
    ]
    with pytest.raises(RejectedError) as caught:
        put_file(sqlite_engine, article(claims=[aland_claim(counts=counts)]))
    assert [
        problem.pointer.removeprefix("/claims/0/counts") for problem in caught.value.problems
    ] == ["/0/munition", "/1/munition", "/3/hit", "/2/hit"]


def test_figures_in_another_order_are_the_same_claim(sqlite_engine: Engine) -> None:
    put_file(sqlite_engine, REFERENCE)
    parts: dict[str, list[dict[str, Any]]] = {
        "counts": [{"munition": "Zeta-9", "launched": 5}, {"munition": "moth", "launched": 3}],
        "places": [{"place": "quarry"}, {"place": "harbour"}],
        "casualties": [{"harm": "injured", "count": 2}, {"harm": "killed", "count": 0}],
        "damage": [{"object": "mast", "count": 1}, {"object": "shed", "count": 2}],
        "tallies": [{"object": "photos", "count": 1}, {"object": "calls", "count": 2}],
    }
    turned = {name: rows[::-1] for name, rows in parts.items()}
    claims = [aland_claim(**parts), aland_claim(**{**turned, "ref": "C2"})]
    assert put_file(sqlite_engine, article(claims=claims)).created["claims"] == 1


def test_another_chain_or_another_status_is_another_claim(sqlite_engine: Engine) -> None:
    put_file(sqlite_engine, REFERENCE)
    civilians = [{"harm": "injured", "status": "civilian"}]
    soldiers = [{"harm": "injured", "status": "military"}]
    claims = [
        aland_claim(said_by=["aland", "aland-mod", "courier"]),
        aland_claim(ref="C2", said_by=["aland", "courier", "aland-mod"]),
        aland_claim(ref="C3", casualties=civilians),
        aland_claim(ref="C4", casualties=soldiers),
    ]
    assert put_file(sqlite_engine, article(claims=claims)).created["claims"] == 4
    assert len(set(stored_keys(sqlite_engine))) == 4
    with reading(sqlite_engine) as session:
        assert session.scalar(select(func.count()).select_from(Claim)) == 4


def test_a_claim_without_a_kind_needs_no_subject() -> None:
    assert ClaimIn(quote="words").told_kind() == "context"
