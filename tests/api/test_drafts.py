"""Drafts over HTTP: in the shape in which claims are posted, and nothing is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from counterclaim.db import reading
from counterclaim.models import Claim, Document, Event, LedgerEntry
from counterclaim.schemas.draft import LONGEST_TEXT
from factories import TEXT, put_world
from model_stub import stub_model
from served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Databases
    from model_stub import StubModel
    from served import Served

REPORT = "On Wednesday six Zeta-9 missiles were fired at Quarry, the Bland Army said."


@pytest.fixture(scope="module")
def stub() -> Iterator[StubModel]:
    with stub_model() as made:
        yield made


@pytest.fixture(scope="module")
def world(databases: Databases, stub: StubModel) -> Iterator[Served]:
    settings = {"draft_url": stub.url, "draft_model": "tiny", "draft_key": "qzx"}
    with served(databases, put_world, **settings) as made:
        yield made


def rows(world: Served) -> list[int]:
    with reading(world.engine) as session:
        return [
            session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Document, Event, Claim, LedgerEntry)
        ]


def test_a_text_is_drafted_by_the_rules_posted_as_it_is_and_stored_only_then(
    world: Served, stub: StubModel
) -> None:
    world.key("contribute")
    before = rows(world)
    asked = {"text": f"🚀 {REPORT}", "published": "2024-05-02", "publisher": "the courier"}
    answer = world.post("/v1/drafts", {**asked, "ask_model": False}, idempotency_key="once")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    drafts = answer.json()
    (claim,), (why,) = drafts["claims"], drafts["why"]
    quote = claim["quote"]
    assert asked["text"][quote["start"] : quote["end"]] == quote["exact"]
    assert claim["said_by"] == ["bland-army"]
    assert claim["occurred"] == "2024-05-01"
    assert claim["counts"] == [{"munition": "zeta-9", "launched": 6}]
    assert why
    assert (drafts["by"], drafts["lang"], drafts["dropped"]) == ("rules", "en", {})
    assert (rows(world), stub.asked) == (before, [])
    document = {"title": "A report", "text": asked["text"], "publisher": "courier"}
    document["published"] = asked["published"]
    body = {"document": document, "events": drafts["events"], "claims": drafts["claims"]}
    posted = world.post("/v1/ingest", body)
    assert posted.status_code == 201, posted.text
    warned = [warning["code"] for warning in posted.json()["claims"][0]["warnings"]]
    assert warned == ["likely_duplicate"]


def test_a_configured_model_is_asked_unless_the_text_is_to_stay(
    world: Served, stub: StubModel
) -> None:
    stub.content = {
        "events": [{"ref": "E1", "kind": "strike", "label": "A strike on Quarry"}],
        "claims": [
            {"event": "E1", "quote": "six Zeta-9 missiles were fired", "counts": [{"launched": 6}]},
            {"event": "E1", "quote": "sixty missiles were fired"},
        ],
    }
    drafts = world.post("/v1/drafts", {"text": REPORT}).json()
    assert (drafts["by"], drafts["dropped"]) == ("tiny", {"quote_absent": 1})
    assert [claim["counts"] for claim in drafts["claims"]] == [[{"launched": 6}]]
    assert "qzx" not in str(drafts)
    stub.content = "no JSON"
    drafts = world.post("/v1/drafts", {"text": REPORT}).json()
    assert (drafts["by"], len(drafts["claims"])) == ("rules", 1)
    assert "tiny" in drafts["notes"][0]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"text": REPORT, "publisher": "Currier"}, 422, "/publisher"),
        ({"text": REPORT, "published": "Tuesday"}, 422, "/published"),
        ({"text": REPORT, "lang": "?"}, 422, "/lang"),
        ({"text": ""}, 422, "/text"),
        ({"text": REPORT, "title": "x"}, 422, "/title"),
        ({"text": "я" * (LONGEST_TEXT + 1)}, 413, "/text"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(
    world: Served, body: dict[str, str], status: int, pointer: str
) -> None:
    refused = world.post("/v1/drafts", body)
    assert refused.status_code == status, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]


def test_any_text_and_language_are_read(world: Served) -> None:
    for text, lang in ((TEXT, "de"), ("\u2028 5", "uk"), ("🚀", "zh-Hant")):
        body = {"text": text, "lang": lang, "published": "2024", "ask_model": False}
        assert world.post("/v1/drafts", body).status_code == 200
