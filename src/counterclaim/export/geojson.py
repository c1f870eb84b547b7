"""GeoJSON after RFC 7946; an item without coordinates is a feature without geometry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterclaim.db import dumps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
