#!/usr/bin/env python3
"""Three PostgreSQL servers that Patroni keeps as one cluster, on this machine: to try and to break.

``python3 tools/dev.py cluster FOLDER`` also starts two servers of the application on it and stays
until Ctrl-C. PostgreSQL, Patroni and what the three agree by (Raft) all come as Python packages.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import psutil
from sqlalchemy import URL

from postgres import NOBODY, Unprivileged, bare_environment, find_programs, unprivileged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SOURCES = Path(__file__).resolve().parent.parent / "src"
SIZE = 3
PORTS = range(20_000, 32_000)
"""Where servers listen: below the ports that systems give to those who call."""

START_S, STOP_S = 120.0, 10.0

AGREED = {
    "ttl": 20,
    "loop_wait": 1,
    "retry_timeout": 3,
    "maximum_lag_on_failover": 1 << 20,
    "primary_start_timeout": 0,
    "failsafe_mode": True,
    "synchronous_mode": "quorum",
    "synchronous_mode_strict": True,
    "synchronous_node_count": 1,
}
"""What the nodes hold to: a commit is answered when a second node has it too, or not at all."""

TUNED = {
    "max_connections": 60,
    "shared_buffers": "32MB",
    "wal_keep_size": "128MB",
    "max_wal_senders": 10,
    "max_replication_slots": 10,
    "hot_standby": "on",
    "wal_log_hints": "on",
    "synchronous_commit": "on",
}


class ClusterError(RuntimeError):
    """The cluster cannot be started, or does not come to rest."""


@dataclass(frozen=True, slots=True)
class Node:
    """One PostgreSQL with the Patroni that looks after it; ports are of loopback."""

    name: str
    folder: Path
    postgres: int
    rest: int
    raft: int

    @property
    def data(self) -> Path:
        """Where PostgreSQL keeps its files."""
        return self.folder / "data"

    def ask(self, path: str) -> tuple[int, dict[str, Any]]:
        """What Patroni answers, and with which status; 0 where nobody does."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.rest}{path}", timeout=2) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, {}
        except (OSError, ValueError):
            return 0, {}

    def postmaster(self) -> int | None:
        """The id of the process that is this PostgreSQL; None where there is none."""
        try:
            number = int((self.data / "postmaster.pid").read_text().split()[0])
            command = Path(f"/proc/{number}/cmdline").read_bytes().decode()
        except (OSError, ValueError, IndexError):
            return None
        return number if str(self.data) in command else None


@dataclass(slots=True)
class Cluster:
    """The nodes, and what runs of them."""

    nodes: list[Node]
    password: str = field(repr=False)
    command: Sequence[str | Path]
    user: Unprivileged
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def url(self, database: str, wanted: str = "read-write", **more: str) -> str:
        """The SQLAlchemy URL of a database on whichever node is ``wanted``, in libpq's words."""
        hosts = [f"127.0.0.1:{node.postgres}" for node in self.nodes]
        query = {"host": hosts, "target_session_attrs": wanted, "connect_timeout": "2", **more}
        url = URL.create("postgresql+psycopg", "postgres", self.password, database=database)
        return url.update_query_dict(query).render_as_string(hide_password=False)

    def url_of_standbys(self, database: str) -> str:
        """The same on any standby, or on the primary while there is none."""
        return self.url(database, "prefer-standby", load_balance_hosts="random")

    def start(self, node: Node) -> None:
        """Start a node, or start it again."""
        with (node.folder / "log").open("ab") as log:
            self.running[node.name] = subprocess.Popen(
                [*self.command, node.folder / "patroni.json"],
                cwd=node.folder,
                env={**bare_environment(node.folder), "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for who started the cluster, and ends it.
                **self.user.options,
            )

    def primary(self) -> Node | None:
        """The node that takes writes, after what it says itself."""
        return next((node for node in self.nodes if node.ask("/primary")[0] == 200), None)

    def is_whole(self) -> bool:
        """Whether there is a primary, and every other node follows it and counts for commits."""
        for node in self.nodes:
            status, seen = node.ask("/cluster")
            roles = [one["role"] for one in seen.get("members", []) if one["state"] in FOLLOWING]
            if status != 200 or sorted(roles) != ["leader", *["quorum_standby"] * (SIZE - 1)]:
                return False
        return self.primary() is not None

    def wait_until(self, reached: Callable[[], object], what: str) -> float:
        """Wait for something to become true; the seconds that it took."""
        begun = time.monotonic()
        while not reached():
            if time.monotonic() - begun > START_S:
                logs = "\n".join(_tail(node.folder / "log") for node in self.nodes)
                msg = f"After {START_S:.0f} s it is not so that {what}:\n{logs}"
                raise ClusterError(msg)
            time.sleep(0.1)
        return time.monotonic() - begun

    def kill_postgres(self, node: Node) -> None:
        """Let PostgreSQL of a node die at once; its Patroni lives, and sees it."""
        number = node.postmaster()
        if number is not None:
            children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
            for one in (number, *map(int, children)):
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)

    def kill_node(self, node: Node) -> None:
        """Let a node die at once, as if its machine had no power any more."""
        patroni = self.running.pop(node.name)
        patroni.kill()
        self.kill_postgres(node)
        patroni.wait()

    def stop(self) -> None:
        """Stop all that was started here and still runs; nobody hands anything over any more."""
        for process in self.running.values():
            with suppress(psutil.NoSuchProcess):  # Some may be about to start PostgreSQL.
                for one in psutil.Process(process.pid).children(recursive=True):
                    one.kill()
            process.kill()
            process.wait()
        for node in self.nodes:
            if (number := node.postmaster()) is not None:
                os.kill(number, signal.SIGQUIT)
        deadline = time.monotonic() + STOP_S
        while any(node.postmaster() for node in self.nodes) and time.monotonic() < deadline:
            time.sleep(0.05)
        for node in self.nodes:
            self.kill_postgres(node)


