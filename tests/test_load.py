"""Many clients, slow clients, too many clients: what a server does when it is pressed.

``COUNTERCLAIM_CRASHES`` says for how long: with 50 for ten minutes.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from counterclaim.config import Settings
from counterclaim.db import make_engine, writing
from counterclaim.vocabulary import KeyScope
from crashing import Posts, check_whole, posted
from factories import put_key, put_world
from loading import Load, ask_once, close_stream
from server import running_process, running_thread, serving_thread
from test_crash import ROUNDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from conftest import Databases

SOAKING = ROUNDS >= 5
LOAD_S = ROUNDS * 12.0 if SOAKING else 2.0
CLIENTS = 200 if SOAKING else 50
REMEMBERED_MIB = {"postgresql": 2 * 48, "sqlite": 2 * (48 + 64)}
"""So much may be added to memory: what two processes remember of answers, and of SQLite's file."""


def resident_mib(process: int) -> float:
    """MiB that the workers of a server have in memory."""
    found = 0.0
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        status = Path(f"/proc/{child}/status").read_text()
        found += int(status.partition("VmRSS:")[2].split()[0]) / 1024
    return found


@contextmanager
def filled_store(databases: Databases) -> Iterator[tuple[str, Engine, Posts]]:
    """A store with the small world in it, and a key to post with."""
    name = databases.migrated(put_world)
    engine = make_engine(databases.url(name))
    try:
        yield databases.url(name), engine, Posts(put_key(engine, KeyScope.REVIEW))
    finally:
        engine.dispose()
        databases.drop(name)


@dataclass
class Pressed:
    """A server under load: how to measure it, and how to tell it to stop."""

    port: int
    memory: Callable[[], float]
    stop: Callable[[], None]


@contextmanager
def pressed_server(url: str, folder: Path) -> Iterator[Pressed]:
    """Two processes where there is time for their start, else a thread of this one."""
    if SOAKING:
        with running_process(url, folder, RATE_LIMIT="", WORKERS="2") as (client, process):
            stop = partial(process.send_signal, signal.SIGTERM)
            memory = partial(resident_mib, process.pid)
            yield Pressed(int(client.base_url.port or 0), memory, stop)
            assert process.wait(30) == 0
        return
    with running_thread(Settings(database_url=url, rate_limit="")) as (client, server):
        stop = partial(setattr, server, "should_exit", True)
        yield Pressed(int(client.base_url.port or 0), lambda: 0.0, stop)


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"] if SOAKING else ["postgresql"])
def test_a_loaded_server_answers_all_and_loses_nothing_when_it_is_told_to_stop(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    databases: Databases = request.getfixturevalue(f"{kind}_databases")
    with (
        filled_store(databases) as (url, engine, posts),
        pressed_server(url, tmp_path) as server,
    ):
        load = Load(server.port, posts)

        async def press() -> list[float]:
            sizes = []
            asking = asyncio.create_task(load.run(CLIENTS, LOAD_S + 1))
            for _ in range(5):
                await asyncio.sleep(LOAD_S / 5)
                sizes.append(server.memory())
            assert (load.broken, load.faults) == (0, [])
            server.stop()
            await asking
            return sizes

        sizes = asyncio.run(press())
        told = ", ".join(f"{size:.0f}" for size in sizes)
        print(f"{kind}: {load.told()}, in memory {told} MiB")  # noqa: T201
        assert load.faults == []
        assert load.reads
        assert load.writes
        check_whole(engine, posts)
        assert sizes[-1] < sizes[0] + REMEMBERED_MIB[kind]


def test_who_is_one_too_many_is_told_to_come_back_and_the_others_are_answered(
    sqlite_databases: Databases,
) -> None:
    with filled_store(sqlite_databases) as (url, engine, posts), ExitStack() as opened:
        settings = Settings(database_url=url, max_requests=4, rate_limit="")
        client = opened.enter_context(serving_thread(settings))
        port = int(client.base_url.port or 0)

        async def press() -> None:
            with writing(engine) as session:
                session.execute(text("SELECT 1"))
                waiting = [
                    asyncio.create_task(ask_once(port, "/v1/ingest", posted(number), posts.keys))
                    for number in range(4)
                ]
                await asyncio.sleep(0.5)
                shed = await ask_once(port, "/v1/strikes")
                assert (shed.status, shed.headers["retry-after"]) == (503, "1")
                assert b"/problems/overloaded" in shed.body
                assert shed.seconds < 1
                for path in ("/healthz", "/v1/changes"):
                    assert (await ask_once(port, path)).status == 200
            assert {(await one).status for one in waiting} == {201}
            assert (await ask_once(port, "/v1/strikes")).status == 200

        asyncio.run(press())


HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
BODY = b"POST /v1/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"
LARGE = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def trickle(port: int, first: bytes, rest: bytes) -> bytes:
    """Send something, then the rest letter by letter until the server has enough of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first)
    answer = asyncio.create_task(reader.read())
    for _ in range(100):
        writer.write(rest)
        done, _waiting = await asyncio.wait([answer], timeout=0.1)
        if done:
            await close_stream(writer)
            return b"" if answer.exception() else answer.result()
    msg = "The server is still waiting."
    raise AssertionError(msg)


async def take_nothing(port: int, times: int, rest_s: float) -> int:
    """Ask for much, read nothing of it for a while; the bytes that are there then."""
    with socket.socket() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(plain, ("127.0.0.1", port))
        await loop.sock_sendall(plain, LARGE * times)
        await asyncio.sleep(rest_s)
        size = 0
        try:
            while found := await asyncio.wait_for(loop.sock_recv(plain, 1 << 20), 5):
                size += len(found)
        except ConnectionError:
            pass
        return size


def test_who_keeps_the_server_waiting_is_cut_off(sqlite_databases: Databases) -> None:
    with filled_store(sqlite_databases) as (url, _engine, _posts), ExitStack() as opened:
        settings = Settings(database_url=url, patience_s=1.0, rate_limit="")
        client = opened.enter_context(serving_thread(settings))
        port = int(client.base_url.port or 0)
        whole = len(client.get("/openapi.json").content)
        times = 1 + 20_000_000 // whole

        async def press() -> None:
            begun = time.monotonic()
            head, endless, body, taken = await asyncio.gather(
                trickle(port, HEAD, b"X"),
                trickle(port, HEAD + b"X: ", b"y" * 10_000),
                trickle(port, BODY, b"{"),
                take_nothing(port, times, 3.5),
            )
            assert time.monotonic() - begun < 8
            assert head.startswith(b"HTTP/1.1 408 ")
            assert endless.startswith(b"HTTP/1.1 431 ")
            assert body.startswith(b"HTTP/1.1 408 ")
            assert taken < whole * times
            assert (await ask_once(port, "/healthz")).status == 200

        asyncio.run(press())
