from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from counterclaim.api.ingest import LONG
from counterclaim.db import reading
from counterclaim.models import Claim, IdempotencyKey, LedgerEntry
from counterclaim.store import quotes
from factories import TEXT, aland_claim, article, bland_claim, put_world
from served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Databases
    from served import Answer, Served

STATEMENT = "Six Zeta-9 missiles were fired at Quarry, the Bland Army said on Friday."


@pytest.fixture
def world(databases: Databases) -> Iterator[Served]:
    with served(databases, put_world) as made:
        made.key("contribute")
        yield made


@pytest.fixture(scope="module")
def refusing(databases: Databases) -> Iterator[Served]:
    """The same for what is refused, and so leaves it as it was."""
    with served(databases, put_world) as made:
        made.key("contribute")
        yield made


def strike_id(world: Served) -> str:
    return str(world.get("/v1/strikes")["items"][0]["id"])


def statement(event: str, **changes: Any) -> Answer:
    """A claim with its document, as it is posted alone: six where others said five."""
    claim = bland_claim(
        event=event,
        quote="Six Zeta-9 missiles were fired at Quarry",
        counts=[{"munition": "zeta-9", "launched": "six"}],
        document={"title": "A statement", "text": STATEMENT, "publisher": "courier"},
    )
    del claim["ref"]
    return {**claim, **changes}


def count(world: Served, model: Any) -> int:
    with reading(world.engine) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_whole_article_is_taken_in_once(world: Served) -> None:
    body = article(
        document={"title": "Again", "text": TEXT + " So it was.", "publisher": "courier"},
        sources=[{"key": "new-desk", "name": "New Desk", "kind": "outlet"}],
    )
    body["claims"][0]["said_by"] = ["New Desk"]
    first = world.post("/v1/ingest", body)
    assert first.status_code == 201, first.text
    answer = first.json()
    assert answer["created"] == {
        "sources": 1,
        "munitions": 0,
        "places": 0,
        "documents": 1,
        "events": 1,
        "claims": 2,
    }
    assert [claim["status"] for claim in answer["claims"]] == ["pending", "pending"]
    second = world.post("/v1/ingest", body)
    assert second.status_code == 200
    assert not any(second.json()["created"].values())
    ids = [claim["id"] for claim in answer["claims"]]
    assert [claim["id"] for claim in second.json()["claims"]] == ids


def test_dry_run_tells_everything_and_stores_nothing(world: Served) -> None:
    before = count(world, LedgerEntry)
    body = article(document={"title": "Again", "text": TEXT + " Yes.", "publisher": "courier"})
    answer = world.post("/v1/ingest?dry_run=true", body, idempotency_key="k")
    assert answer.status_code == 200
    told = answer.json()
    assert told["dry_run"] is True
    assert told["created"]["claims"] == 2
    codes = {warning["code"] for claim in told["claims"] for warning in claim["warnings"]}
    assert "likely_duplicate" in codes
    assert count(world, LedgerEntry) == before
    assert count(world, IdempotencyKey) == 0
    assert world.post("/v1/ingest", body, idempotency_key="k").status_code == 201


def test_likely_duplicate_is_named_with_id_and_score_while_pending(world: Served) -> None:
    body = article(document={"title": "Again", "text": TEXT + " Yes.", "publisher": "courier"})
    (first, *_rest) = world.post("/v1/ingest", body).json()["claims"]
    told = [w["detail"] for w in first["warnings"] if w["code"] == "likely_duplicate"]
    assert strike_id(world) in told[0]
    assert "score 1.00" in told[0]


def test_claim_posted_alone_is_pending_and_warned_of(world: Served) -> None:
    event = strike_id(world)
    before = world.client.get(f"/v1/strikes/{event}").content
    answer = world.post("/v1/claims", statement(event))
    assert answer.status_code == 201, answer.text
    claim = answer.json()
    assert claim["status"] == "pending"
    assert answer.headers["location"] == f"/v1/claims/{claim['id']}"
    assert [warning["code"] for warning in claim["warnings"]] == ["contradicts"]
    assert "5" in claim["warnings"][0]["detail"]
    assert world.client.get(f"/v1/strikes/{event}").content == before
    assert world.client.get(answer.headers["location"]).status_code == 404
    shown = world.client.get(answer.headers["location"], headers=world.key("review"))
    assert shown.json() == claim
    assert shown.headers["etag"] == answer.headers["etag"]
    again = world.post("/v1/claims", statement(event))
    assert (again.status_code, again.json()["id"]) == (200, claim["id"])


def test_pending_claims_are_listed_for_reviewers_only(world: Served) -> None:
    claim = world.post("/v1/claims", statement(strike_id(world))).json()["id"]
    listed = world.get("/v1/claims", "review", status="pending")["items"]
    assert [one["id"] for one in listed] == [claim]
    for scope in (None, "read", "contribute"):
        refused = world.client.get("/v1/claims?status=pending", headers=world.key(scope))
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["parameter"] == "status"
        hidden = world.client.get(f"/v1/claims/{claim}", headers=world.key(scope))
        assert hidden.status_code == 404
    assert all(one["id"] != claim for one in world.get("/v1/claims", "review")["items"])


