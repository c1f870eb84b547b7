"""Several processes on one store: what one of them writes, the others know at once."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from counterclaim.db import make_engine
from counterclaim.vocabulary import KeyScope
from factories import article, put_key, put_world
from server import running_process

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from conftest import Databases

STREAM = {"Accept": "text/event-stream"}
ROUNDS = 2
AFFECTED = (
    "/v1/strikes",
    "/v1/events?limit=1000&policy=latest",
    "/v1/strikes?weapon=Zeta-9&fields=label",
    "/v1/claims?limit=1000",
    "/v1/documents",
    "/v1/stats/events",
    "/v1/stats/interceptions?group_by=munition",
    "/v1/disputes",
    "/v1/changes?limit=1000",
    "/v1/ledger/head",
    "/v1/feeds/events",
    "/v1/sources/aland-mod",
)
"""Reads that a new event with claims changes."""


class Answer(NamedTuple):
    status: int
    tag: str
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Asker:
    """One connection that stays, and so one process that answers."""

    def __init__(self, port: int, keys: dict[str, str]) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.connection.connect()
        self.keys = keys
        self.stream: HTTPResponse | None = None

    def close(self) -> None:
        self.connection.close()
        if self.stream is not None:
            self.stream.close()

    def follow(self, path: str) -> HTTPResponse:
        """The stream of changes, behind its first line."""
        self.connection.request("GET", path, headers=STREAM)
        self.stream = self.connection.getresponse()
        assert self.stream.readline() == b"retry: 1000\n"
        return self.stream

    def ask(self, path: str, body: Any = None, **headers: str) -> Answer:
        sent = {"Host": "store.test", **({} if body is None else self.keys), **headers}
        text = None if body is None else json.dumps(body)
        method = "GET" if body is None else "POST"
        self.connection.request(method, path, text, {"Content-Type": "application/json", **sent})
        answer = self.connection.getresponse()
        return Answer(answer.status, answer.headers.get("ETag", ""), answer.read())

    def worker(self, parent: int) -> int:
        """The process that holds the other end of the connection."""
        port = self.connection.sock.getsockname()[1]
        assert self.connection.port is not None
        ends = [f":{self.connection.port:04X}", f":{port:04X}"]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, here, there, *_, inode = line.split()[:10]
            if [here[-5:], there[-5:]] == ends:
                held = f"socket:[{inode}]"
                return next((pid for pid in children(parent) if held in opened(pid)), 0)
        return 0  # Nobody has taken it yet.


def children(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(folder.name))
        except (OSError, ValueError, IndexError):
            continue
    return found


def opened(pid: int) -> set[str]:
    try:
        return {os.readlink(one) for one in Path(f"/proc/{pid}/fd").iterdir()}
    except OSError:
        return set()


class Server:
    """A server process, its port, and a key for all that is done here."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], keys: dict[str, str]) -> None:
        self.port, self.process, self.keys = port, process, keys
        self.made: list[Asker] = []

    def asker(self) -> Asker:
        self.made.append(Asker(self.port, self.keys))
        return self.made[-1]

    def askers(self, *, without: int = 0) -> dict[int, Asker]:
        """A connection to each of two workers, as soon as both serve, without one that died."""
        deadline, found = time.monotonic() + 120, dict[int, Asker]()
        while len(found) < 2:
            assert time.monotonic() < deadline, f"Only {list(found)} answer."
            asker = self.asker()
            for one in (asker, *found.values()):  # One that is idle for long would be closed.
                assert one.ask("/healthz").status == 200
            pid = asker.worker(self.process.pid)
            if pid in found or pid in {0, without}:
                asker.close()
                time.sleep(0.05)
            else:
                found[pid] = asker
        return found


@pytest.fixture(scope="module")
def store(databases: Databases) -> Iterator[tuple[str, dict[str, str]]]:
    name = databases.migrated(put_world)
    engine = make_engine(databases.url(name))
    yield databases.url(name), put_key(engine, KeyScope.ADMIN)
    engine.dispose()
    databases.drop(name)


@contextmanager
def serving(store: tuple[str, dict[str, str]], folder: Path, workers: int) -> Iterator[Server]:
    url, keys = store
    with running_process(url, folder, WORKERS=str(workers)) as (client, process):
        assert client.base_url.port is not None
        server = Server(client.base_url.port, process, keys)
        try:
            yield server
        finally:
            for asker in server.made:
                asker.close()


