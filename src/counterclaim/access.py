"""Who asks, told by the key in ``Authorization: Bearer …``, and what that key may do.

Only a key is looked up in a thread: what is told without the store is told in the event loop, for
each thread that a request goes through costs more than all of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Annotated

from fastapi import BackgroundTasks, Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from counterclaim.db import now, reading
from counterclaim.errors import AuthenticationError, PermissionDeniedError
from counterclaim.queries.keys import Caller, caller_in, find_caller, key_statement
from counterclaim.reader import UnansweredError
from counterclaim.store.keys import NOTED_EVERY, note_use
from counterclaim.vocabulary import KeyScope

CALLER = "counterclaim.caller"
"""Where the scope of a request has the name of the key that it came with."""

_bearer = HTTPBearer(auto_error=False, description="An API key.")


async def _caller(
    request: Request,
    background: BackgroundTasks,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller | None:
    """Whose key was given; None where none was.

    Raises:
        AuthenticationError: the key given is none, or was revoked.
    """
    if given is None:
        return None
    caller = await _found(request, given.credentials)
    if caller is None:
        msg = "This key is not valid: it is mistyped or was revoked."
        raise AuthenticationError(msg, given=True)
    request.scope[CALLER] = caller.name
    if _is_due(request, caller):
        background.add_task(note_use, request.app.state.engine, caller.key_id)
    return caller


async def _found(request: Request, secret: str) -> Caller | None:
    """Whose key this is: asked for in the event loop, as it is for every write."""
    reader = request.app.state.quick.reader
    try:
        rows = await reader.fetch(key_statement(secret, reader.engine_name))
    except UnansweredError:
        return await run_in_threadpool(_looked_up, request, secret)
    return caller_in(rows, secret)


def _looked_up(request: Request, secret: str) -> Caller | None:
    with reading(request.app.state.engine) as session:
        return find_caller(session, secret)


def _is_due(request: Request, caller: Caller) -> bool:
    """Whether the use of a key is to be noted: once a minute, whatever became of the last try."""
    if caller.last_used_at is not None and caller.last_used_at > now() - NOTED_EVERY:
        return False
    tried: dict[str, float] = request.app.state.uses_noted
    if (
        monotonic() - tried.get(caller.key_id, -NOTED_EVERY.total_seconds())
        < NOTED_EVERY.total_seconds()
    ):
        return False
    tried[caller.key_id] = monotonic()
    return True


AnyCaller = Annotated[Caller | None, Depends(_caller, scope="function")]
"""Who asks, with or without a key."""


def require(caller: Caller | None, scope: KeyScope) -> Caller:
    """The caller, whose key has the scope.

    Raises:
        AuthenticationError: there is no key.
        PermissionDeniedError: the key lacks the scope.
    """
    if caller is None:
        msg = "This needs an API key: send it as Authorization: Bearer KEY."
        raise AuthenticationError(msg, given=False)
    if not caller.may(scope):
        raise PermissionDeniedError(scope)
    return caller


async def _reader(request: Request, caller: AnyCaller) -> Caller | None:
    if not request.app.state.settings.public_reads:
        require(caller, KeyScope.READ)
    request.state.caller = caller
    return caller


Reader = Annotated[Caller | None, Depends(_reader, scope="function")]
"""Who reads; where reads are not public, the key has the scope ``read``."""


def may_review(request: Request) -> bool:
    """Whether who reads may see claims that await review."""
    caller: Caller | None = getattr(request.state, "caller", None)
    return caller is not None and caller.may(KeyScope.REVIEW)


def caller_with(scope: KeyScope) -> Callable[[Caller | None], Awaitable[Caller]]:
    """The dependency that asks for a key with a scope."""

    async def caller(given: AnyCaller) -> Caller:
        return require(given, scope)

    return caller


Admin = Annotated[Caller, Depends(caller_with(KeyScope.ADMIN), scope="function")]
"""Who reads what only an administrator may."""
