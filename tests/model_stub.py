"""A model that answers what a test wants, over real HTTP on this machine alone."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HUGE = 5 * 2**20


@dataclass
class StubModel:
    """What it answers next, and what it was asked."""

    url: str = ""
    content: Any = None
    """The answer's text; what is no text is sent as JSON."""

    status: int = 200
    raw: bytes | None = None
    """In place of all of the answer."""

    delay_s: float = 0.0
    drops: bool = False
    """Whether the answer comes byte by byte, a delay before each."""

    refuses_temperature: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def answer(self) -> bytes:
        """The body of the next answer."""
        if self.raw is not None:
            return self.raw
        text = self.content if isinstance(self.content, str) else json.dumps(self.content)
        return json.dumps(
            {"choices": [{"message": {"role": "assistant", "content": text}}]}
        ).encode()


@contextmanager
def stub_model() -> Iterator[StubModel]:
    """A server that answers as an OpenAI-compatible one does."""
    stub = StubModel()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            stub.asked.append({"path": self.path, **json.loads(self.rfile.read(length))})
            stub.headers.append(dict(self.headers))
            refused = stub.refuses_temperature and "temperature" in stub.asked[-1]
            body = b"{}" if refused else stub.answer()
            with suppress(OSError):  # Who asked has gone.
                self._send(400 if refused else stub.status, body)

        def _send(self, status: int, body: bytes) -> None:
            if not stub.drops:
                time.sleep(stub.delay_s)
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if not stub.drops:
                self.wfile.write(body)
                return
            for at in range(len(body)):
                time.sleep(stub.delay_s)
                self.wfile.write(body[at : at + 1])
                self.wfile.flush()

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