FOLLOWING = frozenset({"running", "streaming"})


@contextmanager
def running_cluster(
    folder: Path, settings: Mapping[str, object] | None = None
) -> Iterator[Cluster]:
    """A cluster that has come to rest, in an empty folder; it is stopped at the end.

    ``settings`` are PostgreSQL's, beside those that a cluster needs.
    """
    with ExitStack() as cleanup:
        cluster = _make_cluster(folder.resolve(), {**TUNED, **(settings or {})})
        cleanup.callback(cluster.stop)
        for node in cluster.nodes:
            cluster.start(node)
        watchdog = _watch(cluster)
        cleanup.callback(_dismiss, watchdog)
        cluster.wait_until(cluster.is_whole, "the cluster is whole")
        yield cluster


def _make_cluster(folder: Path, settings: Mapping[str, object]) -> Cluster:
    user = unprivileged()
    folder.mkdir(parents=True, exist_ok=True)
    if user.owner is not None:
        folder.chmod(0o755)
    programs = find_programs(folder, user)
    ports = iter(free_ports(SIZE * 3))
    nodes = [
        Node(f"n{number}", folder / f"n{number}", next(ports), next(ports), next(ports))
        for number in range(1, SIZE + 1)
    ]
    password = secrets.token_hex(16)
    for node in nodes:
        node.folder.mkdir(mode=0o700)
        file = node.folder / "patroni.json"
        file.write_text(json.dumps(_described(node, nodes, programs, password, settings)))
        if user.owner is not None:
            for path in (node.folder, file):
                os.chown(path, NOBODY, -1)
    command = [*user.prefix, sys.executable, "-m", "patroni"]
    return Cluster(nodes, password, command, user)


def _described(
    node: Node,
    nodes: Sequence[Node],
    programs: Path,
    password: str,
    settings: Mapping[str, object],
) -> dict[str, Any]:
    """What Patroni is told of a node; YAML has JSON in it."""
    rest, raft = f"127.0.0.1:{node.rest}", f"127.0.0.1:{node.raft}"
    users = {"superuser": "postgres", "replication": "replicator", "rewind": "rewinder"}
    locale = ({"locale-provider": "builtin"}, {"builtin-locale": "C.UTF-8"}, {"locale": "C"})
    followed = {"use_pg_rewind": True, "use_slots": True, "parameters": dict(settings)}
    return {
        "scope": "counterclaim",
        "name": node.name,
        "restapi": {
            "listen": rest,
            "connect_address": rest,
            "authentication": {"username": "patroni", "password": password},
        },
        "raft": {
            "data_dir": str(node.folder / "raft"),
            "self_addr": raft,
            "partner_addrs": [f"127.0.0.1:{one.raft}" for one in nodes if one is not node],
            "password": password,
        },
        "bootstrap": {
            "dcs": {**AGREED, "postgresql": followed},
            "initdb": [{"encoding": "UTF8"}, *locale, "data-checksums"],
        },
        "postgresql": {
            "listen": f"127.0.0.1:{node.postgres}",
            "connect_address": f"127.0.0.1:{node.postgres}",
            "data_dir": str(node.data),
            "bin_dir": str(programs),
            "pgpass": str(node.folder / "pgpass"),
            "authentication": {
                role: {"username": name, "password": password} for role, name in users.items()
            },
            "parameters": {"unix_socket_directories": "", "logging_collector": "off"},
            "pg_hba": [
                "host all all 127.0.0.1/32 scram-sha-256",
                "host replication replicator 127.0.0.1/32 scram-sha-256",
            ],
        },
    }


