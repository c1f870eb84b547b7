"""Writes over HTTP, and the same rows written by the engine alone.

Every claim is posted to a copy of the store, validated, resolved, projected, noted in the ledger
and on disk when it is answered. What came to be there is then read off, and written once more into
another copy by plain statements: as many transactions as there were claims, with all rows, index
entries and the entry of the text index. Foreign keys are not checked there.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import defaultdict
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.client import Sample, encode, fetch, measure, measure_both
from benchmarks.invention import COMMON, SEED, WORDS
from benchmarks.peers.web import our_server
from benchmarks.stores import ADMIN_KEY, copied
from benchmarks.workloads import WORKLOADS, Facts, read_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.servers import Running

CREATED = 201
QUOTES = 500
"""Quotes in one of the documents that claims are posted to."""

KEY = [("Authorization", f"Bearer {ADMIN_KEY}")]
INGESTED = 100
"""Claims in one body of ``ingest``."""


@dataclass(frozen=True, slots=True)
class Written:
    """How fast something was written."""

    workload: str
    server: str
    connections: int
    sample: Sample
    claims: int
    unit: str = "claims/s"

    def as_row(self) -> dict[str, Any]:
        """As it stands in the results."""
        return {
            "workload": self.workload,
            "server": self.server,
            "connections": self.connections,
            "rate": self.claims / self.sample.seconds,
            "unit": self.unit,
            "p50_ms": self.sample.percentile(0.5),
            "p99_ms": self.sample.percentile(0.99),
        }


def measure_writes(store: Path, plain: Path, folder: Path, seconds: float) -> list[Written]:
    """Single posts by one and by eight, ``ingest``, and reads beside a writer."""
    facts = read_facts(plain)
    found: list[Written] = []
    for connections in (1, 8):
        with copied(store, folder) as copy:
            sample = _posted(copy, folder, facts, connections, seconds)
            claims = len(sample.latencies)
            name = f"post by {connections}"
            found.append(Written(name, "counterclaim", connections, sample, claims))
            raw = write_raw(store, copy, plain, folder, claims)
        found.append(Written(name, "raw SQLite", connections, raw, claims))
    with copied(store, folder) as copy:
        sample = _ingested(copy, folder, facts, seconds)
        bodies = len(sample.latencies)
        found.append(Written("ingest", "counterclaim", 1, sample, bodies * INGESTED))
        raw = write_raw(store, copy, plain, folder, bodies)
    found.append(Written("ingest", "raw SQLite", 1, raw, bodies * INGESTED))
    return found


def reads_beside_writer(store: Path, plain: Path, folder: Path, seconds: float) -> list[Written]:
    """The list and one strike, alone and while one connection posts as fast as it can."""
    facts = read_facts(plain)
    found = []
    with copied(store, folder) as copy, our_server(f"sqlite:///{copy}", folder) as ours:
        port = ours.running.port
        for workload in ("list", "one"):
            reads = ours.requests(workload, WORKLOADS[workload].cases(facts))
            measure(port, reads, 1, seconds / 4)
            alone = measure(port, reads, 1, seconds)
            posts = claim_posts(ours.running, facts, 4000)
            beside, _writes = measure_both(port, reads, posts, seconds)
            for how, sample in (("alone", alone), ("beside a writer", beside)):
                name = f"{workload} {how}"
                count = len(sample.latencies)
                found.append(Written(name, "counterclaim", 1, sample, count, "answers/s"))
    return found


def _posted(copy: Path, folder: Path, facts: Facts, connections: int, seconds: float) -> Sample:
    with our_server(f"sqlite:///{copy}", folder) as ours:
        posts = claim_posts(ours.running, facts, round(1500 * max(1.0, seconds)))
        return _good(measure(ours.running.port, posts, connections, seconds, once=True))


def _good(sample: Sample) -> Sample:
    if sample.errors:
        msg = f"{sample.errors} of {len(sample.latencies)} writes were refused."
        raise RuntimeError(msg)
    return sample


def claim_posts(server: Running, facts: Facts, count: int) -> list[bytes]:
    """So many posts of a claim with two counts about an event that is there, all different."""
    rng = Random(f"{SEED}/{time.monotonic_ns()}")
    posts: list[bytes] = []
    while len(posts) < count:
        quotes = [_quote(rng, number) for number in range(QUOTES)]
        document = _post_document(server.port, quotes, rng)
        for words, launched in quotes:
            claim = _claim(facts, words, launched, rng.choice(facts.ids), rng)
            body = json.dumps({**claim, "document": document}).encode()
            posts.append(encode("POST", "/v1/claims?accept=true", body, KEY))
    return posts[:count]


def _quote(rng: Random, number: int) -> tuple[str, int]:
    launched = rng.randint(2, 90)
    filling = " ".join(rng.choices(WORDS, k=rng.randint(8, 24)))
    said = f"{launched} were launched and {launched // 2} shot down, {rng.choice(COMMON)} {filling}"
    return f"In report {number} {said}.", launched


def _claim(facts: Facts, words: str, launched: int, event: str, rng: Random) -> dict[str, Any]:
    _region, weapon = rng.choice(facts.pairs)
    return {
        "event": event,
        "said_by": [rng.choice(facts.claimants)],
        "quote": words,
        "counts": [{"munition": weapon, "launched": launched, "intercepted": launched // 2}],
    }


def _document(quotes: Sequence[tuple[str, int]], rng: Random) -> dict[str, Any]:
    title = f"Bulletin {rng.getrandbits(60)}"
    text = "\n".join((title, *(words for words, _number in quotes)))
    return {"title": title, "text": text, "lang": "en", "published": "2026-01-02"}


def _post_document(port: int, quotes: Sequence[tuple[str, int]], rng: Random) -> str:
    body = json.dumps(_document(quotes, rng)).encode()
    status, answer = fetch(port, encode("POST", "/v1/documents", body, KEY))
    if status != CREATED:
        msg = f"A document was refused: {answer[:500]!r}"
        raise RuntimeError(msg)
    return str(json.loads(answer)["id"])


def _ingested(copy: Path, folder: Path, facts: Facts, seconds: float) -> Sample:
    rng = Random(SEED)
    bodies = [ingest_body(facts, rng) for _body in range(max(3, round(20 * seconds)))]
    posts = [encode("POST", "/v1/ingest?accept=true", body, KEY) for body in bodies]
    with our_server(f"sqlite:///{copy}", folder) as ours:
        return _good(measure(ours.running.port, posts, 1, seconds, once=True))


def ingest_body(facts: Facts, rng: Random) -> bytes:
    """A document with 50 events and 100 claims."""
    quotes = [_quote(rng, number) for number in range(INGESTED)]
    events = [
        {"ref": f"e{number}", "kind": "strike", "label": f"Strike {rng.getrandbits(60)}"}
        for number in range(INGESTED // 2)
    ]
    claims = [
        {**_claim(facts, words, launched, f"e{number // 2}", rng), "occurred": "2025-12-30"}
        for number, (words, launched) in enumerate(quotes)
    ]
    return json.dumps(
        {"document": _document(quotes, rng), "events": events, "claims": claims}
    ).encode()


Rows = dict[str, list[tuple[Any, ...]]]


def write_raw(store: Path, after: Path, plain: Path, folder: Path, transactions: int) -> Sample:
    """Write what was added to a copy into another one, in so many durable transactions."""
    with sqlite3.connect(after) as connection:
        connection.execute("ATTACH ? AS old", (f"{store}",))
        names = [row[1] for row in connection.execute("PRAGMA table_info(event_summary)")]
        since = names.index("valid_from")
        rows = _added(connection)
        versions = rows.pop("event_summary")
        versions.sort(key=lambda row: str(row[since]))
        ended = connection.execute(
            "SELECT n.valid_to, n.sk FROM event_summary n JOIN old.event_summary o USING (sk)"
            " WHERE n.valid_to IS NOT o.valid_to"
        ).fetchall()
        texts = _texts(connection, versions, names, plain)
    connection.close()
    with copied(store, folder / "raw") as copy:
        return _replay(copy, Added(rows, versions, since, ended, texts), transactions)


@dataclass(frozen=True, slots=True)
class Added:
    """What writes added to a store: rows by table, versions of events, and those they ended."""

    rows: Rows
    versions: list[tuple[Any, ...]]
    since: int
    """Where among a version's columns its instant stands: at it the version before ended."""

    ended: list[tuple[str, int]]
    texts: list[tuple[int, str]]

    def turns(self, count: int) -> Iterator[dict[str, Sequence[Any]]]:
        """The statements of each of so many transactions, with as many rows in each."""
        ending: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for row in self.ended:
            ending[row[0]].append(row)
        tables = {**self.rows, "event_summary": self.versions}
        for turn in range(count):

            def part(rows: Sequence[Any], turn: int = turn) -> Sequence[Any]:
                return rows[len(rows) * turn // count : len(rows) * (turn + 1) // count]

            instants = dict.fromkeys(row[self.since] for row in part(self.versions))
            ended = [row for instant in instants for row in ending.pop(instant, ())]
            yield {
                "UPDATE event_summary SET valid_to = ? WHERE sk = ?": ended,
                **{
                    f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})": part(rows)
                    for table, rows in tables.items()
                },
                "INSERT INTO event_text (rowid, body) VALUES (?, ?)": part(self.texts),
            }


