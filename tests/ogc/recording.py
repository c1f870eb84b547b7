"""A server that writes down what it is asked: ``python recording.py DATABASE_URL LOG``.

It prints its address when it answers, and ends with its standard input. A process of its own,
because GDAL lets no other thread of its process run while it waits.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

import uvicorn

from counterclaim.app import create_app
from counterclaim.config import Settings


class Recorder:
    """An application that notes what the one inside is asked."""

    def __init__(self, app: Any, log: Path) -> None:
        self.app, self.log = app, log

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            with self.log.open("a") as out:
                out.write(json.dumps([scope["path"], scope["query_string"].decode()]) + "\n")
        await self.app(scope, receive, send)


class Server(uvicorn.Server):
    """Says where it answers, and stops when standard input ends."""

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        print(f"http://{host}:{port}", flush=True)  # noqa: T201 - that is how it is told
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        sys.stdin.read()
        self.should_exit = True


if __name__ == "__main__":
    app = create_app(Settings(database_url=sys.argv[1], rate_limit=""))
    Server(uvicorn.Config(Recorder(app, Path(sys.argv[2])), port=0, log_level="warning")).run()
