"""The command line: ``counterclaim serve``, ``ingest``, ``seed``, ``rebuild``, ``db`` and more."""

from counterclaim.cli.main import app
from counterclaim.cli.redact import redact as redact_commands

app.add_typer(redact_commands, name="redact")

__all__ = ["app"]