@pytest.fixture(scope="module")
def server(
    store: tuple[str, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with serving(store, tmp_path_factory.mktemp("workers"), 2) as found:
        yield found


pytestmark = pytest.mark.skipif(
    not Path("/proc/net/tcp").exists(), reason="Which process answers is read from Linux's /proc."
)


def test_what_one_worker_writes_the_other_answers_at_once(server: Server) -> None:
    one, other = server.askers().values()
    check_nothing_stale(one, other, "worker")
    check_keys_and_names(one, other)
    check_followed(one, other)
    check_numbers(one, other)


def check_numbers(one: Asker, other: Asker) -> None:
    """Whichever process is asked, it counts what all of them answered."""
    heads_asked(other)  # Who is asked leaves its numbers for the others.
    before = heads_asked(one)
    for asker in (one, other, other):
        asker.ask("/v1/ledger/head")
    deadline, seen = time.monotonic() + 30, set[float]()
    while seen != {before + 3}:
        assert time.monotonic() < deadline, f"{before} and three more were answered, not {seen}."
        seen = {heads_asked(one), heads_asked(other)}
    for asker in (one, other):
        assert b"\ncounterclaim_processes 2.0\n" in asker.ask("/metrics").body


def heads_asked(asker: Asker) -> float:
    name = "counterclaim_request_duration_seconds_count"
    line = f'{name}{{method="GET",route="/v1/ledger/head",status="200"}} '
    lines = asker.ask("/metrics").body.decode().splitlines()
    return next(float(one.removeprefix(line)) for one in lines if one.startswith(line))


def test_what_one_server_writes_another_answers_at_once(
    store: tuple[str, dict[str, str]], server: Server, tmp_path: Path
) -> None:
    with serving(store, tmp_path, 1) as second:
        check_nothing_stale(server.asker(), second.asker(), "server")
        check_followed(second.asker(), server.asker())


def check_nothing_stale(one: Asker, other: Asker, name: str) -> None:
    before = {path: one.ask(path) for path in AFFECTED}
    for number in range(ROUNDS):
        label = f"Zeta-9 strike seen by {name} {number}"
        event = {"ref": "E1", "kind": "strike", "label": label}
        assert one.ask("/v1/ingest?accept=true", article(events=[event])).status == 201
        for path in AFFECTED:
            fresh = other.ask(path, **{"If-None-Match": before[path].tag})
            assert fresh.status == 200, path
            assert fresh.body != before[path].body, path
            again = one.ask(path)
            assert (again.tag, again.body) == (fresh.tag, fresh.body), path
            assert one.ask(path, **{"If-None-Match": fresh.tag}).status == 304
            before[path] = fresh
        assert label in [item["label"] for item in before["/v1/strikes"].json["items"]]
        one, other = other, one


def check_keys_and_names(one: Asker, other: Asker) -> None:
    asked = "/v1/claims?claimant=newcomer"
    for asker in (one, other):
        assert asker.ask(asked).status == 422
    assert (
        one.ask("/v1/sources", {"key": "newcomer", "name": "Newcomer", "kind": "outlet"}).status
        == 201
    )
    assert other.ask(asked).status == 200
    made = other.ask("/v1/keys", {"name": "anna", "scopes": ["contribute"]}).json
    key = {"Authorization": f"Bearer {made['key']}"}
    assert one.ask("/v1/strikes", **key).status == 200
    assert one.ask(f"/v1/keys/{made['id']}/revoke", {}).status == 200
    assert other.ask("/v1/strikes", **key).status == 401


def check_followed(one: Asker, other: Asker) -> None:
    """What one process writes reaches who follows or waits at the other."""
    head = one.ask("/v1/ledger/head").json["seq"]
    stream = other.follow(f"/v1/changes?since={head}")
    written = f"Followed {head}"
    assert one.ask("/v1/events", {"kind": "strike", "label": written}).status == 201
    lines = iter(stream.readline, b"")
    told = next(line for line in lines if line.startswith(b"data:"))
    assert json.loads(told.removeprefix(b"data: "))["seq"] == head + 1
    other.close()


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_a_worker_that_dies_is_replaced_and_sigterm_ends_all(
    store: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    with serving(store, tmp_path, 2) as server:
        (dead, _), (living, asker) = server.askers().items()
        os.kill(dead, signal.SIGKILL)
        assert asker.ask("/v1/strikes").status == 200
        found = server.askers(without=dead)
        assert dead not in found
        assert living in found
        for one in found.values():
            one.follow("/v1/changes")
        waiting = server.asker()
        head = waiting.ask("/v1/ledger/head").json["seq"]
        waiting.connection.request("GET", f"/v1/changes?since={head}&wait=60")
        time.sleep(0.5)  # Until then it has surely been taken up.
        server.process.send_signal(signal.SIGTERM)
        with waiting.connection.getresponse() as answer:
            assert answer.status == 200
        assert server.process.wait(60) == 0
        (log,) = tmp_path.glob("server-*.log")
        lines = [json.loads(line) for line in log.read_text().splitlines() if line[0] == "{"]
        assert {"request", "Application startup complete."} <= {line["event"] for line in lines}
        assert store[1]["Authorization"].removeprefix("Bearer ") not in log.read_text()
        assert not [pid for pid in found if Path(f"/proc/{pid}").exists()]
