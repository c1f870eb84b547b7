"""Where a GIS client begins: landing page, conformance, the collections and their queryables."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from counterclaim import __version__
from counterclaim.deps import Read
from counterclaim.errors import NotFoundError
from counterclaim.names import nearest
from counterclaim.ogc.answers import (
    GEOJSON,
    JSON,
    OPENAPI,
    SCHEMA,
    PlainQuery,
    address,
    answer,
    link,
)
from counterclaim.ogc.collections import COLLECTIONS, Collection, queryables
from counterclaim.ogc.description import describe
from counterclaim.queries.extent import Extent, extent_of

router = APIRouter(prefix="/ogc", include_in_schema=False)

CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
FILTERING = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf"
CONFORMANCE = (
    f"{CORE}/core",
    f"{CORE}/oas30",
    f"{CORE}/geojson",
    f"{FILTERING}/queryables",
    f"{FILTERING}/queryables-query-parameters",
    f"{FILTERING}/filter",
    f"{FILTERING}/features-filter",
    f"{CQL2}/cql2-text",
    f"{CQL2}/basic-cql2",
)
"""The conformance classes that are kept, each by its URI."""

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
Plain = Annotated[PlainQuery, Query()]


@router.get("")
def landing(request: Request, _session: Read, _query: Plain) -> Response:
    """What there is, and where."""
    links = [
        link(address(request), "self", JSON, "This page"),
        link(address(request, "/api"), "service-desc", OPENAPI, "The API's description"),
        link(address(request, "/conformance"), "conformance", JSON, "What it conforms to"),
        link(address(request, "/collections"), "data", JSON, "The collections"),
    ]
    title = "Counterclaim: strikes and the claims about them"
    description = (
        "Who said what about which strike. Places are points with their uncertainty beside them; "
        "codes of countries and regions are those of ISO 3166 and assert no border."
    )
    return answer({"title": title, "description": description, "links": links})


@router.get("/api")
def api(request: Request, _session: Read, _query: Plain) -> Response:
    """The description of this API as OpenAPI 3.0."""
    return answer(describe(address(request), __version__), OPENAPI)


@router.get("/conformance")
def conformance(_session: Read, _query: Plain) -> Response:
    """The conformance classes."""
    return answer({"conformsTo": CONFORMANCE})


@router.get("/collections")
def collections(request: Request, session: Read, _query: Plain) -> Response:
    """All collections."""
    extent = extent_of(session)
    shown = [_collection(request, one, extent) for one in COLLECTIONS.values()]
    links = [link(address(request, "/collections"), "self", JSON, "The collections")]
    return answer({"collections": shown, "links": links})


CollectionId = Annotated[str, Path(alias="collectionId", max_length=100)]


@router.get("/collections/{collectionId}")
def collection(
    request: Request, session: Read, collection_id: CollectionId, _query: Plain
) -> Response:
    """One collection."""
    return answer(_collection(request, _found(collection_id), extent_of(session)))


@router.get("/collections/{collectionId}/queryables")
def collection_queryables(
    request: Request, _session: Read, collection_id: CollectionId, _query: Plain
) -> Response:
    """What the features of a collection can be asked for by, as a JSON schema."""
    of = _found(collection_id)
    content = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address(request, f"/collections/{of.id}/queryables"),
        "type": "object",
        "title": of.title,
        "properties": queryables(of),
        "additionalProperties": False,
    }
    return answer(content, SCHEMA)


def _found(collection_id: str) -> Collection:
    if collection_id not in COLLECTIONS:
        near = nearest(collection_id, COLLECTIONS) or list(COLLECTIONS)
        raise NotFoundError("collection", collection_id, suggestions=near)
    return COLLECTIONS[collection_id]


def _collection(request: Request, of: Collection, extent: Extent) -> dict[str, Any]:
    path = address(request, f"/collections/{of.id}")
    return {
        "id": of.id,
        "title": of.title,
        "description": of.description,
        "itemType": "feature",
        "extent": {
            "spatial": {"bbox": [extent.box], "crs": CRS84},
            "temporal": {"interval": [extent.interval], "trs": GREGORIAN},
        },
        "crs": [CRS84],
        "links": [
            link(path, "self", JSON, of.title),
            link(f"{path}/items", "items", GEOJSON, f"{of.title} as features"),
            link(
                f"{path}/queryables",
                "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                SCHEMA,
                f"What {of.title.lower()} can be asked for by",
            ),
        ],
    }
