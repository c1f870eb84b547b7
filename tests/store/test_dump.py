"""The whole store as a file: the same bytes on either engine, and the same answers behind it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import zstandard
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from typer.testing import CliRunner

from counterclaim.app import create_app
from counterclaim.cli import app as commands
from counterclaim.config import Settings
from counterclaim.db import Base, make_engine, now, reading, table_of, writing
from counterclaim.errors import ConflictError, CounterclaimError, DumpError
from counterclaim.models import ApiKey, Event, IdempotencyKey, LedgerEntry
from counterclaim.moment import isoformat_z
from counterclaim.queries.changes import ledger_head
from counterclaim.store.dump import compressed, dump_header, dump_store, restore_store
from counterclaim.store.dump import reading as dump_reading
from counterclaim.store.dump.form import LEFT_OUT, row_line
from counterclaim.store.keys import make_key
from counterclaim.store.ledger import open_writer
from counterclaim.store.lines import renew_lines
from counterclaim.store.rebuild import DERIVED
from counterclaim.vocabulary import KeyScope
from deciding import decide
from everything import put_everything
from server import SOURCES, command
from store.test_rebuild import read_model
from toy_imports import take_in, toy_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from conftest import Databases

SECRET = "cc_" + "invented-for-this-test-and-for-no-store"
ANSWER = b"An answer that is kept for a day."
READS = (
    "/v1/strikes?limit=1&count=true&scope=single&scope=collection",
    "/v1/strikes?f=csv",
    "/v1/strikes?f=geojson",
    "/v1/events?limit=2&sort=updated_at",
    "/v1/events?limit=2&sort=-launched",
    "/v1/events?q=zeta&claimed_by=2024-06-01",
    "/v1/disputes?count=true",
    "/v1/claims?limit=2",
    "/v1/claims?status=accepted&status=superseded&status=retracted&sort=said&limit=3",
    "/v1/claims?f=ndjson",
    "/v1/documents?limit=1&count=true",
    "/v1/sources?limit=3",
    "/v1/sources/gazette",
    "/v1/sources/aland-mod/record",
    "/v1/munitions",
    "/v1/munitions/zeta-9",
    "/v1/places?f=csv",
    "/v1/places/quarry",
    "/v1/stats/interceptions?group_by=munition,claimant",
    "/v1/stats/casualties?group_by=month",
    "/v1/stats/events?group_by=week",
    "/v1/policies",
)
"""Reads that can be asked at any instant."""

PRESENT = (
    "/v1/changes?limit=9",
    "/v1/changes?f=ndjson",
    "/v1/ledger/head",
    "/v1/releases",
    "/v1/releases/first",
    "/v1/claims?status=pending&status=rejected",
)
TOYS = (
    ("t1,2024-05-01,quarry,2,Two died,night", "t2,2024-05-02,harbour,0,Nobody died,night"),
    ("t1,2024-05-01,quarry,3,Three died,night", "t3,2024-05-03,harbour,many,Many died,"),
)


@dataclass
class Stores:
    """One store on SQLite, restored to PostgreSQL, and from there to SQLite; their dumps.

    Before each restore one is killed; ``left`` has the rows that are there after it.
    """

    engines: list[Engine]
    dumps: list[bytes]
    left: list[int]


@pytest.fixture(scope="module")
def stores(
    sqlite_databases: Databases,
    postgresql_databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stores]:
    folder = tmp_path_factory.mktemp("toys")
    with (
        opened(sqlite_databases) as first,
        opened(postgresql_databases) as second,
        opened(sqlite_databases) as third,
    ):
        fill(first, folder)
        dumps = [dumped(first)]
        left, file = [], folder / "store.ndjson.zst"
        for engine in (second, third):
            file.write_bytes(squeezed(dumps[-1]))
            left.append(killed_restore(engine, file))
            restored(engine, file.read_bytes())
            dumps.append(dumped(engine))
        yield Stores([first, second, third], dumps, left)


@contextmanager
def opened(databases: Databases) -> Iterator[Engine]:
    """A store with tables and nothing in them."""
    name = databases.migrated()
    engine = make_engine(databases.url(name))
    yield engine
    engine.dispose()
    databases.drop(name)


@pytest.fixture(scope="module")
def empty(sqlite_databases: Databases) -> Iterator[Engine]:
    """A store that stays empty, since nothing that goes into it is whole."""
    with opened(sqlite_databases) as engine:
        yield engine


def fill(engine: Engine, folder: Path) -> None:
    """Every kind of write, two versions of a data set, a key and an answer kept for a day."""
    put_everything(engine)
    for number, rows in enumerate(TOYS):
        take_in(engine, toy_file(folder / f"{number}.csv", *rows), f"v{number}")
    row, _secret = decide(engine, make_key, "clara", [KeyScope.REVIEW], SECRET)
    with writing(engine) as session:
        given = {"key": "k", "caller_id": row.id, "request_sha256": "0" * 64, "body": ANSWER}
        session.add(IdempotencyKey(**given, created_at=now(), expires_at=now()))


def dumped(engine: Engine) -> bytes:
    with reading(engine) as session:
        return b"".join(dump_store(session, dump_header(session)))


def restored(engine: Engine, dump: bytes) -> None:
    with writing(engine) as session:
        made = restore_store(session, io.BytesIO(dump))
    assert made.verification.clean
    assert made.rows == sum(made.header.tables.values())


KILLED = """
import os, sys
from counterclaim.db import make_engine, writing
from counterclaim.store.dump import restore_store

