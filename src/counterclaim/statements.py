"""Statements that are built once and run on the driver, where the ORM costs fifty times as much.

For the few that stand on the path of every write. They see what the session holds and are part of
its transaction; their errors come out as SQLAlchemy's own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from operator import itemgetter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, Enum, Table, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Dialect, Select
    from sqlalchemy.orm import SessionTransaction
    from sqlalchemy.types import TypeEngine

Values = dict[str, Any] | tuple[Any, ...]

COPIED = 40
"""From so many rows on PostgreSQL takes them faster as a stream."""


class WriteSession(Session):
    """A session that also holds new rows as plain values.

    They are written before anything is read through the session or its savepoints, and before the
    commit; tables in the order of their foreign keys, the rows of a table as they were given.
    """

    _waiting: dict[Table, list[Mapping[str, Any]]] | None = None
    _driver: Any = None

    def hold(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Keep new rows of a table for the next flush; each names all columns."""
        if self._waiting is None:
            self._waiting = {}
        self._waiting.setdefault(table, []).extend(rows)

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Write the rows that are held, then the objects that were added or changed."""
        if self._waiting and not self._flushing:
            waiting, self._waiting = self._waiting, None
            for table in sorted(waiting, key=_rank):
                insert_rows(self, table, waiting[table])
        super().flush(objects)

    def drop_held(self) -> None:
        """Forget the rows that are held: what they follow from was undone."""
        self._waiting = None

    def commit(self) -> None:
        """Write all that is held, and commit."""
        self.flush()
        self._driver = None
        super().commit()

    def rollback(self) -> None:
        """Undo all that was written, and forget what is held."""
        self.drop_held()
        self._driver = None
        super().rollback()

    def close(self) -> None:
        """Give the connection back."""
        self._driver = None
        super().close()

    def begin_nested(self) -> SessionTransaction:
        """A savepoint that is there at once, whoever is the first to use the connection."""
        trial = super().begin_nested()
        self.connection()
        return trial

    def driver_connection(self) -> Any:
        """The driver's connection of the transaction: asked for once, not for every statement."""
        if self._driver is None:
            self._driver = self.connection().connection.driver_connection
        return self._driver


def _rank(table: Table) -> int:
    ranks: dict[Table, int] = table.metadata.info.setdefault("ranks", {})
    if table not in ranks:
        ranks.update({one: place for place, one in enumerate(table.metadata.sorted_tables)})
    return ranks[table]


