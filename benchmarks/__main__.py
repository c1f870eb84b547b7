"""The commands: make a store, measure, and write what was measured into the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from benchmarks import ROOT, report
from benchmarks.rounds import Cell, Plan, measure_sqlite
from benchmarks.stores import bench_folder, sqlite_store
from benchmarks.workloads import WORKLOADS

if TYPE_CHECKING:
    from pathlib import Path

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
err = Console(stderr=True)

PEERS = ("orm", "datasette", "pygeoapi", "raw", "bare")


@app.command()
def store(count: Annotated[int, typer.Argument(help="How many events.")]) -> None:
    """Make a SQLite store of so many invented events, or find it; print its path."""
    print(sqlite_store(count))


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


@app.command()
def run(
    *,
    sizes: Annotated[str, typer.Option(help="Numbers of events.")] = "10000,100000",
    only: Annotated[str, typer.Option(help="Workloads; else all: " + ", ".join(WORKLOADS))] = "",
    peers: Annotated[str, typer.Option(help="Of " + ", ".join(PEERS))] = ",".join(PEERS),
    connections: Annotated[str, typer.Option(help="How many ask at once.")] = "1,16",
    seconds: Annotated[float, typer.Option(help="Of each cell in each round.")] = 1.0,
    rounds: Annotated[int, typer.Option(help="Of which the median is taken.")] = 3,
) -> None:
    """Measure, print a table and write the results as JSON and pictures."""
    folder = bench_folder() / "results"
    folder.mkdir(parents=True, exist_ok=True)
    plan = Plan(_names(only), _names(peers), list(map(int, _names(connections))), seconds, rounds)
    rows: list[report.Row] = []

    def tell(cell: Cell) -> None:
        rows.append(cell.as_row())
        err.print(" ".join(report.cells_of(rows[-1], rows)), highlight=False)
        report.save(folder / "results.json", rows)

    for size in map(int, _names(sizes)):
        measure_sqlite(sqlite_store(size), folder, size, plan, tell)
    Console(width=150).print(report.terminal_table(rows))


@app.command("report")
def report_(
    results: Annotated[Path | None, typer.Argument(help="What a run wrote.")] = None,
) -> None:
    """Write the tables of a run into docs/performance.md."""
    file = results or bench_folder() / "results" / "results.json"
    report.write_markdown(file, ROOT / "docs" / "performance.md")


if __name__ == "__main__":
    app()
