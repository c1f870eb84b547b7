"""The least that an ASGI application can do: ``BODY_BYTES`` bytes to whoever asks."""

from __future__ import annotations

import os
from typing import Any

BODY = b"x" * int(os.environ.get("BODY_BYTES", "0"))
HEAD = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))],
}


async def app(scope: dict[str, Any], _receive: Any, send: Any) -> None:
    """Answer."""
    if scope["type"] == "http":
        await send(HEAD)
        await send({"type": "http.response.body", "body": BODY})
