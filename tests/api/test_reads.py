from __future__ import annotations

import base64
import csv
import io
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.db import make_engine
from factories import REFERENCE, aland_claim, article, put_file, put_seed, put_world
from invented import claim_files, reference_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from conftest import Databases

Answer = dict[str, Any]


def put_invented(engine: Engine) -> None:
    """Three hundred invented strikes."""
    put_file(engine, reference_rows())
    for body in claim_files(300):
        put_file(engine, body)


@contextmanager
def serve(databases: Databases, fill: Callable[[Engine], object]) -> Iterator[TestClient]:
    with databases.filled(fill) as engine:
        app = create_app(Settings(database_url=engine.url.render_as_string(hide_password=False)))
        with TestClient(app, raise_server_exceptions=False) as client:
            yield client


@pytest.fixture(scope="module")
def seeded(databases: Databases) -> Iterator[TestClient]:
    """The seed; tests only read it."""
    with serve(databases, put_seed) as client:
        yield client


@pytest.fixture(scope="module")
def world(databases: Databases) -> Iterator[TestClient]:
    """The small world; tests only read it."""
    with serve(databases, put_world) as client:
        yield client


@pytest.fixture(scope="module")
def invented(databases: Databases) -> Iterator[TestClient]:
    """Many strikes; tests only read them."""
    with serve(databases, put_invented) as client:
        yield client


def engine_of(client: TestClient) -> Engine:
    engine: Engine = client.app.state.engine  # type: ignore[attr-defined]
    return engine


def get(client: TestClient, path: str, **query: Any) -> Answer:
    response = client.get(path, params=query)
    assert response.status_code == 200, response.text
    answer: Answer = response.json()
    return answer


def follow(client: TestClient, path: str, **query: Any) -> list[Answer]:
    """All items of all pages, by the Link header."""
    items: list[Answer] = []
    while True:
        response = client.get(path, params=query)
        assert response.status_code == 200, response.text
        page = response.json()
        items += page["items"]
        if page["next"] is None:
            assert "next" not in response.links
            return items
        target = urlsplit(response.links["next"]["url"])
        path, query = target.path, dict(parse_qsl(target.query))
        assert query["cursor"] == page["next"]


@pytest.mark.parametrize(
    "sort", ["-occurred", "occurred", "-updated_at", "launched", "-intercepted"]
)
@pytest.mark.parametrize("limit", [7, 299, 300, 1000])
def test_pages_hold_every_item_once_in_one_order(
    invented: TestClient, sort: str, limit: int
) -> None:
    items = follow(invented, "/v1/strikes", sort=sort, limit=limit)
    whole = get(invented, "/v1/strikes", sort=sort, limit=1000, count=True)
    assert [item["id"] for item in items] == [item["id"] for item in whole["items"]]
    assert whole["total"] == len({item["id"] for item in items}) == 300


def test_order_is_by_time_and_by_figure(invented: TestClient) -> None:
    times = [item["occurred"]["from"] for item in follow(invented, "/v1/strikes", limit=50)]
    assert times == sorted(times, reverse=True)
    found = follow(invented, "/v1/strikes", limit=50, sort="launched")
    launched = [item["munitions"][0]["launched"]["low"] for item in found]
    assert launched == sorted(launched)


@pytest.mark.parametrize(
    "path", ["/v1/claims", "/v1/documents", "/v1/sources", "/v1/munitions", "/v1/places"]
)
def test_every_list_pages_without_gaps(invented: TestClient, path: str) -> None:
    keyed = path.rsplit("/", 1)[1] in {"sources", "munitions", "places"}
    key = "key" if keyed else "id"
    whole = get(invented, path, limit=1000, count=True)
    items = follow(invented, path, limit=2 if path == "/v1/documents" else 13)
    assert [item[key] for item in items] == [item[key] for item in whole["items"]]
    assert whole["total"] == len(items) > 2


def test_a_cursor_shows_the_store_as_it_was_on_the_first_page(databases: Databases) -> None:
    with serve(databases, put_invented) as invented:
        before = follow(invented, "/v1/strikes", limit=100)
        first = get(invented, "/v1/strikes", limit=100)
        put_file(engine_of(invented), REFERENCE)
        put_file(engine_of(invented), article())
        rest = follow(invented, "/v1/strikes", limit=100, cursor=first["next"])
        assert first["items"] + rest == before
        assert get(invented, "/v1/strikes", count=True)["total"] == 301


@pytest.mark.parametrize(
    ("cursor", "other"),
    [("nonsense", {}), ("WyJ4Il0", {}), ("", {}), ("é", {}), (None, {"weapon": "wm-1"})],
)
def test_a_foreign_or_altered_cursor_is_refused(
    invented: TestClient, cursor: str | None, other: Answer
) -> None:
    given = get(invented, "/v1/strikes", limit=1)["next"] if cursor is None else cursor
    response = invented.get("/v1/strikes", params={"cursor": given, "limit": 1, **other})
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "cursor"


