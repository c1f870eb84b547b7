"""What is noted of every request: its id, a line in the log, a place among the numbers."""

from __future__ import annotations

import logging
import re
import secrets
from asyncio import get_running_loop
from itertools import count
from time import time
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from counterclaim.access import CALLER
from counterclaim.admission import UNCOUNTED
from counterclaim.deps import header_of
from counterclaim.logs import Told
from counterclaim.middleware import ASKED_METHOD
from counterclaim.problems import problem_response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response
    from starlette.types import Scope

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


class Observer:
    """Gives every request an id, notes how it was answered, and tells of internal errors."""

    def __init__(self, tally: Tally, lines: RequestLog | None) -> None:
        self.tally, self.lines = tally, lines
        self._process, self._numbers = secrets.token_hex(8).encode(), count()

    def name(self, scope: Scope) -> bytes:
        """The id of a request, which its scope has from now on."""
        given = header_of(scope, b"x-request-id")
        if not given or SANE.fullmatch(given) is None:
            given = b"%s%08x" % (self._process, next(self._numbers))
        scope[REQUEST_ID] = given
        return given

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        """Note how a request was answered."""
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

    def internal_error(self, scope: Scope) -> Response:
        """The answer to a request that failed with the error that is being handled."""
        request_id = scope[REQUEST_ID].decode()
        route = route_of(scope)
        given = {"request_id": request_id, "method": scope["method"], "route": route}
        log.exception("An internal error.", extra=given)
        detail = (
            f"The log of the server says more of it, under the id of this request: {request_id}"
        )
        return problem_response(Request(scope), "internal-error", detail, request_id=request_id)


def is_quiet(scope: Mapping[str, Any]) -> bool:
    """Whether nothing is noted of a request: one of those that watch."""
    # The prefix that a proxy serves under; below a folder of files root_path is that folder.
    prefix = scope.get("app_root_path", scope.get("root_path", ""))
    return str(scope.get("path")).removeprefix(prefix) in UNCOUNTED


def route_of(scope: Scope) -> str:
    """The template of the address that was asked for: never what somebody put in its place."""
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    if "app_root_path" in scope:  # Below a folder of files.
        return str(scope["root_path"]).removeprefix(scope["app_root_path"]) + "/{path}"
    return ELSEWHERE
