"""Sources, munitions and places, with all their names."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from counterclaim.deps import (
    NOT_MODIFIED,
    READ_PROBLEMS,
    TABLE,
    TABLE_AND_MAP,
    MapQuery,
    OneQuery,
    Read,
    RowKey,
    TableQuery,
    send_json,
    send_list,
    wanted_format,
)
from counterclaim.export.flat import plain_row
from counterclaim.queries.references import (
    MunitionFilter,
    PlaceFilter,
    SourceFilter,
    get_munition,
    get_place,
    get_source,
    page_munitions,
    page_places,
    page_sources,
)
from counterclaim.schemas.page import Page
from counterclaim.schemas.reference import (
    MunitionDetailOut,
    MunitionOut,
    PlaceDetailOut,
    PlaceOut,
    SourceDetailOut,
    SourceOut,
)

router = APIRouter()
ONE = {**NOT_MODIFIED, **READ_PROBLEMS}


class SourceQuery(TableQuery, SourceFilter):
    """Filters and form of a list of sources."""


class MunitionQuery(TableQuery, MunitionFilter):
    """Filters and form of a list of munitions."""


class PlaceQuery(MapQuery, PlaceFilter):
    """Filters and form of a list of places."""


@router.get("/sources", response_model=Page[SourceOut], responses=TABLE, tags=["sources"])
def list_sources(
    request: Request, session: Read, query: Annotated[SourceQuery, Query()]
) -> Response:
    """Whoever speaks or publishes, in the order of their keys."""
    form = wanted_format(request, query.f, ("json", "csv"))
    page = page_sources(session, query, query.page(request))
    return send_list(request, page, form, plain_row)


@router.get("/sources/{key}", response_model=SourceDetailOut, responses=ONE, tags=["sources"])
def show_source(
    request: Request, session: Read, key: RowKey, query: Annotated[OneQuery, Query()]
) -> Response:
    """One source with its names, its grades and how much it said."""
    return send_json(request, get_source(session, key, query.view(request, session)))


@router.get("/munitions", response_model=Page[MunitionOut], responses=TABLE, tags=["munitions"])
def list_munitions(
    request: Request, session: Read, query: Annotated[MunitionQuery, Query()]
) -> Response:
    """Types of weapons, in the order of their keys."""
    form = wanted_format(request, query.f, ("json", "csv"))
    page = page_munitions(session, query, query.page(request))
    return send_list(request, page, form, plain_row)


@router.get("/munitions/{key}", response_model=MunitionDetailOut, responses=ONE, tags=["munitions"])
def show_munition(
    request: Request, session: Read, key: RowKey, query: Annotated[OneQuery, Query()]
) -> Response:
    """One munition with its names and what claims say of it."""
    return send_json(request, get_munition(session, key, query.view(request, session)))


@router.get("/places", response_model=Page[PlaceOut], responses=TABLE_AND_MAP, tags=["places"])
def list_places(request: Request, session: Read, query: Annotated[PlaceQuery, Query()]) -> Response:
    """Places of the gazetteer, in the order of their keys."""
    form = wanted_format(request, query.f, ("json", "geojson", "csv"))
    page = page_places(session, query, query.page(request))
    return send_list(request, page, form, plain_row)


@router.get("/places/{key}", response_model=PlaceDetailOut, responses=ONE, tags=["places"])
def show_place(
    request: Request, session: Read, key: RowKey, query: Annotated[OneQuery, Query()]
) -> Response:
    """One place with its names and what lies in it."""
    return send_json(request, get_place(session, key, query.view(request, session)))
