"""The ledger as it is given out: its head, and its entries as changes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from counterclaim.schemas.fields import Shape, left_out
from counterclaim.schemas.page import Page


class PositionOut(Shape):
    """A place in the chain."""

    seq: Annotated[int, Field(description="Number of the entry; 0 before the first one.")]
    hash: Annotated[str, Field(description="Hash of the entry, hex; zeros before the first one.")]


class HeadOut(PositionOut):
    """The newest entry."""

    at: Annotated[str | None, Field(description="Its instant, UTC; null when there is none.")]


class ChangeOut(Shape):
    """One entry: all that its hash is made of, and what kind of thing it is about."""

    seq: Annotated[int, Field(description="Place in the chain, from 1.")]
    at: Annotated[str, Field(description="Instant of the transaction, UTC.")]
    actor: str
    action: str
    noun: Annotated[str | None, Field(description="What kind of thing the subject is.")]
    subject: Annotated[str | None, Field(description="Id of what was written or decided on.")]
    tombstone: Annotated[bool, Field(description="Whether something stopped to count.")]
    reason: Annotated[
        str | None,
        Field(description="Of a tombstone: why, if it was said and has not been blanked."),
    ] = left_out()
    body: Annotated[dict[str, Any], Field(description="What was written: ids and digests.")]
    prev_hash: Annotated[str, Field(description="Hash of the entry before, hex.")]
    hash: Annotated[str, Field(description="Hash of this entry, hex.")]


class ChangesOut(Page[ChangeOut]):
    """Entries in their order."""

    last: Annotated[int, Field(description="Pass as since to go on from here later.")]
