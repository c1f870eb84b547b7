from __future__ import annotations

import ast
import asyncio
import hashlib
import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import orjson
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from starlette.requests import Request

from counterclaim.api.following import Watch, server_sent
from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.db import make_engine, reading, writing
from counterclaim.models import LedgerEntry
from counterclaim.moment import isoformat_z
from counterclaim.queries.changes import NOUNS, TOMBSTONES, ChangeFilter
from counterclaim.store.ledger import open_writer
from everything import put_everything
from factories import put_world
from server import running_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from conftest import Databases

ROOT = Path(__file__).parents[2]
Answer = dict[str, Any]


def serve(databases: Databases, fill: Callable[[Engine], object] | None) -> Iterator[TestClient]:
    name = databases.migrated(fill)
    app = create_app(Settings(database_url=databases.url(name)))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
    databases.drop(name)


@pytest.fixture
def empty(databases: Databases) -> Iterator[TestClient]:
    yield from serve(databases, None)


@pytest.fixture(scope="module")
def full(databases: Databases) -> Iterator[TestClient]:
    """Every kind of write; tests only read it."""
    yield from serve(databases, put_everything)


@pytest.fixture
def growing(databases: Databases) -> Iterator[TestClient]:
    """Every kind of write, and what a test adds."""
    yield from serve(databases, put_everything)


@pytest.fixture(scope="module")
def small(databases: Databases) -> Iterator[TestClient]:
    """The small world; tests may note more, and read the head that they start from."""
    yield from serve(databases, put_world)


def engine_of(client: TestClient) -> Engine:
    engine: Engine = client.app.state.engine  # type: ignore[attr-defined]
    return engine


def note(engine: Engine, actor: str = "follower's friend") -> int:
    """One more entry; its number."""
    with writing(engine) as session:
        writer = open_writer(session, actor)
        writer.note("record_event", None, {})
        return writer.seq


def get(client: TestClient, path: str, **query: Any) -> Answer:
    response = client.get(path, params=query)
    assert response.status_code == 200, response.text
    answer: Answer = response.json()
    return answer


def seqs(answer: Answer) -> list[int]:
    return [item["seq"] for item in answer["items"]]


def refusal(client: TestClient, **query: Any) -> Answer:
    response = client.get("/v1/changes", params=query)
    assert response.status_code == 422, response.text
    (error,) = response.json()["errors"]
    return dict(error)


# -- The head --------------------------------------------------------------------------------------


def test_an_empty_ledger_has_a_head_of_zeros(empty: TestClient) -> None:
    assert get(empty, "/v1/ledger/head") == {"seq": 0, "hash": "0" * 64, "at": None}
    answer = get(empty, "/v1/changes")
    assert (answer["items"], answer["last"], answer["next"]) == ([], 0, None)


def test_the_head_is_the_newest_entry(full: TestClient) -> None:
    with reading(engine_of(full)) as session:
        newest = session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq.desc())).first()
    assert newest is not None
    at = isoformat_z(newest.at)
    assert get(full, "/v1/ledger/head") == {"seq": newest.seq, "hash": newest.hash, "at": at}


# -- Pages -----------------------------------------------------------------------------------------


def test_changes_come_in_their_order_and_go_on_where_they_ended(growing: TestClient) -> None:
    head = get(growing, "/v1/ledger/head")["seq"]
    whole = get(growing, "/v1/changes", limit=1000)
    assert seqs(whole) == list(range(1, head + 1))
    assert (whole["last"], whole["next"]) == (head, None)
    assert seqs(get(growing, "/v1/changes", since=head - 2)) == [head - 1, head]
    assert get(growing, "/v1/changes", since=head)["items"] == []
    found, page = [], get(growing, "/v1/changes", limit=7)
    assert page["last"] == 7
    note(engine_of(growing))  # A page shows the state of the first one.
    while page["next"]:
        found += seqs(page)
        page = get(growing, "/v1/changes", limit=7, cursor=page["next"])
    assert [*found, *seqs(page)] == list(range(1, head + 1))
    assert page["last"] == head
    assert seqs(get(growing, "/v1/changes", since=page["last"])) == [head + 1]


