"""Backups: made while others write, whole or not there, and good to go on from."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text
from typer.testing import CliRunner

from counterclaim.app import create_app
from counterclaim.cli import app as commands
from counterclaim.cli.terminal import written_beside
from counterclaim.config import Settings
from counterclaim.db import make_engine, now, reading, writing
from counterclaim.models import LedgerEntry
from counterclaim.moment import isoformat_z
from counterclaim.queries.changes import ledger_head
from counterclaim.store import backup
from counterclaim.store.backup import BackedUp, back_up
from counterclaim.store.dump import restore_store
from everything import put_everything
from factories import article, put_file
from server import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine
    from typer.testing import Result

    from conftest import Databases

READS = ("strikes?f=csv", "strikes", "claims", "sources/aland-mod/record", "disputes", "places")


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def run(engine: Engine, *arguments: str) -> Result:
    given = {"COUNTERCLAIM_DATABASE_URL": url_of(engine)}
    return CliRunner().invoke(commands, ["backup", *arguments], env=given)


def head_of(engine: Engine) -> BackedUp:
    with reading(engine) as session:
        head = ledger_head(session, now())
    return BackedUp(head.seq, head.hash)


@contextmanager
def restored(databases: Databases, file: Path) -> Iterator[Engine]:
    """A store that goes on from a backup, as an operator would make it."""
    if databases.engine_name == "sqlite":
        engine = make_engine(f"sqlite:///{file}")
        yield engine
        engine.dispose()
        return
    with databases.filled() as engine:
        with writing(engine) as session, file.open("rb") as given:
            assert restore_store(session, given).verification.clean
        yield engine


def answers(engine: Engine, known_at: str) -> dict[str, bytes]:
    """What the store says as of an instant."""
    addresses = [f"/v1/{one}{'&' if '?' in one else '?'}known_at={known_at}" for one in READS]
    with TestClient(create_app(Settings(database_url=url_of(engine)))) as client:
        found = {one: client.get(one) for one in addresses}
    assert {one.status_code for one in found.values()} == {200}
    return {address: answer.content for address, answer in found.items()}


def test_a_restored_backup_answers_as_the_store_did_while_others_went_on_writing(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PAGES", 50)
    file, written = tmp_path / "store.backup", 0

    with databases.filled(put_everything) as engine:
        before = head_of(engine)

        def write_meanwhile(_done: int, _all: int) -> None:
            nonlocal written
            if written < 2:
                written += 1
                event = {"ref": "E1", "kind": "strike", "label": f"Strike {written}"}
                put_file(engine, article(events=[event]))

        with reading(engine) as session:
            made = back_up(session, file, write_meanwhile)
        after = head_of(engine)
        assert written == 2
        assert made == before
        assert after.seq > before.seq
        with reading(engine) as session:
            at = session.scalars(select(LedgerEntry.at).where(LedgerEntry.seq == made.seq)).one()
        expected = answers(engine, isoformat_z(at))
        with restored(databases, file) as copy:
            assert head_of(copy) == before
            assert answers(copy, isoformat_z(at)) == expected
            put_file(copy, article(events=[{"ref": "E1", "kind": "strike", "label": "Goes on"}]))
            assert head_of(copy).seq > before.seq


def test_a_backup_is_verified_and_one_that_was_altered_is_told(
    databases: Databases, tmp_path: Path
) -> None:
    file = tmp_path / "store.backup"
    with databases.filled(put_everything) as engine:
        made, head = run(engine, str(file)), head_of(engine)
        assert made.exit_code == 0, made.output
        assert f"Head: entry {head.seq}, hash {head.hash}" in made.stderr
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        good = run(engine, "--verify", str(file), "--head", head.hash)
        assert good.exit_code == 0, good.output
        assert head.hash in good.stdout
        assert "All is as it was written." in good.stdout
        other = run(engine, "--verify", str(file), "--head", "1" * 64)
        assert other.exit_code == 1
        assert "No entry has the hash 111" in other.stderr
        content = bytearray(file.read_bytes())
        content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
        torn = tmp_path / "torn"
        torn.write_bytes(content)
        assert run(engine, "--verify", str(torn)).exit_code == 1
    assert [one.name for one in tmp_path.iterdir() if one.name not in {"torn", file.name}] == []


def test_a_row_that_was_changed_in_a_backup_is_a_fault(
    sqlite_databases: Databases, tmp_path: Path
) -> None:
    file = tmp_path / "store.db"
    with sqlite_databases.filled(put_everything) as engine:
        assert run(engine, str(file)).exit_code == 0
        copy = make_engine(f"sqlite:///{file}")
        with writing(copy) as session:
            session.execute(text("UPDATE claim SET polarity = -polarity WHERE kind = 'occurrence'"))
        in_use = run(engine, "--verify", str(file))
        assert in_use.exit_code == 1
        assert "store.db-wal is there" in in_use.stderr
        copy.dispose()
        found = run(engine, "--verify", str(file))
        assert found.exit_code == 1
        assert "claim " in found.stderr
        copy = make_engine(f"sqlite:///{file}")
        with writing(copy) as session:
            session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
        copy.dispose()
        older = run(engine, "--verify", str(file))
        assert older.exit_code == 1
        assert "of another version" in older.stderr


def test_nothing_is_replaced_unasked_and_the_store_never(
    sqlite_databases: Databases, tmp_path: Path
) -> None:
    file = tmp_path / "store.db"
    with sqlite_databases.filled(put_everything) as engine:
        file.write_text("kept")
        refused = run(engine, str(file))
        assert refused.exit_code == 1
        assert "give --overwrite" in refused.stderr
        assert file.read_text() == "kept"
        assert run(engine, str(file), "--overwrite").exit_code == 0
        assert file.read_bytes().startswith(backup.SQLITE)
        itself = run(engine, str(engine.url.database), "--overwrite")
        assert itself.exit_code == 1
        with pytest.raises(FileExistsError), written_beside(tmp_path / "late", replace=False):
            (tmp_path / "late").write_text("Came meanwhile.")
        assert (tmp_path / "late").read_text() == "Came meanwhile."
    assert {one.name for one in tmp_path.iterdir()} == {"store.db", "late"}


KILLED = """
import os, sys
from pathlib import Path
from counterclaim.cli.terminal import written_beside
from counterclaim.db import make_engine, reading
from counterclaim.store import backup

backup.PAGES = 50
with reading(make_engine(sys.argv[1])) as session, written_beside(Path(sys.argv[2])) as part:
    backup.back_up(session, part, lambda done, all_: done > 100 and os._exit(9))
"""


def test_a_backup_that_is_killed_leaves_what_was_there(
    sqlite_databases: Databases, tmp_path: Path
) -> None:
    file = tmp_path / "store.db"
    file.write_text("the backup of yesterday")
    path = os.pathsep.join([str(SOURCES), *sys.path])
    with sqlite_databases.filled(put_everything) as engine:
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, url_of(engine), str(file)],
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )
    assert killed.returncode == 9
    assert file.read_text() == "the backup of yesterday"
