"""What a claim says, whoever entered it and whenever: its content key, and the seal on its rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from counterclaim.models import Attribution, Claim
from counterclaim.store.ledger import plain_digest
from counterclaim.store.rows import column_names, columns_of
from counterclaim.store.seals import seal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from counterclaim.db import Base
    from counterclaim.models import Quote


LIFE = frozenset(
    {
        "id",
        "claim_id",
        "quote_id",
        "import_row_id",
        "note",
        "warnings",
        "status",
        "content_key",
        "supersedes_id",
        "recorded_at",
        "recorded_by",
        "accepted_at",
        "ended_at",
        "end_reason",
    }
)
"""Columns of a claim that are not part of what it says."""

MANNER = frozenset({"claim_id", "position", "lexicon"})
"""The same of a claim's rows: figures in another order say the same."""


OWN = ("id", "quote_id", "import_row_id", "note", "recorded_at", "recorded_by")
"""Columns of a claim that its seal covers beside what it says."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a claim says: its key, and how its rows were entered, in an order of their own."""

    key: str
    manner: list[list[Any]]


def say(
    claim: Claim, quote: Quote | None, rows: Iterable[Base], record: Sequence[str] | None = None
) -> Content:
    """What a claim says.

    ``record`` is the data set and the record that an imported claim rests on, in any version.
    """
    words: list[Any] | None = [quote.start, quote.end] if quote else None
    if record is not None:
        words = [*(words or ()), *record]
    ordered = _in_order(rows)
    said = [words, _said(claim, _CLAIM), *(one for _form, _position, one, _lexicon in ordered)]
    return Content(plain_digest(said), _manner(ordered))


def content_key(
    claim: Claim, quote: Quote | None, rows: Sequence[Base], record: Sequence[str] | None = None
) -> str:
    """SHA-256 of what a claim says, whoever entered it and whenever; ``record`` as for ``say``."""
    return say(claim, quote, rows, record).key


def seal_claim(claim: Claim, said: str, rows: Iterable[Base]) -> str:
    """The seal of a claim whose content has the key ``said``, in the manner it was entered."""
    return seal_content(claim, said, _manner(_in_order(rows)))


def seal_content(claim: Claim, said: str, manner: list[list[Any]]) -> str:
    """As ``seal_claim``, where the manner is known."""
    own = {name: getattr(claim, name) for name in OWN}
    return seal("claim", {**own, "said": said, "manner": manner})


_Ordered = list[tuple[str, int, dict[str, Any], Any]]


def _in_order(rows: Iterable[Base]) -> _Ordered:
    """What each row says, with its place and lexicon; in an order that these alone decide."""
    found: _Ordered = []
    for row in rows:
        said, position = _said(row, _row_names(type(row))), getattr(row, "position", None)
        found.append((repr(said), position or 0, said, [position, getattr(row, "lexicon", None)]))
    return sorted(found, key=itemgetter(0, 1))


def _manner(ordered: _Ordered) -> list[list[Any]]:
    return [manner for _form, _position, _said, manner in ordered]


def _said(row: Base, names: tuple[str, ...]) -> dict[str, Any]:
    values = columns_of(row)
    said: dict[str, Any] = {"table": row.__tablename__}
    for name in names:
        value = values[name]
        if value is not None:
            said[name] = str(value)
    return said


_CLAIM = tuple(name for name in column_names(Claim) if name not in LIFE)


@cache
def _row_names(model: type[Base]) -> tuple[str, ...]:
    # A chain of attribution in another order is another chain.
    chain = model.__tablename__ == Attribution.__tablename__
    left_out = MANNER - {"position"} if chain else MANNER
    return tuple(name for name in column_names(model) if name not in left_out)
