"""A page of a list."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import Field

from counterclaim.schemas.fields import Shape

T = TypeVar("T")


class Page(Shape, Generic[T]):
    """Some items, in a total and stable order; ``next`` is the cursor of the page after."""

    items: list[T]
    next: Annotated[str | None, Field(description="Pass as cursor; null on the last page.")]
    known_at: Annotated[str, Field(description="The instant the store is shown at, UTC.")]
    total: Annotated[int, Field(description="With count=true: items on all pages.")] = 0
