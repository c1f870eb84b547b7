"""The commands: make a store, measure, and write what was measured into the documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import ROOT, bulk, real, report
from benchmarks.databases import running_databases
from benchmarks.growth import measure_cold
from benchmarks.peers.copying import plain_store
from benchmarks.plots import draw_growth
from benchmarks.rounds import Plan, measure_postgresql, measure_real, measure_sqlite
from benchmarks.stores import bench_folder, sqlite_store
from benchmarks.workloads import WORKLOADS
from benchmarks.writes import measure_writes, reads_beside_writer

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
err = Console(stderr=True)

Step = Callable[[Path, Path, int, float], Iterator[report.Row]]

IMPORTED = 20_000
"""Events of which the claims are imported at most."""

MOST_ON_POSTGRESQL = 300_000
PEERS = ("orm", "datasette", "pygeoapi", "raw", "bare")


@app.command()
def store(count: Annotated[int, typer.Argument(help="How many events.")]) -> None:
    """Make a SQLite store of so many invented events, or find it; print its path."""
    print(sqlite_store(count))


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


class Results:
    """What was measured so far, told and kept at once: an interrupted run loses nothing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.rows: list[report.Row] = []

    def add(self, row: report.Row) -> None:
        """Tell a row and keep it."""
        self.rows.append(row)
        err.print(" ".join(report.cells_of(row, self.rows)), highlight=False)
        report.save(self.folder / "results.json", self.rows)


def _writes(file: Path, folder: Path, _size: int, seconds: float) -> Iterator[report.Row]:
    for one in measure_writes(file, plain_store(file), folder, seconds * 3):
        yield one.as_row()


def _beside(file: Path, folder: Path, _size: int, seconds: float) -> Iterator[report.Row]:
    for one in reads_beside_writer(file, plain_store(file), folder, seconds * 3):
        yield one.as_row()


def _exports(file: Path, folder: Path, _size: int, _seconds: float) -> Iterator[report.Row]:
    yield from (one.as_row() for one in bulk.measure_exports(file, folder))


def _rebuild(file: Path, folder: Path, size: int, _seconds: float) -> Iterator[report.Row]:
    yield bulk.measure_rebuild(file, folder, size).as_row()


def _import(file: Path, folder: Path, size: int, _seconds: float) -> Iterator[report.Row]:
    yield bulk.measure_import(file, folder, min(size, IMPORTED)).as_row()


def _server(file: Path, folder: Path, _size: int, _seconds: float) -> Iterator[report.Row]:
    yield from (one.as_row() for one in bulk.measure_server(file, plain_store(file), folder))


def _cold(file: Path, folder: Path, _size: int, _seconds: float) -> Iterator[report.Row]:
    yield from measure_cold(file, folder)


MORE: dict[str, Step] = {
    "cold": _cold,
    "writes": _writes,
    "beside": _beside,
    "exports": _exports,
    "rebuild": _rebuild,
    "import": _import,
    "server": _server,
}
"""What is measured beside the workloads of single requests."""


@app.command()
def run(
    *,
    sizes: Annotated[str, typer.Option(help="Numbers of events.")] = "10000,100000",
    only: Annotated[str, typer.Option(help="Some of " + ", ".join((*WORKLOADS, *MORE)))] = "",
    engines: Annotated[str, typer.Option(help="Of sqlite and postgresql.")] = "sqlite",
    peers: Annotated[str, typer.Option(help="Some of " + ", ".join(PEERS))] = ",".join(PEERS),
    connections: Annotated[str, typer.Option(help="How many ask at once.")] = "1,16",
    seconds: Annotated[float, typer.Option(help="Of each cell in each round.")] = 1.0,
    rounds: Annotated[int, typer.Option(help="Of which the median is taken.")] = 3,
) -> None:
    """Measure, print a table and write the results as JSON and pictures."""
    plan = Plan(_names(only), _names(peers), list(map(int, _names(connections))), seconds, rounds)
    unknown = {*plan.only} - {*WORKLOADS, *MORE} | {*plan.peers} - {*PEERS}
    if unknown:
        raise typer.BadParameter(f"There is no {', '.join(sorted(unknown))}.")
    results = Results(bench_folder() / "results")
    for size in map(int, _names(sizes)):
        if "sqlite" in _names(engines):
            _run_sqlite(size, plan, results)
        if "postgresql" in _names(engines) and size <= MOST_ON_POSTGRESQL:
            _run_postgresql(size, plan, results)
    draw_growth(results.rows, results.folder)
    Console(width=150).print(report.terminal_table(results.rows))


def _run_sqlite(size: int, plan: Plan, results: Results) -> None:
    file = sqlite_store(size)
    measure_sqlite(file, results.folder, size, plan, lambda cell: results.add(cell.as_row()))
    for name, step in MORE.items():
        if not plan.only or name in plan.only:
            for row in step(file, results.folder, size, plan.seconds):
                results.add({"events": size, "engine": "sqlite", **row})


def _run_postgresql(size: int, plan: Plan, results: Results) -> None:
    file = sqlite_store(size)
    with running_databases() as databases:
        measure_postgresql(
            file, databases, results.folder, size, plan, lambda cell: results.add(cell.as_row())
        )


@app.command("real")
def real_(
    data: Annotated[Path, typer.Argument(help="Folder of the data sets, one in a folder each.")],
    *,
    times: Annotated[int, typer.Option(help="How often each row comes, on days of its own.")] = 4,
    only: Annotated[str, typer.Option(help="Some of " + ", ".join(WORKLOADS))] = "",
    seconds: Annotated[float, typer.Option(help="Of each cell in each round.")] = 1.0,
    rounds: Annotated[int, typer.Option(help="Of which the median is taken.")] = 3,
) -> None:
    """Import real data sets, multiplied, and measure what is read of them."""
    chosen = _names(only) or [name for name in WORKLOADS if name not in real.LEFT_OUT]
    plan = Plan(chosen, [], [1, 16], seconds, rounds)
    results = Results(bench_folder() / "results")
    what = f"UCDP GED and missile attacks × {times}"
    store = results.folder / "real.db"
    imported = list(real.measure_imports(data, results.folder, times, store))
    facts = real.read_facts(store)
    for one in imported:
        results.add({"events": facts.count, "engine": f"sqlite, {what}", **one.as_row()})
    measure_real(store, results.folder, what, facts, plan, lambda cell: results.add(cell.as_row()))
    Console(width=150).print(report.terminal_table(results.rows))


@app.command("report")
def report_(
    results: Annotated[Path | None, typer.Argument(help="What a run wrote.")] = None,
) -> None:
    """Write the tables of a run into docs/performance.md."""
    file = results or bench_folder() / "results" / "results.json"
    report.write_markdown(file, ROOT / "docs" / "performance.md")


if __name__ == "__main__":
    app()