def watch(step, done, total):
    if step == "replayed":
        os._exit(9)

with writing(make_engine(sys.argv[1])) as session, open(sys.argv[2], "rb") as file:
    restore_store(session, file, watch)
"""


def killed_restore(engine: Engine, file: Path) -> int:
    """Kill a restore when all rows are written; how many rows there are then."""
    url = engine.url.render_as_string(hide_password=False)
    path = os.pathsep.join([str(SOURCES), *sys.path])
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url, str(file)],
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert killed.returncode == 9
    with writing(engine):  # By the time that its turn comes, that of the killed one is over.
        return rows_of(engine).total()


def rows_of(engine: Engine) -> Counter[str]:
    with reading(engine) as session:
        # An empty store may say that totals are kept.
        tables = [t for t in Base.metadata.sorted_tables if t.name != "event_total_state"]
        return Counter(
            {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}
        )


def test_a_store_is_the_same_file_on_either_engine(stores: Stores) -> None:
    first, second, third = stores.dumps
    assert first == second == third
    header, *_rows, trailer = map(json.loads, first.splitlines())
    with reading(stores.engines[2]) as session:
        head = ledger_head(session, now())
    assert header["ledger"] == {"seq": head.seq, "hash": head.hash}
    assert header["known_at"] == head.at
    before = first[: first.rindex(b"\n", 0, -1) + 1]
    assert trailer["trailer"]["sha256"] == hashlib.sha256(before).hexdigest()
    empty_tables = [name for name, count in header["tables"].items() if not count]
    assert empty_tables == []


def test_a_dump_holds_neither_keys_nor_answers_kept_for_a_day(stores: Stores) -> None:
    assert SECRET.encode() not in stores.dumps[0]
    assert ANSWER not in stores.dumps[0]
    assert {table.name for table in LEFT_OUT} == {
        "idempotency_key",
        *(model.__tablename__ for model in DERIVED),
    }


def test_the_read_model_comes_out_as_it_was(stores: Stores) -> None:
    for engine in stores.engines:
        with writing(engine) as session:
            renew_lines(session)
    first, second, third = map(read_model, stores.engines)
    assert first == third
    for model in DERIVED:
        rows = len(first[model.__tablename__])
        assert len(second[model.__tablename__]) == rows
        few = {"event_total", "event_total_apart"}  # Of so few versions.
        assert rows or model.__tablename__ in few


def test_every_answer_comes_out_byte_for_byte(stores: Stores) -> None:
    first, second, third = stores.engines
    addresses = [*READS, *PRESENT, *of_each_event(first)]
    with reading(first) as session:
        instants = session.scalars(select(LedgerEntry.at).distinct().order_by(LedgerEntry.at)).all()
    before = isoformat_z(instants[18] - timedelta(microseconds=1))
    addresses += [f"{one}{'&' if '?' in one else '?'}known_at={before}" for one in READS]
    expected = answers(first, addresses)
    assert len(expected) > len(addresses)
    assert answers(second, addresses) == expected
    present = answers(third, [*READS[:9], *PRESENT])
    assert present == {address: expected[address] for address in present}


def of_each_event(engine: Engine) -> list[str]:
    with reading(engine) as session:
        below = "", "/claims", "/positions", "/history", "/explain"
        return [
            f"/v1/events/{key}{end}" for key in session.scalars(select(Event.id)) for end in below
        ]


def answers(engine: Engine, addresses: list[str]) -> dict[str, tuple[int, str | None, bytes]]:
    """What each address answers to a reviewer, and each page that follows it."""
    app = create_app(Settings(database_url=engine.url.render_as_string(hide_password=False)))
    found: dict[str, tuple[int, str | None, bytes]] = {}
    waiting, key = list(addresses), {"Authorization": f"Bearer {SECRET}"}
    with TestClient(app) as client:
        while waiting:
            address = waiting.pop()
            answer = client.get(address, headers=key)
            assert answer.status_code in {200, 404}, (address, answer.text)
            found[address] = answer.status_code, answer.headers.get("etag"), answer.content
            if following := answer.links.get("next"):
                waiting.append(following["url"])
    return found


def test_killed_in_the_middle_leaves_the_store_empty(stores: Stores) -> None:
    assert stores.left == [0, 0]


def test_only_an_empty_store_is_filled(stores: Stores, empty: Engine) -> None:
    before = rows_of(stores.engines[2])
    with pytest.raises(ConflictError, match=r"not empty: it has .* source, .*make run"):
        restored(stores.engines[2], stores.dumps[0])
    assert rows_of(stores.engines[2]) == before
    with writing(empty, dry_run=True) as session:
        make_key(open_writer(session, "test"), "first", [KeyScope.ADMIN])
        with pytest.raises(ConflictError, match="it has 1 api_key, 1 ledger_entry"):
            restore_store(session, io.BytesIO(stores.dumps[0]))


def sealed(lines: list[Any]) -> bytes:
    """A dump of these lines whose trailer fits them."""
    made = b"".join(json.dumps(line).encode() + b"\n" for line in lines[:-1])
    trailer = lines[-1]["trailer"] | {"sha256": hashlib.sha256(made).hexdigest()}
    return made + json.dumps({"trailer": trailer}).encode() + b"\n"


def changed(dump: bytes, line: int, change: Callable[[Any], Any]) -> bytes:
    """The dump with one line changed by somebody who knows how to seal it."""
    lines = [json.loads(one) for one in dump.splitlines()]
    lines[line] = change(lines[line])
    return sealed(lines)


def line_of(dump: bytes, table: str) -> int:
    lines = dump.splitlines()
    return next(n for n, line in enumerate(lines) if line.startswith(f'{{"{table}":'.encode()))


def with_member(*path: str, value: Any) -> Callable[[Any], Any]:
    def change(line: Any) -> Any:
        inner = line
        for name in path[:-1]:
            inner = inner[name]
        inner[path[-1]] = value
        return line

    return change


def in_row(dump: bytes, table: str, column: str, value: Any) -> bytes:
    return changed(dump, line_of(dump, table), with_member(table, column, value=value))


def without_line(dump: bytes, line: int) -> bytes:
    lines = dump.splitlines(keepends=True)
    return b"".join(lines[:line] + lines[line + 1 :])


def squeezed(dump: bytes) -> bytes:
    return b"".join(compressed([dump]))


BROKEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "nothing": (lambda _: b"", "the file is empty"),
    "another compression": (gzip.compress, "neither compressed with Zstandard nor JSON"),
    "other JSON": (lambda _: b'{"items": []}\n', "not the header"),
    "torn, compressed": (lambda dump: squeezed(dump)[:-400], "torn|decompressed"),
    "torn, in a line": (lambda dump: dump[: len(dump) // 2], "torn: it ends in line"),
    "torn, between lines": (lambda dump: b"".join(dump.splitlines(True)[:-1]), "its trailer"),
    "a bit turned, compressed": (
        lambda dump: flipped(squeezed(dump), 5000),
        "decompressed|altered|no JSON",
    ),
    "a letter changed": (
        lambda dump: dump.replace(b"The Gazette", b"The Gazelle", 1),
        "altered: the SHA-256",
    ),
    "a line lost": (lambda dump: without_line(dump, 30), "altered"),
    "more behind it": (lambda dump: dump + b"{}\n", "more follows"),
    "more behind it, compressed": (lambda dump: squeezed(dump) + b"more", "decompressed"),
    "twice": (lambda dump: squeezed(dump) * 2, "more follows"),
    "another form": (
        lambda dump: changed(dump, 0, with_member("counterclaim_dump", value=2)),
        "form 2, and this program reads form 1",
    ),
    "another revision": (
        lambda dump: changed(dump, 0, with_member("revision", value="d0ab25187756")),
        "at revision d0ab25187756; these are at .* Run counterclaim db upgrade",
    ),
    "another head": (
        lambda dump: changed(dump, 0, with_member("ledger", "hash", value="f" * 64)),
        "header of the dump says entry",
    ),
    "another count": (
        lambda dump: changed(dump, 0, with_member("tables", "quote", value=1)),
        "one more row of quote",
    ),
    "a table not known": (
        lambda dump: changed(dump, 0, with_member("tables", "crew", value=1)),
        "names other tables",
    ),
    "a row changed and sealed": (
        lambda dump: in_row(dump, "source", "name", "Nobody"),
        "1 fault.*source .*changed since",
    ),
    "a column lost": (
        lambda dump: changed(dump, line_of(dump, "quote"), lambda _: {"quote": {"id": "1"}}),
        "lacks or should not have: document_id",
    ),
    "no instant": (lambda dump: in_row(dump, "claim", "recorded_at", "then"), "not what it has"),
    "no word of the list": (lambda dump: in_row(dump, "event", "kind", "feast"), "ck_event_kind"),
    "a list for a text": (lambda dump: in_row(dump, "event", "label", ["a"]), "cannot be"),
    "a number too large": (
        lambda dump: in_row(dump, "event", "number", 1 << 70),
        "cannot be",
    ),
    "a reference to nothing": (
        lambda dump: in_row(dump, "quote", "document_id", "0" * 36),
        "refused the row|fault",
    ),
    "a line without end": (lambda dump: bomb(dump), "line 2 .*more than|Line 2 .*more than"),
    "endless lines": (
        lambda dump: squeezed(dump.splitlines()[0] + b"\n" + b"[]\n" * 1_000_000),
        "Line 2",
    ),
    "a deep line": (
        lambda dump: dump.splitlines()[0] + b"\n" + b"[" * 100_000 + b"\n",
        "no JSON object of one member",
    ),
}


def flipped(dump: bytes, at: int) -> bytes:
    return dump[:at] + bytes([dump[at] ^ 1]) + dump[at + 1 :]


def bomb(dump: bytes) -> bytes:
    """A few kilobytes that become a line of 64 megabytes."""
    frame = zstandard.ZstdCompressor().compressobj()
    pieces = [frame.compress(dump.splitlines()[0] + b"\n")]
    pieces += [frame.compress(b" " * (1 << 20)) for _ in range(64)]
    return b"".join([*pieces, frame.flush()])


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_dump_is_refused_and_nothing_is_stored(
    broken: str, stores: Stores, empty: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump_reading, "LONGEST_LINE", 1 << 20)
    change, words = BROKEN[broken]
    with pytest.raises((DumpError, CounterclaimError), match=f"(?s){words}"):
        restored(empty, change(stores.dumps[0]))
    assert rows_of(empty).total() == 0


def test_what_a_line_holds_comes_out_as_it_went_in() -> None:
    row = {"f": [0.1 + 0.2, 1e300, 5e-324, 51.965], "n": 1 << 62, "b": {"z": 1, "a": None}}
    words = {"w": "Київ \x00\u2028\U0001f600", "half": "\ud800"}
    line = row_line("t", {**row, **words})
    assert line.count(b"\n") == 1
    assert json.loads(line) == {"t": {**row, **words}}
    assert list(json.loads(line)["t"]["b"]) == ["z", "a"]
    assert row_line("t", {"w": "Київ"}) == '{"t":{"w":"Київ"}}\n'.encode()


def test_the_commands_move_a_store_from_one_database_to_another(
    stores: Stores, sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = (
        one.url.render_as_string(hide_password=False) for one in (stores.engines[1], sqlite_engine)
    )
    file = tmp_path / "store.ndjson.zst"
    made = command("dump", str(file), database_url=source, folder=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "Head: entry" in made.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]
    run = CliRunner().invoke
    monkeypatch.setenv("COUNTERCLAIM_DATABASE_URL", target)
    faulty = tmp_path / "faulty.ndjson"
    faulty.write_bytes(in_row(stores.dumps[0], "source", "name", "Nobody"))
    tried = run(commands, ["restore", str(faulty), "--keep-faults", "--dry-run"])
    assert tried.exit_code == 0, tried.output
    assert "would be restored; 1 fault(s) kept" in tried.stdout
    assert "changed since" in tried.stderr
    assert rows_of(sqlite_engine).total() == 0
    done = run(commands, ["restore", "-"], input=file.read_bytes())
    assert done.exit_code == 0, done.output
    assert "restored; all verified" in done.stdout
    again = run(commands, ["restore", str(file)])
    assert again.exit_code == 1
    assert "The store is not empty" in again.stderr
    plain = run(commands, ["dump", "--no-compress"])
    assert (
        plain.stdout_bytes == zstandard.ZstdDecompressor().stream_reader(file.read_bytes()).read()
    )
    with reading(sqlite_engine) as session:
        assert session.scalar(select(func.count()).select_from(table_of(ApiKey))) == 3
