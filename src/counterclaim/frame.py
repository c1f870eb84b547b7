"""What is done around every request, in one piece: the frame between all layers and the routes.

A request gets an id and is counted or refused; it is answered the short way, or else by its route;
its answer says what all answers say; and it is noted. What only few requests need, such as pages of
errors, codings and HEAD, stands around this as layers that step aside.
"""

from __future__ import annotations

from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING

from counterclaim.admission import Visit
from counterclaim.deps import APPLIED
from counterclaim.links import with_links
from counterclaim.problems import SAFETY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from counterclaim.admission import Admission
    from counterclaim.observation import Observer

    Headers = list[tuple[bytes, bytes]]

SAFE = [(name.lower().encode(), value.encode()) for name, value in SAFETY.items()]

GONE = 499
"""The status, in the log alone, of a request whose asker went away unanswered."""


class FrameMiddleware:
    """Stands around every request.

    Attributes:
        observer: Names and notes requests, and tells what failed.
        admission: Refuses requests.
        answer: Tries the short way; None where the long one has to be gone.
        prefers: Whether answers hang on what a request prefers, RFC 7240.
    """

    def __init__(
        self,
        app: ASGIApp,
        observer: Observer,
        admission: Admission,
        answer: Callable[[Scope], Awaitable[Response | None]],
        *,
        prefers: bool,
    ) -> None:
        self.app, self.observer, self.admission = app, observer, admission
        self.answer, self.prefers = answer, prefers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, request_id = perf_counter(), self.observer.name(scope)
        framed = _Framed(self, scope, request_id, send)
        try:
            response = await self.admission.admit(scope, framed.visit) or await self.answer(scope)
            await (response or self.app)(scope, receive, framed.send)
        except Exception:
            response = self.observer.internal_error(scope)
            if framed.status:
                raise  # Half of an answer is out: the connection has to break.
            await response(scope, receive, framed.send)
        finally:
            self.admission.leave(framed.visit)
            self.observer.note(scope, framed.status or GONE, perf_counter() - started)


class _Framed:
    """One answer on its way out; its status is 0 until it begins."""

    __slots__ = ("_frame", "_request_id", "_scope", "_send", "status", "visit")

    def __init__(self, frame: FrameMiddleware, scope: Scope, request_id: bytes, send: Send) -> None:
        self._frame, self._scope, self._request_id = frame, scope, request_id
        self._send, self.visit, self.status = send, Visit(), 0

    async def send(self, message: Message) -> None:
        """Send a message of the application on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._frame.admission.leave(self.visit)
            if self.status == HTTPStatus.UNAUTHORIZED:
                await self._frame.admission.blame(self.visit)
            message = {**message, "headers": self._told(message["headers"])}
        await self._send(message)

    def _told(self, given: Headers) -> Headers:
        """The headers of the answer, and what all answers say."""
        headers = with_links(self._scope, self.status, given)
        if self._frame.prefers:
            headers = _with_preference(self._scope, headers)
        own = dict(headers)
        safe = [one for one in SAFE if one[0] not in own]
        return [*headers, *safe, (b"x-request-id", self._request_id), *self.visit.told]


def _with_preference(scope: Scope, given: Headers) -> Headers:
    """Headers that tell by which preference of the request the answer was made."""
    headers = [(name, value + b", Prefer" if name == b"vary" else value) for name, value in given]
    if APPLIED in scope and (applied := scope[APPLIED]()):
        headers.append((b"preference-applied", applied.encode()))
    return headers
