"""How far a command is: a bar, or a line now and then where there is no terminal."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from counterclaim.cli.terminal import err, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from counterclaim.importers.tables import TableFile

PLAIN_S = 5.0
"""Seconds between two lines of progress where no bar can be drawn."""


@contextmanager
def progress_through(table: TableFile, what: str = "") -> Iterator[Callable[[int], None]]:
    """What tells, given the rows so far, how much of the file's bytes was read."""
    started = time.monotonic()
    if not err.is_terminal:
        last = started

        def tell_plainly(rows: int) -> None:
            nonlocal last
            if time.monotonic() - last >= PLAIN_S:
                last = time.monotonic()
                share = table.position / (table.size or 1)
                say(err, f"{what} {share:.0%}, {_rate(rows, started)}".strip())

        yield tell_plainly
        return
    told = TextColumn("{task.description} {task.fields[rate]}", markup=False)
    columns = (BarColumn(), TaskProgressColumn(), DownloadColumn(), told, TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task(what, total=table.size, rate="")
        yield lambda rows: bar.update(task, completed=table.position, rate=_rate(rows, started))


def _rate(rows: int, started: float) -> str:
    passed = time.monotonic() - started
    return f"{rows} rows, {rows / passed if passed else 0:.0f} a second"


class _Rate(ProgressColumn):
    """Items a second."""

    def render(self, task: Task) -> Text:
        """The rate so far."""
        return Text(f"{task.finished_speed or task.speed or 0:,.0f}/s")


def counting_bar() -> Progress:
    """A bar on standard error with how many of how many, the rate and the time."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        console=err,
    )
