"""Commands on the ledger: is the store what was written, and give its state a name."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import Progress

from counterclaim.cli.terminal import err, opened_store, operator, out, say
from counterclaim.db import reading, writing
from counterclaim.moment import isoformat_z
from counterclaim.queries.releases import get_release
from counterclaim.schemas.release import read_instant
from counterclaim.store.ledger import open_writer
from counterclaim.store.releases import freeze_release
from counterclaim.store.verify import Verification
from counterclaim.store.verify import verify as verify_all


def verify(
    *,
    head: Annotated[
        str | None, typer.Option(help="A hash that is known from before: it must be in the chain.")
    ] = None,
) -> None:
    """Check every entry of the ledger and every row against it; the exit code tells of faults."""
    with opened_store() as engine, reading(engine) as session, Progress(console=err) as bar:
        task = bar.add_task("entries and rows", total=None)
        found = verify_all(
            session, head, lambda done, all_: bar.update(task, completed=done, total=all_)
        )
    tell_verification(found)


def tell_verification(found: Verification) -> None:
    """Print what was found.

    Raises:
        typer.Exit: there are faults.
    """
    at = f" of {isoformat_z(found.at)}" if found.at else ""
    say(out, f"Head: entry {found.seq}{at}, hash {found.hash}")
    say(out, f"{found.entries} entries and {found.rows} rows checked.")
    for one in found.redactions:
        say(out, f"Redacted: {one.table} {one.id}, by entry {one.seq}")
    for fault in found.faults:
        say(err, str(fault), style="bold red")
    if found.unlisted:
        say(err, f"… and {found.unlisted} more.", style="bold red")
    count = len(found.faults) + found.unlisted
    say(out, f"{count} fault(s)." if count else "All is as it was written.")
    if count:
        raise typer.Exit(1)


def release(
    name: Annotated[str, typer.Argument(help="Its permanent name, as 2024-q4.")],
    *,
    note: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    known_at: Annotated[
        str | None, typer.Option(help="An instant, as 2024-11-26T09:30:00Z; else the last write.")
    ] = None,
) -> None:
    """Freeze a state of the store under a name, with a checksum and a citation."""
    with opened_store() as engine:
        instant = None if known_at is None else read_instant(known_at)
        with writing(engine) as session:
            freeze_release(open_writer(session, operator()), name, note, instant)
            made = get_release(session, name)
    say(out, made.citation)
