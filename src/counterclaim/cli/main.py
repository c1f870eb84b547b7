"""The commands; each is a few lines over the package's own functions."""

from __future__ import annotations

import getpass
import io
import json
import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import uvicorn
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from counterclaim import __version__
from counterclaim.app import create_app
from counterclaim.codebook import generated_docs
from counterclaim.config import Settings
from counterclaim.db import make_engine, writing
from counterclaim.errors import CounterclaimError, RejectedError, StoreError
from counterclaim.importers.claim_file import read_claim_file
from counterclaim.migrate import is_current, upgrade
from counterclaim.seeding import seed as take_seed
from counterclaim.store.ingest import ingest as take_file
from counterclaim.store.ledger import open_writer
from counterclaim.store.rebuild import rebuild as rebuild_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from counterclaim.store.ingest import Intake

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A store and REST API for sourced battlefield-event claims.",
)
db = typer.Typer(no_args_is_help=True, help="The store's tables.")
app.add_typer(db, name="db")
GRACE_S = 30
"""Seconds that requests under way are given when the server is told to stop."""

# What is printed is often a user's own words: [b] and :cat: in them are no orders to rich.
out = Console(markup=False, emoji=False)
err = Console(markup=False, emoji=False, stderr=True)

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def _shown(text: str) -> str:
    """The text with control characters as escapes, so that words cannot move the cursor."""
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _say(console: Console, text: str, *, style: str | None = None) -> None:
    """Print a message as it is, on as many lines as it has."""
    console.print(_shown(text), style=style, highlight=False, soft_wrap=True)


@contextmanager
def _store(*, migrated: bool = True) -> Iterator[Engine]:
    """The store of the settings; the package's own errors end the program with a message."""
    try:
        engine = make_engine(Settings().database_url)
        try:
            if migrated and not is_current(engine):
                msg = "The tables are not at the newest revision: run counterclaim db upgrade."
                raise StoreError(msg)
            yield engine
        finally:
            engine.dispose()
    except RejectedError as error:
        _say(err, f"Nothing was stored: {len(error.problems)} problem(s).", style="bold red")
        for problem in error.problems:
            _say(err, f"  {problem.pointer or '(all of it)'}  {problem.detail}")
        raise typer.Exit(1) from None
    except (CounterclaimError, OSError) as error:
        _say(err, str(error), style="bold red")
        raise typer.Exit(1) from None


def _actor() -> str:
    try:
        return f"operator:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"operator:{os.getuid()}"


@app.callback()
def main() -> None:
    """Counterclaim: who said what about which strike, in which words."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # A letter that the terminal lacks is no failure.
            stream.reconfigure(errors="backslashreplace")


@app.command()
def version() -> None:
    """Print the version."""
    _say(out, __version__)


@db.command("upgrade")
def db_upgrade() -> None:
    """Make the tables, or bring them to the newest revision; nothing is lost."""
    with _store(migrated=False) as engine:
        upgrade(engine)
        _say(out, f"The tables of {engine.url.render_as_string()} are at the newest revision.")


@db.command("check")
def db_check() -> None:
    """Tell by the exit code whether the tables are at the newest revision."""
    with _store():
        _say(out, "The tables are at the newest revision.")


@app.command()
def seed() -> None:
    """Load reference rows, ISO regions and the first article; twice changes nothing."""
    with _store() as engine, writing(engine) as session:
        writer = open_writer(session, _actor())
        for name, intake in take_seed(writer):
            _print_intake(name, intake, verb="loaded")


@app.command()
def ingest(
    file: Annotated[Path, typer.Argument(help="A claim file: YAML or JSON.")],
    *,
    dry_run: Annotated[bool, typer.Option(help="Say what would happen; store nothing.")] = False,
) -> None:
    """Take in a claim file, accepted at once: all of it, or nothing."""
    with _store() as engine:
        body = read_claim_file(file)
        with writing(engine, dry_run=dry_run) as session:
            intake = take_file(open_writer(session, _actor()), body, accept=True)
        _print_intake(file.name, intake, verb="would be loaded" if dry_run else "loaded")


def _print_intake(name: str, intake: Intake, *, verb: str) -> None:
    created = ", ".join(f"{count} {noun}" for noun, count in intake.created.items() if count)
    kept = ", ".join(f"{count} {noun}" for noun, count in intake.unchanged.items() if count)
    _say(out, f"{name}: {created or 'nothing new'} {verb}; {kept or 'nothing'} unchanged.")
    warned = [(taken, warning) for taken in intake.claims for warning in taken.warnings]
    if not warned:
        return
    table = Table("claim", "warning", "detail", title=f"{len(warned)} warning(s)")
    for taken, warning in warned:
        table.add_row(taken.ref or taken.id, warning["code"], _shown(warning["detail"]))
    out.print(table)


@app.command()
def rebuild() -> None:
    """Make the read model anew from the claims, with all its versions."""
    with _store() as engine, writing(engine) as session, Progress(console=err) as bar:
        task = bar.add_task("transactions", total=None)
        count = rebuild_all(
            session, lambda done, all_: bar.update(task, completed=done, total=all_)
        )
    _say(out, f"Rebuilt from {count} transactions.")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Instead of COUNTERCLAIM_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of COUNTERCLAIM_PORT.")] = None,
) -> None:
    """Serve the API until told to stop; requests under way are finished first."""
    given = {"host": host, "port": port}
    settings = Settings().model_copy(update={k: v for k, v in given.items() if v is not None})
    with _store():
        served = create_app(settings)
    _say(out, f"Counterclaim answers at http://{settings.host}:{settings.port}")
    uvicorn.run(
        served,
        host=settings.host,
        port=settings.port,
        log_level="info",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )


@app.command()
def openapi(
    *,
    check: Annotated[bool, typer.Option(help="Only tell whether it is current.")] = False,
    file: Annotated[Path, typer.Option(help="Where it is written.")] = Path("openapi.json"),
) -> None:
    """Write the API's description."""
    described = create_app(Settings(database_url="sqlite:///unopened.db")).openapi()
    text = json.dumps(described, indent=2, ensure_ascii=False) + "\n"
    _write_or_check(file, text, check=check)


@app.command()
def docs(
    *,
    check: Annotated[bool, typer.Option(help="Only tell whether they are current.")] = False,
    folder: Annotated[Path, typer.Option(help="Where they are written.")] = Path("docs"),
) -> None:
    """Write the pages that are made from the code: the codebook and the claim file's schema."""
    for name, text in generated_docs().items():
        _write_or_check(folder / name, text, check=check)


def _write_or_check(file: Path, text: str, *, check: bool) -> None:
    if not check:
        file.write_text(text, encoding="utf-8")
        _say(out, f"{file} is written.")
    elif not file.is_file() or file.read_text(encoding="utf-8") != text:
        _say(err, f"{file} is not current: run the command without --check.", style="bold red")
        raise typer.Exit(1)
