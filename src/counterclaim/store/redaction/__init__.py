"""Redaction: blanks what law demands to blank, everywhere, and leaves that it was done.

Offsets, hashes and ledger entries stay. Each function is one transaction, which rebuilds the read
model; ``scrub`` after its commit clears the files of what was there before.
"""

from counterclaim.store.redaction.acts import (
    redact_document,
    redact_quote,
    redact_quote_of_claim,
    redact_source,
)
from counterclaim.store.redaction.scrub import holds_redactions, scrub

__all__ = [
    "holds_redactions",
    "redact_document",
    "redact_quote",
    "redact_quote_of_claim",
    "redact_source",
    "scrub",
]
