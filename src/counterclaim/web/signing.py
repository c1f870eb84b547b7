"""Signing in to the pages by pasting a key, and out again."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from counterclaim.db import reading
from counterclaim.deps import NoQuery
from counterclaim.queries.keys import find_caller
from counterclaim.web.rendering import HTML, page_headers, render
from counterclaim.web.visitors import (
    COOKIE,
    CurrentVisitor,
    Form,
    keep_visitor,
    text_of,
    visitor_of,
)

router = APIRouter(include_in_schema=False)
UNSTORED = {"Cache-Control": "no-store"}


class SignInQuery(NoQuery):
    """Where to go on."""

    next: Annotated[str, Field(max_length=2000, description="A path of this server.")] = "/"


@router.get("/sign-in")
def sign_in(
    request: Request, _visitor: CurrentVisitor, query: Annotated[SignInQuery, Query()]
) -> Response:
    """The form that a key is pasted into."""
    return _form_page(request, query.next)


@router.post("/sign-in")
def post_sign_in(request: Request, form: Form) -> Response:
    """Sign in and go on; a key that does not count is told of on the same page."""
    onward = text_of(form, "next") or "/"
    with reading(request.app.state.engine) as session:
        caller = find_caller(session, text_of(form, "key"))
    if caller is None:
        refused = "This key is not valid: it is mistyped or was revoked."
        return _form_page(request, onward, refused, HTTPStatus.UNPROCESSABLE_ENTITY)
    response = RedirectResponse(own_path(request, onward), HTTPStatus.SEE_OTHER, UNSTORED)
    keep_visitor(request, response, caller.key_id)
    return response


@router.post("/sign-out")
def post_sign_out(request: Request, _form: Form) -> Response:
    """Forget who is signed in on this device."""
    home = f"{request.scope.get('root_path', '')}/"
    response = RedirectResponse(home, HTTPStatus.SEE_OTHER, UNSTORED)
    response.delete_cookie(COOKIE, path=request.scope.get("root_path", "") or "/")
    return response


def own_path(request: Request, given: str) -> str:
    """A path of this server, whatever was given: nobody is led elsewhere by a link to sign in."""
    return given if _is_own(given) else f"{request.scope.get('root_path', '')}/"


def _is_own(given: str) -> bool:
    try:
        parts = urlsplit(given)
    except ValueError:  # As of a bracket in place of a host.
        return False
    return given.startswith("/") and not parts.scheme and not parts.netloc and "\\" not in given


def _form_page(
    request: Request, onward: str, refused: str | None = None, status: int = HTTPStatus.OK
) -> Response:
    """The form, with the token of the visitor's cookie in it; who has none gets one.

    Who is signed in stays so until another key is taken: to look at the form changes nothing.
    """
    response = Response(None, status, {**page_headers(), **UNSTORED}, HTML)
    visitor = visitor_of(request)
    token = visitor.token
    if visitor.caller is None:
        token = keep_visitor(request, response, None, token or None)
    text = render(request, "sign_in.html", token=token, next=onward, refused=refused)
    response.body = response.render(text)
    response.headers["content-length"] = str(len(response.body))
    return response