@pytest.mark.parametrize("path", ["/v1/strikes", "/v1/claims", "/v1/places", "/v1/documents"])
@pytest.mark.parametrize(
    ("place", "value"),
    [
        (1, "0001-01-01T00:00:00+23:59"),
        (1, "9999-12-31T23:59:59-23:00"),
        (1, 7),
        (2, None),
        (2, True),
        (2, [1]),
        (2, 1 << 70),
        (2, "\x00"),
        (2, "abc"),
    ],
)
def test_an_altered_value_in_a_cursor_is_refused(
    invented: TestClient, path: str, place: int, value: Any
) -> None:
    given = get(invented, path, limit=1)["next"]
    content = json.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
    if value == "abc" and isinstance(content[place], str) and path == "/v1/places":
        return  # Any text could be a key.
    content[place] = value
    altered = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
    response = invented.get(path, params={"limit": 1, "cursor": altered})
    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["parameter"] == "cursor"


def test_a_new_name_does_not_break_a_cursor(databases: Databases) -> None:
    with serve(databases, put_invented) as invented:
        first = get(invented, "/v1/strikes", claimant="Ministry 1", limit=1)
        other = {
            "key": "other",
            "name": "Other",
            "kind": "other",
            "names": [{"name": "Ministry 1"}],
        }
        put_file(engine_of(invented), {"sources": [other]})
        assert invented.get("/v1/strikes", params={"claimant": "Ministry 1"}).status_code == 422
        get(invented, "/v1/strikes", claimant="Ministry 1", limit=1, cursor=first["next"])


def test_accept_chooses_by_weight(seeded: TestClient) -> None:
    for accept, expected in (
        ("text/csv", "text/csv"),
        ("text/csv;q=0.1, application/json", "application/json"),
        ("application/json;q=0.1, text/csv", "text/csv"),
        ("text/csv;q=0, */*", "application/json"),
        ("text/html", "application/json"),
    ):
        response = seeded.get("/v1/sources", headers={"Accept": accept})
        assert response.headers["content-type"].startswith(expected)


@pytest.mark.parametrize("f", ["json", "csv", "geojson"])
@pytest.mark.parametrize("path", ["/v1/strikes", "/v1/events", "/v1/claims", "/v1/places"])
def test_lists_take_as_many_statements_for_five_items_as_for_one(
    seeded: TestClient, query_counter: Any, path: str, f: str
) -> None:
    counts = []
    for limit in (1, 5):
        with query_counter(engine_of(seeded)) as queries:
            assert seeded.get(path, params={"limit": limit, "f": f}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] > 0


def test_an_unchanged_answer_is_a_bare_304(databases: Databases) -> None:
    with serve(databases, put_world) as client:
        for path in (
            "/v1/strikes",
            "/v1/claims?f=csv",
            "/v1/sources/gazette",
            "/v1/places?f=geojson",
        ):
            first = client.get(path)
            tag = first.headers["etag"]
            for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
                again = client.get(path, headers={"If-None-Match": given})
                assert (again.status_code, again.content) == (304, b"")
                # Which coding somebody has who says that anything is good enough is not known.
                assert given == "*" or again.headers["etag"] == tag
            assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
        put_file(engine_of(client), {"places": [{"key": "new", "name": "New", "kind": "town"}]})
        assert client.get("/v1/places?f=geojson", headers={"If-None-Match": tag}).status_code == 200


def test_head_is_get_without_a_body(seeded: TestClient) -> None:
    head, whole = seeded.head("/v1/strikes"), seeded.get("/v1/strikes")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == whole.headers["etag"]


def test_csv_has_a_row_an_event_and_no_formulas(databases: Databases) -> None:
    with serve(databases, put_world) as world:
        label = "=SUM(A1:A9)"
        event = {"ref": "E1", "kind": "strike", "label": label}
        text = "Five Zeta-9 missiles and two Moth drones were fired."
        claim = aland_claim(
            quote="Five Zeta-9 missiles and two Moth drones",
            counts=[{"munition": "zeta-9", "launched": 5}, {"munition": "moth", "launched": "two"}],
        )
        document = {"title": "T", "text": text, "publisher": "courier", "published": "2024-06-01"}
        body = article(document=document, events=[event], claims=[claim])
        put_file(engine_of(world), body)
        response = world.get("/v1/strikes", params={"f": "csv", "sort": "-updated_at"})
        assert response.headers["content-type"] == "text/csv; charset=utf-8"
        first, second = csv.DictReader(io.StringIO(response.text))
        assert first["label"] == f"'{label}"
        assert (first["munitions"], first["launched_low"]) == ("moth;zeta-9", "7")
        assert second["hit_low"] != ""
        assert (first["killed_low"], first["intercepted_low"]) == ("", "")


