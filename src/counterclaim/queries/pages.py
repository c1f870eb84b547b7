"""Keyset pages: a statement, an order that is total, and where the last page ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import and_, func, or_, select

from counterclaim.queries.asof import last_change
from counterclaim.queries.cursors import Cursor, Scalar, decode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select, SQLColumnExpression
    from sqlalchemy.orm import Session

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Slice(Generic[Item]):
    """The items of one page, the cursor of the next one, and the state they are shown at."""

    items: Sequence[Item]
    next: str | None
    known_at: datetime
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an order; none of them is null."""

    column: SQLColumnExpression[Any]
    descending: bool = False

    @property
    def ordering(self) -> ColumnElement[Any]:
        """The column as ORDER BY takes it."""
        return self.column.desc() if self.descending else self.column.asc()

    def beyond(self, value: Scalar) -> ColumnElement[bool]:
        """Rows that come after a value in this order."""
        return self.column < value if self.descending else self.column > value


@dataclass(frozen=True, slots=True)
class Window:
    """Which page of which query is wanted."""

    query: Mapping[str, object]
    limit: int
    cursor: str | None
    count: bool = False

    def opened(
        self, session: Session, *kinds: type[Scalar]
    ) -> tuple[datetime, tuple[Scalar, ...] | None]:
        """The state to show, and the sort values behind which to go on, None on the first page.

        ``kinds`` are the types of the sort values.
        """
        if self.cursor is None:
            return last_change(session), None
        cursor = decode(self.cursor, self.query, kinds)
        return cursor.known_at, cursor.after


def after(keys: Sequence[Key], values: Sequence[Scalar]) -> ColumnElement[bool]:
    """Rows behind the one with these sort values."""
    alternatives = []
    for place, key in enumerate(keys):
        same = [other.column == value for other, value in zip(keys, values[:place], strict=False)]
        alternatives.append(and_(*same, key.beyond(values[place])))
    return or_(*alternatives)


def take_page(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    keys: Sequence[Key],
    window: Window,
    known_at: datetime,
    values: tuple[Scalar, ...] | None,
) -> Slice[Any]:
    """Run a statement for one page; its rows have the sort values as last columns."""
    page = statement.add_columns(*(key.column for key in keys))
    if values is not None:
        page = page.where(after(keys, values))
    page = page.order_by(*(key.ordering for key in keys)).limit(window.limit + 1)
    rows = session.execute(page).all()
    following = None
    if len(rows) > window.limit:
        rows = rows[: window.limit]
        last = tuple(rows[-1][-len(keys) :])
        following = Cursor(known_at, last).encode(window.query)
    total = None
    if window.count:
        total = session.scalar(select(func.count()).select_from(statement.subquery()))
    items = [row[0] if len(row) == len(keys) + 1 else row[: -len(keys)] for row in rows]
    return Slice(items, following, known_at, total)
