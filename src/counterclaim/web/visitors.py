"""Who looks at a page: signed in by a key, kept in a signed cookie, told from forged forms.

The cookie holds the id of the key, never the key, and the token that every form brings back; it is
signed, not secret. Whoever's key is revoked is signed out by it.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Depends
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from counterclaim.access import CALLER, require
from counterclaim.db import reading
from counterclaim.deps import reading_for
from counterclaim.queries.keys import Caller, caller_of
from counterclaim.turns import await_turn
from counterclaim.vocabulary import KeyScope

if TYPE_CHECKING:
    from starlette.responses import Response

    from counterclaim.config import Settings
    from counterclaim.store.ledger import Writer
    from counterclaim.turns import Turns

COOKIE = "counterclaim"
TOKEN = "csrf"  # noqa: S105 - the name of a field
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105 - the name of a header
FORGED = "This form was not sent from a page of this server, or you signed in or out since."
MOST_FIELDS = 10_000
"""Fields that one form may have."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page; ``token`` is empty for who has no cookie yet."""

    caller: Caller | None = None
    token: str = ""

    def may(self, scope: str) -> bool:
        """Whether the key that signed in has a scope."""
        return self.caller is not None and self.caller.may(KeyScope(scope))


NOBODY = Visitor()


def visitor_of(request: Request) -> Visitor:
    """Who looks at the page that is being made."""
    found: Visitor = getattr(request.state, "visitor", NOBODY)
    return found


def _visit(request: Request) -> Visitor:
    visitor = _read_cookie(request)
    request.state.visitor = visitor
    request.state.caller = visitor.caller
    if visitor.caller is not None:
        request.scope[CALLER] = visitor.caller.name
    return visitor


CurrentVisitor = Annotated[Visitor, Depends(_visit, scope="function")]


def _read_cookie(request: Request) -> Visitor:
    given = request.cookies.get(COOKIE)
    if given is None:
        return NOBODY
    settings: Settings = request.app.state.settings
    try:
        key_id, token = _signer(request).loads(given, max_age=settings.session_hours * 3600)
    except (BadData, ValueError, TypeError):
        return NOBODY
    if key_id is None:
        return Visitor(None, token)
    with reading(request.app.state.engine) as session:
        caller = caller_of(session, key_id)
    return Visitor(caller, token) if caller else NOBODY


def new_token() -> str:
    """What the forms of one visitor bring back."""
    return secrets.token_urlsafe(24)


def keep_visitor(
    request: Request, response: Response, key_id: str | None, token: str | None = None
) -> str:
    """Give the visitor a cookie with a token, which is returned; None is who has no key.

    The token is a new one unless the page that goes with the cookie was made with one.
    """
    token = token or new_token()
    settings: Settings = request.app.state.settings
    response.set_cookie(
        COOKIE,
        sign(request, key_id, token),
        max_age=settings.session_hours * 3600,
        path=request.scope.get("root_path", "") or "/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return token


def sign(request: Request, key_id: str | None, token: str) -> str:
    """What the cookie holds."""
    return str(_signer(request).dumps([key_id, token]))


def _signer(request: Request) -> URLSafeTimedSerializer:
    return _signer_with(request.app.state.secret)


@lru_cache(maxsize=8)
def _signer_with(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="visitor")


def _read(request: Request, visitor: CurrentVisitor) -> Iterator[Session]:
    if not request.app.state.settings.public_reads:
        require(visitor.caller, KeyScope.READ)
    with reading_for(request) as session:
        yield session


PageRead = Annotated[Session, Depends(_read, scope="function")]
"""A session to read with, for who may read."""


async def _form(request: Request, visitor: CurrentVisitor) -> AsyncIterator[FormData]:
    # The text of a document is one field; how large a body may be is limited before.
    most = request.app.state.settings.max_body_bytes
    async with request.form(max_fields=MOST_FIELDS, max_part_size=most) as form:
        given = request.headers.get(TOKEN_HEADER) or form.get(TOKEN)
        if not isinstance(given, str) or not visitor.token:
            raise HTTPException(HTTPStatus.FORBIDDEN, FORGED)
        if not hmac.compare_digest(given.encode(), visitor.token.encode()):
            raise HTTPException(HTTPStatus.FORBIDDEN, FORGED)
        yield form


Form = Annotated[FormData, Depends(_form, scope="function")]
"""A form that was sent from one of our own pages."""


def text_of(form: FormData, name: str) -> str:
    """A field of a form as text, without the white space around it; empty where it was left out."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


async def write_as(
    request: Request,
    scope: KeyScope,
    work: Callable[[Writer], Result],
    *,
    dry_run: bool = False,
) -> Result:
    """Write in the name of who is signed in, durably; with ``dry_run`` nothing is stored.

    Raises:
        AuthenticationError: nobody is signed in.
        PermissionDeniedError: the key lacks the scope.
    """
    caller = require(visitor_of(request).caller, scope)
    turns: Turns = request.app.state.turns
    waiting: Any = turns.take(work, caller.name, dry_run=dry_run)
    result: Result = await await_turn(waiting)
    return result
