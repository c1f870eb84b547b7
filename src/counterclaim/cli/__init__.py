"""The command line: ``counterclaim serve``, ``ingest``, ``seed``, ``rebuild``, ``db`` and more."""

from counterclaim.cli.main import app

__all__ = ["app"]
