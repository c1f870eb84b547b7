"""API keys as they are asked for and given out."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from counterclaim.schemas.fields import Input, Line, Shape
from counterclaim.vocabulary import KeyScope


class KeyIn(Input):
    """A key that is wanted."""

    name: Annotated[
        Line, Field(description="Whose key it is, as the public ledger names its writes.")
    ]
    scopes: Annotated[
        list[KeyScope],
        Field(min_length=1, max_length=4, description="Each includes the narrower ones."),
    ]


class KeyOut(Shape):
    """A key without the key itself."""

    id: str
    name: str
    scopes: list[KeyScope]
    created_at: str
    last_used_at: Annotated[str | None, Field(description="To the minute.")]
    revoked_at: str | None


class KeyMadeOut(KeyOut):
    """A new key: ``key`` is shown in this answer and never again."""

    key: str | None


class KeysOut(Shape):
    """All keys, revoked ones included."""

    items: list[KeyOut]
