"""Holds the store against its ledger: the chain itself, and every row against what it says.

Read in batches, so that memory does not grow with the store. The read model is not looked at:
it follows from the rows, and ``rebuild`` makes it anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.store.verify.chain import check_chain
from counterclaim.store.verify.claims import check_claims
from counterclaim.store.verify.documents import check_documents
from counterclaim.store.verify.imports import check_imports
from counterclaim.store.verify.report import Fault, Redacted, Verification
from counterclaim.store.verify.rows import check_rows, count_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

__all__ = ["Fault", "Redacted", "Verification", "verify"]


def verify(
    session: Session,
    head: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Check every entry and every row; what is wrong is listed and nothing is changed.

    Args:
        session: A session of its own that sees one state of the store; objects in it are let go.
        head: A hash that is known from outside and must stand in the chain. Only so can it be
            found that the newest entries were cut off together with their rows.
        progress: Is told how many of how many entries and rows are done.
    """
    found = Verification(total=count_rows(session), progress=progress)
    check_chain(session, found, head)
    check_documents(session, found)
    check_rows(session, found)
    check_imports(session, found)
    check_claims(session, found)
    return found
