"""Benchmarks measure the right thing: stores are real ones, and the client counts what it gets."""

from __future__ import annotations

import gzip
import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from benchmarks import real, report
from benchmarks.catalogue import read_catalogue
from benchmarks.client import encode, fetch, measure
from benchmarks.invention import ACTOR, SEED, Inventor
from benchmarks.stores import write_events
from counterclaim.db import reading, writing
from counterclaim.models import Claim, EventSummary, InterceptionCount
from counterclaim.queries.names import Finder
from counterclaim.store.ledger import GENESIS, Writer
from counterclaim.store.rebuild import rebuild
from counterclaim.store.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

EVENTS = 40


def test_invented_claims_are_sealed_and_served_as_posted_ones(seeded_engine: Engine) -> None:
    write_events(seeded_engine, EVENTS, lambda _done: None)
    with writing(seeded_engine) as session:
        rebuild(session)
    with reading(seeded_engine) as session:
        invented = select(Claim.id).where(Claim.recorded_by == ACTOR)
        events = select(Claim.event_id).where(Claim.id.in_(invented))
        versions = select(EventSummary.event_id).where(EventSummary.event_id.in_(events))
        counts = select(InterceptionCount).where(InterceptionCount.claim_id.in_(invented))
        served = session.scalars(versions).all()
        assert len(set(served)) == EVENTS
        assert len(served) > EVENTS  # What was said later made another version.
        assert EVENTS * 1.8 < len(session.scalars(invented).all()) <= EVENTS * 2
        assert EVENTS * 2.6 < len(session.execute(counts).all()) <= EVENTS * 3
        assert verify(session).faults == []


def test_the_same_is_invented_each_time(seed_to_read: Engine) -> None:
    def invented() -> list[dict[str, Any]]:
        with writing(seed_to_read, dry_run=True) as session:
            names = read_catalogue(session, Random(SEED))
            start = datetime(2022, 1, 1, tzinfo=UTC)
            writer = Writer(session, ACTOR, start, 0, GENESIS, Finder(session))
            batches = list(Inventor(names, writer, EVENTS).batches())
        rows = (sheaf.rows.items() for _done, sheaf in batches)
        return [{str(table): given for table, given in one} for one in rows]

    assert invented() == invented()


def test_copies_of_a_table_have_numbers_and_days_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "ucdp_ged").mkdir()
    file = tmp_path / "ucdp_ged" / "events.csv"
    file.write_text("id,date_start,date_end,best\n7,2020-03-01,2020-03-02 10:00,4\n", "utf-8")
    data_set, out = real.DATA_SETS[0], tmp_path / "out.csv.gz"
    assert real.newest_file(tmp_path, data_set) == file
    assert real.multiply(file, data_set, 2, out) == 2
    with gzip.open(out, "rt", encoding="utf-8") as text:
        rows = [line.split(",") for line in text.read().splitlines()]
    assert rows[1] == ["7", "2020-03-01", "2020-03-02 10:00", "4"]
    assert rows[2] == [str(7 + real.ID_APART), "2020-01-24", "2020-01-25 10:00", "4"]


class Answering(BaseHTTPRequestHandler):
    """Answers plainly, in chunks, or that there is nothing."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer by path."""
        self.send_response(404 if self.path == "/missing" else 200)
        if self.path == "/chunks":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
        else:
            self.send_header("Content-Length", "11")
            self.end_headers()
            self.wfile.write(b"hello world")

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def answering() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield int(server.server_address[1])
    server.shutdown()
    server.server_close()


def test_the_client_counts_answers_bytes_and_errors() -> None:
    with answering() as port:
        assert fetch(port, encode("GET", "/plain")) == (200, b"hello world")
        assert fetch(port, encode("GET", "/chunks")) == (200, b"hello world")
        good = measure(port, [encode("GET", "/plain")], 2, 0.1)
        assert good.errors == 0
        assert good.size == 11 * len(good.latencies) > 0
        requests = [encode("GET", "/missing"), encode("GET", "/plain"), encode("GET", "/chunks")]
        once = measure(port, requests, 1, 60, once=True)
        assert (len(once.latencies), once.errors) == (3, 1)


def test_tables_take_the_place_of_what_stood_between_the_markers(tmp_path: Path) -> None:
    rows = [
        {**CELL, "server": "counterclaim", "rate": 3000.0},
        {**CELL, "server": "other", "rate": 150.0},
    ]
    results, page = tmp_path / "results.json", tmp_path / "page.md"
    report.save(results, rows)
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
    report.write_markdown(results, page)
    text = page.read_text(encoding="utf-8")
    assert "| list | 3,000 | 150 / 20 | 1.5 |" in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert json.loads(results.read_text(encoding="utf-8"))["machine"]["processors"] > 0


CELL = {
    "events": 1000,
    "engine": "sqlite",
    "workload": "list",
    "connections": 1,
    "p50_ms": 1.0,
    "p99_ms": 1.5,
}
