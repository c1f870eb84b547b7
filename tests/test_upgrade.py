"""A store of the first revision, with claims in it, is brought to the newest one.

``data/first_tables.json`` holds the rows that the program of that time left of a small invented
world: claims of both sides, one that waits, one that was retracted, a merge, a collection, grades.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Boolean, Connection, DateTime, MetaData, text
from typer.testing import CliRunner

from counterclaim.app import create_app
from counterclaim.cli import app
from counterclaim.config import Settings
from counterclaim.db import Base, make_engine, reading, writing
from counterclaim.migrate import upgrade
from counterclaim.store.rebuild import rebuild
from counterclaim.store.verify import verify
from crashing import UPGRADE, die_at
from served import Served
from store.test_rebuild import assert_rebuild_changes_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

ROWS = Path(__file__).parent / "data" / "first_tables.json"
FIRST = "5f1c0a7e2b34"
MARK = {"sqlite": "?", "postgresql": "%s"}


@pytest.fixture
def first(empty_database_url: str) -> Iterator[Engine]:
    """The store as it was left."""
    engine = make_engine(empty_database_url)
    upgrade(engine, FIRST)
    with writing(engine) as session:
        put_rows(session.connection())
    yield engine
    engine.dispose()


def put_rows(connection: Connection) -> None:
    """The kept rows, by statements that know nothing of today's models."""
    kept = json.loads(ROWS.read_text("utf-8"))
    tables = MetaData()
    tables.reflect(connection, only=lambda name, _meta: name in kept)
    parents_first = [table.name for table in Base.metadata.sorted_tables if table.name in kept]
    assert set(parents_first) == set(kept)
    for name in parents_first:
        columns = kept[name]["columns"]
        types = [tables.tables[name].columns[column].type for column in columns]
        marks = ", ".join([MARK[connection.dialect.name]] * len(columns))
        names = ", ".join(f'"{column}"' for column in columns)
        statement = f"INSERT INTO {name} ({names}) VALUES ({marks})"
        for row in kept[name]["rows"]:
            given = tuple(map(_given, row, types)) if connection.dialect.name != "sqlite" else row
            connection.exec_driver_sql(statement, tuple(given))


def _given(value: Any, kind: Any) -> Any:
    """A value that SQLite holds, as PostgreSQL takes it."""
    if value is None:
        return None
    if isinstance(kind, Boolean):
        return bool(value)
    return f"{value}+00:00" if isinstance(kind, DateTime) else value


def test_a_store_of_the_first_revision_answers_as_ever(
    first: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = first.url.render_as_string(hide_password=False)
    monkeypatch.setenv("COUNTERCLAIM_DATABASE_URL", url)
    done = CliRunner().invoke(app, ["db", "upgrade"])
    assert done.exit_code == 0, done.output
    with reading(first) as session:
        found = verify(session)
    # The seals of that time held other columns, but the chain of entries is the same.
    assert [fault for fault in found.faults if fault.seq is not None] == []
    assert found.seq == 45
    assert_rebuild_changes_nothing(first)
    with TestClient(create_app(Settings(database_url=url))) as client:
        check_answers(Served(client, first))


def test_an_upgrade_that_was_killed_has_changed_nothing_and_can_be_repeated(first: Engine) -> None:
    url = first.url.render_as_string(hide_password=False)
    for step in (3, 60):
        assert die_at(step, UPGRADE, url)
        with reading(first) as session:
            assert session.scalars(text("SELECT version_num FROM alembic_version")).all() == [FIRST]
    upgrade(first)
    with writing(first) as session:
        rebuild(session)
        assert [fault for fault in verify(session).faults if fault.seq is not None] == []
    assert_rebuild_changes_nothing(first)


def check_answers(world: Served) -> None:
    listed = world.get("/v1/events", q="zeta quarry")["items"]
    (strike,) = [one for one in listed if one["scope"] == "single"]
    assert strike["claims"] == 4, (
        "Two of one night are one, and what is said of all weeks bears on it."
    )
    assert strike["positions"] == {"AA": "admits", "BB": "asserts"}
    counts = strike["munitions"][0]
    assert counts["launched"]["best"] == 6
    assert strike["shared"][0]["casualties"][0]["low"] == 2
    (moths,) = world.get("/v1/strikes", q="moths")["items"]
    assert moths["munitions"] == []
    (claim,) = world.get("/v1/claims", event=moths["id"], status="retracted")["items"]
    assert claim["end_reason"] == "The Courier took it back."
    before = world.get("/v1/events", weapon="moth", known_at=claim["accepted_at"])["items"]
    assert before[0]["munitions"][0]["launched"]["low"] == 90
    assert world.get("/v1/claims", "review", status="pending")["items"][0]["counts"][0]["hit"]
