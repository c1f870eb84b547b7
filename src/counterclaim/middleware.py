"""Layers around a request that have something to do for a few: other origins, HEAD, bodies."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request

from counterclaim.deps import header_of
from counterclaim.problems import SAFETY, problem_response

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.datastructures import Headers
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ASKED_METHOD = "counterclaim.method"
"""Where the scope has the method of a request that is answered as if it had another."""

ASKED_ABROAD = (
    *("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Prefer"),
)
TOLD_ABROAD = (
    *("Content-Disposition", "ETag", "Idempotency-Replayed", "Link", "Location"),
    *("Preference-Applied", "Retry-After"),
    *("RateLimit-Limit", "RateLimit-Policy", "RateLimit-Remaining", "RateLimit-Reset"),
    "WWW-Authenticate",
)


class OriginMiddleware(CORSMiddleware):
    """Tells pages of other origins what they may do: what a key allows, never by a cookie."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=list(origins),
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=list(ASKED_ABROAD),
            expose_headers=list(TOLD_ABROAD),
            allow_credentials=False,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """The answer to who asks before asking, which goes no further."""
        response = super().preflight_response(request_headers)
        response.headers.update(SAFETY)
        return response


class HeadMiddleware:
    """Answers HEAD as GET without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET", ASKED_METHOD: "HEAD"}, receive, send_head)


class BodyLimitMiddleware:
    """Refuses bodies that are too large: by their announced length, else as soon as they are."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self.app, self.most = app, max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = header_of(scope, b"content-length").decode("latin-1")
        if announced.isdecimal() and int(announced) > self.most:
            response = problem_response(Request(scope), "content-too-large", self._detail)
            await response(scope, receive, send)
            return
        size = 0

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self.most:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._detail)
            return message

        await self.app(scope, receive_counted, send)

    @property
    def _detail(self) -> str:
        return f"The body has more than {self.most} bytes, which is the most that is read here."
