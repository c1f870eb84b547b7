"""A real server process on a free port of this machine, started as an operator would."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import uvicorn

from counterclaim.app import create_app
from counterclaim.connections import ImpatientProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterclaim.config import Settings

START_S = 60.0
STOP_S = 30.0
SOURCES = Path(__file__).parents[1] / "src"


def command(*arguments: str, database_url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run ``counterclaim`` to its end; its output is kept."""
    return subprocess.run(
        [sys.executable, "-m", "counterclaim", *arguments],
        env=environment(database_url),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def environment(database_url: str) -> dict[str, str]:
    """The environment of a command on a store."""
    return {
        **os.environ,
        "COUNTERCLAIM_DATABASE_URL": database_url,
        "PYTHONPATH": str(SOURCES),
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }


@contextmanager
def running_server(database_url: str, folder: Path, **settings: str) -> Iterator[httpx2.Client]:
    """``counterclaim serve``, and a client that talks to it.

    Further arguments are settings: ``ADMIN_KEY`` is ``COUNTERCLAIM_ADMIN_KEY``.
    """
    with running_process(database_url, folder, **settings) as (client, _process):
        yield client


@contextmanager
def running_process(
    database_url: str, folder: Path, **settings: str
) -> Iterator[tuple[httpx2.Client, subprocess.Popen[bytes]]]:
    """The same with the process, which may have ended before."""
    given = {f"COUNTERCLAIM_{name}": value for name, value in settings.items()}
    port = _free_port()
    log = folder / f"server-{port}.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "counterclaim", "serve", "--port", str(port)],
            env={**environment(database_url), **given},
            cwd=folder,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                _wait_until_ready(client, process, log)
                yield client, process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise


@contextmanager
def serving_thread(settings: Settings) -> Iterator[httpx2.Client]:
    """A server in a thread of this process, which saves the start of another one."""
    with running_thread(settings) as (client, _server):
        yield client


@contextmanager
def running_thread(settings: Settings) -> Iterator[tuple[httpx2.Client, uvicorn.Server]]:
    """The same with what serves, which may be told to end."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(settings), http=ImpatientProtocol, log_config=None, log_level=50
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx2.Client(base_url=address, timeout=30) as client:
            yield client, server
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_ready(client: httpx2.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if client.get("/readyz").status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    message = f"The server did not start:\n{log.read_text()}"
    raise RuntimeError(message)
