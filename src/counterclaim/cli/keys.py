"""``counterclaim keys``: the API keys of a store."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from counterclaim.cli.terminal import err, opened_store, operator, out, say, shown
from counterclaim.db import reading, writing
from counterclaim.moment import isoformat_z
from counterclaim.queries.keys import list_keys
from counterclaim.store.keys import make_key, revoke_key
from counterclaim.store.ledger import open_writer
from counterclaim.vocabulary import KeyScope

keys = typer.Typer(no_args_is_help=True, help="The API keys of the store.")


@keys.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is; stands in the public ledger.")],
    scope: Annotated[
        list[KeyScope] | None,
        typer.Option(help="What it may do; each includes the narrower ones. Default: read."),
    ] = None,
) -> None:
    """Make a key and print it, once; only its hash is kept."""
    with opened_store() as engine:
        with writing(engine) as session:
            writer = open_writer(session, operator())
            row, key = make_key(writer, name, scope or [KeyScope.READ])
        say(err, f"Key {row.id} for {name} ({', '.join(row.scopes)}); it is not shown again:")
        say(out, key)


@keys.command("list")
def show() -> None:
    """List the keys with their scopes and their last use."""
    table = Table("id", "name", "scopes", "created", "last used", "revoked")
    with opened_store() as engine, reading(engine) as session:
        for row in list_keys(session):
            instants = (row.created_at, row.last_used_at, row.revoked_at)
            told = [isoformat_z(at) if at else "" for at in instants]
            table.add_row(row.id, shown(row.name), " ".join(row.scopes), *told)
    out.print(table)


@keys.command("revoke")
def revoke(key_id: Annotated[str, typer.Argument(help="Its id, as list tells.")]) -> None:
    """Let a key count no more."""
    with opened_store() as engine:
        with writing(engine) as session:
            row = revoke_key(open_writer(session, operator()), key_id)
        say(out, f"Key {row.id} of {row.name} is revoked.")
