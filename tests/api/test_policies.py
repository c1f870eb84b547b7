"""Policies over HTTP: what they pick, in which answers, and what of them can be asked for."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from api.test_time_travel import engine_of, serve
from counterclaim.db import reading
from counterclaim.models import LedgerEntry
from counterclaim.queries import resolved
from counterclaim.queries.asof import View, read_instant
from counterclaim.queries.families import load_families
from counterclaim.queries.versions import resolved_versions
from counterclaim.resolve import WEIGHTS_VERSION
from counterclaim.store.review import assess_claim, end_judgement, judge_events, rate_source
from counterclaim.vocabulary import Credibility, Judgement, Reliability
from deciding import decide, put_event, report
from factories import REFERENCE, put_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi.testclient import TestClient
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from conftest import Databases

Answer = dict[str, Any]
ALAND, BLAND = ["aland-mod"], ["bland-army"]


def put_reference(engine: Engine) -> None:
    put_file(engine, REFERENCE)


@pytest.fixture
def client(databases: Databases) -> Iterator[TestClient]:
    yield from serve(databases, put_reference)


@pytest.fixture(scope="module")
def disputed(databases: Databases) -> Iterator[TestClient]:
    """The one strike of ``put_dispute``; tests only read it."""
    yield from serve(databases, put_reference_and_dispute)


@pytest.fixture
def engine(client: TestClient) -> Engine:
    return engine_of(client)


def get(client: TestClient, path: str, **query: Any) -> Answer:
    response = client.get(path, params=query)
    assert response.status_code == 200, response.text
    answer: Answer = response.json()
    return answer


def refused(client: TestClient, path: str, **query: Any) -> Answer:
    response = client.get(path, params=query)
    assert response.status_code == 422, response.text
    error: Answer = response.json()["errors"][0]
    return error


def put_claim(
    engine: Engine, by: list[str], launched: int, event: str, said: str = "2024-05-01"
) -> None:
    body = report("gazette", launched, event, said=said)
    body["claims"][0]["said_by"] = by
    put_file(engine, body)


def put_dispute(engine: Engine) -> str:
    """A strike of which Aland says 4 and then Bland 9."""
    event = put_event(engine, "Strike")
    put_claim(engine, ALAND, 4, event, "2024-05-02")
    put_claim(engine, BLAND, 9, event, "2024-05-03")
    return event


def put_reference_and_dispute(engine: Engine) -> None:
    put_reference(engine)
    put_dispute(engine)


def launched(body: Answer) -> tuple[int | None, int | None]:
    figure = body["munitions"][0]["launched"]
    return figure["low"], figure["high"]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("graded", (4, 9)),
        ("conservative", (4, 4)),
        ("informative", (4, 9)),
        ("representative", (4, 9)),
        ("latest", (9, 9)),
        ("side:AA", (4, 4)),
        ("side:BB", (9, 9)),
        ("side:neutral", (None, None)),
    ],
)
def test_one_policy_answers_alike_everywhere(
    disputed: TestClient, policy: str, expected: tuple[int | None, ...]
) -> None:
    client = disputed
    event = get(client, "/v1/strikes")["items"][0]["id"]
    one = get(client, f"/v1/strikes/{event}", policy=policy)
    assert launched(one) == expected
    assert (one["policy"], one["policy_version"]) == (policy, WEIGHTS_VERSION)
    assert one == get(client, f"/v1/events/{event}", policy=policy)
    for path in ("/v1/strikes", "/v1/events"):
        assert get(client, path, policy=policy)["items"] == [one]
    table = client.get("/v1/strikes", params={"policy": policy, "f": "csv"}).text
    (row,) = csv.DictReader(io.StringIO(table))
    shown = tuple(int(row[f"launched_{end}"]) if row[f"launched_{end}"] else None
                  for end in ("low", "high"))  # fmt: skip
    assert shown == expected
    assert (row["policy"], row["policy_version"]) == (policy, WEIGHTS_VERSION)
    (feature,) = get(client, "/v1/events", policy=policy, f="geojson")["features"]
    assert feature["properties"]["policy"] == policy


def test_graded_is_what_is_stored(client: TestClient, engine: Engine) -> None:
    path = f"/v1/strikes/{put_dispute(engine)}"
    asked, default = (client.get(path, params=q) for q in ({"policy": "graded"}, {}))
    assert asked.content == default.content
    decide(engine, rate_source, "bland-army", Reliability.A, "Was right before.")
    assert launched(get(client, path)) == (9, 9)
    assert launched(get(client, path, policy="conservative")) == (4, 4)


def test_filters_count_and_order_go_by_the_policy(client: TestClient, engine: Engine) -> None:
    event = put_dispute(engine)
    other = put_event(engine, "Other")
    put_claim(engine, ALAND, 20, other)

    def found(**query: Any) -> list[str]:
        page = get(client, "/v1/strikes", count=True, sort="updated_at", **query)
        assert page["total"] == len(page["items"])
        return [one["id"] for one in page["items"]]

    assert found(policy="conservative", launched_max=5, match="certain") == [event]
    assert found(policy="latest", launched_max=5) == []
    assert found(policy="side:BB", launched_min=1) == [event]
    assert found(policy="side:BB") == [event, other]
    # Two sides contradict each other, whichever of them a policy hears.
    assert found(policy="side:BB", disputed=True, grade="contested") == [event]
    error = refused(client, "/v1/strikes", policy="latest", sort="-launched")
    assert error["parameter"] == "sort"
    assert refused(client, "/v1/claims", policy="graded")["parameter"] == "policy"


def test_what_was_resolved_holds_until_the_next_write(client: TestClient, engine: Engine) -> None:
    event = put_event(engine, "Strike")
    put_claim(engine, ALAND, 4, event)
    put_claim(engine, BLAND, 9, event)
    path, asked = f"/v1/strikes/{event}", {"policy": "informative"}
    stored, first = get(client, path), get(client, path, **asked)
    assert get(client, "/v1/strikes", **asked)["items"] == [first]
    decide(engine, rate_source, "aland-mod", Reliability.A, "Always right.")
    decide(engine, rate_source, "bland-army", Reliability.D, "Often wrong.")
    (again,) = get(client, "/v1/strikes", **asked)["items"]
    assert again == get(client, path, **asked)
    assert (launched(first), launched(again)) == ((4, 9), (4, 4))
    assert launched(stored) == (4, 9)


def lose_newest_entry(engine: Engine) -> None:
    """Have another newest entry than before, as after the loss of a server that had the first."""
    newest = select(func.max(LedgerEntry.seq)).scalar_subquery()
    with engine.begin() as connection:
        connection.execute(
            update(LedgerEntry).where(LedgerEntry.seq == newest).values(hash="0" * 64)
        )


def test_a_write_forgets_what_it_touched_and_no_more(
    client: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, c, d = (put_event(engine, label) for label in "ABCD")
    for event in (a, b, c, d):
        put_claim(engine, ALAND, 4, event)
        put_claim(engine, BLAND, 9, event)
    asked: list[set[str]] = []

    def noted(session: Session, ids: Any, view: View, **more: Any) -> Any:
        asked.append(set(ids))
        return load_families(session, ids, view, **more)

    monkeypatch.setattr(resolved, "load_families", noted)

    def resolved_anew(**query: Any) -> set[str]:
        asked.clear()
        page = get(client, "/v1/events", policy="informative", **query)
        view = View(read_instant("known_at", page["known_at"]), policy="informative")
        items = {item["id"]: item for item in page["items"]}
        with reading(engine) as session:
            versions = resolved_versions(session, items, view)
        for event, item in items.items():
            assert {**versions[event].body, "updated_at": item["updated_at"]} == item
        return set().union(*asked)

    first = get(client, "/v1/events")["known_at"]
    assert resolved_anew() == {a, b, c, d}
    put_claim(engine, ["courier"], 9, b, "2024-05-09")
    assert resolved_anew() == {b}
    assert resolved_anew() == set()
    assert resolved_anew(known_at=first) == {b}
    whole = put_event(engine, "Whole", scope="collection", parts=[a, b])
    assert resolved_anew(known_at=first) == {a}
    put_claim(engine, ["courier"], 3, c, "2024-05-09")
    assert resolved_anew(known_at=first) == {c}
    put_claim(engine, ["courier"], 3, c, "2024-05-10")
    assert resolved_anew(known_at=first) == set()
    resolved_anew()
    put_claim(engine, ALAND, 9, whole)
    assert resolved_anew() == {a, b, whole}
    put_claim(engine, BLAND, 12, whole)
    assert resolved_anew() == {a, b, whole}
    claim = get(client, "/v1/claims", event=d, side="BB")["items"][0]["id"]
    decide(engine, assess_claim, claim, Credibility.IMPROBABLE, "Nobody saw it.")
    assert resolved_anew() == {d}
    judged = decide(engine, judge_events, c, d, Judgement.SAME, "One strike.")
    assert resolved_anew() == {c}
    decide(engine, end_judgement, judged.id)
    assert resolved_anew() == {c, d}
    decide(engine, rate_source, "aland-mod", Reliability.A, "Always right.")
    assert resolved_anew() == {a, b, c, d, whole}
    lose_newest_entry(engine)
    put_claim(engine, ["courier"], 5, d, "2024-05-10")
    assert resolved_anew() == {a, b, c, d, whole}


def test_it_combines_with_what_had_been_known_and_said(client: TestClient, engine: Engine) -> None:
    event = put_dispute(engine)
    path = f"/v1/strikes/{event}"
    before = get(client, "/v1/strikes")["known_at"]
    put_claim(engine, ALAND, 2, event, "2024-05-04")
    assert launched(get(client, path, policy="latest")) == (2, 2)
    assert launched(get(client, path, policy="latest", known_at=before)) == (9, 9)
    assert launched(get(client, path, policy="latest", claimed_by="2024-05-02")) == (4, 4)
    assert launched(get(client, path, policy="side:BB", claimed_by="2024-05-02")) == (None, None)
    assert launched(get(client, path, policy="side:AA", claimed_by="2024-05-04")) == (2, 2)


def test_a_cursor_belongs_to_its_policy(client: TestClient, engine: Engine) -> None:
    for label in "ABC":
        put_claim(engine, ALAND, ord(label), put_event(engine, label))
    first = get(client, "/v1/strikes", limit=1, policy="side:AA")
    rest = get(client, "/v1/strikes", policy="side:AA", cursor=first["next"])
    assert len(rest["items"]) == 2
    for other in ({}, {"policy": "side:BB"}):
        error = refused(client, "/v1/strikes", cursor=first["next"], **other)
        assert error["parameter"] == "cursor"


@pytest.mark.parametrize(
    ("policy", "near"),
    [
        ("conservativ", "conservative"),
        ("", "graded"),
        ("side:", "side:XX"),
        ("side:ZZ", "side:AA"),
        ("side:aa", "side:AA"),
        ("side:\x00", None),
        ("x" * 101, None),
    ],
)
def test_a_policy_that_there_is_not_is_refused(
    disputed: TestClient, policy: str, near: str | None
) -> None:
    client = disputed
    event = get(client, "/v1/strikes")["items"][0]["id"]
    for path in ("/v1/strikes", "/v1/events", f"/v1/strikes/{event}", f"/v1/events/{event}"):
        error = refused(client, path, policy=policy)
        assert error["parameter"] == "policy"
        assert near is None or near in error["suggestions"]


def test_policies_show_their_rules_and_weights(disputed: TestClient) -> None:
    client = disputed
    shown = get(client, "/v1/policies")
    assert (shown["version"], shown["default"]) == (WEIGHTS_VERSION, "graded")
    items = {item["name"]: item for item in shown["items"]}
    assert list(items) == [
        "graded", "conservative", "informative", "representative", "latest", "side:XX",
    ]  # fmt: skip
    assert all(item["description"] and item["ties"] for item in items.values())
    takes = {one["figure"]: one["takes"] for one in items["conservative"]["directions"]}
    assert (takes["killed"], takes["intercepted"]) == ("lowest", "lowest")
    assert "directions" not in items["graded"]
    weights = shown["weights"]
    assert weights["reliability"] == {"A": 5, "B": 4, "C": 3, "D": 2, "E": 1, "F": 3}
    assert weights["credibility"] == {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1, "6": 3}
    names = [name for name in items if name != "side:XX"]
    for name in (*names, *(f"side:{side}" for side in items["side:XX"]["sides"])):
        assert get(client, "/v1/strikes", policy=name)["items"][0]["policy"] == name
