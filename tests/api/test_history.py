"""What became of an event, and what had been known and said of it at past instants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from api.test_time_travel import engine_of, serve
from counterclaim.db import reading
from counterclaim.moment import isoformat_z
from counterclaim.queries import pages
from counterclaim.queries.asof import last_change
from counterclaim.store.review import (
    assess_claim,
    end_judgement,
    judge_events,
    rate_source,
    retract_claim,
    supersede_claim,
)
from counterclaim.vocabulary import Credibility, Judgement, Reliability
from deciding import decide, put_event, report
from factories import REFERENCE, put_file
from store.test_review import WHY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi.testclient import TestClient
    from sqlalchemy import Engine

    from conftest import Databases

Answer = dict[str, Any]


def put_reference(engine: Engine) -> None:
    put_file(engine, REFERENCE)


@pytest.fixture
def client(databases: Databases) -> Iterator[TestClient]:
    yield from serve(databases, put_reference)


@pytest.fixture(scope="module")
def unchanging(databases: Databases) -> Iterator[TestClient]:
    """The reference rows alone; tests only read them."""
    yield from serve(databases, put_reference)


@pytest.fixture
def engine(client: TestClient) -> Engine:
    return engine_of(client)


def now(engine: Engine) -> str:
    with reading(engine) as session:
        return isoformat_z(last_change(session))


def put_claim(engine: Engine, paper: str, launched: int, event: str, **changes: Any) -> str:
    return put_file(engine, report(paper, launched, event, **changes)).claims[0].id


def get(client: TestClient, path: str, **query: Any) -> Answer:
    response = client.get(path, params=query)
    assert response.status_code == 200, response.text
    answer: Answer = response.json()
    return answer


def history(client: TestClient, event: str, **query: Any) -> list[Answer]:
    items: list[Answer] = get(client, f"/v1/events/{event}/history", **query)["items"]
    return items


def paths(item: Answer) -> dict[str, Answer]:
    return {change["path"]: change for change in item["changes"]}


def actions(item: Answer) -> list[str]:
    return [entry["action"] for entry in item["entries"]]


def refused(client: TestClient, path: str, **query: Any) -> Answer:
    response = client.get(path, params=query)
    assert response.status_code == 422, response.text
    (error,) = response.json()["errors"]
    assert error["detail"]
    return dict(error)


# -- History and difference ----------------------------------------------------------------------


def test_each_version_names_what_changed_and_by_which_claim(
    client: TestClient, engine: Engine
) -> None:
    event = put_event(engine, "Strike")
    first = put_claim(engine, "gazette", 4, event)
    second = put_claim(engine, "courier", 7, event)
    decide(engine, retract_claim, first, WHY)
    begun, joined, left = history(client, event)
    assert (begun["claims_added"], begun["claims_ended"]) == ([first], [])
    assert all(change["before"] is None for change in begun["changes"])
    assert (joined["claims_added"], joined["claims_ended"]) == ([second], [])
    assert (left["claims_added"], left["claims_ended"]) == ([], [first])
    launched = paths(joined)["/munitions/zeta-9/launched"]
    assert (launched["before"]["high"], launched["after"]["high"]) == (4, 7)
    assert launched["claims"] == [second]
    assert paths(left)["/munitions/zeta-9/launched"]["claims"] == [first]
    assert paths(left)["/voices"] == {"path": "/voices", "before": 2, "after": 1, "claims": [first]}
    assert actions(left) == ["retract_claim"]
    assert left["known_at"] == now(engine)


def test_a_version_shows_what_was_served_before_and_after(
    client: TestClient, engine: Engine
) -> None:
    event = put_event(engine, "Strike")
    harm = [{"side": "AA", "status": "military", "harm": "injured", "count": 2}]
    damage = [{"object": "radar/mast", "severity": "damaged", "count": 1}]
    put_claim(engine, "gazette", 4, event, casualties=harm, damage=damage)
    put_claim(engine, "courier", 7, event)
    first, second = history(client, event)
    served = [
        get(client, f"/v1/events/{event}", known_at=one["known_at"]) for one in (first, second)
    ]
    changed = paths(first)
    assert changed["/casualties/AA/military/injured"]["after"] == served[0]["casualties"][0]
    assert changed["/damage/radar~1mast/damaged"]["after"] == served[0]["damage"][0]
    assert changed["/places/target/quarry"]["after"] == served[0]["places"][0]
    assert changed["/positions/AA"]["after"] == served[0]["positions"]["AA"]
    launched = paths(second)["/munitions/zeta-9/launched"]
    assert launched["before"] == served[0]["munitions"][0]["launched"]
    assert launched["after"] == served[1]["munitions"][0]["launched"]
    assert not {"/id", "/updated_at"} & changed.keys()


@pytest.mark.parametrize(
    ("decision", "action"),
    [("rating", "rate_source"), ("assessment", "assess_claim")],
)
def test_what_no_claim_caused_is_told_by_the_ledger(
    client: TestClient, engine: Engine, decision: str, action: str
) -> None:
    event = put_event(engine, "Strike")
    claim = put_claim(engine, "gazette", 4, event)
    put_claim(engine, "courier", 7, event)
    if decision == "rating":
        decide(engine, rate_source, "gazette", Reliability.A, WHY)
    else:
        decide(engine, assess_claim, claim, Credibility.CONFIRMED, WHY)
    item = history(client, event)[-1]
    assert actions(item) == [action]
    assert (item["claims_added"], item["claims_ended"]) == ([], [])
    change = paths(item)["/munitions/zeta-9/launched"]
    assert (change["after"]["best"], change["claims"]) == (4, [])


def test_a_merge_brings_claims_and_its_end_takes_them_away(
    client: TestClient, engine: Engine
) -> None:
    older, newer = put_event(engine, "Older"), put_event(engine, "Newer")
    kept, gone = put_claim(engine, "gazette", 4, older), put_claim(engine, "courier", 7, newer)
    judged = decide(engine, judge_events, older, newer, Judgement.SAME, WHY)
    merged = history(client, older)[-1]
    assert (merged["claims_added"], actions(merged)) == ([gone], ["judge_events"])
    assert merged["entries"][0]["subject"] == judged.id
    for path in ("history", "diff"):
        response = client.get(f"/v1/events/{newer}/{path}?limit=1", follow_redirects=False)
        if path == "history":
            assert response.status_code == 308
            assert response.headers["location"] == f"/v1/events/{older}/history?limit=1"
    assert client.get(f"/v1/events/{newer}/diff", follow_redirects=False).status_code == 308
    decide(engine, end_judgement, judged.id)
    assert history(client, older)[-1]["claims_ended"] == [gone]
    first, again = history(client, newer)
    assert (first["claims_added"], again["claims_added"]) == ([gone], [])
    assert (again["changes"], actions(again)) == ([], ["end_judgement"])
    assert kept not in orjson.dumps(history(client, newer)).decode()


def test_a_new_name_makes_a_version_in_which_no_value_changes(
    client: TestClient, engine: Engine
) -> None:
    event = put_event(engine, "Strike")
    put_claim(engine, "gazette", 4, event)
    row = next(row for row in REFERENCE["places"] if row["key"] == "quarry")
    put_file(engine, {"places": [{**row, "names": [{"name": "Old Pit"}]}]})
    named = history(client, event)[-1]
    assert (named["changes"], actions(named)) == ([], ["record_place_names"])


def test_history_pages_like_every_list_in_as_many_statements(
    client: TestClient, engine: Engine, query_counter: Any
) -> None:
    event = put_event(engine, "Strike")
    for launched in range(1, 8):
        put_claim(engine, "gazette", launched, event)
    whole = get(client, f"/v1/events/{event}/history", count=True)
    assert (whole["total"], len(whole["items"])) == (7, 7)
    items: list[Answer] = []
    query: Answer = {"limit": 3}
    while query.get("cursor", "") is not None:
        page = get(client, f"/v1/events/{event}/history", **query)
        items += page["items"]
        query["cursor"] = page["next"]
    assert items == whole["items"]
    counts = []
    for limit in (1, 7):
        with query_counter(engine) as queries:
            history(client, event, limit=limit)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_difference_runs_from_the_first_version_to_now(
    client: TestClient, engine: Engine
) -> None:
    event = put_event(engine, "Strike")
    old = put_claim(engine, "gazette", 4, event)
    begun = now(engine)
    new = put_claim(engine, "gazette", 5, event)
    decide(engine, supersede_claim, old, new, WHY)
    decide(engine, rate_source, "courier", Reliability.A, WHY)
    diff = get(client, f"/v1/events/{event}/diff")
    assert (diff["event"], diff["from"], diff["to"]) == (event, begun, now(engine))
    assert (diff["claims_added"], diff["claims_ended"]) == ([new], [old])
    launched = paths(diff)["/munitions/zeta-9/launched"]
    assert (launched["before"]["best"], launched["after"]["best"]) == (4, 5)
    assert launched["claims"] == sorted([old, new])
    assert actions(diff) == ["record_document", "record_claim", "supersede_claim"]
    whole = get(client, f"/v1/events/{event}/diff", **{"from": "2000"})
    assert all(change["before"] is None for change in whole["changes"])
    assert whole["claims_added"] == [new]
    same = get(client, f"/v1/events/{event}/diff", **{"from": "2200", "to": "2201"})
    assert (same["changes"], same["entries"]) == ([], [])
    upto = get(client, f"/v1/events/{event}/diff", to=begun)
    assert (upto["from"], upto["to"], upto["changes"]) == (begun, begun, [])
    assert get(client, f"/v1/events/{event}/diff", known_at=begun) == upto
    assert client.get(f"/v1/events/{event}/diff?to=2000").status_code == 404


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"from": "2026", "to": "2025"}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"to": "2024-11-23T10:00:00"}, "to"),
        ({"since": "2024"}, "since"),
    ],
)
def test_a_difference_that_cannot_be_is_refused(
    client: TestClient, engine: Engine, query: Answer, parameter: str
) -> None:
    event = put_event(engine, "Strike")
    put_claim(engine, "gazette", 4, event)
    path = f"/v1/events/{event}/diff"
    assert refused(client, path, **query)["parameter"] == parameter


# -- known_at ------------------------------------------------------------------------------------


def test_known_at_is_the_last_write_up_to_then(client: TestClient, engine: Engine) -> None:
    event = put_event(engine, "Strike")
    put_claim(engine, "gazette", 4, event)
    before = now(engine)
    put_claim(engine, "courier", 7, event)
    for text in ("2999", "2999-01", "2999-01-01", "2999-01-01T00:00:00Z", now(engine)):
        page = get(client, "/v1/strikes", known_at=text)
        assert page["known_at"] == now(engine)
        assert page["items"][0]["claims"] == 2
    assert get(client, "/v1/strikes", known_at=before)["items"][0]["claims"] == 1
    empty = get(client, "/v1/strikes", known_at="1999-12-31")
    assert empty == {"items": [], "next": None, "known_at": "1999-12-31T23:59:59.999999Z"}


@pytest.mark.parametrize(
    "text", ["", "..", "2024/2025", "2024-11-23T10:00:00", "23.11.2024", "now", "[2024,2025]"]
)
@pytest.mark.parametrize("parameter", ["known_at", "claimed_by"])
@pytest.mark.parametrize("path", ["/v1/strikes", "/v1/sources/aland", "/v1/claims"])
def test_what_is_no_instant_and_no_date_is_refused(
    unchanging: TestClient, path: str, parameter: str, text: str
) -> None:
    assert refused(unchanging, path, **{parameter: text})["parameter"] == parameter
    assert refused(unchanging, path, **{parameter: ["2024", "2025"]})["parameter"] == parameter


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/codebook"])
def test_what_shows_no_state_takes_no_instant(unchanging: TestClient, path: str) -> None:
    assert refused(unchanging, path, known_at="2024")["parameter"] == "known_at"


def test_a_cursor_pins_what_was_known_on_the_first_page(client: TestClient, engine: Engine) -> None:
    events = [put_event(engine, label) for label in "ABC"]
    for event, paper in zip(events, ("gazette", "courier", "gazette"), strict=True):
        put_claim(engine, paper, events.index(event) + 1, event)
    first = get(client, "/v1/strikes", limit=1)
    pinned = get(client, "/v1/strikes", limit=1, known_at="2999")
    assert first == pinned
    put_claim(engine, "courier", 9, events[0])
    rest = get(client, "/v1/strikes", cursor=first["next"])
    assert rest["known_at"] == first["known_at"] != now(engine)
    assert get(client, "/v1/strikes", cursor=first["next"], known_at=now(engine)) == rest
    assert get(client, "/v1/strikes", cursor=first["next"], known_at=first["known_at"]) == rest
    error = refused(client, "/v1/strikes", cursor=first["next"], known_at="2020")
    assert error["parameter"] == "cursor"


# -- claimed_by ----------------------------------------------------------------------------------


def test_only_what_had_been_said_counts(client: TestClient, engine: Engine) -> None:
    event = put_event(engine, "Strike")
    early = put_claim(engine, "gazette", 4, event, said="2024-05-02")
    late = put_claim(engine, "courier", 7, event, said="2024-05-03")
    document = get(client, f"/v1/claims/{early}")["document"]["id"]

    def by(path: str, day: str, **query: Any) -> Any:
        return client.get(path, params={"claimed_by": day, **query}).json()

    for path in (f"/v1/strikes/{event}", f"/v1/events/{event}"):
        assert by(path, "2024-05-01")["status"] == 404
        assert by(path, "2024-05-02")["munitions"][0]["launched"]["best"] == 4
        assert by(path, "2024-05-03") == get(client, path)
    assert [one["id"] for one in by("/v1/claims", "2024-05-02")["items"]] == [early]
    assert [one["id"] for one in by(f"/v1/events/{event}/claims", "2024-05-02")["items"]] == [early]
    assert by(f"/v1/events/{event}/positions", "2024-05-02")["event"] == event
    assert by(f"/v1/claims/{late}", "2024-05-02")["status"] == 404
    # The document appeared on 3 May, though its claim was made before.
    assert by(f"/v1/documents/{document}", "2024-05-02")["status"] == 404
    assert len(by("/v1/documents", "2024-05-03")["items"]) == 2
    assert by("/v1/sources/courier", "2024-05-02")["claims"] == 0
    assert by("/v1/sources/courier", "2024-05-03")["claims"] == 1
    assert by("/v1/sources", "2000") == get(client, "/v1/sources")
    for day, total in (("2024-05-01", 0), ("2024-05-02", 1)):
        page = by("/v1/strikes", day, count=True, launched_max=4, match="certain")
        assert (page["total"], len(page["items"])) == (total, total)
    table = client.get("/v1/strikes?f=csv&claimed_by=2024-05-02").text.splitlines()
    assert ",4,4,4," in table[1]
    (item,) = by(f"/v1/events/{event}/history", "2024-05-02", limit=1)["items"]
    assert item["claims_added"] == [early]
    assert by(f"/v1/events/{event}/diff", "2024-05-02")["changes"] == []


def test_a_claim_that_a_later_one_replaced_is_not_taken_for_withdrawn(
    client: TestClient, engine: Engine
) -> None:
    event = put_event(engine, "Strike")
    old = put_claim(engine, "gazette", 4, event, said="2024-05-02")
    new = put_claim(engine, "gazette", 5, event, said="2024-05-03")
    decide(engine, supersede_claim, old, new, WHY)
    path = f"/v1/events/{event}"
    assert client.get(path, params={"claimed_by": "2024-05-02"}).status_code == 404
    decide(engine, retract_claim, new, WHY)
    assert get(client, path, claimed_by="2024-05-03")["grade"] == "discounted"


def test_a_cursor_belongs_to_its_claimed_by(client: TestClient, engine: Engine) -> None:
    for label in "ABC":
        put_claim(engine, "gazette", ord(label), put_event(engine, label))
    first = get(client, "/v1/strikes", limit=1, claimed_by="2024-06")
    rest = get(client, "/v1/strikes", claimed_by="2024-06", cursor=first["next"])
    assert len(rest["items"]) == 2
    for other in ({}, {"claimed_by": "2024-07"}):
        error = refused(client, "/v1/strikes", cursor=first["next"], **other)
        assert error["parameter"] == "cursor"


def test_a_page_is_filled_however_few_of_the_stored_versions_are_shown(
    client: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "LEAST_BATCH", 2)
    monkeypatch.setattr(pages, "BATCH", 2)
    shown = []
    for number in range(9):
        event = put_event(engine, f"Strike-{number}")
        day = "2024-05-01" if number in {1, 4, 5, 8} else "2024-05-03"
        put_claim(engine, "gazette", 1 + number, event, said=day)
        shown += [event] if day == "2024-05-01" else []
    query: Answer = {"claimed_by": "2024-05-02", "limit": 3, "count": True, "sort": "updated_at"}
    first = get(client, "/v1/strikes", **query)
    second = get(client, "/v1/strikes", cursor=first["next"], **query)
    assert [one["id"] for one in first["items"] + second["items"]] == shown
    assert (len(first["items"]), second["next"]) == (3, None)
    assert (first["total"], second["total"]) == (4, 4)


@pytest.mark.parametrize(
    ("path", "query", "parameter"),
    [
        ("/v1/strikes", {"sort": "-launched"}, "sort"),
        ("/v1/claims", {"grade": "weak"}, "grade"),
        ("/v1/claims", {"disputed": "true"}, "disputed"),
    ],
)
def test_what_only_stored_documents_tell_is_refused(
    unchanging: TestClient, path: str, query: Answer, parameter: str
) -> None:
    get(unchanging, path, **query)
    assert refused(unchanging, path, claimed_by="2024", **query)["parameter"] == parameter
