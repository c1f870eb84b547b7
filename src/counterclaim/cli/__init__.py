"""The command line: ``counterclaim serve``, ``ingest``, ``seed``, ``rebuild``, ``db`` and more."""

import gc

gc.disable()  # There is no garbage in what is imported: the tenth part of the start.

from counterclaim.cli.main import app  # noqa: E402 - after what makes it quicker

gc.enable()

__all__ = ["app"]
