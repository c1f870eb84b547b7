from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from counterclaim.db import reading
from counterclaim.models import LedgerEntry
from factories import TEXT, article, bland_claim, put_file, put_world
from served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from conftest import Databases
    from served import Answer, Served

WHY = {"reason": "The army took it back."}
STATEMENT = "Six Zeta-9 missiles were fired at Quarry, the Bland Army said on Friday."


def put_two_strikes(engine: Engine) -> None:
    """The world, and the same strike once more as another outlet tells it."""
    put_world(engine)
    document = {"title": "Again", "text": TEXT + " Yes.", "publisher": "courier"}
    put_file(engine, article(document=document))


@pytest.fixture
def world(databases: Databases) -> Iterator[Served]:
    with served(databases, put_world) as made:
        made.key("contribute")
        made.key("review")
        yield made


@pytest.fixture
def twice(databases: Databases) -> Iterator[Served]:
    with served(databases, put_two_strikes) as made:
        made.key("review")
        yield made


def strike_id(world: Served) -> str:
    return str(world.get("/v1/strikes")["items"][0]["id"])


def statement(event: str, **changes: Any) -> Answer:
    claim = bland_claim(
        event=event,
        quote="Six Zeta-9 missiles were fired at Quarry",
        counts=[{"munition": "zeta-9", "launched": "six"}],
        document={"title": "A statement", "text": STATEMENT, "publisher": "courier"},
    )
    del claim["ref"]
    return {**claim, **changes}


def pending(world: Served, **changes: Any) -> str:
    answer = world.post("/v1/claims", {**statement(strike_id(world)), **changes})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def entries(world: Served) -> int:
    with reading(world.engine) as session:
        return session.scalar(select(func.count()).select_from(LedgerEntry)) or 0


def test_acceptance_tells_what_the_claim_contradicts(world: Served) -> None:
    claim = pending(world)
    body: Answer = {
        "document": {"title": "B", "text": "Nine Zeta-9 missiles.", "publisher": "gazette"}
    }
    body |= {"quote": "Nine Zeta-9 missiles", "said_by": ["aland-mod"]}
    body |= {"counts": [{"munition": "zeta-9", "launched": 9}]}
    later = pending(world, **body)
    accepted = world.decide(claim, "accept")
    assert accepted.json()["status"] == "accepted"
    shown = world.client.get(f"/v1/claims/{claim}")
    assert shown.json() == accepted.json()
    assert shown.headers["etag"] == accepted.headers["etag"]
    second = world.decide(later, "accept").json()
    told = [w["detail"] for w in second["warnings"] if w["code"] == "contradicts"]
    assert any(claim in detail for detail in told), told
    first_known = second["accepted_at"]
    before = world.get(f"/v1/claims/{later}", "review", known_at=second["recorded_at"])
    assert not any(claim in warning["detail"] for warning in before["warnings"])
    assert first_known > before["recorded_at"]


def test_rejected_claim_never_counts_and_tells_why(world: Served) -> None:
    claim = pending(world)
    assert world.decide(claim, "reject", {"reason": " "}).status_code == 422
    rejected = world.decide(claim, "reject", WHY).json()
    assert (rejected["status"], rejected["end_reason"]) == ("rejected", WHY["reason"])
    assert world.client.get(f"/v1/claims/{claim}").status_code == 404
    listed = world.get("/v1/claims", "review", status="rejected")["items"]
    assert [one["id"] for one in listed] == [claim]
    assert world.decide(claim, "accept").status_code == 409


def test_retracted_claim_is_a_tombstone(world: Served) -> None:
    claim = world.get("/v1/claims", claimant="bland-army")["items"][0]["id"]
    assert world.decide(claim, "retract").status_code == 422
    assert world.decide(claim, "retract", WHY).json()["status"] == "retracted"
    shown = world.get(f"/v1/claims/{claim}")
    assert (shown["status"], shown["end_reason"]) == ("retracted", WHY["reason"])
    assert world.get("/v1/claims", claimant="bland-army")["items"] == []


def test_claim_is_superseded_by_one_that_was_posted_or_is_given(world: Served) -> None:
    old = world.get("/v1/claims", claimant="bland-army")["items"][0]["id"]
    new = world.decide(old, "supersede", {"by": pending(world), **WHY}).json()
    assert (new["status"], new["supersedes"]) == ("accepted", old)
    text = "Seven Zeta-9 missiles were fired at Quarry, the Bland Army said later."
    given = statement(
        strike_id(world),
        quote="Seven Zeta-9 missiles were fired at Quarry",
        counts=[{"munition": "zeta-9", "launched": 7}],
        document={"title": "A correction", "text": text, "publisher": "courier"},
    )
    last = world.decide(new["id"], "supersede", {"by": given, **WHY}).json()
    assert last["supersedes"] == new["id"]
    assert world.get(f"/v1/claims/{old}")["superseded_by"] == new["id"]
    wrong = {"by": {**given, "quote": "Eight"}, **WHY}
    refused = world.decide(last["id"], "supersede", wrong)
    assert refused.json()["errors"][0]["pointer"] == "/by/quote"


