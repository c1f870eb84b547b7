"""What a write costs beside the raw engine: posts, an ingest of 100 claims, a bulk import.

``python benchmarks/writing.py [COUNT]`` writes COUNT claims each way into a SQLite file, without
HTTP, and then carries out the very same statements with the same commits on a copy of the file as
it was before, by the driver alone. It prints claims a second of processor time and of wall time for
both, and the ratios.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

from counterclaim.db import make_engine, writing
from counterclaim.importers.registry import ADAPTERS
from counterclaim.importers.run import ImportOptions, ImportRun
from counterclaim.importers.tables import opened_table
from counterclaim.migrate import upgrade
from counterclaim.schemas.entry import ClaimPost
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.store.entry import enter_claim
from counterclaim.store.ingest import ingest
from counterclaim.store.ledger import open_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACTOR = "benchmark"
SEED = 20241123
TOGETHER = 100
"""Claims of one ingest."""

SOURCES, MUNITIONS, PLACES = 200, 60, 30
WORDS = ("local", "report", "officials", "confirmed", "debris", "fell", "field", "at", "night")

REFERENCES: dict[str, Any] = {
    "sources": [
        {"key": f"source-{n}", "name": f"Source {n}", "kind": "outlet", "side": ("AA", "BB")[n % 2]}
        for n in range(SOURCES)
    ],
    "munitions": [
        {"key": f"munition-{n}", "name": f"Munition {n}", "category": "ballistic_missile"}
        for n in range(MUNITIONS)
    ],
    "places": [
        {
            "key": f"place-{n}",
            "name": f"Place {n}",
            "kind": "town",
            "country": "AA",
            "latitude": 50 + n / 20,
            "longitude": 30 + n / 15,
            "uncertainty_m": 2000,
        }
        for n in range(PLACES)
    ],
}


@dataclass
class Journal:
    """The statements that write, as the driver was given them, with the commits between."""

    steps: list[tuple[str, Any, bool]] = field(default_factory=list)

    def note(self, sql: str, values: Any, *, many: bool) -> None:
        """Keep a statement if it changes anything."""
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "BEGIN")):
            self.steps.append((sql, list(values) if many else values, many))

    def connection(self) -> type[sqlite3.Connection]:
        """A class of connections that write here."""
        journal = self

        class Cursor(sqlite3.Cursor):
            def execute(self, sql: str, values: Any = (), /) -> Any:
                journal.note(sql, values, many=False)
                return super().execute(sql, values)

            def executemany(self, sql: str, values: Any, /) -> Any:
                journal.note(sql, values, many=True)
                return super().executemany(sql, values)

        class Connection(sqlite3.Connection):
            def cursor(self, factory: Any = None) -> Any:
                return super().cursor(factory or Cursor)

            def commit(self) -> None:
                journal.steps.append(("COMMIT", (), False))
                super().commit()

        return Connection

    def replay(self, file: Path) -> None:
        """Carry all out on another file, by the driver alone."""
        engine = make_engine(f"sqlite:///{file}")
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("ROLLBACK") if driver.in_transaction else None
            for sql, values, many in self.steps:
                driver.executemany(sql, values) if many else driver.execute(sql, values)
        engine.dispose()


def claims(count: int, kind: str) -> Iterator[dict[str, Any]]:
    """Invented rows in the layout of the adapter ``claims``, each with an event of its own."""
    rng = random.Random(f"{SEED} {kind}")
    for number in range(count):
        munition = min(MUNITIONS - 1, int(rng.paretovariate(0.8)) - 1)
        source, place, launched = rng.randrange(SOURCES), rng.randrange(PLACES), rng.randrange(1, 9)
        day = f"{rng.randrange(2022, 2025)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 28):02}"
        rest = " ".join(rng.choices(WORDS, k=rng.randrange(10, 35)))
        said = f"{launched} Munition {munition} were launched at Place {place}"
        yield {
            "key": f"{kind}-{number}",
            "event": {"key": f"{kind}-{number}", "kind": "strike", "label": f"{kind} {number}"},
            "document": {
                "title": f"Report {kind} {number}",
                "text": f"Report {kind} {number}: {said}; {rest}.",
                "publisher": f"source-{source}",
                "published": "2024-12-31",
            },
            "said_by": [f"source-{source * 7 % SOURCES}"],
            "quote": f"{said}; {rest}",
            "occurred": day,
            "attacker": "BB",
            "defender": "AA",
            "places": [{"place": f"place-{place}"}],
            "counts": [{"munition": f"munition-{munition}", "launched": launched, "hit": 0}],
        }


def write_posts(engine: Engine, count: int) -> None:
    """One claim with its document a transaction, about events that are there."""
    rows = list(claims(count, "post"))
    with writing(engine) as session:
        body = ClaimFile.model_validate({"events": [_event(row) for row in rows]})
        events = ingest(open_writer(session, ACTOR), body, accept=True).events
    for row, taken in zip(rows, events, strict=True):
        given = {**_claim(row), "document": row["document"], "event": taken.id}
        shape = ClaimPost.model_validate(given)
        with writing(engine) as session:
            enter_claim(open_writer(session, ACTOR), shape, accept=True)


def write_files(engine: Engine, count: int) -> None:
    """Claim files of many claims about as many new events."""
    rows = list(claims(count, "file"))
    for start in range(0, count, TOGETHER):
        some = rows[start : start + TOGETHER]
        text = "\n".join(row["document"]["text"] for row in some)
        body = {
            "document": {**some[0]["document"], "text": text},
            "events": [_event(row) for row in some],
            "claims": [{**_claim(row), "event": row["key"]} for row in some],
        }
        with writing(engine) as session:
            ingest(open_writer(session, ACTOR), ClaimFile.model_validate(body), accept=True)


def write_import(engine: Engine, count: int, folder: Path) -> None:
    """A file of lines through the importer."""
    file = folder / "claims.ndjson"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in claims(count, "line")))
    with opened_table(file) as table:
        run = ImportRun(engine, ADAPTERS["claims"], table, ACTOR, ImportOptions("claims", "1"))
        for _taken in run.advance():
            pass
    if run.report.counts.get("imported") != count:
        raise SystemExit(f"Not all was imported: {run.report.counts}")


def _event(row: dict[str, Any]) -> dict[str, Any]:
    return {"ref": row["key"], "kind": "strike", "label": row["event"]["label"]}


def _claim(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in row if name not in {"key", "event", "document"}}


def measure(count: int, folder: Path, write: Callable[[Engine], None]) -> list[float]:
    """Claims a second: ours and the engine's, by processor time, then by wall time."""
    file, before = folder / "store.db", folder / "before.db"
    with sqlite3.connect(file) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(file, before)
    journal = Journal()
    engine = make_engine(f"sqlite:///{file}")

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, given: Any, named: Any) -> sqlite3.Connection:
        return sqlite3.connect(*given, factory=journal.connection(), **named)

    times = [_timed(lambda: write(engine)), _timed(lambda: journal.replay(before))]
    engine.dispose()
    return [count / times[who][clock] for clock in (0, 1) for who in (0, 1)]


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    begun = process_time(), perf_counter()
    work()
    return process_time() - begun[0], perf_counter() - begun[1]


def main(count: int) -> None:
    """Measure each way once and print it."""
    with TemporaryDirectory(prefix="counterclaim-") as name:
        folder = Path(name)
        engine = make_engine(f"sqlite:///{folder / 'store.db'}")
        upgrade(engine)
        with writing(engine) as session:
            ingest(open_writer(session, ACTOR), ClaimFile.model_validate(REFERENCES), accept=True)
        engine.dispose()
        ways: dict[str, Callable[[Engine], None]] = {
            "posts": lambda engine: write_posts(engine, count),
            f"ingest of {TOGETHER}": lambda engine: write_files(engine, count),
            "import": lambda engine: write_import(engine, count, folder),
        }
        print(f"{'claims a second':16}{'CPU':>8}{'engine':>8}{'':>7}{'wall':>8}{'engine':>8}")
        for way, write in ways.items():
            ours, raw, ours_wall, raw_wall = measure(count, folder, write)
            by_cpu, by_wall = f"{ours / raw:.0%}", f"{ours_wall / raw_wall:.0%}"
            print(
                f"{way:16}{ours:8.0f}{raw:8.0f}{by_cpu:>7}"
                f"{ours_wall:8.0f}{raw_wall:8.0f}{by_wall:>7}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
