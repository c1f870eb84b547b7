"""Total orders by a date and then by id, and the cursors of pages in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, literal

from counterclaim.db import UtcDateTime, is_id
from counterclaim.errors import CursorError, FilterError
from counterclaim.names import nearest
from counterclaim.queries.pages import Key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

EARLIEST = datetime(1000, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)


def dated_order(
    sort: str, model: type[Any], columns: Mapping[str, str], **made: ColumnElement[Any]
) -> list[Key]:
    """The order that a parameter asks for, ``-`` descending; unknown dates come last either way.

    Args:
        sort: One of the names in ``columns``, or that with - before it.
        model: A table with ids.
        columns: By what it can be sorted, and the column that holds the date.
        made: The same, where the date is made of columns; it is always known.

    Raises:
        FilterError: it cannot be sorted by that.
    """
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name in made:
        return [Key(made[name], descending), Key(model.id, descending)]
    if name not in columns:
        known = [*columns, *made]
        near = nearest(name, known) or known
        noun = f"{model.__tablename__.capitalize()}s"
        msg = f"{noun} cannot be sorted by {name!r}, only by {', '.join(known)}."
        raise FilterError("sort", msg, suggestions=near)
    column: Any = getattr(model, columns[name])
    if model.__table__.c[columns[name]].nullable:
        unknown = EARLIEST if descending else LATEST
        column = func.coalesce(column, literal(unknown, UtcDateTime))
    return [Key(column, descending), Key(model.id, descending)]


def read_back(after: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """The date and the id that a cursor holds, None on the first page.

    Raises:
        CursorError: they are none.
    """
    if after is None:
        return None
    instant, key = _instant(after[0]), str(after[1])
    if instant is None or not is_id(key):
        msg = "The cursor was altered: pass the value of next unchanged."
        raise CursorError(msg)
    return instant, key


def _instant(value: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None