def free_ports(count: int) -> list[int]:
    """Ports on which nobody listens now."""
    found: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as trial, suppress(OSError):
            trial.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            break
    return found


def _watch(cluster: Cluster) -> subprocess.Popen[bytes]:
    """A process that stops the nodes when this one dies without doing so: its input ends."""
    script = 'read -r _; kill -TERM "$@" 2>/dev/null'
    numbers = [str(process.pid) for process in cluster.running.values()]
    return subprocess.Popen(
        ["/bin/sh", "-c", script, "watchdog", *numbers],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _dismiss(watchdog: subprocess.Popen[bytes]) -> None:
    watchdog.kill()
    watchdog.communicate()


def _tail(log: Path) -> str:
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return f"{log}:\n{text[-3000:]}"


# The task


def main(arguments: Sequence[str]) -> None:
    """Start a cluster with two servers on it, and stay until Ctrl-C."""
    if len(arguments) > 1:
        sys.exit("cluster: give one folder, or none for one that is removed at the end")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as cleanup, suppress(KeyboardInterrupt):
        folder = Path(arguments[0]) if arguments else None
        if folder is None:
            folder = Path(cleanup.enter_context(TemporaryDirectory(prefix="cluster-")))
        elif folder.exists() and any(folder.iterdir()):
            sys.exit(f"cluster: {folder} is not empty")
        print("cluster: starting three PostgreSQL servers …", flush=True)
        cluster = cleanup.enter_context(running_cluster(folder))
        settings = {
            "COUNTERCLAIM_DATABASE_URL": cluster.url("postgres"),
            "COUNTERCLAIM_READ_DATABASE_URL": cluster.url_of_standbys("postgres"),
            "COUNTERCLAIM_ADMIN_KEY": secrets.token_urlsafe(32),
            "COUNTERCLAIM_SECRET_KEY": secrets.token_urlsafe(32),
        }
        _fill(settings)
        ports = free_ports(2)
        for port in ports:
            cleanup.enter_context(_serving(port, settings, folder))
        for port in ports:
            cluster.wait_until(partial(_is_ready, port), f"a server answers at port {port}")
        _tell(cluster, settings, ports)
        while True:
            signal.pause()


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **settings, "PYTHONPATH": str(SOURCES)}


def _fill(settings: Mapping[str, str]) -> None:
    for step in (("db", "upgrade"), ("seed",)):
        command = [sys.executable, "-m", "counterclaim", *step]
        subprocess.run(command, env=_environment(settings), check=True)


@contextmanager
def _serving(port: int, settings: Mapping[str, str], folder: Path) -> Iterator[None]:
    """One server of the application, until the block ends."""
    command = [sys.executable, "-m", "counterclaim", "serve", "--port", str(port)]
    with (folder / f"server-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=_environment(settings), stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _tell(cluster: Cluster, settings: Mapping[str, str], ports: Sequence[int]) -> None:
    for port in ports:
        print(f"Counterclaim answers at http://127.0.0.1:{port}")
    for node in cluster.nodes:
        number = node.postmaster()
        print(f"{node.name}: PostgreSQL at 127.0.0.1:{node.postgres} (process {number}),")
        print(f"    Patroni at http://127.0.0.1:{node.rest}/cluster, its log in {node.folder}")
    for name, value in settings.items():
        print(f"{name}={value}")
    print("Kill what you like, and look on. Ctrl-C ends it.", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
