"""What goes through the whole store: exports, imports, the rebuild; and starting a server."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from benchmarks import ROOT
from benchmarks.client import encode, measure
from benchmarks.peers.web import our_server
from benchmarks.stores import copied, empty_store
from benchmarks.workloads import WORKLOADS, read_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

EXPORTS = {
    "export csv events": "/v1/strikes?f=csv&stream=true",
    "export csv figures": "/v1/strikes?f=csv&stream=true&rows=figures",
    "export parquet events": "/v1/strikes?f=parquet",
    "export parquet figures": "/v1/strikes?f=parquet&rows=figures",
}
PIECE = 1 << 20
LOADED_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Done:
    """How much was done in what time, and the greatest memory of who did it."""

    workload: str
    count: float
    seconds: float
    memory_mb: float
    unit: str

    def as_row(self) -> dict[str, Any]:
        """As it stands in the results."""
        return {
            "workload": self.workload,
            "server": "counterclaim",
            "connections": 1,
            "rate": self.count / self.seconds,
            "unit": self.unit,
            "memory_mb": round(self.memory_mb),
        }


def measure_exports(store: Path, folder: Path) -> Iterator[Done]:
    """Everything as a table, read to its end."""
    counts: dict[str, int] = {}
    with our_server(f"sqlite:///{store}", folder) as ours:
        for name, path in EXPORTS.items():
            ours.running.reset_peak()
            begun = time.perf_counter()
            lines = _drain(ours.running.port, path)
            seconds = time.perf_counter() - begun
            # Parquet has as many rows as the CSV before it has lines under its heading.
            rows = counts.setdefault(name.rpartition(" ")[2], lines - 1)
            yield Done(name, rows, seconds, ours.running.peak_mb, "rows/s")


def _drain(port: int, path: str) -> int:
    """Read an answer to its end and let go of it; how many lines it had.

    Raises:
        RuntimeError: the answer broke off before its end.
    """
    lines, tail = 0, b""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(encode("GET", path, headers=[("Connection", "close")]))
        while piece := connection.recv(PIECE):
            # The few lines that tell the sizes of chunks are counted with those of the table.
            lines += piece.count(b"\n")
            tail = (tail + piece)[-5:]
    if tail != b"0\r\n\r\n":
        msg = f"The answer to {path} broke off."
        raise RuntimeError(msg)
    return lines


def measure_rebuild(store: Path, folder: Path, events: int) -> Done:
    """``counterclaim rebuild``."""
    with copied(store, folder) as copy:
        return Done("rebuild", events, *run_command(copy, "rebuild"), "events/s")


IMPORTED = """
SELECT c.id, e.id, ev.label, d.title, d.text, p.key, substr(d.published_from, 1, 10), s.key,
       q.exact, o.occurred_edtf, o.attacker, o.defender, pl.key, w.latitude, w.longitude,
       (SELECT json_group_object(i.outcome, i.low) FROM interception_count i
        WHERE i.claim_id = c.id), m.key
FROM (SELECT number, id FROM event WHERE scope = 'single' ORDER BY number LIMIT ?) e
JOIN event ev ON ev.id = e.id JOIN claim c ON c.event_id = e.id
JOIN document d ON d.id = c.document_id JOIN source p ON p.id = d.publisher_id
JOIN source s ON s.id = c.claimant_id JOIN quote q ON q.id = c.quote_id
JOIN occurrence o ON o.claim_id = c.id JOIN claim_place w ON w.claim_id = c.id
JOIN place pl ON pl.id = w.place_id
JOIN interception_count n ON n.claim_id = c.id AND n.position = 0
JOIN munition m ON m.id = n.munition_id
ORDER BY c.document_id, q.start
"""


def measure_import(store: Path, folder: Path, events: int) -> Done:
    """``counterclaim import claims`` of a file with the store's claims, into an empty store."""
    file = folder / "claims.ndjson"
    claims = 0
    with sqlite3.connect(store) as connection, file.open("wb") as out:
        for row in connection.execute(IMPORTED, (events,)):
            out.write(orjson.dumps(_record(row)) + b"\n")
            claims += 1
    connection.close()
    with copied(empty_store(), folder) as copy:
        done = run_command(copy, "import", "claims", str(file))
        return Done("import claims", claims, *done, "claims/s")


def _record(row: Sequence[Any]) -> dict[str, Any]:
    key, event, label, title, text, publisher, published, source, quote, occurred, *rest = row
    attacker, defender, place, latitude, longitude, counts, munition = rest
    where = {"place": place, "role": "target"}
    if latitude is not None:
        where |= {"latitude": latitude, "longitude": longitude}
    document = {"title": title, "text": text, "publisher": publisher, "published": published}
    return {
        "key": key,
        "event": {"key": event, "kind": "strike", "label": label},
        "document": {**document, "lang": "en"},
        "said_by": [source],
        "quote": quote,
        "occurred": occurred,
        "attacker": attacker,
        "defender": defender,
        "places": [where],
        "counts": [{"munition": munition, **orjson.loads(counts)}],
    }


def run_command(store: Path, *arguments: str) -> tuple[float, float]:
    """Run a command of ours on a store to its end; its seconds and greatest memory in MB.

    Raises:
        RuntimeError: it failed.
    """
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    env["COUNTERCLAIM_DATABASE_URL"] = f"sqlite:///{store}"
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "counterclaim", *arguments],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - begun
        if process.returncode != 0:
            said.seek(0)
            msg = f"counterclaim {arguments[0]} failed: {said.read().decode()[-2000:]}"
            raise RuntimeError(msg)
    return seconds, used.ru_maxrss / 1024


def measure_server(store: Path, plain: Path, folder: Path) -> Iterator[Done]:
    """Time to the first answer, memory idle and under load, and two processes against one."""
    facts = read_facts(plain)
    cases = WORKLOADS["list"].cases(facts)
    for workers in (1, 2):
        with our_server(f"sqlite:///{store}", folder, WORKERS=str(workers)) as ours:
            if workers == 1:
                idle = ours.running.resident_mb
                yield Done("start", ours.running.start_seconds, 1.0, idle, "s")
            ours.running.reset_peak()
            sample = measure(ours.running.port, ours.requests("list", cases), 16, LOADED_SECONDS)
            name = f"list, workers={workers}"
            count = len(sample.latencies)
            yield Done(name, count, sample.seconds, ours.running.peak_mb, "answers/s")
