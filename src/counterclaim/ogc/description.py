"""The API's own description as OpenAPI 3.0: the one that GIS clients read.

Clients such as GDAL look for the path of items by its name here, and push down what its parameters
are called; so all layers are described by one path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterclaim.ogc.answers import GEOJSON, JSON, OPENAPI, SCHEMA
from counterclaim.ogc.collections import COLLECTIONS
from counterclaim.ogc.items import LIMIT, MOST
from counterclaim.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

COLLECTION = {
    "name": "collectionId",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "enum": list(COLLECTIONS)},
}
FEATURE = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def describe(base: str, version: str) -> dict[str, Any]:
    """The OpenAPI 3.0 document of the API at an address."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Counterclaim: OGC API Features",
            "description": "Strikes and the claims about them as layers for GIS clients.",
            "version": version,
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": base}],
        "paths": dict(_paths()),
    }


def _paths() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "/", _read("Where to begin", JSON)
    yield "/api", _read("This description", OPENAPI)
    yield "/conformance", _read("The conformance classes", JSON)
    yield "/collections", _read("The collections", JSON)
    yield "/collections/{collectionId}", _read("One collection", JSON, COLLECTION)
    queryables = "/collections/{collectionId}/queryables"
    yield queryables, _read("What features can be asked for by", SCHEMA, COLLECTION)
    items = "/collections/{collectionId}/items"
    yield items, _read("Features of a collection", GEOJSON, COLLECTION, *_parameters())
    one = "/collections/{collectionId}/items/{featureId}"
    yield one, _read("One feature", GEOJSON, COLLECTION, FEATURE)


def _read(summary: str, media_type: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    problem = {"content": {MEDIA_TYPE: {"schema": PROBLEM}}}
    responses = {
        "200": {"description": summary, "content": {media_type: {"schema": {"type": "object"}}}},
        "400": {"description": "A parameter is unknown or not valid.", **problem},
    }
    if any(one["in"] == "path" for one in parameters):
        responses["404"] = {"description": "There is no such thing.", **problem}
    operation = "_".join(word.lower() for word in summary.split())
    return {
        "get": {
            "summary": summary,
            "operationId": operation,
            "parameters": list(parameters),
            "responses": responses,
        }
    }


def _parameters() -> Iterator[dict[str, Any]]:
    """What the items of any collection can be asked for by."""
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}
    yield _parameter("limit", limit, "How many features a page has.")
    numbers = {"type": "number"}
    box = {
        "oneOf": [{"type": "array", "items": numbers, "minItems": n, "maxItems": n} for n in (4, 6)]
    }
    yield {
        **_parameter("bbox", box, "West, south, east, north."),
        "style": "form",
        "explode": False,
    }
    yield _parameter("cursor", {"type": "string"}, "The next of the page before.")
    yield _parameter("filter", {"type": "string"}, "A condition in CQL2 text.")
    yield _parameter("filter-lang", {"type": "string", "enum": ["cql2-text"]}, "Its language.")
    described: set[str] = {"bbox"}
    for collection in COLLECTIONS.values():
        for name, field in collection.filter.model_fields.items():
            parameter = field.alias or name
            if parameter not in described:
                described.add(parameter)
                yield _parameter(parameter, {"type": "string"}, field.description or parameter)


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "schema": schema,
        "description": description,
    }
