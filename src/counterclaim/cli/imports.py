"""``counterclaim import``: takes in a data set, with progress, a report and a file of rejects."""

from __future__ import annotations

import csv
import gc
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from counterclaim.cli.progress import progress_through
from counterclaim.cli.terminal import err, opened_store, operator, out, say, shown
from counterclaim.errors import InputError
from counterclaim.importers.registry import ADAPTERS
from counterclaim.importers.run import ImportOptions, ImportRun
from counterclaim.importers.tables import opened_table
from counterclaim.names import nearest
from counterclaim.vocabulary import RowFate

if TYPE_CHECKING:
    from counterclaim.importers.adapter import Adapter
    from counterclaim.importers.run import ImportReport
    from counterclaim.importers.tables import TableFile
    from counterclaim.store.imports import RowTaken

STDIN = Path("-")

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended, as shells have it."""

OBJECTS = 50_000
"""After so many new objects Python looks for circles of them."""

MOST_SHOWN = 20
"""So many of a kind are listed in the report; the file of rejects has all."""

COLUMNS = ("line", "record", "column", "value", "reason")


def import_(
    adapter: Annotated[str, typer.Argument(help="Which data set it is: " + ", ".join(ADAPTERS))],
    file: Annotated[Path, typer.Argument(help="A table: .csv, .gz, .zip, NDJSON, or - for stdin.")],
    *,
    dry_run: Annotated[bool, typer.Option(help="Try everything, and undo it.")] = False,
    resume: Annotated[bool, typer.Option(help="Go on with the import that stopped.")] = False,
    partial: Annotated[
        bool, typer.Option(help="The file is a part: nothing that it lacks is withdrawn.")
    ] = False,
    withdraw: Annotated[
        bool, typer.Option(help="Withdraw what it lacks, even if that is most of the data set.")
    ] = False,
    version: Annotated[
        str | None, typer.Option(help="Version of the data set; else the file's name.")
    ] = None,
    data_set: Annotated[
        str | None, typer.Option(help="Name of the data set; else the adapter's.")
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows are listed; else FILE.rejects.csv.")
    ] = None,
) -> None:
    """Take in a data set row by row; what a newer version lacks or says otherwise is kept apart."""
    options = ImportOptions(
        data_set=data_set or adapter,
        version=(version or _version(file))[:60],
        dry_run=dry_run,
        resume=resume,
        partial=partial,
        withdraw=withdraw,
    )
    if rejects is None and file != STDIN:
        rejects = file.with_name(f"{file.name}.rejects.csv")
    # Rows make many objects and hardly a circle: to look for them costs a tenth of the time.
    gc.freeze()
    gc.set_threshold(OBJECTS)
    with opened_store() as engine, ExitStack() as stack:
        chosen = _adapter(adapter)
        stdin = sys.stdin.buffer if file == STDIN else None
        table = stack.enter_context(opened_table(file, stdin))
        run = ImportRun(engine, chosen, table, operator(), options)
        listed = stack.enter_context(RejectsFile(rejects, appending=resume))
        try:
            with progress_through(table) as tell:
                for taken in run.advance():
                    listed.write(taken)
                    tell(run.report.rows)
        except KeyboardInterrupt:
            _say_how_to_go_on(adapter, file, options, run)
            raise typer.Exit(INTERRUPTED) from None
    _print_report(table, run.report, options, listed)
    if not any(run.report.counts.get(fate, 0) for fate in RowFate if fate != RowFate.REJECTED):
        say(err, "Nothing could be taken in.", style="bold red")
        raise typer.Exit(1)


def _version(file: Path) -> str:
    return "standard input" if file == STDIN else file.name


def _adapter(name: str) -> Adapter:
    if name not in ADAPTERS:
        near = nearest(name, ADAPTERS) or list(ADAPTERS)
        msg = f"There is no adapter {name!r}: choose {' or '.join(near)}."
        raise InputError(msg, suggestions=near)
    return ADAPTERS[name]


class RejectsFile:
    """The CSV of rejected rows; it is made when the first one comes."""

    def __init__(self, path: Path | None, *, appending: bool) -> None:
        self.path, self.appending, self.count = path, appending, 0
        self._file: IO[str] | None = None
        self._writer: Any = None

    def __enter__(self) -> RejectsFile:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, taken: list[RowTaken]) -> None:
        """List those of the rows that were rejected."""
        for row in taken:
            if row.fate is RowFate.REJECTED:
                self.add((row.line, row.key, row.column, row.value, row.reason))
        if self._file is not None:
            self._file.flush()

    def add(self, cells: tuple[object, ...]) -> None:
        """List one row, by the cells of ``COLUMNS``."""
        self.count += 1
        if self.path is not None:
            self._open(self.path)
            self._writer.writerow(cells)

    def _open(self, path: Path) -> None:
        if self._file is not None:
            return
        beginning = not (self.appending and path.exists())
        self._file = path.open("w" if beginning else "a", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        if beginning:
            self._writer.writerow(COLUMNS)


def _say_how_to_go_on(adapter: str, file: Path, options: ImportOptions, run: ImportRun) -> None:
    if options.dry_run:
        say(err, "Stopped; this was a trial, and nothing was stored.")
        return
    given = [f"--data-set {options.data_set}"] if options.data_set != adapter else []
    flags = ("partial", "withdraw")
    given += [f"--{name}" for name in flags if getattr(options, name)]
    again = " ".join(["counterclaim import", adapter, f"'{file}'", "--resume", *given])
    say(err, f"Stopped; {run.report.rows} rows are stored. To go on: {again}")


MEANING = {
    RowFate.IMPORTED: "new claims were made",
    RowFate.SUPERSEDING: "otherwise than in an earlier version: that one was replaced",
    RowFate.UNCHANGED: "held already, nothing to do",
    RowFate.REJECTED: "refused, with the reason",
}


def _print_report(
    table: TableFile, report: ImportReport, options: ImportOptions, listed: RejectsFile
) -> None:
    version = f", version {options.version}" if options.version != table.name else ""
    say(out, f"{table.name} as {options.data_set}{version}: {report.rows:,} rows")
    for fate, meaning in MEANING.items():
        say(out, f"{report.counts.get(fate, 0):>9,}  {fate:<11}  {meaning}")
    claims, gone = report.counts.get("claims", 0), report.counts.get("withdrawn", 0)
    say(out, f"{claims:,} claim(s) made, {gone:,} withdrawn.")
    _print_found(report)
    for note in report.notes:
        say(out, f"Note: {note}")
    if listed.count and listed.path is not None:
        say(out, f"The {listed.count} rejected row(s) of this run are listed in {listed.path}")
    _print_missing(report, options)
    if options.dry_run:
        say(out, "This was a trial: nothing was stored.")


def _print_found(report: ImportReport) -> None:
    """What was new, which names were missing, and what was remarked, each with its rows."""
    for noun, keys in report.created.items():
        more = f" and {len(keys) - MOST_SHOWN} more" if len(keys) > MOST_SHOWN else ""
        say(out, f"New in {noun}: {', '.join(keys[:MOST_SHOWN])}{more}")
    for detail, count in report.names.most_common(MOST_SHOWN):
        say(out, f"{count} row(s): {shown(detail)}")
    if report.remarks:
        say(out, "Remarks, which the claims carry as warnings:")
    alike = sorted(report.remarks.values(), key=lambda said: -said.total())
    for said in alike[:MOST_SHOWN]:
        others = f" (and {len(said) - 1:,} like it)" if len(said) > 1 else ""
        say(out, f"{said.total():>9,}  {shown(next(iter(said)))}{others}")
    if len(alike) > MOST_SHOWN:
        rest = sum(said.total() for said in alike[MOST_SHOWN:])
        say(out, f"{rest:>9,}  others, of {len(alike) - MOST_SHOWN} kinds")


def _print_missing(report: ImportReport, options: ImportOptions) -> None:
    missing = report.missing
    if missing is None or not missing.missing:
        return
    what = f"{missing.missing} record(s) of earlier versions have no row in this file"
    if report.withdrawn:
        say(out, f"{what}: their claims are withdrawn.")
    elif options.partial:
        say(out, f"{what}, as it is only a part: they stand.")
    else:
        why = f"only {missing.kept} have one"
        if missing.unread:
            why += f", and {missing.unread} row(s) could not be told to be one of them"
        say(
            out,
            f"{what}, and {why}: nothing was withdrawn. Import it again with --withdraw if the"
            " file is the whole data set; --partial says that it is a part.",
        )
