"""GET /v1/events/{id}/explain: the seed, two sides, ended claims, other states, merged events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from factories import aland_claim, article, put_file, put_seed, put_world
from served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Databases
    from served import Answer, Served


@pytest.fixture
def seeded(databases: Databases) -> Iterator[Served]:
    with served(databases, put_seed) as one:
        yield one


@pytest.fixture
def world(databases: Databases) -> Iterator[Served]:
    with served(databases, put_world) as one:
        yield one


def event_id(of: Served, label: str) -> str:
    items = of.get("/v1/events", limit=100)["items"]
    (found,) = [item["id"] for item in items if item["label"] == label]
    return str(found)


def explain(of: Served, id_: str, **query: Any) -> Answer:
    return of.get(f"/v1/events/{id_}/explain", **query)


def figure(answer: Answer, pointer: str) -> Answer:
    (found,) = [one for one in answer["figures"] if one["figure"] == pointer]
    return dict(found)


QUARRY = "Zeta-9 strike on Quarry"
LAUNCHED, HIT = "/munitions/zeta-9/launched", "/munitions/zeta-9/hit"
FIRST, SECOND = "ATACMS strike near Lotarevka", "ATACMS strike on Kursk-Vostochny airfield"
BOTH = "ATACMS strikes on Kursk region, 23 and 25 November 2024"
ADMITTED = (
    "is graded confirmed: a party to it admits it.",
    "Russia admits it; Ukraine has said nothing of it.",
    f"Further figures belong to “{BOTH}” as a whole and are not split among its parts.",
)


def test_the_seeds_strikes_read_as_a_story(seeded: Served) -> None:
    first = explain(seeded, event_id(seeded, FIRST))
    assert first["sentences"] == [
        "The Russian Defense Ministry says that five ATACMS were launched and three intercepted; "
        "nobody else gives a number.",
        "Two ATACMS were not intercepted: that follows from 5 launched − 3 intercepted.",
        f"One or two ATACMS hit: at least one follows from at least 2 hit in “{BOTH}” − at most 1 "
        f"hit in “{SECOND}”; at most two follows from 2 not intercepted.",
        f"At most one ATACMS hit in “{SECOND}”: that follows from 1 not intercepted.",
        f"One ATACMS was not intercepted in “{SECOND}”: that follows from 8 launched − 7 "
        "intercepted.",
        "All numbers behind this are from the Russian Defense Ministry.",
        f"The event “{FIRST}” {ADMITTED[0]}",
        *ADMITTED[1:],
    ]
    second = explain(seeded, event_id(seeded, SECOND))
    assert second["sentences"] == [
        "The Russian Defense Ministry says that eight ATACMS were launched and seven intercepted; "
        "nobody else gives a number.",
        "One ATACMS was not intercepted: that follows from 8 launched − 7 intercepted.",
        "At most one ATACMS hit: that follows from 1 not intercepted.",
        f"The event “{SECOND}” {ADMITTED[0]}",
        *ADMITTED[1:],
    ]


def test_figures_are_those_of_the_event(seeded: Served) -> None:
    for item in seeded.get("/v1/events", limit=100)["items"]:
        answer = explain(seeded, item["id"])
        shown = {
            f"/munitions/{line['key'] or 'unnamed'}/{outcome}": value
            for line in item["munitions"]
            for outcome, value in line.items()
            if isinstance(value, dict)
        }
        told = {f["figure"]: f for f in answer["figures"] if f["figure"].startswith("/munitions")}
        assert told.keys() == shown.keys()
        for pointer, value in shown.items():
            assert [told[pointer][end] for end in ("low", "best", "high", "basis")] == [
                value[end] for end in ("low", "best", "high", "basis")
            ]
            assert set(told[pointer]["used"]) == {*value["claims"], *value.get("narrowed_by", ())}
        assert (answer["event"], answer["policy"]) == (item["id"], "graded")


def test_two_sides_are_told_apart(world: Served) -> None:
    answer = explain(world, event_id(world, QUARRY))
    assert figure(answer, HIT)["sentences"] == [
        "The Bland Army says that four Zeta-9 hit.",
        "Nobody else gives a number.",
    ]
    launched = figure(answer, LAUNCHED)
    assert [voice["claimants"] for voice in launched["voices"]] == [["aland-mod"], ["bland-army"]]
    assert {voice["status"] for voice in launched["voices"]} == {"used"}
    assert launched["sentences"] == [
        "The Aland Ministry and the Bland Army say that five Zeta-9 were launched.",
        "These two voices agree.",
    ]
    assert (
        "What the Aland Ministry and the Bland Army say cannot all be true: in "
        f"“{QUARRY}” at least four Zeta-9 were not intercepted, and at most two."
    ) in answer["sentences"]


def test_superseded_and_retracted_claims_are_named_with_what_replaced_them(world: Served) -> None:
    event = event_id(world, QUARRY)
    old, other = (voice["claims"][0] for voice in figure(explain(world, event), LAUNCHED)["voices"])
    before = explain(world, event)
    counts = [{"munition": "Zeta-9", "launched": "six", "intercepted": "three"}]
    quote = "five Zeta-9 missiles were fired at Quarry and three were shot down"
    document = world.get(f"/v1/claims/{old}")["document"]["id"]
    changes = {"event": event, "document": document, "quote": quote, "counts": counts}
    given = {name: value for name, value in aland_claim(**changes).items() if name != "ref"}
    body = {"reason": "Misread.", "by": given}
    new = world.decide(old, "supersede", body).json()["id"]
    assert world.decide(other, "retract", {"reason": "Entered twice."}).status_code == 200
    answer = explain(world, event)
    launched = figure(answer, LAUNCHED)
    assert [(d["claim"], d["reason"], d["of"], d["because"]) for d in launched["dropped"]] == [
        (old, "superseded", new, "Misread."),
        (other, "retracted", None, "Entered twice."),
    ]
    assert {d["claim"] for d in answer["dropped"]} == {old, other}
    assert figure(answer, HIT)["basis"] == "derived"
    assert (
        "A claim of the Bland Army that five Zeta-9 were launched has been retracted "
        "(Entered twice)."
    ) in launched["sentences"]
    assert explain(world, event, known_at=before["known_at"]) == before


def test_claimed_by_explains_what_had_been_said(world: Served) -> None:
    event = event_id(world, QUARRY)
    path = f"/v1/events/{event}/explain"
    assert world.client.get(path, params={"claimed_by": "2023"}).status_code == 404
    assert world.client.get(path, params={"claimed_by": "2024-06"}).status_code == 200


def test_unknown_and_merged_events_answer_as_other_reads_do(world: Served) -> None:
    event = event_id(world, QUARRY)
    put_file(world.engine, article(document={"title": "Again", "text": AGAIN}, claims=[again()]))
    others = [i["id"] for i in world.get("/v1/events")["items"] if i["id"] != event]
    body = {"event": others[0], "judgement": "same", "reason": "One strike."}
    assert world.post(f"/v1/events/{event}/judgements", body, "review").status_code == 201
    moved = world.client.get(f"/v1/events/{others[0]}/explain", follow_redirects=False)
    assert moved.status_code == 308
    assert moved.headers["location"] == f"/v1/events/{event}/explain"
    assert len(figure(explain(world, event), LAUNCHED)["voices"]) == 3
    assert world.client.get("/v1/events/nothing/explain").status_code == 404
    assert world.client.get(f"/v1/events/{event}/explain?fields=x").status_code == 422


AGAIN = "The Courier counted six Zeta-9 missiles over Quarry."


def again() -> dict[str, Any]:
    counts = [{"munition": "Zeta-9", "launched": "six"}]
    return aland_claim(said_by=["courier"], quote=AGAIN, counts=counts)


def test_an_explanation_takes_the_same_number_of_statements_for_any_event(
    seeded: Served, query_counter: Any
) -> None:
    numbers = []
    for label in (FIRST, "Oreshnik strike on Dnipro"):
        event = event_id(seeded, label)
        with query_counter(seeded.engine) as queries:
            explain(seeded, event)
        numbers.append(len(queries))
    assert max(numbers) <= 60


def test_another_policy_is_told_in_its_own_words(databases: Databases) -> None:
    with served(databases, put_world) as one:
        event = one.get("/v1/strikes")["items"][0]["id"]
        told = {
            policy: " ".join(
                sentence
                for figure in one.get(f"/v1/events/{event}/explain", policy=policy)["figures"]
                for sentence in figure["sentences"]
            )
            for policy in ("graded", "conservative", "side:AA")
        }
    assert "The policy" not in told["graded"]
    assert "The policy conservative decides by “lowest”" in told["conservative"]
    assert "Those whom the policy side:AA hears say nothing of it" in told["side:AA"]
