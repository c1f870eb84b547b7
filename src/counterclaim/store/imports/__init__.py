"""Takes in rows of data sets: batches, what became of each row, newer versions of a data set.

Each function is part of one transaction and leaves the commit to the caller; what one transaction
took in is whole: its rows, the claims that rest on them, and how far the file was read.
"""

from counterclaim.store.imports.batches import (
    finish_import,
    lines_done,
    resume_import,
    start_import,
)
from counterclaim.store.imports.rows import RowTaken, take_rows
from counterclaim.store.imports.withdrawal import Missing, count_missing, withdraw_missing

__all__ = [
    "Missing",
    "RowTaken",
    "count_missing",
    "finish_import",
    "lines_done",
    "resume_import",
    "start_import",
    "take_rows",
    "withdraw_missing",
]
