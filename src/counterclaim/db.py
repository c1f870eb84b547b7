"""Base class, column types, engines and sessions, and the few places where the engines differ.

Instants are aware UTC datetimes; ids are UUID texts in Python, in JSON and in SQLite, and native
UUIDs in PostgreSQL. Nothing here knows a table.
"""

from __future__ import annotations

import sqlite3
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, cast

import orjson
import uuid_utils
from sqlalchemy import (
    ARRAY,
    UUID,
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    Enum,
    ForeignKey,
    Integer,
    Interval,
    MetaData,
    String,
    Table,
    TypeDecorator,
    any_,
    bindparam,
    case,
    create_engine,
    event,
    func,
    literal,
    literal_column,
    make_url,
    select,
    text,
    type_coerce,
)
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import (
    TimeoutError as PoolTimeoutError,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import coercions, roles

from counterclaim.errors import ConflictError, InputError, StoreError
from counterclaim.statements import WriteSession, run_on_driver

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from enum import StrEnum
    from pathlib import Path

    from sqlalchemy import URL, Select, SQLColumnExpression
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.orm import MappedColumn
    from sqlalchemy.pool import ConnectionPoolEntry
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.operators import OperatorType
    from sqlalchemy.types import TypeEngine

NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

WRITE_LOCK = 0x636F756E74657263
"""Key of the PostgreSQL advisory lock that serialises writers: the bytes of "counterc"."""


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


EngineName = Literal["sqlite", "postgresql"]
"""Which of the two engines."""


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


def new_id() -> str:
    """A fresh UUIDv7: unique, and ordered by the time it was made."""
    return str(uuid_utils.uuid7())


def is_id(text: str) -> bool:
    """Whether a text can be the id of a row: a UUID in its canonical form, in either case."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def now() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)


def dumps(value: object) -> str:
    """JSON text, compact, as it is stored and served."""
    return orjson.dumps(value).decode()


CACHE_MIB = 64
"""So much of a SQLite file each connection keeps in memory, if nothing else is asked for."""


BUSY_MS = 10_000
"""SQLite waits so long for who else writes."""


NOTICED = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""How soon a PostgreSQL that is gone without a word is noticed, in libpq's words."""


def unsaid(url: URL) -> dict[str, int]:
    """Of what libpq is told, all that a URL says nothing of."""
    return {name: value for name, value in NOTICED.items() if name not in url.query}


def make_engine(url: str, *, pool_size: int = 10, cache_mib: int = CACHE_MIB) -> Engine:
    """An engine for SQLite or PostgreSQL, set up so that both keep the same promises."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        msg = "COUNTERCLAIM_DATABASE_URL is no URL: use sqlite:///FILE or postgresql://…"
        raise StoreError(msg) from None
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, pool_size=pool_size, max_overflow=0, hide_parameters=True)
        event.listen(engine, "connect", partial(_connected, cache_mib))
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=0,
            hide_parameters=True,  # Values are what somebody posted: nothing for a log.
            pool_pre_ping=True,
            connect_args={**unsaid(parsed), "options": "-c timezone=UTC"},
        )
    msg = f"{parsed.get_backend_name()!r} is not supported: use sqlite:///FILE or postgresql://…"
    raise StoreError(msg)


def sealed_engine(file: Path) -> Engine:
    """An engine on a SQLite file that nobody writes to and nothing is written beside."""
    name = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
    engine = create_engine("sqlite://", creator=lambda: _opened_sealed(name), poolclass=NullPool)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _opened_sealed(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


def _connected(cache_mib: int, connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - for the type checker
    prepare_sqlite(cache_mib, connection)


def prepare_sqlite(cache_mib: int, connection: sqlite3.Connection) -> None:
    """Set a new connection up to keep the store's promises.

    The driver's own BEGIN comes too late for savepoints and for the write lock: turned off here.
    """
    connection.isolation_level = None
    for pragma in (
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=FULL",
        "wal_autocheckpoint=8000",  # 32 MB: fewer copies of the same pages into the file.
        f"busy_timeout={BUSY_MS}",
        f"cache_size=-{cache_mib * 1024}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    writing = connection.get_execution_options().get("counterclaim_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def writing(engine: Engine, *, dry_run: bool = False) -> Iterator[WriteSession]:
    """One write transaction: alone in the store, committed at the end, undone by any error.

    With ``dry_run`` it is undone in any case. Errors of the driver come out as the package's own.
    """
    try:
        with WriteSession(
            engine.execution_options(counterclaim_writes=True), expire_on_commit=False
        ) as session:
            if engine.dialect.name == "postgresql":
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})
            yield session
            if not dry_run:
                _commit(session)
    except SQLAlchemyError as error:
        raise translated(error) from error


def _commit(session: WriteSession) -> None:
    """Commit; who loses the connection meanwhile is told that nobody knows what became of it."""
    session.flush()
    try:
        session.commit()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise StoreError(LOST) from error


LOST = (
    "The connection to the database was lost while this was being stored, and whether it was is not"
    " known. Send it again: with the same Idempotency-Key it is stored once."
)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One consistent state of the store, read only."""
    with (
        told_plainly(),
        Session(read_only(engine), autoflush=False, expire_on_commit=False) as session,
    ):
        yield session


def read_only(engine: Engine) -> Engine:
    """The same engine, each of whose transactions shows one state and changes nothing."""
    if engine.dialect.name != "postgresql":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Errors of the driver come out as the package's own."""
    try:
        yield
    except SQLAlchemyError as error:
        raise translated(error) from error


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that write many rows at once."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - for the type checker
    return table


def dialect_of(session: Session) -> EngineName:
    """Which engine a session talks to."""
    return "postgresql" if session.get_bind().dialect.name == "postgresql" else "sqlite"


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


def plain_rows(session: Session, statement: str, ids: Iterable[str]) -> list[tuple[Any, ...]]:
    """The rows of a statement with ``IN (:ids)``, straight from the driver: many and fast.

    Ids are to be selected as text. Words come as text and instants as ``instant`` reads them. What
    the session has not flushed is not seen.
    """
    given = list(ids)
    if not given:
        return []
    dialect = dialect_of(session)
    bound = orjson.dumps(given).decode() if dialect == "sqlite" else given
    text_ = statement.replace("IN (:ids)", AMONG[dialect])
    rows: list[tuple[Any, ...]] = run_on_driver(session, text_, {"ids": bound}).fetchall()
    return rows


def fetched(session: Session, query: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows of a query as the driver makes them, without an object around each."""
    with session.connection().execute(query) as result:
        cursor: Any = result.cursor
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@lru_cache(maxsize=8192)
def instant(value: str | datetime) -> datetime:
    """An instant as a driver gave it: SQLite keeps text in UTC, PostgreSQL gives aware ones."""
    if isinstance(value, str):
        return datetime.fromisoformat(f"{value}+00:00")
    return value.astimezone(UTC)


@contextmanager
def deferred_references(session: Session, tables: Iterable[Table]) -> Iterator[None]:
    """Rows of one of these tables may point to rows of the same that come later.

    In PostgreSQL all must be there when the block ends, in SQLite when the transaction does.
    """
    if dialect_of(session) == "sqlite":
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
        yield
        return
    quote = session.get_bind().dialect.identifier_preparer.quote
    changes = [
        f"ALTER TABLE {quote(table.name)} ALTER CONSTRAINT {quote(str(key.name))}"
        for table in tables
        for key in table.foreign_key_constraints
        if key.referred_table is table
    ]
    for change in changes:
        session.execute(text(f"{change} DEFERRABLE INITIALLY DEFERRED"))
    yield
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for change in changes:
        session.execute(text(f"{change} NOT DEFERRABLE"))


def driver_value(value: object, dialect: EngineName) -> object:
    """A value as the driver takes it: SQLite keeps instants as texts, and neither knows enums."""
    if isinstance(value, datetime):
        if dialect == "sqlite":
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        return value
    return str(value) if isinstance(value, str) else value


def refresh_statistics(session: Session) -> None:
    """Let PostgreSQL see how many rows there are now, so that it plans for them at once."""
    if dialect_of(session) == "postgresql":
        session.execute(text("ANALYZE"))


def translated(error: SQLAlchemyError) -> Exception:
    """The package's own error for what went wrong below; the driver's words stay here."""
    if isinstance(error, IntegrityError):
        return ConflictError(
            f"The database refused the row: {_constraint(error) or 'a constraint is broken'}."
        )
    if isinstance(error, DataError):
        return InputError("The database cannot hold one of the values.")
    for reason in filter(None, map(UNWRITABLE.get, _codes(error))):
        return StoreError(f"{reason} Nothing was stored.")
    if isinstance(error, OperationalError | ProgrammingError | InterfaceError | PoolTimeoutError):
        msg = "The database does not answer, or its tables are not at the newest revision."
        return StoreError(msg)
    return error


UNWRITABLE = {
    "SQLITE_FULL": "The disk of the store is full.",
    "SQLITE_IOERR_WRITE": "The disk of the store is full, or fails.",
    "53100": "The disk of the database is full.",
    "SQLITE_READONLY": "The store can only be read.",
    "25006": "The database can only be read: it is a standby, or told so.",
}
"""By the code of an error, SQLite's name or SQLSTATE, why nothing can be written."""


def _codes(error: BaseException | None) -> Iterator[str]:
    """What the driver calls an error, and those in the wake of which it came.

    A full disk undoes the transaction, and what is told is that there is none to be undone.
    """
    while error is not None:
        cause = getattr(error, "orig", None)
        named = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
        yield str(named or "")
        error = error.__context__


def _constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that a row broke, or what SQLite says in its place."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.constraint_name)
    return str(error.orig).partition("constraint failed: ")[2] or None


def month_until(
    end: SQLColumnExpression[datetime | None], dialect: Literal["sqlite", "postgresql"]
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
