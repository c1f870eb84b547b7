"""Databases for the tests: SQLite and PostgreSQL, both migrated by Alembic.

A test that asks for ``engine_name``, ``database_url`` or ``engine`` runs on both; one that asks for
``sqlite_engine`` runs on SQLite alone, and one that asks for none of them runs once. Who writes has
a database of its own; those that only read may share one for a module, or ``seed_to_read``.
"""

from __future__ import annotations

import itertools
import os
import shutil
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from sqlalchemy import event

from counterclaim.db import make_engine
from counterclaim.migrate import upgrade
from factories import put_seed
from postgres import PostgresServer, running_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any

    from sqlalchemy import Engine

ENGINES = ("sqlite", "postgresql")

# Deadlines measure the machine; the examples of the usual profile are few, but the same each time.
settings.register_profile("ci", deadline=None, max_examples=40, derandomize=True, database=None)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def migrate(url: str) -> None:
    """Bring an empty database to the newest version."""
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()


class Databases:
    """Makes databases of one kind: empty ones and copies of a migrated one."""

    def __init__(self, engine_name: str, folder: Path, server: PostgresServer | None) -> None:
        self.engine_name = engine_name
        self._folder = folder
        self._server = server
        # Several processes may share a given server.
        self._prefix = f"counterclaim_test_{uuid.uuid4().hex[:12]}"
        self._numbers = itertools.count(1)
        self._templates: dict[Callable[[Engine], object] | None, str] = {}

    def empty(self) -> str:
        """The name of a new database without tables."""
        name = f"{self._prefix}_{next(self._numbers)}"
        if self._server:
            self._server.create_database(name)
        return name

    def migrated(self, fill: Callable[[Engine], object] | None = None) -> str:
        """The name of a new database with all tables, and nothing in them but what fills it."""
        if fill not in self._templates:
            template = self.empty() if fill is None else self.migrated()
            migrate(self.url(template))
            if fill is not None:
                self._filled(template, fill)
            self._templates[fill] = template
        return self._copy(self._templates[fill])

    def _filled(self, name: str, fill: Callable[[Engine], object]) -> None:
        engine = make_engine(self.url(name))
        fill(engine)
        engine.dispose()

    def _copy(self, template: str) -> str:
        name = f"{self._prefix}_{next(self._numbers)}"
        if self._server:
            self._server.create_database(name, template)
        else:
            shutil.copyfile(self._file(template), self._file(name))
        return name

    @contextmanager
    def filled(self, fill: Callable[[Engine], object] | None = None) -> Iterator[Engine]:
        """An engine on a new migrated database with this in it, which is gone afterwards."""
        name = self.migrated(fill)
        made = make_engine(self.url(name))
        try:
            yield made
        finally:
            made.dispose()
            self.drop(name)

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of a database."""
        return self._server.url(name) if self._server else f"sqlite:///{self._file(name)}"

    def drop(self, name: str) -> None:
        """Remove a database."""
        if self._server:
            self._server.drop_database(name)
        else:
            for file in self._folder.glob(f"{name}.db*"):
                file.unlink()

    def close(self) -> None:
        """Remove what the copies were made of."""
        for template in self._templates.values():
            self.drop(template)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.db"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL of this test process, started when the first test needs it."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return Databases("sqlite", tmp_path_factory.mktemp("sqlite"), None)


@pytest.fixture(scope="session")
def postgresql_databases(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer
) -> Iterator[Databases]:
    databases = Databases("postgresql", tmp_path_factory.mktemp("postgresql"), postgres)
    yield databases
    databases.close()


@pytest.fixture(scope="session", params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn: all that runs on one, then all that runs on the other."""
    return str(request.param)


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, engine_name: str) -> Databases:
    """Of the engine in turn, for fixtures of any scope."""
    made: Databases = request.getfixturevalue(f"{engine_name}_databases")
    return made


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """A database without tables."""
    name = databases.empty()
    yield databases.url(name)
    databases.drop(name)


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A fresh migrated database."""
    name = databases.migrated()
    yield databases.url(name)
    databases.drop(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh migrated database."""
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def seeded_engine(databases: Databases) -> Iterator[Engine]:
    """An engine on a database of its own with the seed in it."""
    with databases.filled(put_seed) as made:
        yield made


@pytest.fixture(scope="session")
def seed_to_read(databases: Databases) -> Iterator[Engine]:
    """An engine on a store with the seed, for all tests that only read it."""
    with databases.filled(put_seed) as made:
        yield made


@pytest.fixture
def sqlite_engine(sqlite_databases: Databases) -> Iterator[Engine]:
    """The same on SQLite alone, for what does not depend on the engine."""
    with sqlite_databases.filled() as made:
        yield made


class Queries(list[str]):
    """The SELECT statements of a stretch of a test."""


@pytest.fixture
def query_counter() -> Callable[[Engine], AbstractContextManager[Queries]]:
    """``with query_counter(engine) as queries: …; assert len(queries) == 2``."""

    @contextmanager
    def count(engine: Engine) -> Iterator[Queries]:
        queries = Queries()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.lstrip().upper().startswith(("SELECT", "WITH")):
                queries.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield queries
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return count
