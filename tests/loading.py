"""Many clients at once on a server of this machine, and what they were answered."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from crashing import Posts, posted

if TYPE_CHECKING:
    from collections.abc import Mapping

READS = (
    "/v1/strikes",
    "/v1/events?limit=20",
    "/v1/strikes?policy=latest",
    "/v1/claims?limit=20",
    "/v1/documents?limit=5",
    "/v1/sources?q=aland",
    "/v1/stats/interceptions?group_by=munition",
    "/v1/changes?limit=20",
    "/v1/strikes?f=csv",
    "/",
)
WRITTEN = 0.05
"""So large a part of the requests are writes."""

SHED = frozenset({429, 503})


class Answer(NamedTuple):
    """What one request was answered, and after how many seconds."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class Connection:
    """One connection that is kept, and made anew when the server has closed it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request and read all of its answer; OSError or EOFError where there is none."""
        content = b"" if body is None else json.dumps(body).encode()
        given = {"Host": "localhost", **(headers or {})}
        if body is not None:
            given |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
        lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in given.items()]
        begun = time.perf_counter()
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        try:
            writer.write("\r\n".join([*lines, "", ""]).encode() + content)
            status, told, found = await _read_answer(reader)
        except (OSError, EOFError):
            await self.close()
            raise
        if told.get("connection") == "close":
            await self.close()
        return Answer(status, told, found, time.perf_counter() - begun)

    async def close(self) -> None:
        """Let it go."""
        if self.streams is not None:
            _reader, writer = self.streams
            self.streams = None
            await close_stream(writer)


async def close_stream(writer: asyncio.StreamWriter) -> None:
    """Close one's own end, whatever became of the other."""
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def ask_once(
    port: int, path: str, body: object = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """One request on a connection of its own."""
    connection = Connection(port)
    try:
        return await connection.ask(path, body, headers)
    finally:
        await connection.close()


async def _read_answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.lower(): value.strip() for name, _colon, value in pairs}
    if headers.get("transfer-encoding") == "chunked":
        return int(head[0].split()[1]), headers, await _read_chunks(reader)
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return int(head[0].split()[1]), headers, body


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    found = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        found += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return found


@dataclass
class Load:
    """What many clients were answered, reads and writes mixed."""

    port: int
    posts: Posts
    over: bool = False
    numbers: int = 0
    reads: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    shed: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    """Connections that ended without an answer."""
    faults: list[str] = field(default_factory=list)

    async def run(self, clients: int, seconds: float) -> None:
        """Let so many clients ask for so long."""
        asking = [asyncio.create_task(self.ask_on(one)) for one in range(clients)]
        await asyncio.sleep(seconds)
        self.over = True
        await asyncio.gather(*asking)

    async def ask_on(self, client: int) -> None:
        """One client: one request after the other."""
        connection, lot = Connection(self.port), random.Random(client)
        while not self.over:
            try:
                if lot.random() < WRITTEN:
                    await self.write(connection)
                else:
                    self.note(await connection.ask(lot.choice(READS)), 200, self.reads)
            except (OSError, EOFError):
                self.broken += 1
                await asyncio.sleep(0.05)
        await connection.close()

    async def write(self, connection: Connection) -> None:
        """Post a file of its own."""
        self.numbers += 1
        number = self.numbers
        self.posts.sent.add(number)
        headers = {**self.posts.keys, "Idempotency-Key": f"post-{number}"}
        answer = await connection.ask("/v1/ingest?accept=true", posted(number), headers)
        if self.note(answer, 201, self.writes):
            self.posts.answered[number] = answer.body

    def note(self, answer: Answer, wanted: int, times: list[float]) -> bool:
        """Keep how long it took; whether it was what was wanted."""
        if answer.status == wanted:
            times.append(answer.seconds)
        elif answer.status in SHED and "retry-after" in answer.headers:
            self.shed[answer.status] += 1
        else:
            self.faults.append(f"{answer.status} {answer.body[:300]!r}")
        return answer.status == wanted

    def told(self) -> dict[str, Any]:
        """How it went, in milliseconds."""
        return {
            "reads": len(self.reads),
            "writes": len(self.writes),
            "shed": dict(self.shed),
            "broken": self.broken,
            "faults": len(self.faults),
            **{f"reads_p{part}_ms": percentile(self.reads, part) for part in (50, 99)},
            **{f"writes_p{part}_ms": percentile(self.writes, part) for part in (50, 99)},
        }


def percentile(seconds: list[float], part: int) -> float:
    """So many parts of a hundred took no longer, in milliseconds."""
    ordered = sorted(seconds)
    return round(ordered[min(len(ordered) - 1, len(ordered) * part // 100)] * 1000, 1)