def test_assessment_takes_digits_and_numbers(world: Served) -> None:
    claim = world.get("/v1/claims")["items"][0]["id"]
    for credibility in (2, "3"):
        body = {"credibility": credibility, "rationale": "Seen by others."}
        answer = world.decide(claim, "assess", body)
        assert answer.json()["assessment"]["credibility"] == str(credibility)
    assert world.decide(claim, "assess", {"credibility": 7, "rationale": "?"}).status_code == 422


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("accept", None),
        ("reject", WHY),
        ("retract", WHY),
        ("supersede", {"by": "x", **WHY}),
        ("assess", {"credibility": 1, "rationale": "Seen."}),
    ],
)
def test_decisions_need_the_state_that_was_seen(world: Served, what: str, body: Answer) -> None:
    claim = pending(world)
    path, before = f"/v1/claims/{claim}/{what}", entries(world)
    without = world.post(path, body, "review")
    assert (without.status_code, without.json()["type"]) == (428, "/problems/precondition-required")
    stale = world.post(path, body, "review", if_match='"0123456789abcdef"')
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/precondition-failed")
    assert world.post(path, body, "contribute", if_match="*").status_code == 403
    assert world.post(path, body, None, if_match="*").status_code == 401
    gone = path.replace(claim, "01900000-0000-7000-8000-000000000000")
    assert world.post(gone, body, "review", if_match="*").status_code == 404
    assert entries(world) == before


def test_decision_can_be_repeated_with_its_key(world: Served) -> None:
    claim = pending(world)
    tag = world.client.get(f"/v1/claims/{claim}", headers=world.key("review")).headers["etag"]
    first = world.decide(claim, "accept", if_match=tag, idempotency_key="k")
    again = world.decide(claim, "accept", if_match=tag, idempotency_key="k")
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["idempotency-replayed"] == "true"


def test_of_two_reviewers_at_once_one_decides(world: Served) -> None:
    claim = pending(world)
    tag = world.client.get(f"/v1/claims/{claim}", headers=world.key("review")).headers["etag"]
    world.key("admin")
    before = entries(world)
    ready, answers = threading.Barrier(2), []

    def decide(scope: str, what: str, body: Answer | None) -> None:
        ready.wait()
        path = f"/v1/claims/{claim}/{what}"
        answers.append(world.post(path, body, scope, if_match=tag).status_code)

    threads = [
        threading.Thread(target=decide, args=("review", "accept", None)),
        threading.Thread(target=decide, args=("admin", "reject", WHY)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 412]
    assert entries(world) == before + 1


def test_source_is_rated(world: Served) -> None:
    body = {"reliability": "B", "rationale": "Right four times of five."}
    answer = world.post("/v1/sources/Bland Army/ratings", body, "review")
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["suggestions"][0] == "bland-army"
    answer = world.post("/v1/sources/bland-army/ratings", body, "review")
    assert (answer.status_code, answer.json()["reliability"]) == (201, "B")
    assert world.get("/v1/sources/bland-army")["reliability"] == "B"
    assert world.post("/v1/sources/bland-army/ratings", body).status_code == 403


def test_same_events_are_found_merged_and_taken_apart(twice: Served) -> None:
    strikes = twice.get("/v1/strikes")["items"]
    assert len(strikes) == 2
    first, second = sorted(strike["id"] for strike in strikes)
    similar = twice.get(f"/v1/events/{first}/similar")["items"]
    assert [one["id"] for one in similar] == [second]
    assert similar[0]["score"] == 1.0
    assert set(similar[0]["parts"]) == {"date", "place", "munition", "parties"}
    assert "date 1.00" in similar[0]["explained"]
    body = {"event": second, "judgement": "same", "reason": "One strike, told twice."}
    judged = twice.post(f"/v1/events/{first}/judgements", body, "review")
    assert judged.status_code == 201, judged.text
    (one,) = twice.get("/v1/strikes")["items"]
    merged = ({first, second} - {one["id"]}).pop()
    assert set(judged.json()["served_as"].values()) == {one["id"]}
    moved = twice.client.get(f"/v1/strikes/{merged}", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (308, f"/v1/strikes/{one['id']}")
    listed = twice.get(f"/v1/events/{first}/judgements")["items"]
    assert [row["id"] for row in listed] == [judged.json()["id"]]
    end = f"/v1/events/{first}/judgements/{judged.json()['id']}/end"
    assert twice.post(end, {"reason": "Two after all."}, "review").json()["ended_at"] is not None
    assert len(twice.get("/v1/strikes")["items"]) == 2
    assert twice.post(end, scope="review").status_code == 409
    elsewhere = end.replace(first, "01900000-0000-7000-8000-000000000000")
    assert twice.post(elsewhere, scope="review").status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"judgement": "maybe"}, 422, "/judgement"),
        ({"reason": ""}, 422, "/reason"),
        ({"score": 2}, 422, "/score"),
        ({"event": "nothing"}, 404, None),
    ],
)
def test_bad_judgements_are_refused(
    twice: Served, change: Answer, status: int, pointer: str | None
) -> None:
    first, second = (strike["id"] for strike in twice.get("/v1/strikes")["items"])
    body = {"event": second, "judgement": "same", "reason": "One strike."}
    answer = twice.post(f"/v1/events/{first}/judgements", {**body, **change}, "review")
    assert answer.status_code == status
    if pointer is not None:
        assert answer.json()["errors"][0]["pointer"] == pointer


def test_every_method_of_an_address_is_allowed_in_405(world: Served) -> None:
    answer = world.client.delete("/v1/claims")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"