def _added(connection: sqlite3.Connection) -> Rows:
    """The rows of each table that the old store has not; virtual tables aside."""
    virtual = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'"
        )
    ]
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    added: Rows = {}
    for (table,) in tables:
        if table.startswith("sqlite_") or any(table.startswith(name) for name in virtual):
            continue
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        same = " AND ".join(f'o."{name}" = n."{name}"' for _n, name, *_rest, key in columns if key)
        query = (
            f"SELECT n.* FROM {table} n WHERE NOT EXISTS (SELECT 1 FROM old.{table} o WHERE {same})"
        )
        found = connection.execute(query).fetchall()
        if found:
            added[table] = found
    return added


def _texts(
    connection: sqlite3.Connection,
    versions: Sequence[tuple[Any, ...]],
    names: Sequence[str],
    plain: Path,
) -> list[tuple[int, str]]:
    """Words for the text index: those of the event, as long as what was indexed."""
    connection.execute("ATTACH ? AS plain", (str(plain),))
    sk, event = names.index("sk"), names.index("event_id")
    words = (
        "SELECT t.words FROM plain.strike_text t JOIN plain.strike s USING (number) WHERE s.id = ?"
    )
    texts = []
    for row in versions:
        found = connection.execute(words, (row[event],)).fetchone()
        texts.append((row[sk], found[0] if found else "strike launched shot down report " * 6))
    return texts


def _replay(copy: Path, added: Added, transactions: int) -> Sample:
    connection = sqlite3.connect(copy, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")
    turns = list(added.turns(transactions))
    sample = Sample()
    begun = time.perf_counter()
    for turn in turns:
        started = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for statement, rows in turn.items():
            connection.executemany(statement, rows)
        connection.execute("COMMIT")
        sample.latencies.append(time.perf_counter() - started)
    sample.seconds = time.perf_counter() - begun
    connection.close()
    return sample
