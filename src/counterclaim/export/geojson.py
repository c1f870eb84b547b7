"""GeoJSON after RFC 7946; an item without coordinates is a feature without geometry."""

from __future__ import annotations

import hashlib
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import orjson

from counterclaim.db import dumps
from counterclaim.export.ndjson import trailer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from counterclaim.export.batches import Batch
    from counterclaim.export.flat import Row
    from counterclaim.tables import Cell, Line, Table

MEDIA_TYPE = "application/geo+json"
_APART = ("id", "latitude", "longitude")
"""Columns that are no properties of a feature."""


def feature(row: Row) -> dict[str, Any]:
    """One flat row as a feature; longitude stands before latitude."""
    properties = {key: value for key, value in row.items() if key not in _APART}
    return _feature(row["id"], row.get("latitude"), row.get("longitude"), properties)


def _feature(key: Cell, latitude: Cell, longitude: Cell, properties: Row) -> dict[str, Any]:
    geometry = None
    if latitude is not None:
        geometry = {"type": "Point", "coordinates": [longitude, latitude]}
    return {"type": "Feature", "id": key, "geometry": geometry, "properties": properties}


def to_geojson(rows: Iterable[Row], members: Mapping[str, object]) -> bytes:
    """A feature collection, with further members beside the features."""
    features = [feature(row) for row in rows]
    return dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def stream_geojson(batches: Iterable[Batch[Table]], columns: Sequence[str]) -> Iterator[bytes]:
    """A feature collection of any length.

    Behind the features stand their number and the SHA-256 of the bytes between the brackets.
    """
    digest, count, lead = hashlib.sha256(), 0, b""
    head = b'{"type":"FeatureCollection","features":['
    encode = _encoder(columns)
    for batch in batches:
        piece = b",".join([encode(line) for line in batch.rows])
        piece = lead + piece if piece else b""
        digest.update(piece)
        count += len(batch.rows)
        yield head + piece
        head, lead = b"", b"," if count else b""
    yield b"]," + dumps(trailer(batch, count, digest.hexdigest())).encode()[1:]


def _encoder(columns: Sequence[str]) -> Callable[[Line], bytes]:
    """What makes the feature of a line; which cells go where is found out once."""
    names = [name for name in columns if name not in _APART]
    apart = itemgetter(*map(columns.index, _APART))
    told = itemgetter(*map(columns.index, names))

    def encode(line: Line) -> bytes:
        key, latitude, longitude = apart(line)
        properties = dict(zip(names, told(line), strict=True))
        return orjson.dumps(_feature(key, latitude, longitude, properties))

    return encode
