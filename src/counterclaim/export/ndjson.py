"""NDJSON: one JSON object a line, the last of them the trailer that tells that all came."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from counterclaim.db import dumps
from counterclaim.moment import isoformat_z

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence, Sized

    from counterclaim.export.batches import Batch


def stream_ndjson(batches: Iterable[Batch[Sequence[bytes]]]) -> Iterator[bytes]:
    """Lines of JSON, and a trailer with their number and the SHA-256 of all bytes before it."""
    digest, count = hashlib.sha256(), 0
    for batch in batches:
        piece = b"\n".join([*batch.rows, b""])
        digest.update(piece)
        count += len(batch.rows)
        yield piece
    yield dumps({"trailer": trailer(batch, count, digest.hexdigest())}).encode() + b"\n"


def trailer(last: Batch[Sized], rows: int, sha256: str) -> dict[str, object]:
    """What a complete export ends with."""
    known_at = isoformat_z(last.known_at)
    return {"rows": rows, "sha256": sha256, "known_at": known_at, "next": last.next}
