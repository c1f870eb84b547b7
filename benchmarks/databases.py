"""A PostgreSQL of our own that keeps its files between runs, and the stores in it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import make_url

from benchmarks.peers.copying import copy_to_postgresql
from benchmarks.peers.raw import copy_raw
from benchmarks.stores import bench_folder, fill, fingerprint
from counterclaim.db import make_engine
from postgres import running_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from postgres import PostgresServer

SETTINGS = {
    "autovacuum": "on",
    "effective_cache_size": "4GB",
    "listen_addresses": "",
    "max_connections": "100",
    "max_wal_size": "8GB",
    "shared_buffers": "1GB",
    "work_mem": "32MB",
}
"""As an operator of a small machine would set it; what is committed is on disk."""


@dataclass(slots=True)
class Databases:
    """The databases of a running server, each made when it is first asked for."""

    server: PostgresServer

    def store(self, count: int) -> str:
        """The URL of a store with so many events."""

        def fill_it(url: str) -> None:
            engine = make_engine(url)
            fill(engine, count)
            engine.dispose()

        return self._kept(f"store_{count}", fill_it)

    def plain(self, count: int, plain: Path) -> str:
        """The URL of the peers' tables."""

        def fill_it(url: str) -> None:
            engine = make_engine(url)
            copy_to_postgresql(plain, engine)
            engine.dispose()

        return self._kept(f"plain_{count}", fill_it)

    def raw(self, count: int, raw: Path) -> str:
        """The libpq URL of the documents for the engine alone."""
        return libpq(self._kept(f"raw_{count}", lambda url: copy_raw(raw, libpq(url))))

    def _kept(self, name: str, fill_it: Callable[[str], None]) -> str:
        finished = f"{name}_{fingerprint()}".replace("-", "_")
        if finished not in self._names():
            unfinished = f"{name}_unfinished"
            self.server.drop_database(unfinished)
            self.server.create_database(unfinished)
            fill_it(self.server.url(unfinished))
            self.server.create_database(finished, unfinished)
            self.server.drop_database(unfinished)
        return self.server.url(finished)

    def _names(self) -> set[str]:
        with psycopg.connect(libpq(self.server.url("postgres"))) as connection:
            found = connection.execute("SELECT datname FROM pg_database").fetchall()
        return {name for (name,) in found}


def libpq(url: str) -> str:
    """The same URL as libpq takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def running_databases() -> Iterator[Databases]:
    """The server, running as long as it is needed."""
    with running_postgres(bench_folder() / "postgresql", SETTINGS) as server:
        yield Databases(server)
