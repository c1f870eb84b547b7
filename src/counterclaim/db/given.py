"""Many values as one parameter, and rows as the driver makes them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Self, cast

from sqlalchemy import (
    ARRAY,
    UUID,
    BindParameter,
    Boolean,
    ColumnElement,
    Dialect,
    String,
    TypeDecorator,
    any_,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import coercions, roles

from counterclaim.db.columns import Id
from counterclaim.db.engines import dialect_of
from counterclaim.db.values import dumps
from counterclaim.statements import run_on_driver

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Select
    from sqlalchemy.orm import Session
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.operators import OperatorType
    from sqlalchemy.types import TypeEngine

    from counterclaim.db.values import EngineName


class Given(TypeDecorator[list[Any]]):
    """Any number of values of a column that travel as one parameter; see ``among_given``."""

    impl = String
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        item = UUID(as_uuid=False) if isinstance(self.item, Id) else self.item
        postgresql = dialect.name == "postgresql"
        return dialect.type_descriptor(ARRAY(item) if postgresql else String())

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return dumps(value)


class _Among(ColumnElement[bool]):
    inherit_cache = False  # Compiled once by who prepares a statement of it.
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], given: BindParameter[list[Any]]) -> None:
        self.column, self.given = column, given

    def self_group(self, against: OperatorType | None = None) -> Self:
        """As it is: SQLite would get "= 1" behind it, and then no longer use an index."""
        return self


@compiles(_Among)
def _among_values(element: _Among, compiler: SQLCompiler, **_options: Any) -> str:
    column, given = compiler.process(element.column), compiler.process(element.given)
    return f"{column} IN (SELECT value FROM json_each({given}))"  # noqa: S608 - compiled


@compiles(_Among, "postgresql")
def _among_array(element: _Among, compiler: SQLCompiler, **_options: Any) -> str:
    return f"{compiler.process(element.column)} = ANY ({compiler.process(element.given)})"


def among_given(column: Any, name: str = "ids") -> ColumnElement[bool]:
    """The value is one of those given by a parameter; for statements that are prepared."""
    element = coercions.expect(roles.ExpressionElementRole, column)
    return _Among(element, bindparam(name, type_=Given(element.type)))


def among(session: Session, column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether a column has one of these values, however many; they travel as one parameter.

    The values are as Python has them for that column. ``among_given`` says the same of ids where
    a statement is prepared.
    """
    values = list(values)
    if dialect_of(session) == "sqlite":
        given = func.json_each(dumps(values)).table_valued("value")
        found = column.in_(select(given.c.value))
    else:
        kind = UUID(as_uuid=False) if isinstance(column.type, Id) else column.type
        found = column == any_(literal(values, ARRAY(kind)))
    return cast("ColumnElement[bool]", found)


AMONG = {
    "sqlite": "IN (SELECT value FROM json_each(:ids))",
    "postgresql": "= ANY(CAST(%(ids)s AS uuid[]))",
}
"""How ``IN (:ids)`` is written, so that a statement reads the same however many ids there are."""

ALONE = {"sqlite": "= :ids", "postgresql": "= CAST(%(ids)s AS uuid)"}
"""How it is written for a single id, which SQLite finds without a list to go through."""


def plain_rows(session: Session, statement: str, ids: Iterable[str]) -> list[tuple[Any, ...]]:
    """The rows of a statement with ``IN (:ids)``, straight from the driver: many and fast.

    Ids are to be selected as text. Words come as text and instants as ``instant`` reads them. What
    the session has not flushed is not seen.
    """
    given = list(ids)
    if not given:
        return []
    dialect = dialect_of(session)
    bound: Any = given
    if len(given) == 1:
        bound = given[0]
    elif dialect == "sqlite":
        bound = dumps(given)
    text_ = _spelt(statement, dialect, alone=len(given) == 1)
    rows: list[tuple[Any, ...]] = run_on_driver(session, text_, {"ids": bound}).fetchall()
    return rows


@cache
def _spelt(statement: str, dialect: EngineName, *, alone: bool) -> str:
    """A statement as a driver takes it; there are few, and each is asked for very often."""
    return statement.replace("IN (:ids)", (ALONE if alone else AMONG)[dialect])


def fetched(session: Session, query: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows of a query as the driver makes them, without an object around each."""
    with session.connection().execute(query) as result:
        cursor: Any = result.cursor
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
