"""Keyset pages: a statement, an order that is total, and where the last page ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import and_, func, or_, select

from counterclaim.queries.asof import PRESENT, Wish
from counterclaim.queries.cursors import Cursor, Scalar, decode, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select, SQLColumnExpression
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View

    Sessions = Callable[[], AbstractContextManager[Session]]
    """Opens a session that reads."""

Item = TypeVar("Item")
Loaded = TypeVar("Loaded")

BATCH = 200
LEAST_BATCH = 20
"""So many rows are looked at together where a statement alone cannot tell what a page holds."""


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


@dataclass(frozen=True)
class Window:
    """Which page of which query is wanted."""

    query: Mapping[str, object]
    limit: int
    cursor: str | None
    count: bool = False
    wish: Wish = PRESENT

    @cached_property
    def owner(self) -> str:
        """The mark of the query, which its cursors bear."""
        return fingerprint(self.query)

    def opened(
        self, session: Session, *kinds: type[Scalar]
    ) -> tuple[View, tuple[Scalar, ...] | None]:
        """The state to show, and the sort values behind which to go on, None on the first page.

        A cursor shows what was known on its first page. ``kinds`` are the types of the sort values.

        Raises:
            CursorError: the cursor was altered, or belongs to another query or a later state.
        """
        if self.cursor is None:
            return self.wish.view(session), None
        cursor = decode(self.cursor, self.owner, kinds)
        return self.wish.pinned(cursor.known_at), cursor.after


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
    rows = _rows_behind(session, statement, keys, values, window.limit + 1)
    following = None
    if len(rows) > window.limit:
        rows = rows[: window.limit]
        last = tuple(rows[-1][-len(keys) :])
        following = Cursor(known_at, last).encode(window.owner)
    total = count_rows(session, statement) if window.count else None
    items = [row[0] if len(row) == len(keys) + 1 else row[: -len(keys)] for row in rows]
    return Slice(items, following, known_at, total)


def count_rows(session: Session, statement: Select[*tuple[Any, ...]]) -> int:
    """How many rows a statement has on all pages."""
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def sift_page(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    keys: Sequence[Key],
    window: Window,
    known_at: datetime,
    values: tuple[Scalar, ...] | None,
    sift: Callable[[Sequence[Any]], Sequence[Item | None]],
) -> Slice[Item]:
    """As ``take_page``, of the rows out of which ``sift`` makes items; None is no item."""
    kept: list[tuple[Item, tuple[Scalar, ...]]] = []
    size = max(LEAST_BATCH, min(BATCH, window.limit + 1))
    for place, item in _sifted(session, statement, keys, values, sift, size):
        kept.append((item, place))
        if len(kept) > window.limit:
            break
    following = None
    if len(kept) > window.limit:
        kept.pop()
        following = Cursor(known_at, kept[-1][1]).encode(window.owner)
    total = None
    if window.count:
        total = sum(1 for _ in _sifted(session, statement, keys, None, sift, BATCH))
    return Slice([item for item, _last in kept], following, known_at, total)


def _sifted(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    keys: Sequence[Key],
    values: tuple[Scalar, ...] | None,
    sift: Callable[[Sequence[Any]], Sequence[Item | None]],
    size: int,
) -> Iterator[tuple[tuple[Scalar, ...], Item]]:
    """The items behind some sort values, each with its own.

    They are looked for ``size`` rows at a time, and more as long as few of them are found.
    """
    while rows := _rows_behind(session, statement, keys, values, size):
        values = tuple(rows[-1][-len(keys) :])
        for row, item in zip(rows, sift(rows), strict=True):
            if item is not None:
                yield tuple(row[-len(keys) :]), item
        if len(rows) < size:
            return
        size = min(2 * size, BATCH)


def _rows_behind(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    keys: Sequence[Key],
    values: tuple[Scalar, ...] | None,
    limit: int,
) -> Sequence[Any]:
    page = statement.add_columns(*(key.column for key in keys))
    if values is not None:
        page = page.where(after(keys, values))
    return session.execute(page.order_by(*(key.ordering for key in keys)).limit(limit)).all()


def stream_pages(
    sessions: Sessions,
    window: Window,
    take: Callable[[Session, Window], Slice[Item]],
    load: Callable[[Session, Slice[Item]], Loaded],
) -> Iterator[tuple[Slice[Item], Loaded]]:
    """All pages of a list from a window on, each with what is loaded for it in its session.

    All of them show the state of the first, as the cursor pins it. Between pages no session is
    held, so that a slow reader holds up nobody.
    """
    while True:
        with sessions() as session:
            page = take(session, window)
            loaded = load(session, page)
        yield page, loaded
        if page.next is None:
            return
        window = replace(window, cursor=page.next, count=False)
