"""The commands; each is a few lines over the package's own functions."""

from __future__ import annotations

import gc
import io
import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel

from counterclaim import __version__
from counterclaim.cli.lazy import Commands
from counterclaim.cli.terminal import err, opened_store, operator, out, say, shown
from counterclaim.config import Settings
from counterclaim.db import reading, writing
from counterclaim.errors import RejectedError
from counterclaim.migrate import upgrade
from counterclaim.store.keys import ensure_admin
from counterclaim.store.ledger import open_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from sqlalchemy import Engine

    from counterclaim.store.ingest import Intake

# Each command imports what it alone needs, so that none waits for what the others need.
# ruff: noqa: PLC0415

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A store and REST API for sourced battlefield-event claims.",
)
db = typer.Typer(no_args_is_help=True, help="The store's tables.")
app.add_typer(db, name="db")
GRACE_S = 30
"""Seconds that requests under way are given when the server is told to stop."""

BUSY_S = 60
"""A worker that does not answer its parent for so many seconds hangs, and is replaced."""

SHORT_KEY = 16
"""Below this many characters an admin key can be guessed; the operator is told."""


@app.callback()
def main() -> None:
    """Counterclaim: who said what about which strike, in which words."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # A letter that the terminal lacks is no failure.
            stream.reconfigure(errors="backslashreplace")


@app.command()
def version() -> None:
    """Print the version."""
    say(out, __version__)


@db.command("upgrade")
def db_upgrade() -> None:
    """Make the tables, or bring them to the newest revision; nothing is lost.

    Where a revision adds to the read model, it is made anew.
    """
    with opened_store(migrated=False) as engine:
        from counterclaim.store.fitness import is_behind
        from counterclaim.store.lines import renew_lines
        from counterclaim.store.totals import are_kept, renew_totals

        upgrade(engine)
        with reading(engine) as session:
            behind, kept = is_behind(session), are_kept(session)
        if behind:
            _rebuild(engine)
        else:
            with writing(engine) as session:
                if not kept:
                    renew_totals(session)
                renew_lines(session)
        say(out, f"The tables of {engine.url.render_as_string()} are at the newest revision.")


@db.command("check")
def db_check() -> None:
    """Tell by the exit code whether the tables are at the newest revision."""
    with opened_store():
        say(out, "The tables are at the newest revision.")


@app.command()
def seed() -> None:
    """Load reference rows, ISO regions and the first article; twice changes nothing."""
    from counterclaim.seeding import seed as take_seed
    from counterclaim.store.redaction import holds_redactions

    with opened_store() as engine:
        try:
            with writing(engine) as session:
                for name, intake in take_seed(open_writer(session, operator())):
                    _print_intake(name, intake, verb="loaded")
        except RejectedError as error:
            if not holds_redactions(engine):
                raise
            say(err, f"The seed holds what was redacted here and is not loaded again: {error}")


@app.command()
def ingest(
    file: Annotated[Path, typer.Argument(help="A claim file: YAML or JSON.")],
    *,
    dry_run: Annotated[bool, typer.Option(help="Say what would happen; store nothing.")] = False,
) -> None:
    """Take in a claim file, accepted at once: all of it, or nothing."""
    from counterclaim.importers.claim_file import read_claim_file
    from counterclaim.store.ingest import ingest as take_file

    with opened_store() as engine:
        body = read_claim_file(file)
        with writing(engine, dry_run=dry_run) as session:
            intake = take_file(open_writer(session, operator()), body, accept=True)
        _print_intake(file.name, intake, verb="would be loaded" if dry_run else "loaded")


def _print_intake(name: str, intake: Intake, *, verb: str) -> None:
    from rich.table import Table

    created = ", ".join(f"{count} {noun}" for noun, count in intake.created.items() if count)
    kept = ", ".join(f"{count} {noun}" for noun, count in intake.unchanged.items() if count)
    say(out, f"{name}: {created or 'nothing new'} {verb}; {kept or 'nothing'} unchanged.")
    warned = [(taken, warning) for taken in intake.claims for warning in taken.warnings]
    if not warned:
        return
    table = Table("claim", "warning", "detail", title=f"{len(warned)} warning(s)")
    for taken, warning in warned:
        table.add_row(taken.ref or taken.id, warning["code"], shown(warning["detail"]))
    out.print(table)


@app.command()
def rebuild() -> None:
    """Make the read model anew from the claims, with all its versions."""
    with opened_store() as engine:
        _rebuild(engine)


def _rebuild(engine: Engine) -> None:
    from rich.progress import Progress

    from counterclaim.store.crew import processors
    from counterclaim.store.rebuild import rebuild as rebuild_all

    with writing(engine) as session, Progress(console=err) as bar:
        task = bar.add_task("ledger entries", total=None)
        count = rebuild_all(
            session,
            lambda done, all_: bar.update(task, completed=done, total=all_),
            processes=processors(),
        )
    say(out, f"Rebuilt from {count} transactions.")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Instead of COUNTERCLAIM_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of COUNTERCLAIM_PORT.")] = None,
) -> None:
    """Serve the API until told to stop; requests under way are finished first."""
    given = {"host": host, "port": port}
    settings = Settings().model_copy(update={k: v for k, v in given.items() if v is not None})
    with opened_store() as engine:
        served = _served(settings)
        _show_first_key(engine, settings)
    say(out, f"Counterclaim answers at http://{settings.host}:{settings.port}")

    import uvicorn

    from counterclaim.connections import ImpatientProtocol
    from counterclaim.logs import log_config

    with _shared_numbers(settings):
        uvicorn.run(
            served,
            factory=settings.workers > 1,
            workers=settings.workers,
            host=settings.host,
            port=settings.port,
            log_config=log_config(settings.log_format, settings.log_level),
            log_level=settings.log_level,
            access_log=False,
            server_header=False,
            http=ImpatientProtocol,
            timeout_graceful_shutdown=GRACE_S,
            timeout_worker_healthcheck=BUSY_S,
        )


@contextmanager
def _shared_numbers(settings: Settings) -> Iterator[None]:
    """A new folder in which several workers leave their numbers for each other."""
    if settings.workers == 1:
        yield
        return
    with TemporaryDirectory(prefix="counterclaim-", dir=settings.metrics_folder) as folder:
        os.environ["COUNTERCLAIM_METRICS_FOLDER"] = folder
        yield


def _served(settings: Settings) -> FastAPI | str:
    """The application, or where each of several workers, which are new processes, finds it."""
    if settings.workers == 1:
        return serving(settings)
    if settings.rate_limit.strip():
        from counterclaim.rates import Rates

        Rates(settings.rate_limit, settings.rate_limit_storage)  # Wrong settings are told once.
    if settings.secret_key is None:  # What one process signs, the others must know.
        os.environ["COUNTERCLAIM_SECRET_KEY"] = token_urlsafe(32)
    return "counterclaim.cli.main:serving"


def serving(settings: Settings | None = None) -> FastAPI:
    """The application of a process that only serves it; by default with the settings around it."""
    gc.disable()  # There is no garbage in what is imported: the tenth part of the start.
    # FastAPI has many models of what describes an API: they are built when a description is.
    BaseModel.model_config["defer_build"] = True
    from counterclaim.app import served_app

    return served_app(settings)


def _show_first_key(engine: Engine, settings: Settings) -> None:
    """Give the store its first admin key; one that had to be made is printed, this once."""
    chosen = settings.admin_key.get_secret_value() if settings.admin_key else None
    if chosen is not None and len(chosen) < SHORT_KEY:
        say(err, f"COUNTERCLAIM_ADMIN_KEY is short: take at least {SHORT_KEY} random characters.")
    key = ensure_admin(engine, operator(), chosen)
    if key is not None:
        say(out, f"The first admin key of this store, shown this once: {key}")


@app.command()
def openapi(
    *,
    check: Annotated[bool, typer.Option(help="Only tell whether it is current.")] = False,
    file: Annotated[Path, typer.Option(help="Where it is written.")] = Path("openapi.json"),
) -> None:
    """Write the API's description."""
    from counterclaim.app import create_app

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
    from counterclaim.codebook import generated_docs

    for name, text in generated_docs().items():
        _write_or_check(folder / name, text, check=check)


def _write_or_check(file: Path, text: str, *, check: bool) -> None:
    if not check:
        file.write_text(text, encoding="utf-8")
        say(out, f"{file} is written.")
    elif not file.is_file() or file.read_text(encoding="utf-8") != text:
        say(err, f"{file} is not current: run the command without --check.", style="bold red")
        raise typer.Exit(1)