class Prepared:
    """A SELECT that is compiled once for each engine; its parameters are named by ``bindparam``."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._columns = tuple(str(column.key) for column in statement.selected_columns)
        self._forms: dict[str, _Form] = {}

    def rows(self, session: Session, **values: Any) -> list[tuple[Any, ...]]:
        """All rows that it finds, with the values that the columns' types give."""
        form, cursor = self._executed(session, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return list(map(form.read, found))

    def named(self, session: Session, **values: Any) -> list[Any]:
        """The same as plain values by the names of the columns; they belong to no session."""
        found = self.rows(session, **values)
        return [SimpleNamespace(**dict(zip(self._columns, row, strict=True))) for row in found]

    def row(self, session: Session, **values: Any) -> tuple[Any, ...] | None:
        """The first row that it finds."""
        form, cursor = self._executed(session, values)
        found: tuple[Any, ...] | None = cursor.fetchone()
        return found if found is None else form.read(found)

    def _executed(self, session: Session, values: Mapping[str, Any]) -> tuple[_Form, Any]:
        session.flush()
        dialect = session.get_bind().dialect
        form = self._forms.get(dialect.name)
        if form is not None:
            return form, run_on_driver(session, form.sql, form.given(values))
        form = _form_of(self._statement, dialect)
        cursor = run_on_driver(session, form.sql, form.given(values))
        # Only the first answer tells how the driver gives the columns.
        kinds = [column.type for column in self._statement.selected_columns]
        told = [description[1] for description in cursor.description]
        readers = [_reader(kind, dialect, code) for kind, code in zip(kinds, told, strict=True)]
        form = self._forms[dialect.name] = replace(form, readers=tuple(readers))
        return form, cursor


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as one driver takes it."""

    sql: str
    names: tuple[str, ...]
    """Of its parameters, in the order of their places; empty where the driver takes names."""
    fixed: dict[str, Any]
    """Values that stand in the statement."""
    writers: dict[str, Any]
    """What makes values such as the driver takes them, by the names of parameters."""
    readers: tuple[Any, ...] = ()
    """What makes values of the columns that were found."""

    def given(self, values: Mapping[str, Any]) -> Values:
        """The parameters for one execution."""
        found = dict(self.fixed)
        for name, value in values.items():
            writer = self.writers.get(name)
            found[name] = value if writer is None or value is None else writer(value)
        return tuple(map(found.__getitem__, self.names)) if self.names else found

    def read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """One row with the values that the columns' types give."""
        pairs = zip(self.readers, row, strict=True)
        return tuple([value if reader is None else reader(value) for reader, value in pairs])


def _form_of(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> _Form:
    compiled = statement.compile(dialect=dialect)
    types = {name: bind.type for name, bind in compiled.binds.items()}
    writers = {name: _writer(kind, dialect) for name, kind in types.items()}
    fixed = {
        name: value if value is None or not writers[name] else writers[name](value)
        for name, value in compiled.params.items()
        if not compiled.binds[name].required
    }
    names = tuple(compiled.positiontup or ())
    return _Form(str(compiled), names, fixed, writers)


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Any:
    writer = kind.dialect_impl(dialect).bind_processor(dialect)
    if writer is not None and isinstance(getattr(kind, "impl_instance", kind), DateTime | Enum):
        return lru_cache(maxsize=4096)(writer)  # One transaction writes few of them many times.
    return writer


def _reader(kind: TypeEngine[Any], dialect: Dialect, code: Any) -> Any:
    return kind.dialect_impl(dialect).result_processor(dialect, code)


@dataclass(frozen=True, slots=True)
class _Insertion:
    """An INSERT of whole rows of one table as one driver takes it."""

    sql: str
    copy: str
    names: tuple[str, ...]
    pick: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    """Takes the values of the columns out of a row."""
    writers: tuple[tuple[int, Any], ...]
    """What makes values such as the driver takes them, by the place of the column."""

    def values(self, row: Mapping[str, Any]) -> Sequence[Any]:
        """A row as the driver takes it."""
        given = list(self.pick(row))
        for place, writer in self.writers:
            value = given[place]
            if value is not None:
                given[place] = writer(value)
        return given


_INSERTIONS: dict[tuple[str, Table], _Insertion] = {}


def insert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write new rows of a table at once; each names all columns."""
    dialect = session.get_bind().dialect
    form = _INSERTIONS.get((dialect.name, table))
    if form is None:
        form = _INSERTIONS[dialect.name, table] = _insertion_of(table, dialect)
    given = list(map(form.values, rows))
    if dialect.name == "sqlite":
        run_on_driver(session, form.sql, given, many=True)
    elif len(given) < COPIED:
        named = [dict(zip(form.names, one, strict=True)) for one in given]
        run_on_driver(session, form.sql, named, many=True)
    else:
        _copy_in(session, form.copy, given)


def _insertion_of(table: Table, dialect: Dialect) -> _Insertion:
    names = [column.key for column in table.columns]
    compiled = insert(table).compile(dialect=dialect, column_keys=names)
    writers = [(place, _writer(table.c[name].type, dialect)) for place, name in enumerate(names)]
    quoted = dialect.identifier_preparer.quote
    columns = ", ".join(quoted(column.name) for column in table.columns)
    copy = f"COPY {quoted(table.name)} ({columns}) FROM STDIN"
    needed = tuple((place, writer) for place, writer in writers if writer is not None)
    return _Insertion(str(compiled), copy, tuple(names), itemgetter(*names), needed)


def insert_tuples(
    session: Session, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Write new rows of a table, their values in these columns and as the driver takes them.

    What the session holds must be flushed before.
    """
    names = ", ".join(columns)
    if session.get_bind().dialect.name != "sqlite":
        _copy_in(session, f"COPY {table} ({names}) FROM STDIN", rows)
        return
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
    run_on_driver(session, statement, rows, many=True)


def run_on_driver(session: Session, sql: str, values: Any, *, many: bool = False) -> Any:
    """The driver's cursor after a statement; what the session holds must be flushed before."""
    driver = _driver_of(session)
    try:
        cursor = driver.cursor()
        return cursor.executemany(sql, values) if many else cursor.execute(sql, values)
    except Exception as error:
        raise _translated(error, sql, session.get_bind().dialect) from error


def _driver_of(session: Session) -> Any:
    if isinstance(session, WriteSession):
        return session.driver_connection()
    return session.connection().connection.driver_connection


def _copy_in(session: Session, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    try:
        with _driver_of(session).cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)
    except Exception as error:
        raise _translated(error, sql, session.get_bind().dialect) from error


def _translated(error: Exception, sql: str, dialect: Dialect) -> BaseException:
    base: type[Exception] = dialect.loaded_dbapi.Error
    return DBAPIError.instance(sql, None, error, base, dialect=dialect)
