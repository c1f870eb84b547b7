"""Commands that are imported when they are asked for: serving does not wait for importing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = {
    "keys": ("keys", "keys"),
    "verify": ("ledger", "verify"),
    "release": ("ledger", "release"),
    "import": ("imports", "import_"),
    "export": ("export", "export"),
    "gazetteer": ("gazetteer", "gazetteer"),
    "backup": ("backup", "backup"),
    "dump": ("dump", "dump"),
    "restore": ("dump", "restore"),
    "redact": ("redact", "redact"),
    "draft": ("draft", "draft"),
}
"""By name the module below ``cli`` and what in it makes the command."""


class Commands(TyperGroup):
    """The commands of the program's own module, and those of the others."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands."""
        return [*super().list_commands(ctx), *COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name, None if there is none."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, name = COMMANDS[cmd_name]
        found = getattr(import_module(f"counterclaim.cli.{module}"), name)
        if isinstance(found, typer.Typer):
            command = typer.main.get_command(found)
            command.name = cmd_name
            return command
        only = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        only.command(cmd_name)(found)
        return typer.main.get_command(only)
