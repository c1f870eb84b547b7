"""The write-ahead log of SQLite stays short though there is always somebody who reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from counterclaim.db import make_engine, wal
from counterclaim.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from conftest import Databases
    from counterclaim.store.ledger import Writer

MIB = 1024 * 1024


def fill(writer: Writer) -> None:
    """Write a MiB into the log."""
    writer.session.execute(text("INSERT INTO ballast VALUES (zeroblob(1048576))"))


@pytest.fixture
def url(sqlite_databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A store with room for ballast, whose log is too long from 2 MiB on."""
    monkeypatch.setattr(wal, "LONGEST_MIB", 2)
    monkeypatch.setattr(wal, "PATIENCE_MS", 20)
    name = sqlite_databases.migrated()
    engine = make_engine(sqlite_databases.url(name))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE ballast (bytes BLOB)"))
    engine.dispose()
    yield sqlite_databases.url(name)
    sqlite_databases.drop(name)


def begin_reading(connection: Connection) -> None:
    """Hold on to the present state."""
    connection.execute(text("SELECT count(*) FROM ballast")).scalar_one()


def test_a_long_log_begins_anew_when_its_readers_let_go_of_it(url: str) -> None:
    turns, readers = Turns(url, most_waiting=10), make_engine(url)
    log = Path(f"{readers.url.database}-wal")

    def write() -> int:
        turns.take(fill, "test").result()
        turns.take(lambda _writer: None, "test").result()  # What followed the first is done.
        return log.stat().st_size

    with readers.connect() as reader:
        begin_reading(reader)
        held = [write() for _time in range(3)]
        assert held[-1] > 3 * MIB
    freed = [write() for _time in range(5)]
    assert min(freed) < 2 * MIB
    with readers.connect() as reader:
        assert reader.execute(text("SELECT count(*) FROM ballast")).scalar_one() == 8
        assert reader.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    turns.close()
    readers.dispose()


def test_a_log_that_cannot_be_emptied_ends_no_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wal, "LONGEST_MIB", 2)
    (tmp_path / "store.db").mkdir()
    (tmp_path / "store.db-wal").write_bytes(bytes(3 * MIB))
    engine = make_engine(f"sqlite:///{tmp_path}/store.db")
    wal.WriteAheadLog(engine).shorten()
    engine.dispose()
    assert (tmp_path / "store.db-wal").stat().st_size == 3 * MIB
