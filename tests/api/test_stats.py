"""Totals and disputes over HTTP."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from counterclaim.api.stats import Answers
from counterclaim.resolve import WEIGHTS_VERSION
from factories import REFERENCE, aland_claim, article, bland_claim, put_file, put_seed, put_world
from served import Served, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from conftest import Databases

KURSK = {"weapon": "atacms", "from": "2024-11-23", "to": "2024-11-25"}
ATACMS = {
    "munition": "atacms",
    "events": 2,
    "counts": {
        "launched": {"low": 13, "best": 13, "high": 13, "unknown": 0},
        "intercepted": {"low": 10, "best": 10, "high": 10, "unknown": 0},
        "hit": {"low": 2, "best": None, "high": 3, "unknown": 2},
    },
    "interception_rate": {"low": 0.769, "best": 0.769, "high": 0.769},
    "one_sided": 1.0,
}


@pytest.fixture
def seeded(databases: Databases) -> Iterator[Served]:
    with served(databases, put_seed) as one:
        yield one


@pytest.fixture
def world(databases: Databases) -> Iterator[Served]:
    with served(databases, put_world) as one:
        yield one


def totals(one: Served, table: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = one.get(f"/v1/stats/{table}", **query)["items"]
    return found


def test_the_two_kursk_strikes_come_to_what_the_ministry_said(seeded: Served) -> None:
    answer = seeded.get("/v1/stats/interceptions", group_by="munition", **KURSK)
    assert answer["items"] == [ATACMS]
    assert answer["next"] is None
    assert (answer["policy"], answer["policy_version"]) == ("graded", WEIGHTS_VERSION)
    assert answer["group_by"] == ["munition"]
    resolved = totals(seeded, "interceptions", group_by="munition", claimed_by="2025", **KURSK)
    assert resolved == [ATACMS]


def test_what_is_said_of_both_strikes_counts_where_both_are_selected(seeded: Served) -> None:
    two = {"low": 2, "best": 2, "high": 2, "unknown": 0}
    (both,) = totals(seeded, "casualties", **KURSK)
    assert both == {"events": 2, "counts": {"injured": two}, "one_sided": 1.0}
    (line,) = totals(seeded, "casualties", group_by="casualty_side,status")
    assert (line["casualty_side"], line["status"]) == ("RU", "military")
    assert totals(seeded, "casualties", group_by="week") == []
    (one,) = totals(seeded, "interceptions", **{**KURSK, "to": "2024-11-23"})
    assert one["counts"]["hit"] == {"low": 1, "best": None, "high": 2, "unknown": 1}


def test_weeks_begin_on_monday_and_leave_collections_apart(seeded: Served) -> None:
    weeks = totals(seeded, "interceptions", group_by="week", **KURSK)
    assert [(item["week"], item["counts"]["launched"]["best"]) for item in weeks] == [
        ("2024-W47", 5),
        ("2024-W48", 8),
    ]


def test_the_rate_is_unknown_while_any_number_is(seeded: Served) -> None:
    (item,) = totals(seeded, "interceptions")
    assert item["interception_rate"] is None
    assert item["counts"]["launched"] == {"low": 18, "best": 14, "high": None, "unknown": 2}


def test_events_are_counted_by_grade_and_collections_as_their_parts(seeded: Served) -> None:
    (item,) = totals(seeded, "events", **KURSK)
    assert item == {"events": 2, "disputed": 0, "grades": {"confirmed": 2}}
    answer = seeded.client.get("/v1/stats/events?scope=collection").json()
    assert answer["items"][0]["events"] == 1


@pytest.mark.parametrize("form", ["json", "csv"])
def test_no_events_are_no_zeros(world: Served, form: str) -> None:
    response = world.client.get(f"/v1/stats/interceptions?from=2030&f={form}")
    if form == "json":
        (item,) = response.json()["items"]
        assert item == {"events": 0, "counts": {}, "interception_rate": None, "one_sided": None}
        return
    (row,) = csv.DictReader(io.StringIO(response.text))
    assert row["events"] == "0"
    assert row["launched_low"] == row["interception_rate_best"] == row["one_sided"] == ""


def test_groups_that_are_not_there_are_refused_with_the_nearest(world: Served) -> None:
    for query in ("group_by=muniton", "group_by=month,muniton"):
        response = world.client.get(f"/v1/stats/interceptions?{query}")
        assert response.status_code == 422
        assert response.json()["errors"][0]["suggestions"] == ["munition"]
    for query in ("group_by=month,week,side", "group_by=week,week", "group_by=status"):
        assert world.client.get(f"/v1/stats/events?{query}").status_code == 422


def test_a_type_and_its_kind_count_once_where_munitions_are_not_told_apart(
    databases: Databases,
) -> None:
    counts = [{"munition": "missile", "launched": 7}, {"munition": "zeta-9", "launched": 5}]

    def fill(engine: Engine) -> None:
        put_file(engine, REFERENCE)
        put_file(engine, article(claims=[aland_claim(counts=counts)]))

    with served(databases, fill) as one:
        (whole,) = totals(one, "interceptions")
        assert whole["counts"]["launched"]["best"] == 7
        each = totals(one, "interceptions", group_by="munition")
        assert [(i["munition"], i["counts"]["launched"]["best"]) for i in each] == [
            ("missile", 7),
            ("zeta-9", 5),
        ]


def test_a_dispute_tells_what_each_voice_gives(world: Served) -> None:
    (dispute,) = world.get("/v1/disputes")["items"]
    assert dispute["divergence"] == 0.5
    assert dispute["parties"] == ["AA", "BB"]
    (figure,) = dispute["figures"]
    assert figure["figure"] == "/munitions/zeta-9/not_intercepted"
    assert [(p["side"], p["low"], p["high"]) for p in figure["positions"]] == [
        ("AA", 2, 2),
        ("BB", 4, 5),
    ]
    assert world.get("/v1/disputes", disputed="false")["items"] == []
    assert world.client.get("/v1/disputes?sort=grade").status_code == 422


def test_disputes_come_in_pages_the_farthest_apart_first(databases: Databases) -> None:
    def fill(engine: Engine) -> None:
        put_file(engine, REFERENCE)
        numbers = {"E1": 4, "E2": 1, "E3": 3, "E4": 5, "E5": 0}
        events = [{"ref": ref, "kind": "strike", "label": ref} for ref in numbers]
        told = [
            claim(ref=f"{side}{ref}", event=ref, counts=[{"munition": "moth", "launched": count}])
            for ref, number in numbers.items()
            for side, claim, count in (("A", aland_claim, 5), ("B", bland_claim, number))
        ]
        put_file(engine, article(events=events, claims=told))

    with served(databases, fill) as one:
        found: list[tuple[str, float]] = []
        query: dict[str, Any] = {"limit": 1, "count": "true"}
        while True:
            page = one.get("/v1/disputes", **query)
            assert page["total"] == 4
            found += [(item["label"], item["divergence"]) for item in page["items"]]
            if page["next"] is None:
                break
            query["cursor"] = page["next"]
        assert found == [("E5", 1.0), ("E2", 0.8), ("E3", 0.4), ("E1", 0.2)]
        (item,) = one.get("/v1/disputes", limit=1)["items"]
        assert item["figures"][0]["spread"] == {"low": 0, "high": 5}
        assert one.get("/v1/disputes", claimed_by="2025")["items"][0]["label"] == "E5"
        assert "/munitions/moth/launched" in one.client.get("/v1/disputes?f=csv").text


def test_totals_follow_the_policy_that_is_asked_for(world: Served) -> None:
    launched = {
        policy: world.get("/v1/stats/interceptions", policy=policy)["items"][0]["counts"]
        for policy in ("graded", "conservative", "side:AA", "side:BB")
    }
    assert launched["graded"]["launched"]["best"] == 5
    assert launched["side:AA"]["intercepted"]["best"] == 3
    assert launched["side:BB"]["hit"]["best"] == 4
    for policy in ("gradd", "side:QQ", "side:"):
        refused = world.client.get("/v1/stats/interceptions", params={"policy": policy})
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "policy")


def test_an_answer_given_once_holds_until_something_is_written(world: Served) -> None:
    before = totals(world, "interceptions", group_by="month")
    assert totals(world, "interceptions", group_by="month") == before
    put_file(world.engine, article(claims=[aland_claim(counts=[{"launched": 9}])]))
    assert totals(world, "interceptions", group_by="month") != before


def test_of_many_answers_those_asked_for_last_are_kept() -> None:
    answers = Answers(most_bytes=8)
    answers.keep("one", b"1234")
    answers.keep("two", b"5678")
    assert answers.find("one") == b"1234"
    answers.keep("three", b"90")
    assert [answers.find(key) for key in ("one", "two", "three")] == [b"1234", None, b"90"]
