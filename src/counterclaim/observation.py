"""What is noted of every request: its id, a line in the log, a place among the numbers."""

from __future__ import annotations

import logging
import re
import secrets
from asyncio import get_running_loop
from itertools import count
from time import perf_counter, time
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from counterclaim.access import CALLER
from counterclaim.logs import Told
from counterclaim.middleware import ASKED_METHOD, UNCOUNTED
from counterclaim.problems import problem_response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from counterclaim.logs import RequestLog
    from counterclaim.tally import Tally

log = logging.getLogger(__name__)

REQUEST_ID = "counterclaim.request_id"
"""Where the scope of a request has its id."""

SANE = re.compile(rb"[A-Za-z0-9._:+/=-]{8,128}")
"""Ids of requests that are taken over from who asks, most likely a proxy."""

ELSEWHERE = "(none)"
"""The route of what has none: one name for all that was made up."""

WRITTEN_EVERY_S = 0.2
"""Lines wait so long for others to be written with; what was killed keeps those to itself."""

GONE = 499
"""The status, in the log alone, of a request whose asker went away unanswered."""


class ObserveMiddleware:
    """Gives every request an id, notes it when it is answered, and answers internal errors."""

    def __init__(self, app: ASGIApp, tally: Tally, lines: RequestLog | None) -> None:
        self.app, self.tally, self.lines = app, tally, lines
        self._process, self._numbers = secrets.token_hex(8).encode(), count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        request_id = _given_id(scope) or b"%s%08x" % (self._process, next(self._numbers))
        scope[REQUEST_ID] = request_id
        status = 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        except Exception:
            _tell_error(scope)
            if status:
                raise  # Half of an answer is out: the connection has to break.
            await _internal_error(scope)(scope, receive, send_named)
        finally:
            self._note(scope, status or GONE, perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        if is_quiet(scope):
            return
        method, route = scope.get(ASKED_METHOD, scope["method"]), route_of(scope)
        self.tally.note(method, route, status, seconds)
        if self.lines is None:
            return
        name = scope.get(CALLER)
        told = Told(time(), method, route, status, seconds, scope[REQUEST_ID], name)
        if self.lines.tell(told):
            get_running_loop().call_later(WRITTEN_EVERY_S, self.lines.write)


def is_quiet(scope: Mapping[str, Any]) -> bool:
    """Whether nothing is noted of a request: one of those that watch."""
    # The prefix that a proxy serves under; below a folder of files root_path is that folder.
    prefix = scope.get("app_root_path", scope.get("root_path", ""))
    return str(scope.get("path")).removeprefix(prefix) in UNCOUNTED


def _given_id(scope: Scope) -> bytes | None:
    """The id that a request brings, if it is one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return bytes(value) if SANE.fullmatch(value) else None
    return None


def route_of(scope: Scope) -> str:
    """The template of the address that was asked for: never what somebody put in its place."""
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    if "app_root_path" in scope:  # Below a folder of files.
        return str(scope["root_path"]).removeprefix(scope["app_root_path"]) + "/{path}"
    return ELSEWHERE


def _tell_error(scope: Scope) -> None:
    given = {
        "request_id": scope[REQUEST_ID].decode(),
        "method": scope["method"],
        "route": route_of(scope),
    }
    log.exception("An internal error.", extra=given)


def _internal_error(scope: Scope) -> Any:
    request_id = scope[REQUEST_ID].decode()
    detail = f"The log of the server says more of it, under the id of this request: {request_id}"
    return problem_response(Request(scope), "internal-error", detail, request_id=request_id)
