"""What a driver refuses, in the package's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import (
    TimeoutError as PoolTimeoutError,
)

from counterclaim.errors import ConflictError, InputError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator


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
