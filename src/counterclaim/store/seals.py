"""Seals: digests of the columns of a row that never change, and where the ledger keeps them.

Every entry that writes a row holds its seal, so that ``verify`` finds a row that was changed since.
A column that law may demand to blank is part of the seal too: who blanks it notes an action that
begins with ``redact_``, with the new ``seals`` of all rows that changed. The latest seal counts.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from counterclaim.moment import isoformat_z
from counterclaim.store.ledger import digest
from counterclaim.store.rows import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from counterclaim.db import Base

LIVING = frozenset(
    {
        "status",
        "accepted_at",
        "ended_at",
        "end_reason",
        "supersedes_id",
        "warnings",
        "last_used_at",
        "revoked_at",
        "counts",
        "finished_at",
    }
)
"""Columns that change in the life of a row; the ledger tells of them by entries of their own."""

GREATEST = 1 << 53
"""Beyond it RFC 8785 has no whole numbers; they are sealed as text."""


def seal(table: str, values: Mapping[str, Any]) -> str:
    """The seal of a row that is given by its columns; those that are null are left out.

    A document's ``text`` is to be given as its SHA-256, so that no text is hashed twice.
    """
    kept = {
        name: _plain(value)
        for name, value in values.items()
        if value is not None and name not in LIVING
    }
    return digest([table, kept])


def seal_row(row: Base) -> str:
    """The seal of a row that is no document and no claim."""
    return seal(row.__tablename__, columns_of(row))


def group_seal(seals: Iterable[str]) -> str:
    """One seal for many rows that were written together, in the order of their ids."""
    group = hashlib.sha256()
    for one in seals:
        group.update(bytes.fromhex(one))
    return group.hexdigest()


_instant = lru_cache(maxsize=4096)(isoformat_z)


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return value
    if kind is datetime:
        return _instant(value)
    if isinstance(value, str):
        return str(value)  # A word of a vocabulary becomes its text.
    if kind is float and not math.isfinite(value):
        return str(value)
    if kind is int and abs(value) >= GREATEST:
        return str(value)
    return value


@dataclass(frozen=True, slots=True)
class Statement:
    """What one entry says of one row; without a seal only that it was written."""

    table: str
    id: str
    sha256: str | None
    redacted: bool = False


REDACTION = "redact_"
"""How the action of a redaction begins; what it was asked for follows."""

SUBJECTS = {
    "record_source": "source",
    "record_munition": "munition",
    "record_place": "place",
    "record_document": "document",
    "record_event": "event",
    "record_claim": "claim",
    "judge_events": "event_judgement",
    "freeze_release": "release",
    "record_api_key": "api_key",
    "start_import": "import_batch",
}
"""Actions that write the row that is their subject, with its seal as ``sha256``."""

MEMBERS = {
    "record_event_part": ("event_part", "event_part"),
    "rate_source": ("source_rating", "rating"),
    "assess_claim": ("assessment", "assessment"),
}
"""Actions that write a row below their subject: its table, and the member that holds its id."""

NAMES = {
    "record_source_names": "source_name",
    "record_munition_names": "munition_name",
    "record_place_names": "place_name",
}
"""Actions that write names of their subject: ``names`` maps ids to seals."""

ROWS = {"record_import_rows": "import_row"}
"""Actions that write many rows of one table: ``rows`` maps their ids to seals."""

GROUPS = {
    "record_regions": ("place", "place_name"),
    "record_gazetteer": ("place", "place_name"),
}
"""Actions that write many rows under one seal, and the tables of these rows in its order."""


def statements(action: str, subject: str | None, body: Mapping[str, Any]) -> Iterator[Statement]:
    """What an entry says of single rows."""
    sealed = body.get("sha256")
    if action in SUBJECTS and subject is not None:
        yield Statement(SUBJECTS[action], subject, sealed)
    elif action in MEMBERS:
        table, member = MEMBERS[action]
        yield Statement(table, str(body.get(member)), sealed)
    elif action in NAMES:
        yield from (Statement(NAMES[action], key, one) for key, one in _seals(body, "names"))
    elif action in ROWS:
        yield from (Statement(ROWS[action], key, one) for key, one in _seals(body, "rows"))
    elif action.startswith(REDACTION):
        for name, one in _seals(body, "seals"):
            table, _, key = name.partition(" ")
            yield Statement(table, key, one, redacted=True)
    if body.get("redaction_sha256") is not None:
        yield Statement("redaction", str(body.get("redaction")), body["redaction_sha256"])
    if body.get("quote_sha256") is not None:
        yield Statement("quote", str(body.get("quote")), body["quote_sha256"])


def _seals(body: Mapping[str, Any], member: str) -> Iterable[tuple[str, str]]:
    """Ids and seals; none where an entry was tampered with or is older than such seals."""
    found = body.get(member)
    return found.items() if isinstance(found, dict) else ()
