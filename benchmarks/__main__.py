"""The commands: make a store, measure, and write what was measured into the documentation."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmarks.stores import sqlite_store

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@app.command()
def store(count: Annotated[int, typer.Argument(help="How many events.")]) -> None:
    """Make a SQLite store of so many invented events, or find it; print its path."""
    print(sqlite_store(count))


@app.callback()
def main() -> None:
    """Stores, rounds and reports."""


if __name__ == "__main__":
    app()
