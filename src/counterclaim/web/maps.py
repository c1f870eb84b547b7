"""The map's data: what stands where, in clusters that suit the zoom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import orjson
from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from counterclaim.deps import is_current, version_tag
from counterclaim.errors import FilterError
from counterclaim.geo import check_coordinates
from counterclaim.queries.asof import store_version
from counterclaim.queries.overview import (
    Selection,
    cluster_events,
    events_in,
    locate,
    select_events,
)
from counterclaim.web import words
from counterclaim.web.filters import HomeQuery, asked_in
from counterclaim.web.forms import TidyRoute
from counterclaim.web.listing import href_of
from counterclaim.web.rendering import send_data
from counterclaim.web.visitors import PageRead

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from counterclaim.grid import Box
    from counterclaim.queries.overview import Cluster, Located
    from counterclaim.web.memory import Memory

router = APIRouter(include_in_schema=False, route_class=TidyRoute)
GEOJSON = "application/geo+json"

CELL_PX = 64
WORLD_PX = 512
"""The width of the whole world at zoom 0."""

ACROSS = 100
"""No screen has more cells; so many events alone in theirs can be asked for in one statement."""

LISTED = 30
"""So many events are listed where they cannot be drawn apart."""

Frame = Annotated[
    str,
    StringConstraints(max_length=200),
    Field(description="west,south,east,north of the map in degrees."),
]


class FrameQuery(HomeQuery):
    """What stands within a frame."""

    frame: Frame

    def edges(self) -> Box:
        """West, south, east and north.

        Raises:
            FilterError: they are no four edges.
        """
        try:
            west, south, east, north = (float(edge) for edge in self.frame.split(","))
        except ValueError:
            msg = f"{self.frame!r} is not west,south,east,north."
            raise FilterError("frame", msg) from None
        for latitude, longitude in ((south, west), (north, east)):
            check_coordinates(latitude, longitude)
        return west, south, east, north


class ZoomQuery(FrameQuery):
    """What stands within a frame at a zoom."""

    zoom: Annotated[int, Field(ge=0, le=22, description="Each doubles the width of the world.")]

    def cell_degrees(self) -> float:
        """The width of a cell: that of the zoom, but for a frame that is wider than any screen."""
        west, south, east, north = self.edges()
        width = east - west + (360 if west > east else 0)
        cell = 360 * CELL_PX / (WORLD_PX << self.zoom)
        return max(cell, max(width, north - south) / ACROSS)


@router.get("/map.json")
def show_clusters(
    request: Request, session: PageRead, query: Annotated[ZoomQuery, Query()]
) -> Response:
    """Clusters and single events within a frame, as GeoJSON."""
    tag = version_tag(store_version(session))
    if is_current(request, tag):
        return send_data(request, b"", GEOJSON, tag)
    memory: Memory = request.app.state.seen
    key = tag, request.scope.get("root_path"), asked_in(request).pairs
    content = memory.recall(key, lambda: _clusters(request, session, query))
    return send_data(request, content, GEOJSON, tag)


@router.get("/map/events.json")
def list_events_in(
    request: Request, session: PageRead, query: Annotated[FrameQuery, Query()]
) -> Response:
    """The events that stand within a frame, newest first, as GeoJSON; the first of many."""
    tag = version_tag(store_version(session))
    if is_current(request, tag):
        return send_data(request, b"", GEOJSON, tag)
    selection, root = _selected(request, session, query), request.scope.get("root_path", "")
    found = [] if selection is None else events_in(session, selection, query.edges(), LISTED)
    features = [_event(one, root) for one in found]
    content = orjson.dumps({"type": "FeatureCollection", "features": features})
    return send_data(request, content, GEOJSON, tag)


def _clusters(request: Request, session: Session, query: ZoomQuery) -> bytes:
    found: list[dict[str, Any]] = []
    selection = _selected(request, session, query)
    if selection is not None:
        clusters = cluster_events(session, selection, query.edges(), query.cell_degrees())
        alone = locate(session, [one.sk for one in clusters if one.count == 1])
        root = request.scope.get("root_path", "")
        found = [_cluster(one) for one in clusters if one.count > 1]
        found += [_event(one, root) for one in alone]
    return orjson.dumps({"type": "FeatureCollection", "features": found})


def _selected(request: Request, session: Session, query: FrameQuery) -> Selection | None:
    return select_events(session, query, query.view(request, session))


def _cluster(cluster: Cluster) -> dict[str, Any]:
    properties = {"count": cluster.count, "box": cluster.box}
    return _feature(cluster.latitude, cluster.longitude, properties)


def _event(event: Located, root: str) -> dict[str, Any]:
    document = event.document
    occurred = document["occurred"]
    properties = {
        "id": document["id"],
        "label": document["label"],
        "date": words.date(occurred["edtf"] if occurred else None),
        "href": f"{root}{href_of(document)}",
        "uncertainty_m": event.uncertainty_m,
        "grade": document["grade"],
        "disputed": document["disputed"],
    }
    return _feature(event.latitude, event.longitude, properties)


def _feature(latitude: float, longitude: float, properties: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [round(longitude, 6), round(latitude, 6)]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}
