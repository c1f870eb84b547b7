"""What all OGC answers share: links, and JSON that is not kept by caches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from pydantic import Field
from starlette.responses import Response

from counterclaim.deps import VARY, NoQuery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

JSON = "application/json"
GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA = "application/schema+json"


class PlainQuery(NoQuery):
    """Parameters of an address that has one form only."""

    f: Annotated[Literal["json"] | None, Field(description="The only format.")] = None


def answer(content: Mapping[str, Any], media_type: str = JSON) -> Response:
    """A document."""
    headers = {"Cache-Control": "no-cache", "Vary": VARY}
    return Response(orjson.dumps(content), headers=headers, media_type=media_type)


def address(request: Request, path: str = "") -> str:
    """The whole address of a path under ``/ogc``."""
    return f"{request.base_url}ogc{path}"


def link(href: str, rel: str, media_type: str, title: str) -> dict[str, str]:
    """A link as OGC API - Common writes it."""
    return {"href": href, "rel": rel, "type": media_type, "title": title}
