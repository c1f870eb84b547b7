"""Further documents that a row names: each hangs on the row's claim and adds no voice to it."""

from __future__ import annotations

from counterclaim.schemas.imported import ImportedClaim
from counterclaim.vocabulary import ClaimKind

ROW = "row"
"""The ref of the claim that the row makes."""

NOTE = "The data set names this document as one of the row's sources."


def evidence(document: int, *, said_by: str | None) -> ImportedClaim:
    """That a document is a source of the row; ``said_by`` None is the document's own voice."""
    return ImportedClaim(
        kind=ClaimKind.EVIDENCE,
        about=ROW,
        document=document,
        said_by=[said_by] if said_by else [],
        note=NOTE,
    )
