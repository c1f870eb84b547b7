"""Connections that are cut off when their client keeps them waiting, and renewed now and then.

What is answered at once leaves at once: the head of an answer in one piece with its body.

Uvicorn ends those that are idle between two requests. A head that comes letter by letter, a body
that trickles, an answer that nobody takes would be waited for without end, and each holds memory.
"""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING, Any, NamedTuple

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Transport

PATIENCE = "counterclaim.patience_s"
"""Where the state of the application has the seconds that a client may keep others waiting."""

DEFAULT_S = 20.0

LEAST = 1024
"""Bytes that must move at least while patience lasts."""

KEPT_S = (30.0, 60.0)
"""A connection is kept for so long, at random between the two, and ends with an answer.

Of several processes one may have taken most connections of a sudden rush, being awake; who comes
again finds the one that has less to do.
"""

LARGEST_HEAD = 64 * 1024
"""Bytes of the largest head of a request that is read."""


class _Seen(NamedTuple):
    """How far a connection was at one look, to compare with at the next."""

    request: object | None
    """Whose body is awaited."""
    came: int
    left: int
    """Bytes of answers that the client has yet to take, when that holds others up."""


class Together:
    """A transport that sends the head of an answer with what follows it at once, if something does.

    To hand two pieces to the system costs nearly as much as to make a small answer, and wakes the
    client twice. What waits for its body, as a stream of events does, goes out alone.
    """

    __slots__ = ("_begins", "_head", "_loop", "_transport")

    def __init__(self, transport: Transport, loop: AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._begins, self._head = False, b""

    def begin(self) -> None:
        """Let the next piece be the head of an answer."""
        self._begins = True

    def write(self, data: bytes) -> None:
        """Send a piece, or keep it until the next one or the end of this turn of the loop."""
        if self._begins:
            self.flush()
            self._begins, self._head = False, data
            self._loop.call_soon(self.flush)
        elif self._head and data:
            head, self._head = self._head, b""
            self._transport.writelines((head, data))
        else:
            self.flush()
            self._transport.write(data)

    def flush(self) -> None:
        """Send what was kept."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)

    def close(self) -> None:
        """Send what was kept, and close the connection."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection is closed, or will be."""
        return self._transport.is_closing()


class ImpatientProtocol(HttpToolsProtocol):
    """HTTP as Uvicorn speaks it, with clients that have to keep up."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin to wait for the head of a first request."""
        super().connection_made(transport)
        self._patience: float = self.app_state.get(PATIENCE, DEFAULT_S)
        self._head_since: float | None = self.loop.time()
        self._kept_until = self.loop.time() + SystemRandom().uniform(*KEPT_S)
        self._head_bytes = self._came = 0
        self._answered: RequestResponseCycle | None = None
        self._seen = _Seen(None, 0, 0)
        self._together = Together(transport, self.loop)
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        self._next_look.cancel()
        self.pipeline.clear()
        if self._answered is not None:  # Of several requests at once Uvicorn tells the last alone.
            self._answered.disconnected = True
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """End with the answer under way."""
        self._together.flush()
        super().shutdown()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle
        self._together.begin()
        cycle.transport = self._together  # type: ignore[assignment]  # All that it uses of one.
        super()._start_asgi_task(cycle, app)

    def on_message_begin(self) -> None:
        """The head of a request begins."""
        self._head_since, self._head_bytes = self.loop.time(), 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """It is there."""
        self._head_since = None
        super().on_headers_complete()
        if self.loop.time() >= self._kept_until and not self.pipeline:
            self.cycle.keep_alive = False

    def data_received(self, data: bytes) -> None:
        """Take what came, unless it is a head without end."""
        self._came += len(data)
        super().data_received(data)
        if self._head_since is not None:
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD:
                self._refuse(431)

    def _look_later(self) -> None:
        self._next_look = self.loop.call_later(self._patience, self._look)

    def _look(self) -> None:
        """Cut the connection off if nothing moved since the last look that should have."""
        before, self._seen = self._seen, self._see()
        if self._is_head_late() or self._is_body_late(before):
            self._refuse(408)
        if before.left and self._seen.left > before.left - LEAST:
            self._abort()
        self._look_later()

    def _abort(self) -> None:
        if self._answered is not None:  # It must not go on before it is told that nobody is there.
            self._answered.disconnected = True
        self.transport.abort()

    def _see(self) -> _Seen:
        cycle: Any = self.cycle  # None before the first request.
        awaited = (
            cycle is not None
            and cycle.more_body
            and not cycle.response_complete
            and not cycle.waiting_for_100_continue
            and not self.flow.read_paused
        )
        held_up = self.flow.write_paused or self.transport.is_closing()
        left = self.transport.get_write_buffer_size() if held_up else 0
        return _Seen(cycle if awaited else None, self._came, left)

    def _is_head_late(self) -> bool:
        since = self._head_since
        return since is not None and self.loop.time() - since >= self._patience

    def _is_body_late(self, before: _Seen) -> bool:
        seen = self._seen
        awaited = seen.request is not None and seen.request is before.request
        return awaited and seen.came - before.came < LEAST

    def _refuse(self, status: int) -> None:
        """Close, and say why to who has asked and is not being answered yet."""
        if self.transport.is_closing():
            return
        cycle: Any = self.cycle
        answering = cycle is not None and cycle.response_started and not cycle.response_complete
        if self._came and not answering:
            headers = b"connection: close\r\ncontent-length: 0\r\n\r\n"
            self.transport.write(STATUS_LINE[status] + headers)
        self.transport.close()
