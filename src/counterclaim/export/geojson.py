"""GeoJSON after RFC 7946; an item without coordinates is a feature without geometry."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import orjson

from counterclaim.db import dumps
from counterclaim.export.ndjson import trailer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from counterclaim.export.batches import Batch
    from counterclaim.export.flat import Row

MEDIA_TYPE = "application/geo+json"


def feature(row: Row) -> dict[str, Any]:
    """One flat row as a feature; longitude stands before latitude."""
    properties = {key: value for key, value in row.items() if key not in {"latitude", "longitude"}}
    geometry = None
    if row.get("latitude") is not None:
        geometry = {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]}
    return {
        "type": "Feature",
        "id": properties.pop("id"),
        "geometry": geometry,
        "properties": properties,
    }


def to_geojson(rows: Iterable[Row], members: Mapping[str, object]) -> bytes:
    """A feature collection, with further members beside the features."""
    features = [feature(row) for row in rows]
    return dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def stream_geojson(batches: Iterable[Batch[Row]]) -> Iterator[bytes]:
    """A feature collection of any length.

    Behind the features stand their number and the SHA-256 of the bytes between the brackets.
    """
    digest, count, lead = hashlib.sha256(), 0, b""
    head = b'{"type":"FeatureCollection","features":['
    for batch in batches:
        piece = b",".join(orjson.dumps(feature(row)) for row in batch.rows)
        piece = lead + piece if piece else b""
        digest.update(piece)
        count += len(batch.rows)
        yield head + piece
        head, lead = b"", b"," if count else b""
    yield b"]," + dumps(trailer(batch, count, digest.hexdigest())).encode()[1:]
