"""What is proposed on the contribute page: taken, dismissed, asked for again, without a script."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from counterclaim.proposing.proposals import Proposals
from counterclaim.web import proposals
from counterclaim.web.drafts import Draft
from counterclaim.web.proposals import Proposed, form_of
from factories import put_world
from model_stub import stub_model
from served import served
from web.test_contributing import Visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Databases
    from model_stub import StubModel
    from served import Served

TEXT = (
    "On Wednesday six Zeta-9 missiles were fired at Quarry, the Bland Army said. "
    "The Aland Ministry said that two Moth drones were shot down on Wednesday."
)


@pytest.fixture(scope="module")
def stub() -> Iterator[StubModel]:
    with stub_model() as made:
        yield made


@pytest.fixture(scope="module")
def world(databases: Databases, stub: StubModel) -> Iterator[Served]:
    with served(databases, put_world, draft_url=stub.url, draft_model="tiny") as made:
        yield made


@pytest.fixture
def visit(world: Served, stub: StubModel) -> Iterator[Visit]:
    stub.asked.clear()
    world.client.cookies.clear()
    made = Visit(world, {})
    made.go()
    yield made
    world.client.cookies.clear()


def names(page: str) -> list[str]:
    return re.findall(r'value="take:([^"]+)"', page)


def test_proposals_are_taken_dismissed_and_read_again_without_a_script(
    visit: Visit, stub: StubModel
) -> None:
    begun = visit.send("begin", text=TEXT)
    assert "2 claims proposed" in begun.text
    assert begun.text.count('class="proposed"') == 2
    assert "Bland Army · Quarry" in re.sub(r"</?bdi>", "", begun.text)
    assert "Ask the model" not in begun.text  # Who is nobody sends no text anywhere.
    first, second = names(begun.text)
    dated = visit.send("check", **{"/document/published": "2024-05-02"})
    assert names(dated.text) == [first, second]
    assert dated.text.count("1 May 2024") == 2
    left = visit.send(f"dismiss:{second}")
    assert names(left.text) == [first]
    moved = visit.send("check", **{"/document/published": "2024-05-09"})
    assert names(moved.text) == [first]  # What was dismissed stays so.
    taken = visit.send(f"take:{first}")
    assert "Nothing more is proposed" in taken.text
    assert visit.fields["/claims/0/said_by/0"] == "bland-army"
    assert visit.fields["/claims/0/counts/0/launched"] == "six"
    assert visit.fields["/claims/0/occurred"] == "2024-05-08"
    assert visit.fields["/events/0/label"]
    again = visit.send(f"take:{first}")
    assert "Claim 2" not in again.text
    assert visit.send("propose:model").status_code == 200
    assert stub.asked == []


def test_a_model_is_asked_when_a_contributor_says_so(
    visit: Visit, stub: StubModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit.sign_in("contribute")
    begun = visit.send("begin", text=TEXT)
    assert f"is sent to <code>{stub.url.split('/')[2]}</code>" in begun.text
    assert stub.asked == []
    event = {"ref": "E1", "kind": "strike", "label": "A strike"}
    claims = [
        {"event": "E1", "quote": "six Zeta-9 missiles were fired", "counts": [{"launched": 6}]},
        {"event": "E1", "quote": "<script>alert(1)</script>"},
    ]
    stub.content = {"events": [event], "claims": claims}
    asked = visit.send("propose:model")
    assert "1 claim proposed" in asked.text
    assert "Proposed by the model tiny" in asked.text
    assert "Left out of its answer: 1 quote(s)" in asked.text
    visit.send("check", **{"/document/published": "2024-05-02"})
    assert len(stub.asked) == 1  # Nothing but the button asks it.
    with monkeypatch.context() as patched:
        patched.setattr(proposals, "READ_AT_ONCE", 100)
        assert "was not read yet" in visit.send("begin", text=TEXT).text
        assert "2 claims proposed" in visit.send("propose:rules").text
    asked = visit.send("propose:model")
    (name,) = names(asked.text)
    visit.send(f"take:{name}")
    told = {"/document/title": "A report", "/document/publisher": "courier"}
    told |= {"/claims/0/event": visit.fields["/events/0/ref"], "/events/0/kind": "strike"}
    sent = visit.send("send", **told)
    assert "1 claim recorded" in sent.text, unescape(sent.text)


HOSTILE: list[Any] = [
    "", "{", "[]", "null", '{"claims": 1}', '{"claims": [{}]}', "[" * 100_000,
    {"claims": [{"event": "E1", "quote": "On"}], "why": []},
    {"claims": [{"event": "E9", "quote": {"exact": "On", "start": 0, "end": 99}}], "asked": []},
    {"claims": [{"event": "E1", "quote": {"exact": "On", "start": 7}}]},
    {"claims": [{"quote": {"exact": "On", "start": 0}, "note": "<b>"}], "why": [["<b>"]]},
    {"events": [{"ref": "E1", "kind": "strike", "label": "x", "parts": ["E1", "E2"]}, {"ref": 1}],
     "claims": [{"event": "E1", "quote": {"exact": "On", "start": 0}}], "by": "<b>"},
    {"claims": [{"quote": {"exact": "On", "start": 0}}] * 500},
    {"settled": ["x"] * 9999},
    {"claims": [{"quote": {"exact": "On", "start": 0}, "occurred": "2024-05-01/..",
                 "counts": [{"hit": "more"}], "places": [{"said": "x"}]}]},
]  # fmt: skip


@pytest.mark.parametrize("given", HOSTILE)
def test_a_field_that_no_page_of_ours_made_breaks_nothing(visit: Visit, given: Any) -> None:
    visit.send("begin", text=TEXT)
    field = given if isinstance(given, str) else orjson.dumps(given).decode()
    for step in ("check", "take:0-2-1", "dismiss:all"):
        answer = visit.send(step, proposed=field)
        assert answer.status_code == 200
        assert "<b>" not in answer.text


def test_a_claim_about_several_events_brings_them_and_keeps_the_words_of_its_numbers() -> None:
    text = "Thirteen were launched in both strikes, at least four hit, and up to 9 fell."
    quote = {"exact": text[:-1], "start": 0, "end": len(text) - 1}
    claim = {"event": "G", "distribution": "collective", "polarity": -1, "quote": quote}
    claim["counts"] = [{"launched": 13, "hit": {"low": 4}, "missed": {"high": 8}}]
    claim["casualties"] = [{"harm": "killed", "count": {"low": 1, "high": 3}}]
    events: list[dict[str, Any]] = [
        {"ref": "A", "kind": "strike", "label": "One"},
        {"ref": "B", "kind": "strike", "label": "Two"},
        {"ref": "G", "kind": "strike", "scope": "collection", "label": "Both", "parts": ["A", "B"]},
    ]
    draft = Draft({"document": {"text": text}})
    proposed = Proposed.of(Proposals("en", events, [claim, claim], [[], []]), draft, [])
    for one in proposed.waiting():
        proposed.take(one.name, draft)
    draft = Draft.of([*draft.fields(), ("open", "0")])
    body = draft.pruned().body
    refs = {event["label"]: event["ref"] for event in body["events"]}
    assert len(body["events"]) == 3
    (whole,) = (event for event in body["events"] if event["label"] == "Both")
    assert whole["parts"] == [refs["One"], refs["Two"]]
    assert whole["scope"] == "collection"
    assert [one["event"] for one in body["claims"]] == [refs["Both"]] * 2
    assert body["claims"][0]["counts"] == [
        {"launched": "Thirteen", "hit": "at least four", "missed": "≤8"}
    ]
    assert body["claims"][0]["casualties"][0]["count"] == "1-3"
    assert body["claims"][0]["polarity"] == -1
    place = next(at for at, event in enumerate(draft.events) if event["label"] == "Both")
    kept = dict(draft.more_of_event(place))
    assert kept[f"/events/{place}/scope"] == "collection"
    assert form_of(claim, "xx")["counts"][0]["launched"] == "Thirteen"
