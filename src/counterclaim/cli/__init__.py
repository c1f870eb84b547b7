"""The command line: ``counterclaim serve``, ``ingest``, ``seed``, ``rebuild``, ``db`` and more."""

from counterclaim.cli import ledger  # Its commands join the app when it is imported.
from counterclaim.cli.main import app

__all__ = ["app", "ledger"]
