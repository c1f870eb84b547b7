"""The commands on the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from counterclaim.cli import app
from counterclaim.db import now, reading, writing
from counterclaim.queries.asof import last_change
from counterclaim.queries.changes import ledger_head
from counterclaim.queries.releases import get_release
from factories import put_world

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from typer.testing import Result


@pytest.fixture
def engine(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The store that the settings name, with the small world in it."""
    url = sqlite_engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("COUNTERCLAIM_DATABASE_URL", url)
    put_world(sqlite_engine)
    return sqlite_engine


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_verify_prints_the_head_and_that_all_is_well(engine: Engine) -> None:
    with reading(engine) as session:
        head = ledger_head(session, now())
    done = run("verify")
    assert done.exit_code == 0, done.output
    first, second, last = done.stdout.splitlines()
    assert first == f"Head: entry {head.seq} of {head.at}, hash {head.hash}"
    assert second.startswith(f"{head.seq} entries and ")
    assert last == "All is as it was written."
    assert run("verify", "--head", head.hash).exit_code == 0


def test_verify_names_each_fault_and_tells_by_its_exit_code(engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(text("UPDATE source SET name = 'Nobody' WHERE key = 'gazette'"))
    done = run("verify", "--head", "f" * 64)
    assert done.exit_code == 1
    lost, changed = done.stderr.splitlines()[-2:]
    assert f"No entry has the hash {'f' * 64}" in lost
    assert changed.startswith("source ")
    assert done.stdout.splitlines()[-1] == "2 fault(s)."


def test_release_prints_how_to_cite_it(engine: Engine) -> None:
    with reading(engine) as session:
        known_at = last_change(session)
    done = run("release", "first", "--note", "For a paper.", "--known-at", known_at.isoformat())
    assert done.exit_code == 0, done.output
    with reading(engine) as session:
        made = get_release(session, "first")
    assert done.stdout.strip() == made.citation
    assert made.note == "For a paper."
    again = run("release", "first")
    assert again.exit_code == 1
    assert "'first' already" in again.stderr
    assert run("release", "second", "--known-at", "2024-11-26").exit_code == 1
