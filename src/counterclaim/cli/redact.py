"""``counterclaim redact``: blanks what law demands to blank, for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from counterclaim.cli.terminal import opened_store, operator, out, say
from counterclaim.db import writing
from counterclaim.store.ledger import Writer, open_writer
from counterclaim.store.redaction import (
    redact_document,
    redact_quote,
    redact_quote_of_claim,
    redact_source,
    scrub,
)

redact = typer.Typer(
    no_args_is_help=True, help="Blank what law demands to blank: it cannot be brought back."
)
Reason = Annotated[str, typer.Option(help="Why it has to be; it is kept.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask again.")]


@redact.command()
def document(
    row_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the document.")],
    *,
    reason: Reason,
    yes: Yes = False,
) -> None:
    """Blank a document's text, title, note, addresses and quotes, and what claims repeat of it."""
    _redact(redact_document, f"document {row_id}", row_id, reason, yes=yes)


@redact.command()
def quote(
    row_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the quote, or of a claim.")],
    *,
    reason: Reason,
    claim: Annotated[bool, typer.Option("--claim", help="The id is that of a claim.")] = False,
    yes: Yes = False,
) -> None:
    """Blank a quote: its stretch of the text, and all quotes that share a part of it."""
    act = redact_quote_of_claim if claim else redact_quote
    _redact(act, f"the quote {'of claim ' if claim else ''}{row_id}", row_id, reason, yes=yes)


@redact.command()
def source(
    key: Annotated[str, typer.Argument(help="Key of the source.")],
    *,
    reason: Reason,
    yes: Yes = False,
) -> None:
    """Blank a source's names and address, and change its key."""
    _redact(redact_source, f"source {key}", key, reason, yes=yes)


@redact.command("scrub")
def scrub_files() -> None:
    """Clear the files of the store again, where a redaction could not: others had it in use."""
    with opened_store() as engine:
        scrub(engine)
    say(out, "The files of the store are written anew.")


def _redact(
    act: Callable[[Writer, str, str | None], Any], what: str, key: str, reason: str, *, yes: bool
) -> None:
    if not yes:
        typer.confirm(f"Blank {what} for good? It cannot be brought back.", abort=True)
    with opened_store() as engine:
        with writing(engine) as session:
            row = act(open_writer(session, operator()), key, reason)
        say(out, f"Redacted: {row.__tablename__} {row.id}.")
        scrub(engine)
    say(out, "The files of the store are written anew; backups and copies are not reached.")
