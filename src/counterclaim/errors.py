"""Every error that the package raises on purpose.

CounterclaimError
├── InputError                  what was given is wrong; says what, where and what would be right
│   ├── QuantityError           a number or words that are no quantity
│   ├── MomentError             a text that is no EDTF date
│   ├── PlaceError              coordinates or a relative place that cannot be
│   ├── FilterError             a filter's value that names nothing
│   ├── CursorError             a cursor that was altered or belongs to another query
│   ├── RejectedError           a whole body refused, with all its problems
│   ├── MediaTypeError          a body of a kind that is not read here
│   ├── ReusedKeyError          an Idempotency-Key that belongs to another request
│   ├── DumpError               a file that is no dump, not a whole one, or was altered
│   └── BackupError             a file that is no backup, is damaged, or may not be replaced
├── AuthenticationError         no key where one is needed, or one that is not valid
├── PermissionDeniedError       the key may not do this
├── PreconditionRequiredError   a change without saying which state it is for
├── PreconditionFailedError     the row is not in the state that the change is for
├── NotFoundError               no row of that id or key
├── MovedError                  the row was merged into another one
├── SettingsError               a setting that this program cannot run with
├── ModelError                  a model that drafts claims gave no answer that can be used
├── ConflictError               a unique key or a transition was taken by somebody else
└── StoreError                  the database is missing, not migrated or out of reach
    └── BusyError               more writes wait for their turn than are let wait
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class CounterclaimError(Exception):
    """The root of all errors raised on purpose."""


class InputError(CounterclaimError, ValueError):
    """What was given is wrong; ``suggestions`` holds the nearest right values, best first."""

    def __init__(self, message: str, *, suggestions: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.suggestions = tuple(suggestions)


class QuantityError(InputError):
    """A number or words that are no quantity."""


class MomentError(InputError):
    """A text that is no EDTF date, or a window that ends before it begins."""


class PlaceError(InputError):
    """Coordinates or a relative place that cannot be."""


class FilterError(InputError):
    """A filter's value that names nothing; ``parameter`` is the query parameter at fault."""

    def __init__(self, parameter: str, message: str, *, suggestions: Sequence[str] = ()) -> None:
        super().__init__(message, suggestions=suggestions)
        self.parameter = parameter


class CursorError(FilterError):
    """A cursor that was altered or belongs to another query."""

    def __init__(self, message: str) -> None:
        super().__init__("cursor", message)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a body: a JSON pointer, what is wrong and what would be right."""

    pointer: str
    detail: str
    suggestions: tuple[str, ...] = ()


class RejectedError(InputError):
    """A whole body refused; nothing of it is stored. ``problems`` lists all that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.pointer}: {p.detail}" for p in problems))
        self.problems = tuple(problems)


class MediaTypeError(InputError):
    """A body whose Content-Type is not read here; ``suggestions`` are those that are."""


class ReusedKeyError(InputError):
    """An Idempotency-Key that was used for another request before."""


class DumpError(InputError):
    """A file that is no dump of a store, not a whole one, of another version, or was altered."""


class BackupError(InputError):
    """A file that is no backup of a store, is damaged, or may not be replaced by one."""


class AuthenticationError(CounterclaimError):
    """No key where one is needed, or, with ``given``, one that is not valid or was revoked."""

    def __init__(self, message: str, *, given: bool = False) -> None:
        super().__init__(message)
        self.given = given


class PermissionDeniedError(CounterclaimError):
    """The key may not do this; ``scope`` is what it would need."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"This needs a key with the scope {scope}.")
        self.scope = scope


class PreconditionRequiredError(CounterclaimError):
    """A change that does not say for which state of the row it is meant."""


class PreconditionFailedError(CounterclaimError):
    """The row is not in the state for which the change is meant."""


class NotFoundError(CounterclaimError):
    """No row of that id or key."""

    def __init__(self, noun: str, key: object, *, suggestions: Sequence[str] = ()) -> None:
        super().__init__(f"There is no {noun} {str(key)!r}.")
        self.noun = noun
        self.suggestions = tuple(suggestions)


class MovedError(CounterclaimError):
    """The row was merged into ``target``, which is where to ask."""

    def __init__(self, target: str) -> None:
        super().__init__(f"Merged into {target}.")
        self.target = target


class ModelError(CounterclaimError):
    """A model that drafts claims gave no answer that can be used; the message says why."""


class ConflictError(CounterclaimError):
    """A unique key or a transition was taken by somebody else in the meantime."""


class SettingsError(CounterclaimError):
    """A setting that this program cannot run with; the message names its variable."""


class StoreError(CounterclaimError):
    """The database is missing, not migrated or out of reach."""


class BusyError(StoreError):
    """More writes wait for their turn than are let wait; nothing was done, try again later."""