def test_reviewer_may_post_a_claim_that_counts_at_once(world: Served) -> None:
    event = strike_id(world)
    answer = world.post("/v1/claims?accept=true", statement(event), "review")
    assert answer.json()["status"] == "accepted"
    assert world.get(f"/v1/strikes/{event}")["disputed"] is True


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"quote": "Seven Zeta-9 missiles"}, "/quote", "nearest stretch"),
        ({"document": "0" * 64}, "/document", "post the document first"),
        ({"event": "E1"}, "/event", "No event"),
        ({"said_by": ["Bland Armee"]}, "/said_by/0", "Bland Army"),
        ({"counts": [{"munition": "zeta9x", "launched": 1}]}, "/counts/0/munition", "zeta9x"),
        ({"counts": [{"munition": "moth", "launched": "umpteen"}]}, "/counts/0/launched", "umpt"),
        ({"counts": [{"munition": "moth", "lunched": 6}]}, "/counts/0/lunched", "launched"),
        ({"occurred": "2024-13-01"}, "/occurred", "2024-13-01"),
        ({"quotes": "x"}, "/quotes", "quote"),
        ({"stance": "says"}, "/stance", "asserts"),
        ({"document": {"title": "T", "text": "a", "publisher": "nobody"}}, "/document", "nobody"),
    ],
)
def test_what_is_wrong_with_a_claim_is_told_with_a_pointer(
    refusing: Served, change: Answer, pointer: str, words: str
) -> None:
    before = count(refusing, LedgerEntry)
    answer = refusing.post("/v1/claims", {**statement(strike_id(refusing)), **change})
    assert answer.status_code == 422, answer.text
    told = [error for error in answer.json()["errors"] if error["pointer"].startswith(pointer)]
    assert told, answer.json()
    assert words in told[0]["detail"]
    assert count(refusing, LedgerEntry) == before


def test_all_problems_of_an_article_are_told_at_once(world: Served) -> None:
    body = article(claims=[aland_claim(quote="no such words"), bland_claim(said_by=["who"])])
    answer = world.post("/v1/ingest", body)
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/claims/0/quote",
        "/claims/1/said_by/0",
    ]


