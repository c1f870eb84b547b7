"""Measures every workload on every server, in rounds that take turns, and keeps the medians."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.client import encode, fetch, measure
from benchmarks.peers import raw
from benchmarks.peers.copying import plain_store
from benchmarks.peers.web import (
    PEERS_PYTHON,
    WebServer,
    bare_server,
    datasette_server,
    orm_server,
    our_server,
    pygeoapi_server,
    strikes,
)
from benchmarks.workloads import WORKLOADS, read_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from benchmarks.client import Sample
    from benchmarks.databases import Databases
    from benchmarks.peers.raw import RawEngine
    from benchmarks.workloads import Case, Facts

OURS = "counterclaim"
CHECKED = ("list", "one", "text_rare", "text_common", "bbox")
CHECKS, FULL = 5, 50
WARM_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured."""

    only: Sequence[str]
    peers: Sequence[str]
    connections: Sequence[int]
    seconds: float
    rounds: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of the table: a workload on a server."""

    events: int
    engine: str
    workload: str
    server: str
    connections: int
    rate: float
    p50_ms: float
    p99_ms: float
    bytes: int
    rounds: int

    def as_row(self) -> dict[str, object]:
        """As it stands in the results."""
        return asdict(self)


class DisagreementError(RuntimeError):
    """A server finds other events than ours: what is measured would not be the same work."""


def measure_sqlite(
    store: Path, folder: Path, events: int, plan: Plan, tell: Callable[[Cell], None]
) -> None:
    """Every workload of the plan on a SQLite store, beside the peers."""
    plain = plain_store(store)
    with ExitStack() as stack:
        ours = stack.enter_context(our_server(f"sqlite:///{store}", folder))
        kept = raw.raw_store(plain, ours) if "raw" in plan.peers else None
        makers: dict[str, Callable[[], AbstractContextManager[WebServer]]] = {
            "orm": lambda: orm_server(f"sqlite:///{plain}", folder),
            "datasette": lambda: datasette_server(plain, folder),
            "pygeoapi": lambda: pygeoapi_server(plain, folder),
        }
        servers = [
            ours,
            *(stack.enter_context(makers[one]()) for one in makers if wanted(one, plan)),
        ]
        if "bare" in plan.peers:
            servers.append(stack.enter_context(bare_server(folder, 75_000)))
        engine = raw.raw_sqlite(kept) if kept is not None else None
        found = read_facts(plain), days_of(plain)
        take_rounds("sqlite", events, *found, servers, engine, plan, tell)


def measure_real(
    store: Path, folder: Path, what: str, facts: Facts, plan: Plan, tell: Callable[[Cell], None]
) -> None:
    """The workloads on a store of real data, without peers: their flat tables cannot hold it."""
    with our_server(f"sqlite:///{store}", folder) as ours:
        take_rounds(f"sqlite, {what}", facts.count, facts, {}, [ours], None, plan, tell)


def measure_postgresql(
    store: Path,
    databases: Databases,
    folder: Path,
    events: int,
    plan: Plan,
    tell: Callable[[Cell], None],
) -> None:
    """The same on PostgreSQL, beside the ORM application and the engine alone.

    What the peers are given is copied from the SQLite store of the same events.
    """
    plain = plain_store(store)
    with ExitStack() as stack:
        ours = stack.enter_context(our_server(databases.store(events), folder))
        servers = [ours]
        if "orm" in plan.peers:
            servers.append(stack.enter_context(orm_server(databases.plain(events, plain), folder)))
        engine = None
        if "raw" in plan.peers:
            engine = raw.raw_postgresql(databases.raw(events, raw.raw_store(plain, ours)))
        found = read_facts(plain), days_of(plain)
        take_rounds("postgresql", events, *found, servers, engine, plan, tell)


def wanted(peer: str, plan: Plan) -> bool:
    """Whether a peer is asked for and can be started."""
    return peer in plan.peers and (peer == "orm" or PEERS_PYTHON.exists())


def take_rounds(
    engine_name: str,
    events: int,
    facts: Facts,
    days: dict[str, str],
    servers: Sequence[WebServer],
    engine: RawEngine | None,
    plan: Plan,
    tell: Callable[[Cell], None],
) -> None:
    """Check that all find the same, then measure in turns."""
    ours, peers = servers[0], servers[1:]
    for name in plan.only or WORKLOADS:
        if name not in WORKLOADS:
            continue
        cases = WORKLOADS[name].cases(facts)
        if name in CHECKED:
            check(ours, peers, name, cases, days)
        requests = {server.name: prepared(server, name, cases) for server in servers}
        taken: dict[tuple[str, int], list[Sample]] = defaultdict(list)
        for round_ in range(plan.rounds + 1):
            seconds = plan.seconds if round_ else WARM_SECONDS
            for connections in plan.connections:
                for server in servers:
                    if requests[server.name]:
                        sample = ask_web(server, name, requests[server.name], connections, seconds)
                        taken[server.name, connections].append(sample)
            found = None if engine is None else engine.measure(name, cases, seconds)
            if engine is not None and found is not None:
                taken[engine.name, 1].append(found)
        for (server_name, connections), samples in taken.items():
            tell(as_cell(events, engine_name, name, server_name, connections, samples[1:]))


def as_cell(
    events: int,
    engine: str,
    workload: str,
    server: str,
    connections: int,
    samples: Sequence[Sample],
) -> Cell:
    """The medians over rounds."""
    answers = max(1, sum(len(one.latencies) for one in samples))
    return Cell(
        events=events,
        engine=engine,
        workload=workload,
        server=server,
        connections=connections,
        rate=median(one.rate for one in samples),
        p50_ms=median(one.percentile(0.5) for one in samples),
        p99_ms=median(one.percentile(0.99) for one in samples),
        bytes=sum(one.size for one in samples) // answers,
        rounds=len(samples),
    )


def prepared(server: WebServer, workload: str, cases: Sequence[Case]) -> list[bytes]:
    """The requests of a workload; those of ``not_modified`` name what was answered before."""
    if workload != "not_modified":
        return server.requests(workload, cases)
    if server.name != OURS:
        return []
    requests = []
    for case in cases[:100]:
        path = strikes(case)
        tag = etag_of(server, path)
        requests.append(encode("GET", path, headers=[("If-None-Match", tag)]))
    return requests


def etag_of(server: WebServer, path: str) -> str:
    """The ETag of an answer."""
    head = fetch(server.running.port, encode("GET", path), head=True)[1]
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "etag":
            return value.strip()
    msg = f"{server.name} gives no ETag with {path}."
    raise DisagreementError(msg)


def ask_web(
    server: WebServer, workload: str, requests: Sequence[bytes], connections: int, seconds: float
) -> Sample:
    """Ask a server for a while; a sample with errors in it counts for nothing."""
    sample = measure(server.running.port, requests, connections, seconds)
    if sample.errors:
        share = f"{sample.errors} of {len(sample.latencies)}"
        msg = f"{server.name}: {share} answers to {workload} are errors."
        raise DisagreementError(msg)
    return sample


def days_of(plain: Path) -> dict[str, str]:
    """The day of each event."""
    with sqlite3.connect(plain) as connection:
        days = dict(connection.execute("SELECT id, occurred_from FROM strike"))
    connection.close()
    return days


def check(
    ours: WebServer,
    peers: Iterable[WebServer],
    workload: str,
    cases: Sequence[Case],
    days: dict[str, str],
) -> None:
    """Hold the events that each peer finds against ours.

    A page ends in the midst of a day, on which each has an order of its own: that day is left out.
    In a box we also find what lies there only possibly, so there theirs must be among ours.
    """
    for peer in peers:
        if workload not in peer.asking or peer.name == "bare ASGI":
            continue
        for case in cases[:CHECKS]:
            our_ids, their_ids = ours.ids(workload, case), peer.ids(workload, case)
            last = ""
            if max(len(our_ids), len(their_ids)) >= FULL:
                last = max(min(days[key] for key in page) for page in (our_ids, their_ids) if page)
            mine, theirs = ({k for k in ids if days[k] > last} for ids in (our_ids, their_ids))
            if theirs - mine or (mine - theirs and workload != "bbox"):
                msg = (
                    f"{peer.name} finds other events than ours for {workload} {case}:"
                    f" {sorted(theirs ^ mine)[:5]}"
                )
                raise DisagreementError(msg)
