"""A small HTTP client that asks as fast as a server answers, and keeps the time of each answer.

It shares the machine with the server, so it does as little as it can: requests are bytes made
beforehand, connections are kept, and of an answer only status and length are read.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import uvloop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED_END = b"0\r\n\r\n"
OK, NOT_MODIFIED, BAD_REQUEST = 200, 304, 400


class AnswerError(RuntimeError):
    """A server closed a connection, or answered what is no answer."""


@dataclass(slots=True)
class Sample:
    """What came of asking for a while."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: int = 0
    size: int = 0
    """Bytes of the bodies."""

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """The latency in milliseconds below which this share of the answers was."""
        if not self.latencies:
            return float("nan")
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def encode(
    method: str, path: str, body: bytes = b"", headers: Sequence[tuple[str, str]] = ()
) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: */*"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join((*lines, "", "")).encode() + body


class Connection(asyncio.Protocol):
    """One kept connection; one request is under way at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.waiting: asyncio.Future[bytes] | None = None
        self.buffer = bytearray()
        self.end: int | None = None
        self.body_at = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what bytes are written to."""
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits that nothing will come."""
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(AnswerError(f"The connection was closed: {exc}"))

    def data_received(self, data: bytes) -> None:
        """Collect an answer until it is whole."""
        self.buffer += data
        if self.body_at == 0 and not self._read_head():
            return
        if self.end is None:
            whole = self.buffer.endswith(CHUNKED_END)
        else:
            whole = len(self.buffer) >= self.end
        if whole and self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(bytes(self.buffer))

    def _read_head(self) -> bool:
        at = self.buffer.find(b"\r\n\r\n")
        if at < 0:
            return False
        self.body_at = at + 4
        found = LENGTH.search(self.buffer, 0, at)
        if found is not None:
            self.end = self.body_at + int(found[1])
        elif status_of(self.buffer) == NOT_MODIFIED:
            self.end = self.body_at
        return True

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body, as it came, of the answer to a request."""
        self.buffer.clear()
        self.end, self.body_at = None, 0
        self.waiting = asyncio.get_running_loop().create_future()
        if self.transport is None or self.transport.is_closing():
            msg = "The connection is closed."
            raise AnswerError(msg)
        self.transport.write(request)
        whole = await self.waiting
        return status_of(whole), whole[self.body_at :]

    def close(self) -> None:
        """End the connection."""
        if self.transport is not None:
            self.transport.close()


def status_of(answer: bytes | bytearray) -> int:
    """The status in the first line of an answer."""
    return int(answer[9:12])


def unchunked(body: bytes) -> bytes:
    """The bytes of a body that came in chunks."""
    parts, at = [], 0
    while size := int(body[at : (line := body.index(b"\r\n", at))], 16):
        parts.append(body[line + 2 : line + 2 + size])
        at = line + 2 + size + 2
    return b"".join(parts)


async def connect(port: int) -> Connection:
    """A connection to a server of this machine."""
    loop = asyncio.get_running_loop()
    _transport, connection = await loop.create_connection(Connection, "127.0.0.1", port)
    return connection


def measure(
    port: int, requests: Sequence[bytes], connections: int, seconds: float, *, once: bool = False
) -> Sample:
    """Ask these requests in turn, over and over, for so many seconds.

    With ``once`` each request goes out at most once, as writes must.
    """
    return uvloop.run(_measure(port, requests, connections, seconds, once=once))


def measure_both(
    port: int, reads: Sequence[bytes], writes: Sequence[bytes], seconds: float
) -> tuple[Sample, Sample]:
    """One connection reads while another writes, each as fast as it is answered."""

    async def both() -> tuple[Sample, Sample]:
        async with asyncio.TaskGroup() as group:
            reader = group.create_task(_measure(port, reads, 1, seconds, once=False))
            writer = group.create_task(_measure(port, writes, 1, seconds, once=True))
        return reader.result(), writer.result()

    return uvloop.run(both())


async def _measure(
    port: int, requests: Sequence[bytes], connections: int, seconds: float, *, once: bool
) -> Sample:
    sample = Sample()
    waiting = iter(requests) if once else itertools.cycle(requests)
    opened = [await connect(port) for _connection in range(connections)]
    begun = time.perf_counter()
    try:
        async with asyncio.TaskGroup() as group:
            for connection in opened:
                group.create_task(_keep_asking(connection, waiting, begun + seconds, sample))
    finally:
        for connection in opened:
            connection.close()
    sample.seconds = time.perf_counter() - begun
    return sample


async def _keep_asking(
    connection: Connection, waiting: Iterator[bytes], end: float, sample: Sample
) -> None:
    clock = time.perf_counter
    for request in waiting:
        begun = clock()
        status, body = await connection.ask(request)
        done = clock()
        sample.latencies.append(done - begun)
        sample.size += len(body)
        sample.errors += status >= BAD_REQUEST
        if done > end:
            return


def fetch(port: int, request: bytes, *, head: bool = False) -> tuple[int, bytes]:
    """The status and the body of one answer, or with ``head`` its headers."""

    async def ask() -> tuple[int, bytes]:
        connection = await connect(port)
        status, body = await connection.ask(request)
        connection.close()
        if head:
            return status, bytes(connection.buffer[: connection.body_at])
        return status, unchunked(body) if connection.end is None else body

    return uvloop.run(ask())