def test_quotes_of_a_long_text_are_looked_for_before_the_turn_of_the_writer(
    refusing: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: Counter[str] = Counter()

    def locate(text: str, quote: str, *, near: bool) -> quotes.Stretch:
        searched[threading.current_thread().name] += 1
        return located(text, quote, near=near)

    located = quotes.locate
    monkeypatch.setattr(quotes, "locate", locate)
    for length, here in ((LONG // 20, False), (1, True)):
        body = article(claims=[aland_claim(quote=f"Zeta-9 mistakes {n}") for n in range(21)])
        for number, claim in enumerate(body["claims"]):
            claim["ref"] = f"C{number}"
        body["document"]["text"] = TEXT + "." * length
        errors = refusing.post("/v1/ingest", body).json()["errors"]
        assert [one["pointer"] for one in errors] == [f"/claims/{n}/quote" for n in range(21)]
        assert ("writer" in searched) is here
        assert searched.total() == 21
        searched.clear()


def test_one_thing_at_a_time(world: Served) -> None:
    source = {"key": "harbour-radio", "name": "Harbour Radio", "kind": "outlet", "parent": "aland"}
    made = world.post("/v1/sources", source)
    assert (made.status_code, made.headers["location"]) == (201, "/v1/sources/harbour-radio")
    assert world.post("/v1/sources", source).status_code == 200
    other = world.post("/v1/sources", {**source, "kind": "state"})
    assert other.status_code == 422
    named = world.post("/v1/sources/harbour-radio/names", {"name": "Радио Гавань", "lang": "ru"})
    assert named.status_code == 201
    assert "Радио Гавань" in [name["name"] for name in named.json()["names"]]
    same = world.post("/v1/sources/harbour-radio/names", {"name": "Радио Гавань", "lang": "ru"})
    assert same.status_code == 200
    munition = {"key": "zeta-10", "name": "Zeta-10", "category": "drone", "parent": "missile"}
    assert world.post("/v1/munitions", munition).status_code == 201
    assert world.post("/v1/munitions/zeta-10/names", {"name": "Z10"}).status_code == 201
    place = {"key": "mill", "name": "Mill", "kind": "village", "parent": "aland", "country": "AA"}
    assert world.post("/v1/places", place).status_code == 201
    assert world.post("/v1/places/mill/names", {"name": "Старый Млин"}).status_code == 201
    assert world.get("/v1/places/mill")["names"][-1]["script"] == "Cyrl"
    assert world.post("/v1/places/miil/names", {"name": "X"}).status_code == 404
    document = {"title": "T", "text": "Zeta-10 seen at the mill.", "publisher": "Harbour Radio"}
    posted = world.post("/v1/documents", document)
    assert posted.status_code == 201
    assert world.post("/v1/documents", document).status_code == 200
    assert world.get(posted.headers["location"])["text"] == document["text"]
    event = world.post("/v1/events", {"kind": "strike", "label": "Zeta-10 at the mill"})
    assert event.status_code == 201
    claim = {
        "document": posted.json()["sha256"],
        "event": event.json()["id"],
        "quote": "Zeta-10 seen at the mill",
        "counts": [{"munition": "Z10"}],
        "places": [{"place": "Старый Млин"}],
    }
    assert world.post("/v1/claims?accept=true", claim, "review").status_code == 201
    served_event = world.get(event.headers["location"])
    assert served_event["munitions"][0]["key"] == "zeta-10"


def test_event_of_parts_that_are_not_there_is_refused(world: Served) -> None:
    wanted = {"kind": "strike", "scope": "collection", "label": "Both", "parts": ["E1"]}
    answer = world.post("/v1/events", wanted)
    assert answer.json()["errors"][0]["pointer"] == "/parts/0"
    wanted["parts"] = [strike_id(world)]
    assert world.post("/v1/events", wanted).json()["parts"] == [strike_id(world)]


@pytest.mark.parametrize(
    ("content", "media_type", "status", "slug"),
    [
        (b"{", "application/json", 400, "malformed-body"),
        (b"[]", "application/json", 422, "invalid-request"),
        (b"\xff", "application/json", 400, "malformed-body"),
        (b"key: x", "application/yaml", 415, "unsupported-media-type"),
        (b"{}", "", 415, "unsupported-media-type"),
        (b"", "application/json", 422, "invalid-request"),
        (b"[" * 100_000, "application/json", 400, "malformed-body"),
    ],
)
def test_bodies_that_are_no_json_are_problems(
    refusing: Served, content: bytes, media_type: str, status: int, slug: str
) -> None:
    headers = {**refusing.key("contribute"), **({"Content-Type": media_type} if media_type else {})}
    answer = refusing.client.post("/v1/ingest", content=content, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")


def test_replay_answers_what_was_answered(world: Served) -> None:
    event = strike_id(world)
    first = world.post("/v1/claims", statement(event), idempotency_key="one")
    again = world.post("/v1/claims", statement(event), idempotency_key="one")
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["location"] == first.headers["location"]
    events = {"kind": "other", "label": "Twice"}
    ids = {world.post("/v1/events", events, idempotency_key="two").json()["id"] for _ in range(3)}
    assert len(ids) == 1


def test_key_of_another_request_is_refused(world: Served) -> None:
    events = {"kind": "other", "label": "Once"}
    assert world.post("/v1/events", events, idempotency_key="one").status_code == 201
    other = world.post("/v1/events", {**events, "label": "Other"}, idempotency_key="one")
    assert other.status_code == 422
    assert other.json()["type"] == "/problems/idempotency-key-reused"
    elsewhere = world.post("/v1/sources", events, idempotency_key="one")
    assert elsewhere.status_code == 422
    by_another = world.post("/v1/events", events, "review", idempotency_key="one")
    assert by_another.status_code == 201
    assert world.post("/v1/events", events, idempotency_key="a b").status_code == 422


def test_refused_request_leaves_its_key_free(world: Served) -> None:
    assert world.post("/v1/events", {"kind": "x"}, idempotency_key="one").status_code == 422
    good = {"kind": "other", "label": "Mended"}
    assert world.post("/v1/events", good, idempotency_key="one").status_code == 201


def test_the_same_request_at_once_is_carried_out_once(world: Served) -> None:
    body = {"kind": "other", "label": "At once"}
    world.key("contribute")
    answers: list[tuple[int, str]] = []

    def post() -> None:
        answer = world.post("/v1/events", body, idempotency_key="same")
        answers.append((answer.status_code, answer.json()["id"]))

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1


def test_many_writers_do_not_block_each_other_for_good(world: Served) -> None:
    world.key("contribute")
    statuses: list[int] = []

    def post(number: int) -> None:
        answer = world.post("/v1/events", {"kind": "other", "label": f"Event {number}"})
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=post, args=(number,)) for number in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 60


def test_claims_are_written_once_by_writers_at_once(world: Served) -> None:
    event = strike_id(world)
    before = count(world, Claim)
    world.key("contribute")
    answers: list[tuple[int, str]] = []

    def post() -> None:
        answer = world.post("/v1/claims", statement(event))
        answers.append((answer.status_code, answer.json()["id"]))

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _id in answers) == [200, 200, 200, 201]
    assert len({key for _status, key in answers}) == 1
    assert count(world, Claim) == before + 1
