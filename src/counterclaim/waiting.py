"""How the connections of the short way wait for PostgreSQL: as psycopg does, with less on the way.

A page comes in a dozen pieces. For each of them psycopg would register the socket with the event
loop anew, set an alarm, and wake the task that waits.
"""

from __future__ import annotations

from asyncio import CancelledError, get_running_loop
from typing import TYPE_CHECKING, Any

from psycopg import AsyncConnection
from psycopg.types.string import ByteaBinaryLoader
from psycopg.waiting import Ready, Wait

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from collections.abc import Generator

    Work = Generator[Any, Any, Any]
    """What psycopg does on a connection: it yields what it waits for, and returns the result."""

READABLE = Ready.R


class GatheringConnection(AsyncConnection[Any]):
    """Takes in what comes piece by piece, and wakes who waits when all is there."""

    async def wait(self, gen: Work, interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - the signature is psycopg's
        """The result of some work on the connection; who gives up on it loses the connection."""
        try:
            wanted = next(gen)
        except StopIteration as end:
            return end.value
        if wanted != Wait.R or timeout is not None:
            return await super().wait(_resumed(gen, wanted), interval, timeout)
        loop, socket = get_running_loop(), self.pgconn.socket
        gathered: Future[tuple[Any, Any]] = loop.create_future()
        loop.add_reader(socket, _take_in, loop, socket, gen, gathered)
        try:
            wanted, result = await gathered
        except CancelledError:
            if gathered.cancelled():
                loop.remove_reader(socket)
            self.pgconn.finish()
            raise
        if wanted is None:
            return result
        return await super().wait(_resumed(gen, wanted), interval)


def _take_in(
    loop: AbstractEventLoop, socket: int, work: Work, gathered: Future[tuple[Any, Any]]
) -> None:
    """Go on with what came; all is there when nothing is wanted any more but to write.

    The socket is let go of here, not by who is woken: one that was lost is closed by now, and the
    next connection may have its number before that task runs.
    """
    if gathered.done():
        return
    try:
        wanted = work.send(READABLE)
    except StopIteration as end:
        loop.remove_reader(socket)
        gathered.set_result((None, end.value))
    except Exception as error:  # noqa: BLE001 - it is raised where the result is awaited
        loop.remove_reader(socket)
        gathered.set_exception(error)
    else:
        if wanted != Wait.R:
            loop.remove_reader(socket)
            gathered.set_result((wanted, None))


def _resumed(work: Work, wanted: Any) -> Work:
    """The same work, begun anew where it waits for something already."""
    while True:
        ready = yield wanted
        try:
            wanted = work.send(ready)
        except StopIteration as end:
            return end.value


async def give_bytes(connection: AsyncConnection[Any]) -> None:
    """Let a connection give texts as the bytes that they come as, if they come in binary form."""
    for kind in ("text", "varchar", "bpchar"):
        connection.adapters.register_loader(kind, ByteaBinaryLoader)
