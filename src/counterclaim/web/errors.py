"""Errors as pages: what the API tells programs as a problem, told to people.

Routes of pages raise the same errors as those of the API. On the way out their problems become
pages, with the same status, for whoever prefers HTML and asked for no address of an API.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from counterclaim.deps import header_of, path_of
from counterclaim.problems import MEDIA_TYPE, SAFETY

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOR_PROGRAMS = ("/v1/", "/ogc", "/openapi.json", "/static/", "/metrics", "/healthz", "/readyz")
LOST = frozenset({"content-length", "content-type", "etag"})


class ErrorPageMiddleware:
    """Turns problems into pages for people; who must sign in is led to where that is done."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not _is_for_people(scope):
            await self.app(scope, receive, send)
            return
        held: list[Message] = []

        async def send_page(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_problem(message):
                held.append(message)
            elif not held:
                await send(message)
            else:
                held.append(message)
                if not message.get("more_body", False):
                    await _page_of(Request(scope), held)(scope, receive, send)

        await self.app(scope, receive, send_page)


def _is_for_people(scope: Scope) -> bool:
    return b"text/html" in header_of(scope, b"accept") and not path_of(scope).startswith(
        FOR_PROGRAMS
    )


def _is_problem(message: Message) -> bool:
    return MutableHeaders(scope=message).get("content-type", "").startswith(MEDIA_TYPE)


def _page_of(request: Request, messages: list[Message]) -> Response:
    start, *bodies = messages
    problem = orjson.loads(b"".join(message.get("body", b"") for message in bodies))
    if start["status"] == HTTPStatus.UNAUTHORIZED and request.method == "GET":
        return _to_sign_in(request)
    return problem_page(request, problem, MutableHeaders(scope=start))


def _to_sign_in(request: Request) -> Response:
    root = request.scope.get("root_path", "")
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = f"{root}/sign-in?next={quote(here, safe='/')}"
    headers = {"Cache-Control": "no-store", **SAFETY}
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers)


def problem_page(
    request: Request, problem: dict[str, Any], headers: MutableHeaders | None = None
) -> Response:
    """A problem as a page, with what the answer's headers said beside it."""
    # Templates take their time to load, and a server that only answers programs needs none.
    from counterclaim.web.rendering import HTML, page_headers, render  # noqa: PLC0415

    own = {**page_headers(), "Cache-Control": "no-store"}
    lost = LOST.union(name.lower() for name in own)
    kept = {name: value for name, value in (headers or {}).items() if name.lower() not in lost}
    text = render(request, "error.html", problem=problem)
    given = {**kept, **own}
    return Response(text, problem["status"], given, HTML)