def test_geojson_puts_longitude_first_and_keeps_what_has_no_place(seeded: TestClient) -> None:
    response = seeded.get("/v1/strikes", headers={"Accept": "application/geo+json"})
    assert response.headers["content-type"] == "application/geo+json"
    features = {one["properties"]["label"]: one for one in response.json()["features"]}
    assert features["Oreshnik strike on Dnipro"]["geometry"]["coordinates"] == [35.04066, 48.46664]
    assert features["Storm Shadow strike of 21 November 2024"]["geometry"] is None
    assert len(features) == 5


def test_fields_cut_items_down(seeded: TestClient) -> None:
    (item,) = get(seeded, "/v1/strikes", fields="label,grade", limit=1)["items"]
    assert set(item) == {"id", "label", "grade"}


def test_both_sides_claims_stand_side_by_side(world: TestClient) -> None:
    (strike,) = get(world, "/v1/strikes")["items"]
    assert (strike["grade"], strike["disputed"]) == ("contested", True)
    (contradiction,) = strike["contradictions"]
    assert len(contradiction["claims"]) == 2
    claims = get(world, f"/v1/events/{strike['id']}/claims")["items"]
    assert {claim["claimant"] for claim in claims} == {"aland-mod", "bland-army"}
    assert get(world, "/v1/strikes", disputed=False)["items"] == []


def test_positions_show_silence(seeded: TestClient) -> None:
    (strike,) = get(seeded, "/v1/strikes", place="lotarevka")["items"]
    positions = get(seeded, f"/v1/events/{strike['id']}/positions")["items"]
    assert [(one["side"], one["position"]) for one in positions] == [
        ("RU", "admits"),
        ("UA", "silent"),
    ]
    assert positions[1]["claims"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/v1/strikes/0193b3a0-0000-7000-8000-000000000000",
        "/v1/strikes/nonsense",
        "/v1/events/1/claims",
        "/v1/events/1/positions",
        "/v1/events/1/explain",
        "/v1/claims/1",
        "/v1/documents/1",
        "/v1/sources/nobody",
        "/v1/munitions/nothing",
        "/v1/places/nowhere",
        "/v1/nothing",
        "/problems/nothing",
    ],
)
def test_what_is_not_there_is_a_problem(seeded: TestClient, path: str) -> None:
    response = seeded.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["type"]) == (404, "/problems/not-found")
    assert seeded.get(problem["type"]).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 1001},
        {"from": "23/11/2024"},
        {"from": "2024-11-25", "to": "2024-11-23"},
        {"datetime": "2024-11-23", "from": "2024-11-23"},
        {"bbox": "1,2,3"},
        {"bbox": "1,9,2,8"},
        {"near": "91,0,1"},
        {"near": "1,2,x"},
        {"kind": "raid"},
        {"side": "Mars"},
        {"document": "1"},
        {"q": "!!"},
        {"launched_min": -1},
        {"match": "maybe"},
        {"f": "yaml"},
        {"weapon": "\x00"},
        {"policy": "grade"},
        {"limit": [1, 2]},
        {"status": "pending"},
    ],
)
def test_what_cannot_be_meant_is_refused(seeded: TestClient, query: Answer) -> None:
    response = seeded.get("/v1/events", params=query)
    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["detail"]


def test_an_unmigrated_store_is_told_as_a_problem(empty_database_url: str) -> None:
    app = create_app(Settings(database_url=empty_database_url))
    with TestClient(app) as client:
        for path in ("/readyz", "/v1/strikes"):
            response = client.get(path)
            assert response.status_code == 503
            assert response.headers["retry-after"]
            assert response.json()["type"] == "/problems/unavailable"
        assert client.get("/healthz").status_code == 200


def test_an_unreachable_store_is_told_as_a_problem() -> None:
    app = create_app(Settings(database_url="postgresql://nobody@127.0.0.1:1/none"))
    with TestClient(app) as client:
        assert client.get("/readyz").status_code == 503
        assert client.get("/v1/strikes").status_code == 503


def test_a_thousand_events_take_no_more_statements_than_five(
    sqlite_databases: Databases, query_counter: Any
) -> None:
    counts: dict[int, list[int]] = {}
    for strikes in (5, 1_000):
        name = sqlite_databases.migrated()
        engine = make_engine(sqlite_databases.url(name))
        put_file(engine, reference_rows())
        for body in claim_files(strikes):
            put_file(engine, body)
        engine.dispose()
        app = create_app(Settings(database_url=sqlite_databases.url(name)))
        with TestClient(app) as client:
            assert get(client, "/v1/strikes", count=True)["total"] == strikes
            counts[strikes] = [
                statements(client, query_counter, query)
                for query in ({}, {"weapon": "WM"}, {"region": "XA-0"}, {"q": "shot"}, {"f": "csv"})
            ]
        sqlite_databases.drop(name)
    assert counts[5] == counts[1_000]


def statements(client: TestClient, query_counter: Any, query: Answer) -> int:
    """How many SELECT statements a list takes."""
    with query_counter(engine_of(client)) as queries:
        assert client.get("/v1/strikes", params={"limit": 50, **query}).status_code == 200
    return len(queries)
