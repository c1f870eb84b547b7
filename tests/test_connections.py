"""In how many pieces an answer is handed to the system."""

from __future__ import annotations

import asyncio
from typing import Any

from counterclaim.connections import Together


class Line:
    """A transport that only keeps what it is given, piece by piece."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def writelines(self, pieces: tuple[bytes, ...]) -> None:
        self.sent.append(pieces)

    def close(self) -> None:
        self.sent.append(None)

    def is_closing(self) -> bool:
        return None in self.sent


def test_a_head_leaves_with_its_body_or_in_time_alone() -> None:
    async def answer() -> None:
        line = Line()
        together = Together(line, asyncio.get_running_loop())  # type: ignore[arg-type]
        for body in (b"one", b"two"):
            together.begin()
            together.write(b"head")
            together.write(body)
            together.write(b"more")
        assert line.sent == [(b"head", b"one"), b"more", (b"head", b"two"), b"more"]
        line.sent.clear()
        together.begin()
        together.write(b"head")
        await asyncio.sleep(0)
        assert line.sent == [b"head"]
        together.write(b"late")
        together.begin()
        together.write(b"head")
        together.write(b"")
        for _answer in range(2):  # The first has no body, as answers to HEAD have none.
            together.begin()
            together.write(b"head")
        together.close()
        assert line.sent == [b"head", b"late", b"head", b"", b"head", b"head", None]
        assert together.is_closing()

    asyncio.run(answer())
