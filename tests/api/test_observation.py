"""What is noted of requests: their ids, their lines in the log, the numbers of /metrics."""

from __future__ import annotations

import io
import json
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.logs import Lines, RequestLog, Told, log_config, without_secrets
from counterclaim.tally import BUCKETS, Tally
from counterclaim.vocabulary import KeyScope
from factories import article, put_key, put_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Databases

SECRET = "marked-0123456789-secret"
LOCAL = ("127.0.0.1", 5000)


class Watched:
    """An application, asked as from this machine, and all that it says."""

    client: TestClient

    def __init__(self, key: dict[str, str]) -> None:
        self.key = key
        self.requests, self.messages = io.BytesIO(), io.StringIO()
        self.log = RequestLog("json", "info", self.requests)

    @property
    def lines(self) -> list[dict[str, Any]]:
        self.log.write()
        return [json.loads(line) for line in self.requests.getvalue().splitlines()]

    @property
    def said(self) -> str:
        self.log.write()
        return self.requests.getvalue().decode() + self.messages.getvalue()

    def sample(self, name: str, **labels: str) -> float:
        """One number of /metrics."""
        text = self.client.get("/metrics").text
        found = [
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        assert len(found) == 1, (name, labels, text)
        return found[0]


@contextmanager
def watched(databases: Databases, **settings: Any) -> Iterator[Watched]:
    with databases.filled(put_world) as engine:
        found = Watched(put_key(engine, KeyScope.ADMIN, name="anna"))
        url = engine.url.render_as_string(hide_password=False)
        app = create_app(Settings(database_url=url, **settings), found.log)
        app.add_api_route("/broken/{what}", broken)
        handler = logging.StreamHandler(found.messages)
        handler.setFormatter(Lines("json"))
        logging.getLogger().addHandler(handler)
        with TestClient(app, client=LOCAL) as found.client:
            yield found
        logging.getLogger().removeHandler(handler)


def broken(what: str) -> None:
    msg = f"{what} failed at postgresql://writer:{SECRET}@db:5432 with Bearer {SECRET}"
    raise RuntimeError(msg)


@pytest.fixture(scope="module")
def server(sqlite_databases: Databases) -> Iterator[Watched]:
    with watched(sqlite_databases, secret_key=SECRET) as found:
        yield found


def test_a_request_is_one_line_that_names_the_key_and_not_what_was_asked(server: Watched) -> None:
    server.log.write()
    server.requests.truncate(0)
    server.requests.seek(0)
    named = {**server.key, "X-Request-ID": "from-a-proxy.17"}
    (event,) = server.client.get("/v1/strikes?q=zeta", headers=named).json()["items"]
    asked = server.client.get(f"/v1/strikes/{event['id']}")
    server.client.head("/v1/claims")
    server.client.get("/static/style.css")
    server.client.get("/wp-login.php")
    behind = TestClient(server.client.app, root_path="/prefix", client=LOCAL)
    for quiet in ("/healthz", "/readyz", "/metrics"):
        assert server.client.get(quiet).status_code == 200
        assert behind.get(f"/prefix{quiet}").status_code == 200
    told = [(one["method"], one["route"], one["status"]) for one in server.lines]
    assert told == [
        ("GET", "/v1/strikes", 200),
        ("GET", "/v1/strikes/{id}", 200),
        ("HEAD", "/v1/claims", 200),
        ("GET", "/static/{path}", 200),
        ("GET", "(none)", 404),
    ]
    first, second, *_ = server.lines
    assert (first["key"], first["request_id"]) == ("anna", "from-a-proxy.17")
    assert second["request_id"] == asked.headers["x-request-id"]
    assert "key" not in second
    assert {one["level"] for one in server.lines} == {"info"}
    assert all(one["duration_ms"] > 0 for one in server.lines)


@pytest.mark.parametrize("given", ["short", "x" * 129, 'a"quoted-id', "an id of words"])
def test_an_id_that_is_none_is_replaced(server: Watched, given: str) -> None:
    answer = server.client.get("/v1/strikes", headers={"X-Request-ID": given})
    assert len(answer.headers["x-request-id"]) == 24


def test_an_internal_error_is_found_in_the_log_by_the_id_in_its_answer(server: Watched) -> None:
    answer = server.client.get("/broken/pipe")
    problem = answer.json()
    assert answer.status_code == problem["status"] == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["request_id"] in problem["detail"]
    (told,) = [json.loads(line) for line in server.messages.getvalue().splitlines()]
    assert told["request_id"] == problem["request_id"]
    assert (told["level"], told["route"]) == ("error", "/broken/{what}")
    assert "RuntimeError: pipe failed at postgresql://…@db:5432" in told["exception"]
    assert server.lines[-1]["level"] == "error"
    assert SECRET not in answer.text


def test_no_secret_is_told_to_anybody(server: Watched) -> None:
    bearer = {"Authorization": f"Bearer {SECRET}"}
    client, key = server.client, server.key
    body = article(document={"title": SECRET, "text": SECRET, "publisher": SECRET})
    answers = [
        client.get("/v1/strikes", headers=bearer),
        client.get("/v1/strikes", headers={"Authorization": f"Basic {SECRET}"}),
        client.get("/stats", headers={"Cookie": f"counterclaim={SECRET}"}),
        client.post("/v1/ingest", json=body, headers=bearer),
        client.post("/v1/ingest", content=SECRET, headers=key),
        client.post("/v1/ingest", json=body, headers=key),
        client.post("/sign-in", data={"key": SECRET}),
        client.get("/broken/pipe", headers=bearer),
        client.post("/v1/keys", json={"name": "x", "scopes": ["read"]}, headers=key),
    ]
    statuses = [one.status_code for one in answers]
    assert statuses == [401, 200, 200, 401, 415, 422, 403, 500, 201]
    assert SECRET not in server.said
    told = [one.text for one in answers if one.status_code != 422]  # It names what it cannot find.
    assert SECRET not in "".join(told)
    assert answers[-1].json()["key"] not in server.said
    assert key["Authorization"].removeprefix("Bearer ") not in server.said


@pytest.mark.parametrize(
    "words",
    [
        f"Authorization: Bearer {SECRET}",
        f"{{'cookie': 'counterclaim={SECRET}'}}",
        f"connection to postgresql+psycopg://writer:{SECRET}@db/store failed",
        f"host=db password={SECRET} dbname=store",
        f"COUNTERCLAIM_ADMIN_KEY={SECRET}",
        f"key cc_{SECRET} is revoked",
        f"duplicate key value\nDETAIL:  Key (text)=({SECRET}) already exists.\n",
        f"1 validation error [type=int, input_value='{SECRET}', input_type=str]",
    ],
)
def test_secrets_are_blanked_in_words_of_others(words: str) -> None:
    assert SECRET in words
    assert SECRET not in without_secrets(words)


def test_numbers_are_by_address_and_status_and_agree_with_what_was_asked(server: Watched) -> None:
    name, asked = "counterclaim_request_duration_seconds_count", {"route": "/v1/munitions"}
    for _time in range(3):
        server.client.get("/v1/munitions")
    server.client.get("/v1/munitions?no=such")
    assert server.sample(name, **asked, status="200") == 3
    assert server.sample(name, **asked, status="422") == 1
    buckets = "counterclaim_request_duration_seconds_bucket"
    assert server.sample(buckets, **asked, status="200", le="+Inf") == 3
    head = server.client.get("/v1/ledger/head").json()["seq"]
    assert server.sample("counterclaim_ledger_entries_total") == head
    assert server.sample("counterclaim_projection_lag_entries") == 0
    assert server.sample("counterclaim_writes_waiting") == 0
    assert server.sample("counterclaim_pool_size") == 10
    assert server.sample("counterclaim_store_up") == 1


def test_numbers_are_for_this_machine_unless_they_are_for_all_or_nobody(
    server: Watched, tmp_path: Path
) -> None:
    forwarded = {"X-Forwarded-For": "127.0.0.1"}
    assert server.client.get("/metrics").status_code == 200
    assert server.client.get("/metrics", headers=forwarded).status_code == 404
    url = f"sqlite:///{tmp_path}/none.db"
    for wanted, client, status in (
        ("local", ("192.0.2.1", 1), 404),
        ("local", ("testclient", 1), 404),
        ("on", ("192.0.2.1", 1), 200),
        ("off", LOCAL, 404),
    ):
        app = create_app(Settings(database_url=url, metrics=wanted))
        answer = TestClient(app, client=client).get("/metrics")
        assert answer.status_code == status, wanted
    answer = TestClient(create_app(Settings(database_url=url, metrics="on"))).get("/metrics")
    assert "counterclaim_store_up 0.0" in answer.text


def test_processes_add_their_numbers_and_keep_those_of_the_dead(tmp_path: Path) -> None:
    one, other, dead = (Tally(tmp_path) for _process in range(3))
    one.note("GET", "/v1/strikes", 200, BUCKETS[0])
    other.note("GET", "/v1/strikes", 200, 3600)
    other.note("MADE-UP", "/v1/strikes", 405, 0.5)
    dead.note("GET", "/v1/strikes", 200, BUCKETS[1])
    for tally in (one, other, dead):
        tally.share({"processes": 1.0})
    (file,) = [one for one in tmp_path.iterdir() if one == dead._file]
    told = json.loads(file.read_bytes())
    file.write_text(json.dumps({**told, "pid": 2**22 + 1}))
    rows, gauges = one.summed()
    assert (rows, gauges) == other.summed()
    assert gauges == {"processes": 2.0}
    row = rows["GET", "/v1/strikes", 200]
    assert row.counts == [1, 1, *[0] * (len(BUCKETS) - 2), 1]
    assert row.seconds == pytest.approx(3600 + BUCKETS[0] + BUCKETS[1])
    assert rows["other", "/v1/strikes", 405].counts[BUCKETS.index(0.5)] == 1
    Tally(tmp_path / "gone").share({})  # What cannot be left ends nothing.


def test_lines_for_people_are_text_and_levels_are_kept() -> None:
    output = io.BytesIO()
    lines = RequestLog("text", "warning", output)
    for status in (200, 503):
        lines.tell(Told(0.0, "GET", "/v1/strikes", status, 0.1, b"id", None))
    lines.write()
    assert output.getvalue().count(b"\n") == 1
    assert b"status=503" in output.getvalue()
    config = log_config(None, "warning")
    assert config["root"]["level"] == config["loggers"]["uvicorn"]["level"] == "WARNING"
    assert config["formatters"]["lines"]["form"] == "json"  # Nobody sits at a test's output.
