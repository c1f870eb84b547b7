"""Waiting for the ledger to grow, without holding a thread or a connection meanwhile."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from counterclaim.db import reading
from counterclaim.errors import StoreError
from counterclaim.queries.changes import changes_after, last_seq

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from sqlalchemy import Engine
    from starlette.requests import Request

    from counterclaim.queries.changes import ChangeFilter, Changes

INTERVAL_S = 0.5
"""How often the store is asked whether there is a new entry."""

HEARTBEAT_S = 15.0
"""A stream with nothing to tell says so this often, so that nobody between takes it for dead."""

BATCH = 200
"""Entries are read this many at a time."""


class Watch:
    """Knows the newest entry, and whether the process has been told to stop.

    However many wait, the store is asked once an interval.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seq = 0
        self._asked = -INTERVAL_S
        self._stopping = threading.Event()

    @contextmanager
    def until_stop(self) -> Iterator[None]:
        """While the application runs: lets those who wait go as soon as a signal asks to stop.

        The server finishes what is under way before it tells the application, and a stream would
        be under way for ever. Only the main thread may listen; elsewhere nothing is sent to it.
        """
        self._stopping.clear()
        before: dict[signal.Signals, Any] = {}

        def stop(number: int, frame: Any) -> None:
            self._stopping.set()
            handler = before[signal.Signals(number)]
            if callable(handler):
                handler(number, frame)

        if threading.current_thread() is threading.main_thread():
            for one in (signal.SIGTERM, signal.SIGINT):
                handler = signal.getsignal(one)
                if callable(handler):  # Else nobody serves who would stop by it.
                    before[one] = handler
                    signal.signal(one, stop)
        try:
            yield
        finally:
            self._stopping.set()
            for one, handler in before.items():
                if signal.getsignal(one) is stop:
                    signal.signal(one, handler)

    async def over(self, request: Request) -> bool:
        """Whether there is nobody to wait for, or no time."""
        return self._stopping.is_set() or await request.is_disconnected()

    async def grown(self, request: Request, seq: int, seconds: float) -> bool:
        """Wait until there is an entry behind this one; False when time or waiting is over."""
        deadline = time.monotonic() + seconds
        while not await self.over(request):
            if await self._newest() > seq:
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            await asyncio.sleep(min(INTERVAL_S, left))
        return False

    async def _newest(self) -> int:
        if time.monotonic() - self._asked >= INTERVAL_S:
            self._asked = time.monotonic()
            self._seq = await run_in_threadpool(self._read)
        return self._seq

    def _read(self) -> int:
        with reading(self._engine) as session:
            return last_seq(session)

    async def behind(self, given: ChangeFilter, seq: int) -> Changes:
        """The next changes behind an entry, read in a thread and a session of their own."""

        def read() -> Changes:
            with reading(self._engine) as session:
                return changes_after(session, given, seq, BATCH)

        return await run_in_threadpool(read)


async def server_sent(
    watch: Watch, request: Request, given: ChangeFilter, seq: int
) -> AsyncIterator[bytes]:
    """Changes as server-sent events, old and new, until the client goes or the server stops.

    The id of an event is the number of its entry. Where filters let nothing through, heartbeats
    carry the id, so that who comes back goes on behind what was looked at.
    """
    yield b"retry: 1000\n\n"
    while not await watch.over(request):
        try:
            changes = await watch.behind(given, seq)
            for number, text in changes.texts.items():
                yield b"id: %d\ndata: %b\n\n" % (number, text)
            seq = changes.last
            if len(changes.texts) < BATCH and not await watch.grown(request, seq, HEARTBEAT_S):
                yield f": nothing new\nid: {seq}\n\n".encode()
        except StoreError:
            return  # The client comes back, and is told then what is wrong.