def test_since_takes_an_instant_and_a_date(full: TestClient) -> None:
    whole = get(full, "/v1/changes", limit=1000)["items"]
    at = whole[0]["at"]
    later = [item["seq"] for item in whole if item["at"] > at]
    assert seqs(get(full, "/v1/changes", since=at, limit=1000)) == later
    assert seqs(get(full, "/v1/changes", since=at[:10], limit=1000)) == [i["seq"] for i in whole]
    assert get(full, "/v1/changes", since="2100-01")["items"] == []


@pytest.mark.parametrize(
    ("query", "parameter", "suggestion"),
    [
        ({"since": "soon"}, "since", None),
        ({"since": "2024-11-23/2024-11-25"}, "since", None),
        ({"since": "100000"}, "since", None),
        ({"action": "retract_clam"}, "action", "retract_claim"),
        ({"noun": "clam"}, "noun", "claim"),
        ({"subject": "x"}, "subject", None),
        ({"wait": "61"}, "wait", None),
        ({"sinse": "1"}, "sinse", "since"),
        ({"since": ["1", "2"]}, "since", None),
    ],
)
def test_what_names_nothing_is_refused(
    small: TestClient, query: Answer, parameter: str, suggestion: str | None
) -> None:
    error = refusal(small, **query)
    assert error["parameter"] == parameter
    assert suggestion is None or suggestion in error["suggestions"]


def test_filters_let_through_what_they_name(full: TestClient) -> None:
    whole = get(full, "/v1/changes", limit=1000)["items"]
    retracted = get(full, "/v1/changes", action="retract_claim")["items"]
    (one,) = retracted
    claims = get(full, "/v1/changes", noun="claim", limit=1000)
    assert seqs(claims) == [item["seq"] for item in whole if item["noun"] == "claim"]
    assert {item["action"] for item in claims["items"]} > {"record_claim", "assess_claim"}
    both = get(full, "/v1/changes", noun=["judgement", "release"], limit=1000)["items"]
    assert {item["noun"] for item in both} == {"judgement", "release"}
    life = get(full, "/v1/changes", subject=one["subject"].upper())["items"]
    assert [item["action"] for item in life] == ["record_claim", "accept_claim", "retract_claim"]
    # What the filter left out was looked at: a follower goes on behind it.
    answer = get(full, "/v1/changes", action="record_regions")
    assert (answer["items"], answer["last"]) == ([], whole[-1]["seq"])


def test_tombstones_have_the_reason_of_the_row(full: TestClient) -> None:
    whole = get(full, "/v1/changes", limit=1000)["items"]
    stones = {item["action"]: item for item in whole if item["tombstone"]}
    assert stones.keys() == {*TOMBSTONES, "redact_source"}
    assert stones["reject_claim"]["reason"] is None, "Only reviewers know of rejected claims."
    assert stones["retract_claim"]["reason"] == "It was looked at again."
    assert stones["end_judgement"]["reason"] is None
    assert all("reason" not in item for item in whole if not item["tombstone"])
    assert isinstance(stones["supersede_claim"]["body"]["by"], str)


def test_every_action_has_a_noun() -> None:
    """An action that is noted anywhere can be asked for, and says what its subject is."""
    noted: set[str] = set()
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "note"
                and isinstance(node.args[0], ast.Constant)
            ):
                noted.add(str(node.args[0].value))
    assert "record_claim" in noted
    assert {action for action in noted if not action.startswith("redact_")} <= NOUNS.keys()


def run_snippet(items: list[Answer]) -> str:
    """The hash that the lines in docs/ledger.md come to."""
    text = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    scope: Answer = {"items": items}
    exec(snippet, scope)  # noqa: S102 - the documented lines are what is tested
    return str(scope["hash"])


def test_anyone_can_verify_the_chain_from_the_answer(full: TestClient) -> None:
    items = get(full, "/v1/changes", limit=1000)["items"]
    assert run_snippet(items) == get(full, "/v1/ledger/head")["hash"]
    changed = [{**item, "body": {}} if item["seq"] == 4 else item for item in items]
    with pytest.raises(AssertionError, match="4"):
        run_snippet(changed)
    with pytest.raises(AssertionError, match="6"):
        run_snippet([item for item in items if item["seq"] != 5])


