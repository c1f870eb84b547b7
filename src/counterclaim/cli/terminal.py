"""What the commands share: how they print, and the store that they work on."""

from __future__ import annotations

import getpass
import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import typer
from rich.console import Console

from counterclaim.config import Settings
from counterclaim.db import CACHE_MIB, make_engine
from counterclaim.errors import CounterclaimError, RejectedError, StoreError
from counterclaim.migrate import is_current
from counterclaim.store.keys import OPERATOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

# What is printed is often a user's own words: [b] and :cat: in them are no orders to rich.
out = Console(markup=False, emoji=False)
err = Console(markup=False, emoji=False, stderr=True)

STDOUT = Path("-")
"""In place of a file: what comes in, or goes out, by the standard streams."""

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def shown(text: str) -> str:
    """The text with control characters as escapes, so that words cannot move the cursor."""
    return UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def say(console: Console, text: str, *, style: str | None = None) -> None:
    """Print a message as it is, on as many lines as it has."""
    console.print(shown(text), style=style, highlight=False, soft_wrap=True)


@contextmanager
def telling_errors() -> Iterator[None]:
    """The package's own errors end the program with a message."""
    try:
        yield
    except RejectedError as error:
        say(err, f"Nothing was stored: {len(error.problems)} problem(s).", style="bold red")
        for problem in error.problems:
            say(err, f"  {problem.pointer or '(all of it)'}  {problem.detail}")
        raise typer.Exit(1) from None
    except (CounterclaimError, OSError) as error:
        say(err, str(error), style="bold red")
        raise typer.Exit(1) from None


@contextmanager
def opened_store(*, migrated: bool = True, cache_mib: int = CACHE_MIB) -> Iterator[Engine]:
    """The store of the settings; the package's own errors end the program with a message."""
    with telling_errors():
        engine = make_engine(Settings().database_url, cache_mib=cache_mib)
        try:
            if migrated and not is_current(engine):
                msg = "The tables are not at the newest revision: run counterclaim db upgrade."
                raise StoreError(msg)
            yield engine
        finally:
            engine.dispose()


def operator() -> str:
    """Who writes at the machine itself, as the ledger names them."""
    try:
        return OPERATOR + getpass.getuser()
    except (KeyError, OSError):
        return f"{OPERATOR}{os.getuid()}"


@contextmanager
def opened_output(file: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A file to write to, which takes its name and its place when all is on the disk."""
    if file == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with written_beside(file, mode) as part, part.open("wb") as out_file:
        yield out_file


@contextmanager
def written_beside(file: Path, mode: int = 0o666, *, replace: bool = True) -> Iterator[Path]:
    """An empty file beside a place, which it takes when all is on the disk.

    Raises:
        FileExistsError: without ``replace``, something came to be at that place.
    """
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    try:
        yield part
        make_durable(part)
        if not replace:
            file.hardlink_to(part)  # Unlike a renaming, this never takes a place that is taken.
        else:
            part.replace(file)
        make_durable(file.parent)
    finally:
        part.unlink(missing_ok=True)


def make_durable(path: Path) -> None:
    """Wait until a file, or what a folder says of its files, is on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
