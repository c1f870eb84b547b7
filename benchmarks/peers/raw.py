"""The engine without HTTP: our own stored documents by the index that suits each workload best.

What it reaches is the limit of any server on the same machine and engine.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import orjson
import psycopg

from benchmarks.client import Sample
from benchmarks.workloads import PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from benchmarks.peers.web import WebServer
    from benchmarks.workloads import Case

TABLES = (
    "CREATE TABLE doc (sk BIGINT PRIMARY KEY, id TEXT NOT NULL, body TEXT NOT NULL)",
    "CREATE TABLE by_kind (region TEXT, weapon TEXT, sk BIGINT, PRIMARY KEY (region, weapon, sk))",
    "CREATE TABLE by_claimant (claimant TEXT, sk BIGINT, PRIMARY KEY (claimant, sk))",
    "CREATE TABLE by_cell (y INT, x INT, sk BIGINT, latitude REAL, longitude REAL,"
    " PRIMARY KEY (y, x, sk))",
    "CREATE TABLE total (month TEXT, weapon TEXT, strikes INT, launched BIGINT,"
    " intercepted BIGINT, PRIMARY KEY (month, weapon))",
)
SQLITE_TEXT = "CREATE VIRTUAL TABLE words USING fts5(body, content='', tokenize='ascii')"
POSTGRESQL_TEXT = "CREATE TABLE words (sk BIGINT PRIMARY KEY, body TSVECTOR NOT NULL)"
CELLS_A_DEGREE = 2
DAY_BITS = 32


def sort_key(day: str, number: int) -> int:
    """Orders by day, then by number."""
    return date.fromisoformat(day).toordinal() << DAY_BITS | number


def raw_store(plain: Path, ours: WebServer) -> Path:
    """A SQLite file with the documents that our server gives out, made if it is not there."""
    file = plain.with_name(plain.name.replace(".plain.", ".raw."))
    if file.exists():
        return file
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with sqlite3.connect(unfinished) as connection:
        for statement in TABLES:
            pages = "" if "TABLE doc" in statement else " WITHOUT ROWID"
            connection.execute(statement.replace("BIGINT PRIMARY", "INTEGER PRIMARY") + pages)
        connection.execute("CREATE UNIQUE INDEX doc_id ON doc (id)")
        connection.execute(SQLITE_TEXT)
        connection.execute("ATTACH ? AS plain", (str(plain),))
        _fill(connection, ours)
    connection.close()
    unfinished.rename(file)
    return file


def _fill(connection: sqlite3.Connection, ours: WebServer) -> None:
    rows = connection.execute("SELECT id, number, occurred_from FROM plain.strike")
    keys = {key: sort_key(day, number) for key, number, day in rows}
    for documents in _walk(ours):
        connection.executemany(
            "INSERT INTO doc VALUES (?, ?, ?)",
            [(keys[one["id"]], one["id"], orjson.dumps(one).decode()) for one in documents],
        )
    shift = (
        "CREATE TEMP TABLE k AS SELECT s.*, d.sk FROM plain.strike s JOIN doc d USING (id)",
        "CREATE UNIQUE INDEX temp.k_number ON k (number)",
        "INSERT INTO by_kind SELECT region, weapon, sk FROM k",
        "INSERT OR IGNORE INTO by_claimant SELECT c.claimant, k.sk FROM plain.claim c"
        " JOIN k ON k.number = c.strike_number",
        f"INSERT INTO by_cell SELECT floor(latitude * {CELLS_A_DEGREE}),"
        f" floor(longitude * {CELLS_A_DEGREE}), sk, latitude, longitude FROM k"
        " WHERE latitude NOT NULL",
        "INSERT INTO total SELECT substr(occurred_from, 1, 7), weapon, count(*), sum(launched),"
        " sum(intercepted) FROM k GROUP BY 1, 2",
        "INSERT INTO words (rowid, body) SELECT k.sk, t.words FROM plain.strike_text t"
        " JOIN k USING (number) ORDER BY k.sk",
        "INSERT INTO words (words) VALUES ('optimize')",
    )
    for statement in shift:
        connection.execute(statement)
    connection.execute("ANALYZE")


def _walk(ours: WebServer) -> Iterator[list[Any]]:
    path = "/v1/strikes?limit=1000"
    cursor: str | None = ""
    while cursor is not None:
        answer = ours.get(f"{path}&cursor={cursor}" if cursor else path)
        yield answer["items"]
        cursor = answer["next"]


def copy_raw(raw: Path, url: str) -> None:
    """The same tables in an empty PostgreSQL database."""
    names = ("doc", "by_kind", "by_claimant", "by_cell", "total")
    source = sqlite3.connect(raw)
    words = sqlite3.connect(raw.with_name(raw.name.replace(".raw.", ".plain.")))
    with psycopg.connect(url) as connection:
        for statement in (*TABLES, POSTGRESQL_TEXT, "CREATE UNIQUE INDEX doc_id ON doc (id)"):
            connection.execute(statement)
        for name in names:
            with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                for row in source.execute(f"SELECT * FROM {name}"):
                    copy.write_row(row)
        connection.execute("CREATE TEMP TABLE given (id TEXT, words TEXT)")
        with connection.cursor().copy("COPY given FROM STDIN") as copy:
            for row in words.execute(
                "SELECT id, words FROM strike_text JOIN strike USING (number)"
            ):
                copy.write_row(row)
        connection.execute(
            "INSERT INTO words SELECT sk, to_tsvector('simple', words)"
            " FROM given JOIN doc USING (id)"
        )
        connection.execute("CREATE INDEX words_body ON words USING gin (body)")
        connection.execute("ANALYZE")
    source.close()
    words.close()


class Run(Protocol):
    """Runs a statement and gives all of its rows."""

    def __call__(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """The rows."""


BODIES = "SELECT d.body FROM {index} i CROSS JOIN doc d ON d.sk = i.sk WHERE {condition}"
NEWEST = " ORDER BY i.sk DESC LIMIT 50"
LIST = BODIES.format(
    index="by_kind", condition="i.region = ? AND i.weapon = ? AND i.sk >= ? AND i.sk < ?"
)
CLAIMANT = BODIES.format(index="by_claimant", condition="i.claimant = ? AND i.sk >= ? AND i.sk < ?")
SQLITE_WORDS = (
    "SELECT d.body FROM words w CROSS JOIN doc d ON d.sk = w.rowid WHERE w.words MATCH ?"
    " AND w.rowid >= ? AND w.rowid < ? ORDER BY w.rowid DESC LIMIT 50"
)
POSTGRESQL_WORDS = (
    "WITH f AS MATERIALIZED (SELECT sk FROM words WHERE body @@ plainto_tsquery('simple', ?))"
    " SELECT d.body FROM (SELECT sk FROM f WHERE sk >= ? AND sk < ? ORDER BY sk DESC LIMIT 50) i"
    " JOIN doc d USING (sk)"
)
TOTALS = "SELECT * FROM total WHERE month >= ? AND month <= ?"
ONE = "SELECT body FROM doc WHERE id = ?"
PAGE_BEHIND = f"SELECT body FROM doc WHERE sk < ? ORDER BY sk DESC LIMIT {PAGE}"


def _span(case: Case) -> tuple[int, int]:
    if "from" not in case:
        return 0, 1 << 62
    after = date.fromisoformat(case["to"]) + timedelta(days=1)
    return sort_key(case["from"], 0), sort_key(after.isoformat(), 0)


def _box(run: Run, case: Case) -> list[Any]:
    west, south, east, north = map(float, case["bbox"].split(","))
    cell = (
        "SELECT * FROM (SELECT sk FROM by_cell WHERE y = ? AND x = ? AND latitude BETWEEN ? AND ?"
        " AND longitude BETWEEN ? AND ? ORDER BY sk DESC LIMIT 50) AS c{n}"
    )
    cells: list[str] = []
    values: list[Any] = []
    for y in range(int(south * CELLS_A_DEGREE // 1), int(north * CELLS_A_DEGREE // 1) + 1):
        for x in range(int(west * CELLS_A_DEGREE // 1), int(east * CELLS_A_DEGREE // 1) + 1):
            cells.append(cell.format(n=len(cells)))
            values += [y, x, south, north, west, east]
    union = " UNION ALL ".join(cells)
    newest = f"SELECT sk FROM ({union}) AS u ORDER BY sk DESC LIMIT 50"
    query = f"SELECT d.body FROM ({newest}) AS i CROSS JOIN doc d WHERE d.sk = i.sk"
    return run(query, values)


@dataclass(slots=True)
class RawEngine:
    """An engine that is asked in this process."""

    name: str
    run: Run
    words: str

    def ask(self, workload: str, case: Case) -> list[Any] | None:
        """The rows of a case; None where there is no statement for it."""
        run = self.run
        steps: dict[str, Callable[[], list[Any]]] = {
            "list": lambda: run(LIST + NEWEST, [case["region"], case["weapon"], *_span(case)]),
            "claimant": lambda: run(CLAIMANT + NEWEST, [case["claimant"], *_span(case)]),
            "one": lambda: run(ONE, [case["id"]]),
            "text_rare": lambda: run(self.words, [case["q"], *_span(case)]),
            "text_common": lambda: run(self.words, [case["q"], *_span(case)]),
            "bbox": lambda: _box(run, case),
            "totals": lambda: run(TOTALS, [case["from"][:7], case["to"][:7]]),
            "page_20000": lambda: run(PAGE_BEHIND, [case["sk"]]),
        }
        step = steps.get(workload)
        return None if step is None else step()

    def measure(self, workload: str, cases: Sequence[Case], seconds: float) -> Sample | None:
        """Ask the cases in turn for so many seconds, and join what comes."""
        given = self._prepared(workload, cases)
        if self.ask(workload, given[0]) is None:
            return None
        sample, clock = Sample(), time.perf_counter
        begun = clock()
        while sample.seconds < seconds:
            for case in given:
                asked = clock()
                rows = self.ask(workload, case) or []
                if workload != "totals":
                    sample.size += len(",".join([row[0] for row in rows]).encode())
                done = clock()
                sample.latencies.append(done - asked)
                sample.seconds = done - begun
                if sample.seconds >= seconds:
                    break
        return sample

    def _prepared(self, workload: str, cases: Sequence[Case]) -> list[Case]:
        if workload != "page_20000":
            return list(cases)
        key = "SELECT sk FROM doc ORDER BY sk DESC LIMIT 1 OFFSET ?"
        return [{"sk": self.run(key, [case["offset"]])[0][0]} for case in cases]


def raw_sqlite(file: Path) -> RawEngine:
    """SQLite by Python's own driver."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    connection.execute("PRAGMA cache_size=-65536")

    def run(sql: str, values: Sequence[Any]) -> list[Any]:
        return connection.execute(sql, values).fetchall()

    return RawEngine("raw SQLite", run, SQLITE_WORDS)


def raw_postgresql(url: str) -> RawEngine:
    """PostgreSQL by psycopg, with prepared statements."""
    connection = psycopg.connect(url, autocommit=True)
    cursor = connection.cursor()

    def run(sql: str, values: Sequence[Any]) -> list[Any]:
        given = sql.replace("?", "%s").replace("CROSS JOIN doc d ON", "JOIN doc d ON")
        return cursor.execute(given, values, prepare=True).fetchall()

    return RawEngine("raw PostgreSQL", run, POSTGRESQL_WORDS)
