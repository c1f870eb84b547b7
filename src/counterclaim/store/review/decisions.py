"""What all decisions share: a reason that is given, answers that follow."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from counterclaim.errors import Problem, RejectedError
from counterclaim.store.project import project
from counterclaim.store.touched import touched_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from counterclaim.queries.families import Loaded
    from counterclaim.store.ledger import Writer


def given(reason: str | None, name: str = "reason") -> str:
    """The reason without white space around it.

    Raises:
        RejectedError: there is none.
    """
    words = (reason or "").strip()
    if not words:
        raise RejectedError([Problem(f"/{name}", "Say why: it is kept for whoever asks later.")])
    return words


def fingerprint(words: str | None) -> str | None:
    """SHA-256 of a reason's UTF-8 bytes, hex: the ledger holds no text that law may blank."""
    kept = (words or "").strip()
    return hashlib.sha256(kept.encode()).hexdigest() if kept else None


def publish(writer: Writer, watch: Callable[[Loaded], None] | None = None) -> None:
    """Bring the read model up to date with all that this transaction noted in the ledger.

    ``watch`` is shown all that was loaded for it.
    """
    session, at = writer.session, writer.at
    session.flush()
    project(session, touched_by(session, at), at, writer.referents(), watch)
