"""Base class, column types, and the few pieces of SQL in which the engines differ."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    UUID,
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Integer,
    Interval,
    MetaData,
    String,
    Table,
    TypeDecorator,
    case,
    func,
    literal_column,
    type_coerce,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

    from sqlalchemy import SQLColumnExpression
    from sqlalchemy.orm import MappedColumn
    from sqlalchemy.types import TypeEngine

    from counterclaim.db.values import EngineName


NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in and out, always UTC. A naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"A naive datetime cannot be stored: {value!r}"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Id(TypeDecorator[str]):
    """A UUID as its canonical text; native ``uuid`` in PostgreSQL."""

    impl = String(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        native = UUID(as_uuid=False) if dialect.name == "postgresql" else String(36)
        return dialect.type_descriptor(native)


SerialInteger = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit integer that is the row id where it is SQLite's primary key."""


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime}


def term(
    vocabulary: type[StrEnum], *, name: str, comment: str, nullable: bool = False
) -> MappedColumn[Any]:
    """A column that holds one word of a vocabulary, with a CHECK that lists its words."""
    kind = Enum(
        vocabulary,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda words: [str(word.value) for word in words],
    )
    return mapped_column(kind, nullable=nullable, comment=comment)


def reference(
    target: str,
    comment: str,
    *,
    nullable: bool = False,
    primary_key: bool = False,
    index: bool = False,
) -> MappedColumn[Any]:
    """A foreign key to the ``id`` of another table."""
    return mapped_column(
        Id,
        ForeignKey(f"{target}.id"),
        nullable=nullable,
        primary_key=primary_key,
        index=index,
        comment=comment,
    )


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that write many rows at once."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - for the type checker
    return table


def month_until(
    end: SQLColumnExpression[datetime | None], dialect: EngineName
) -> ColumnElement[str]:
    """The month of the last moment before an instant, as ``2024-11``, in UTC; empty for null."""
    if dialect == "postgresql":
        last = end - literal_column("interval '1 microsecond'", Interval)
        found: ColumnElement[str] = func.to_char(last, literal_column("'YYYY-MM'"))
    else:
        written = type_coerce(end, String)
        border = func.substr(written, 9) == "01 00:00:00.000000"
        before = func.strftime("%Y-%m", written, "-1 day")
        found = case((border, before), else_=func.substr(written, 1, 7))
    return func.coalesce(found, literal_column("''"))


def text_index_statements(dialect: str) -> Iterable[str]:
    """DDL of the text index over events, whose row id is the summary's ``sk``."""
    if dialect == "sqlite":
        yield "CREATE VIRTUAL TABLE event_text USING fts5(body, content='', tokenize='ascii')"
    else:
        yield "CREATE TABLE event_text (sk BIGINT NOT NULL, body TSVECTOR NOT NULL)"
        yield "ALTER TABLE event_text ADD CONSTRAINT pk_event_text PRIMARY KEY (sk)"
        yield "CREATE INDEX ix_event_text_body ON event_text USING gin (body)"
