"""``counterclaim backup``: a copy of the store while it is in use, and whether one is good."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.progress import Progress
from sqlalchemy import Engine

from counterclaim.cli.dump import OWNER_ONLY, Steps
from counterclaim.cli.ledger import tell_verification
from counterclaim.cli.progress import counting_bar
from counterclaim.cli.terminal import err, opened_store, say, telling_errors, written_beside
from counterclaim.db import make_engine, reading, sealed_engine, writing
from counterclaim.errors import BackupError
from counterclaim.migrate import is_current, upgrade
from counterclaim.store.backup import back_up, check_alone, is_sqlite, verify_copy
from counterclaim.store.dump import restore_store
from counterclaim.store.verify import Verification


def backup(
    file: Annotated[Path, typer.Argument(help="Where to; with --verify, the backup.")],
    *,
    overwrite: Annotated[bool, typer.Option(help="Replace a backup that is there.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check a backup that is there, and make none.")
    ] = False,
    head: Annotated[
        str | None,
        typer.Option(help="With --verify: a hash known from before, which must be in its chain."),
    ] = None,
) -> None:
    """Copy the store as it is now, while others go on writing.

    Of SQLite the copy is a file that is a store itself; of PostgreSQL it is a dump, for
    counterclaim restore. It takes its name when it is complete and on the disk, and only its owner
    may read it.
    """
    if verify:
        with telling_errors(), counting_bar() as bar:
            found = _verified(file, head, bar)
        tell_verification(found)
    else:
        _make(file, overwrite=overwrite)


def _make(file: Path, *, overwrite: bool) -> None:
    with opened_store() as engine, reading(engine) as session:
        _check_place(file, engine, overwrite=overwrite)
        with written_beside(file, OWNER_ONLY, replace=overwrite) as part, counting_bar() as bar:
            noun = "pages" if engine.dialect.name == "sqlite" else "rows"
            task = bar.add_task(noun, total=None)
            made = back_up(
                session, part, lambda done, all_: bar.update(task, completed=done, total=all_)
            )
    say(err, f"{file} is complete. Head: entry {made.seq}, hash {made.hash}")


def _check_place(file: Path, engine: Engine, *, overwrite: bool) -> None:
    """Make sure that nothing is lost by putting a file here."""
    check_alone(file)
    if not file.exists():
        return
    store = Path(engine.url.database or "")
    if store.is_file() and file.samefile(store):
        msg = f"{file} is the store itself."
        raise BackupError(msg)
    if not overwrite:
        msg = f"{file} is there already: take another name, or give --overwrite."
        raise BackupError(msg)


def _verified(file: Path, head: str | None, bar: Progress) -> Verification:
    if not is_sqlite(file):
        return _verified_dump(file, head, bar)
    check_alone(file)
    with _sealed(file) as engine, reading(engine) as session:
        task = bar.add_task("verified", total=None)
        return verify_copy(
            session, head, lambda done, all_: bar.update(task, completed=done, total=all_)
        )


@contextmanager
def _sealed(file: Path) -> Iterator[Engine]:
    engine = sealed_engine(file)
    try:
        if not is_current(engine):
            msg = f"The tables of {file} are of another version: verify it with that one, or copy"
            raise BackupError(f"{msg} it, run counterclaim db upgrade on the copy and verify that.")
        yield engine
    finally:
        engine.dispose()


def _verified_dump(file: Path, head: str | None, bar: Progress) -> Verification:
    """A dump is verified by restoring it into a store that is thrown away."""
    with TemporaryDirectory() as folder, file.open("rb") as given:
        engine = make_engine(f"sqlite:///{folder}/restored.db")
        try:
            upgrade(engine)
            with writing(engine, dry_run=True) as session:
                steps = Steps(bar)
                made = restore_store(session, given, steps.show, keep_faults=True, head=head)
        finally:
            engine.dispose()
    return made.verification
