"""``counterclaim dump`` and ``restore``: the whole store in a file, and back from it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.progress import Progress, TaskID

from counterclaim.cli.progress import counting_bar
from counterclaim.cli.terminal import (
    STDOUT,
    err,
    opened_output,
    opened_store,
    out,
    say,
)
from counterclaim.db import reading, writing
from counterclaim.errors import InputError
from counterclaim.store.dump import Restored, compressed, dump_header, dump_store, restore_store

OWNER_ONLY = 0o600
"""A dump holds claims that nobody has reviewed, and the hashes of keys."""


def dump(
    file: Annotated[Path, typer.Argument(help="Where to. - is standard output.")] = STDOUT,
    *,
    compress: Annotated[
        bool, typer.Option("--compress/--no-compress", help="With Zstandard, or as plain lines.")
    ] = True,
) -> None:
    """Write the whole store as lines of JSON: one state of it, the same bytes on either engine.

    The file gets its name when it is complete, and only its owner may read it.
    """
    with opened_store() as engine, reading(engine) as session:
        if file == STDOUT and compress and sys.stdout.isatty():
            msg = "What is compressed is not for a terminal: name a file, or give --no-compress."
            raise InputError(msg)
        header = dump_header(session)
        with opened_output(file, OWNER_ONLY) as output, counting_bar() as bar:
            task = bar.add_task("rows", total=sum(header.tables.values()))
            pieces = dump_store(session, header, lambda done, _: bar.update(task, completed=done))
            for piece in compressed(pieces) if compress else pieces:
                output.write(piece)
    rows = sum(header.tables.values())
    say(err, f"{rows} rows. Head: entry {header.ledger.seq}, hash {header.ledger.hash}")


def restore(
    file: Annotated[Path, typer.Argument(help="A dump. - is standard input.")],
    *,
    dry_run: Annotated[bool, typer.Option(help="Do all of it, and store nothing.")] = False,
    keep_faults: Annotated[
        bool, typer.Option(help="Restore a store that had faults when it was dumped, too.")
    ] = False,
) -> None:
    """Fill an empty store from a dump, and verify it: all of it, or nothing."""
    with opened_store() as engine, _opened_input(file) as given, counting_bar() as bar:
        steps = Steps(bar)
        with writing(engine, dry_run=dry_run) as session:
            made = restore_store(session, given, steps.show, keep_faults=keep_faults)
    _print_restored(made, dry_run=dry_run)


class Steps:
    """A bar for each step, from when it begins."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._tasks: dict[str, TaskID] = {}

    def show(self, step: str, done: int, total: int) -> None:
        """Note how many of a step are done."""
        if step not in self._tasks:
            self._tasks[step] = self._bar.add_task(step, total=total)
        self._bar.update(self._tasks[step], completed=done)


@contextmanager
def _opened_input(file: Path) -> Iterator[BinaryIO]:
    if file == STDOUT:
        yield sys.stdin.buffer
        return
    with file.open("rb") as given:
        yield given


def _print_restored(made: Restored, *, dry_run: bool) -> None:
    found = made.verification
    for fault in found.faults:
        say(err, str(fault), style="bold red")
    say(out, f"Head: entry {found.seq}, hash {found.hash}, as in the dump.")
    verb = "would be restored" if dry_run else "restored"
    count = len(found.faults) + found.unlisted
    say(out, f"{made.rows} rows {verb}; {f'{count} fault(s) kept' if count else 'all verified'}.")
