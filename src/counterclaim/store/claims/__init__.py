"""Reads a claim as posted into rows, and writes it once.

Every problem is collected with a JSON pointer into the claim; nothing is written if there is one.
"""

from counterclaim.store.claims.content import content_key, say, seal_claim
from counterclaim.store.claims.reading import read_claim
from counterclaim.store.claims.shapes import Draft, Reading, RowOfRecord, Subject
from counterclaim.store.claims.shown import show_entered
from counterclaim.store.claims.writing import Shelf, hold_claim, note_claim, record_claims

__all__ = [
    "Draft",
    "Reading",
    "RowOfRecord",
    "Shelf",
    "Subject",
    "content_key",
    "hold_claim",
    "note_claim",
    "read_claim",
    "record_claims",
    "say",
    "seal_claim",
    "show_entered",
]
