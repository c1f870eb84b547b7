"""New rows as plain values, on their way into the tables without the ORM.

A new row has the attributes of its model's columns, so that whoever reads it need not know which
of the two it is; what was not set is None. Nothing watches it: once written it is not looked at
again, and what changes later is read from the store first.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from sqlalchemy.orm.attributes import instance_state

from counterclaim.db import Base, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Table

    from counterclaim.statements import WriteSession

Row = TypeVar("Row", bound=Base)


class NewRow:
    """A row that is not written yet; one class for each model."""

    table: ClassVar[Table]
    __tablename__: ClassVar[str]


def new_row(model: type[Row], values: Mapping[str, Any]) -> Row:
    """A row of a model, given by its columns."""
    shape, blank = _shape(model)
    row = shape()
    row.__dict__ = {**blank, **values}
    return cast("Row", row)


@cache
def _shape(model: type[Base]) -> tuple[type[NewRow], dict[str, None]]:
    facts = {"table": table_of(model), "__tablename__": model.__tablename__}
    return type(f"New{model.__name__}", (NewRow,), facts), dict.fromkeys(column_names(model))


def is_new(row: object) -> bool:
    """Whether a row was made here and not read from the store."""
    return isinstance(row, NewRow)


def is_of(row: Base, model: type[Base]) -> bool:
    """Whether a row, new or read, belongs to a model's table."""
    table: str = row.__tablename__
    return table == str(model.__tablename__)


def hold_rows(session: WriteSession, rows: Iterable[Any]) -> None:
    """Let the session write these new rows with its next flush."""
    for row in rows:
        session.hold(row.table, (row.__dict__,))


def columns_of(row: Base) -> dict[str, Any]:
    """A row by its columns; not to be changed."""
    there = row.__dict__  # Much faster than the attributes; what is not loaded is asked for.
    if isinstance(row, NewRow):
        return there
    names = column_names(type(row))
    if instance_state(row).key is None:  # A new row: what was not set is null.
        return {name: there.get(name) for name in names}
    return {name: there[name] if name in there else getattr(row, name) for name in names}


def column_names(model: type[Base]) -> tuple[str, ...]:
    """The names of the columns of a model, or of its new rows, in their order."""
    return _names_in(model.table if issubclass(model, NewRow) else table_of(model))


@cache
def _names_in(table: Table) -> tuple[str, ...]:
    return tuple(column.key for column in table.columns)