def test_ndjson_is_asked_for_by_f_or_accept(full: TestClient) -> None:
    items = get(full, "/v1/changes", limit=5)["items"]
    for response in (
        full.get("/v1/changes", params={"f": "ndjson", "limit": 5}),
        full.get("/v1/changes?limit=5", headers={"Accept": "application/x-ndjson"}),
    ):
        assert response.headers["content-type"] == "application/x-ndjson"
        assert [orjson.loads(line) for line in response.content.splitlines()] == items
        assert 'rel="next"' in response.headers["link"]


# -- Waiting ---------------------------------------------------------------------------------------


def test_waiting_is_answered_when_something_is_written(small: TestClient) -> None:
    head = get(small, "/v1/ledger/head")["seq"]
    writer = threading.Timer(0.7, note, [engine_of(small)])
    writer.start()
    started = time.monotonic()
    answer = get(small, "/v1/changes", since=head, wait=20)
    assert seqs(answer) == [head + 1]
    assert 0.5 < time.monotonic() - started < 10
    writer.join()


def test_waiting_ends_with_an_empty_page(small: TestClient) -> None:
    head = get(small, "/v1/ledger/head")["seq"]
    started = time.monotonic()
    answer = get(small, "/v1/changes", since=head, wait=1)
    assert (answer["items"], answer["last"]) == ([], head)
    assert 0.9 < time.monotonic() - started < 5


def test_what_is_there_is_not_waited_for(small: TestClient) -> None:
    started = time.monotonic()
    assert get(small, "/v1/changes", wait=30)["items"]
    assert time.monotonic() - started < 5


