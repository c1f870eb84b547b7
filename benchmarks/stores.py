"""Stores of invented claims: made once, kept in a folder, and found again by what made them."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, cast

from alembic.script import ScriptDirectory
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import select

from benchmarks import ROOT, catalogue, invention
from benchmarks.catalogue import read_catalogue
from benchmarks.invention import ACTOR, SEED, Inventor
from counterclaim.db import make_engine, refresh_statistics, writing
from counterclaim.migrate import migration_config, upgrade
from counterclaim.models import (
    Attribution,
    Claim,
    ClaimPlace,
    Document,
    Event,
    EventPart,
    InterceptionCount,
    LedgerEntry,
    Occurrence,
    Quote,
)
from counterclaim.queries.names import Finder
from counterclaim.seeding import CATALOGUE, seed
from counterclaim.statements import insert_rows
from counterclaim.store.events import last_number
from counterclaim.store.keys import ensure_admin
from counterclaim.store.ledger import GENESIS, Writer
from counterclaim.store.rebuild import rebuild

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine, Table

    from counterclaim.statements import WriteSession

CATALOGUE_AT = datetime(2022, 1, 1, tzinfo=UTC)
ADMIN_KEY = "key-of-a-store-that-holds-nothing-but-inventions"
LAYOUT = b"1"
"""To be raised when kept stores are to be made anew though neither words nor tables changed."""

CHUNK = 5000
"""So many events are written in one transaction."""

IN_ORDER = [
    cast("Table", model.__table__)
    for model in (
        Event,
        EventPart,
        Document,
        Quote,
        Claim,
        Attribution,
        Occurrence,
        ClaimPlace,
        InterceptionCount,
        LedgerEntry,
    )
]
"""Tables in an order in which every row finds what it refers to."""

err = Console(stderr=True)


def bench_folder() -> Path:
    """Where stores and results are kept between runs."""
    return Path(os.environ.get("BENCH_DIR", ROOT / ".bench")).resolve()


def fingerprint() -> str:
    """What a kept store depends on: what is invented and how, and its tables."""
    digest = hashlib.sha256(LAYOUT)
    for module in (invention, catalogue):
        digest.update(Path(str(module.__file__)).read_bytes())
    for name in CATALOGUE:
        digest.update((ROOT / "seeds" / name).read_bytes())
    head = ScriptDirectory.from_config(migration_config()).get_current_head()
    return f"{head}-{digest.hexdigest()[:12]}"


def sqlite_store(count: int) -> Path:
    """The file of a finished SQLite store with so many events, made if it is not there."""
    return _kept(str(count), lambda engine: fill(engine, count))


def empty_store() -> Path:
    """The file of a SQLite store with nothing in it but the catalogue."""
    return _kept("catalogue", fill_catalogue)


def _kept(name: str, fill_it: Callable[[Engine], None]) -> Path:
    folder = bench_folder() / f"stores-{fingerprint()}"
    file = folder / f"{name}.db"
    if file.exists():
        return file
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{name}.unfinished.db"
    for left in folder.glob(f"{unfinished.name}*"):
        left.unlink()
    engine = make_engine(f"sqlite:///{unfinished}")
    fill_it(engine)
    engine.dispose()
    with sqlite3.connect(unfinished) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    unfinished.rename(file)
    return file


def fill_catalogue(engine: Engine) -> None:
    """Migrate an empty database and write the catalogue, without the seed's article."""
    upgrade(engine)
    with writing(engine) as session:
        for _name, _intake in islice(seed(_first_writer(session)), len(CATALOGUE) + 1):
            pass


def fill(engine: Engine, count: int) -> None:
    """Fill an empty database with the catalogue and so many events; make the read model."""
    fill_catalogue(engine)
    with Progress(console=err, transient=not err.is_terminal) as bar:
        task = bar.add_task(f"inventing {count:,} events", total=count)
        write_events(engine, count, lambda done: bar.advance(task, done))
        task = bar.add_task("making the read model", total=None)
        begun = time.monotonic()
        with writing(engine) as session:
            rebuild(session, lambda done, all_: bar.update(task, completed=done, total=all_))
        seconds = time.monotonic() - begun
        with writing(engine) as session:
            refresh_statistics(session)
    ensure_admin(engine, ACTOR, ADMIN_KEY)  # Else each server that starts would write one.
    rate = count / seconds
    err.print(
        f"{count:,} events: read model made in {seconds:.0f} s, {rate:,.0f} events per second"
    )


def _first_writer(session: WriteSession) -> Writer:
    return Writer(session, ACTOR, CATALOGUE_AT, 0, GENESIS, Finder(session))


def write_events(engine: Engine, count: int, progress: Callable[[int], Any]) -> None:
    """Write the rows of so many events and their ledger entries behind those of the catalogue."""
    with writing(engine) as session:
        names = read_catalogue(session, Random(SEED))
        newest = select(LedgerEntry).order_by(LedgerEntry.seq.desc()).limit(1)
        last = session.scalars(newest).one()
        writer = Writer(session, ACTOR, last.at, last.seq, last.hash, Finder(session))
        numbers_from = last_number(session) + 1
    batches = Inventor(names, writer, count, numbers_from).batches()
    while chunk := list(islice(batches, max(1, CHUNK // 300))):
        with writing(engine) as session:
            for done, sheaf in chunk:
                for table in IN_ORDER:
                    if rows := sheaf.rows.get(table):
                        insert_rows(session, table, rows)
                progress(done)


@contextmanager
def copied(file: Path, folder: Path) -> Iterator[Path]:
    """A copy of a store to write to, gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"{file.stem}-copy.db"
    shutil.copyfile(file, copy)
    try:
        yield copy
    finally:
        for left in folder.glob(f"{copy.name}*"):
            left.unlink()