def test_those_who_wait_hold_no_connection(databases: Databases) -> None:
    """More wait than there are connections, and reads are answered all the same."""
    name = databases.migrated(put_world)
    app = create_app(Settings(database_url=databases.url(name), pool_size=2))
    with TestClient(app) as client:
        head = get(client, "/v1/ledger/head")["seq"]
        answers: list[list[int]] = []

        def wait() -> None:
            answers.append(seqs(get(client, "/v1/changes", since=head, wait=20)))

        threads = [threading.Thread(target=wait) for _ in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        started = time.monotonic()
        assert get(client, "/v1/strikes")["items"]
        assert time.monotonic() - started < 3
        note(app.state.engine)
        for thread in threads:
            thread.join(20)
    assert answers == [[head + 1]] * 8
    databases.drop(name)


# -- Followers -------------------------------------------------------------------------------------

WRITERS, EACH = 4, 12


@pytest.fixture
def server(databases: Databases, tmp_path: Path) -> Iterator[tuple[httpx2.Client, Engine]]:
    """A real server on the small world, and an engine on the same store."""
    name = databases.migrated(put_world)
    engine = make_engine(databases.url(name))
    with running_server(databases.url(name), tmp_path) as client:
        yield client, engine
    engine.dispose()
    databases.drop(name)


def write_at_once(engine: Engine) -> list[threading.Thread]:
    """Several writers, each with some transactions of one to three entries."""

    def write(number: int) -> None:
        for place in range(EACH):
            with writing(engine) as session:
                writer = open_writer(session, f"writer {number}")
                for _ in range(1 + place % 3):
                    writer.note("record_event", None, {"place": place})

    threads = [threading.Thread(target=write, args=[number]) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    return threads


def test_a_follower_misses_nothing_of_concurrent_writers(
    server: tuple[httpx2.Client, Engine],
) -> None:
    client, engine = server
    first = client.get("/v1/ledger/head").json()["seq"]
    threads = write_at_once(engine)
    found: list[int] = []
    since, deadline = first, time.monotonic() + 60
    while len(found) < WRITERS * EACH * 2 and time.monotonic() < deadline:
        answer = client.get("/v1/changes", params={"since": since, "wait": 2, "limit": 5}).json()
        found += seqs(answer)
        since = answer["last"]
    for thread in threads:
        thread.join()
    with reading(engine) as session:
        head = session.scalar(select(func.max(LedgerEntry.seq)))
    assert head == first + WRITERS * EACH * 2
    assert found == list(range(first + 1, head + 1))


def test_a_stream_tells_old_and_new_changes_and_goes_on_where_it_ended(
    server: tuple[httpx2.Client, Engine],
) -> None:
    client, engine = server
    head = client.get("/v1/ledger/head").json()["seq"]
    threads: list[threading.Thread] = []
    accept = {"Accept": "text/event-stream"}
    found: list[Answer] = []
    last = head + WRITERS * EACH * 2
    with client.stream("GET", "/v1/changes", headers=accept) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            if line.startswith("id: "):
                number = int(line[4:])
            if line.startswith("data: "):
                found.append(orjson.loads(line[6:]))
                assert found[-1]["seq"] == number
            if not threads and len(found) == head:
                threads = write_at_once(engine)
            if found and found[-1]["seq"] == last:
                break
    for thread in threads:
        thread.join()
    assert [item["seq"] for item in found] == list(range(1, last + 1))
    resumed = {**accept, "Last-Event-ID": str(last - 1)}
    with client.stream("GET", "/v1/changes", headers=resumed) as response:
        lines = response.iter_lines()
        data = next(line for line in lines if line.startswith("data: "))
        assert orjson.loads(data[6:])["seq"] == last


def test_a_stream_ends_when_the_client_goes(small: TestClient) -> None:
    engine = engine_of(small)
    messages = [{"type": "http.request", "body": b""}]

    async def receive() -> dict[str, Any]:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def follow() -> list[bytes]:
        request = Request({"type": "http"}, receive)
        return [part async for part in server_sent(Watch(engine), request, ChangeFilter(), 0)]

    told = b"".join(asyncio.run(asyncio.wait_for(follow(), 10)))
    assert b"id: 1\n" in told


def test_what_is_wrong_is_told_before_a_stream_begins(small: TestClient) -> None:
    accept = {"Accept": "text/event-stream"}
    for query in ({"noun": "clam"}, {"since": "100000"}, {"cursor": "x"}):
        response = small.get("/v1/changes", params=query, headers=accept)
        assert response.status_code == 422
        assert response.headers["content-type"] == "application/problem+json"


def test_the_server_ends_in_time_though_somebody_follows(
    databases: Databases, tmp_path: Path
) -> None:
    name = databases.migrated(put_world)
    url = databases.url(name)
    told: list[str] = []
    with running_server(url, tmp_path) as client:
        base = client.base_url
        head = client.get("/v1/ledger/head").json()["seq"]

        def follow() -> None:
            with (
                httpx2.Client(base_url=base, timeout=60) as own,
                own.stream(
                    "GET", f"/v1/changes?since={head}", headers={"Accept": "text/event-stream"}
                ) as response,
            ):
                told.extend(response.iter_lines())
            told.append("ended")

        def wait() -> None:
            with httpx2.Client(base_url=base, timeout=60) as own:
                told.append(str(own.get(f"/v1/changes?since={head}&wait=60").status_code))

        threads = [threading.Thread(target=target) for target in (follow, wait)]
        for thread in threads:
            thread.start()
        time.sleep(1.5)
        started = time.monotonic()
    assert time.monotonic() - started < 8
    for thread in threads:
        thread.join(10)
    assert {"ended", "200"} <= set(told)
    databases.drop(name)


# -- Releases --------------------------------------------------------------------------------------


def test_a_release_is_served_with_the_export_that_it_is_the_checksum_of(
    growing: TestClient,
) -> None:
    (release,) = get(growing, "/v1/releases")["items"]
    assert get(growing, f"/v1/releases/{release['name']}") == release
    note(engine_of(growing))
    response = growing.get(f"/v1/releases/{release['name']}?f=ndjson")
    assert response.headers["content-type"] == "application/x-ndjson"
    assert hashlib.sha256(response.content).hexdigest() == release["sha256"]
    lines = response.content.splitlines()
    assert len(lines) == release["events"] + release["claims"] > 2
    changes = get(growing, "/v1/changes", since=release["ledger"]["seq"] - 1)["items"]
    assert changes[0]["hash"] == release["ledger"]["hash"]


def test_an_unknown_release_is_not_found(full: TestClient) -> None:
    for query in ("", "?f=ndjson"):
        response = full.get(f"/v1/releases/fist{query}")
        assert response.status_code == 404
        assert response.json()["errors"][0]["suggestions"] == ["first"]
