"""Sources, munitions and places, with all their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

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
from counterclaim.models import Munition, Place, Source
from counterclaim.posting import ON_ONE_PROBLEMS, POST_PROBLEMS, Answer, Contribution, Review
from counterclaim.queries.asof import View
from counterclaim.queries.references import (
    MunitionFilter,
    PlaceFilter,
    SourceFilter,
    find_row,
    get_munition,
    get_place,
    get_source,
    munitions_out,
    page_munitions,
    page_places,
    page_sources,
    places_out,
    sources_out,
)
from counterclaim.schemas.decisions import RatingIn
from counterclaim.schemas.incoming import MunitionIn, NameIn, PlaceIn, ReferenceIn, SourceIn
from counterclaim.schemas.page import Page
from counterclaim.schemas.reference import (
    MunitionDetailOut,
    MunitionOut,
    PlaceDetailOut,
    PlaceOut,
    RatingOut,
    SourceDetailOut,
    SourceOut,
)
from counterclaim.store.entry import enter_names, enter_reference
from counterclaim.store.ledger import Writer
from counterclaim.store.review import rate_source

router = APIRouter(prefix="/v1")
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


def _entry(shape: Any) -> dict[str, Any]:
    known = {200: {"model": shape, "description": "It is there already."}}
    return {"status_code": 201, "response_model": shape, "responses": {**known, **POST_PROBLEMS}}


def _names(shape: Any) -> dict[str, Any]:
    known = {200: {"model": shape, "description": "It has this name already."}}
    return {"status_code": 201, "response_model": shape, "responses": {**known, **ON_ONE_PROBLEMS}}


@router.post("/sources", tags=["sources"], **_entry(SourceOut))
async def post_source(post: Contribution, body: SourceIn) -> Response:
    """Record a source with its names; one that is there gains the new names."""
    return await _enter(post, body, sources_out)


@router.post("/munitions", tags=["munitions"], **_entry(MunitionOut))
async def post_munition(post: Contribution, body: MunitionIn) -> Response:
    """Record a munition with its names; one that is there gains the new names."""
    return await _enter(post, body, munitions_out)


@router.post("/places", tags=["places"], **_entry(PlaceOut))
async def post_place(post: Contribution, body: PlaceIn) -> Response:
    """Record a place with its names; one that is there gains the new names."""
    return await _enter(post, body, places_out)


@router.post("/sources/{key}/names", tags=["sources"], **_names(SourceOut))
async def post_source_name(post: Contribution, key: RowKey, body: NameIn) -> Response:
    """Give a source one more name."""
    return await _name(post, Source, key, body, sources_out)


@router.post("/munitions/{key}/names", tags=["munitions"], **_names(MunitionOut))
async def post_munition_name(post: Contribution, key: RowKey, body: NameIn) -> Response:
    """Give a munition one more name or spelling."""
    return await _name(post, Munition, key, body, munitions_out)


@router.post("/places/{key}/names", tags=["places"], **_names(PlaceOut))
async def post_place_name(post: Contribution, key: RowKey, body: NameIn) -> Response:
    """Give a place one more name."""
    return await _name(post, Place, key, body, places_out)


@router.post(
    "/sources/{key}/ratings",
    status_code=201,
    response_model=RatingOut,
    responses=ON_ONE_PROBLEMS,
    tags=["sources"],
)
async def post_rating(post: Review, key: RowKey, body: RatingIn) -> Response:
    """Say how far a source is trusted; this ends the rating before."""

    def work(writer: Writer) -> Answer:
        source = find_row(writer.session, Source, key, writer.at)
        rate_source(writer, source.key, body.reliability, body.rationale)
        newest = get_source(writer.session, source.key, View(writer.at)).ratings[0]
        return Answer(newest, 201)

    return await post.write(work)


async def _enter(post: Contribution, body: ReferenceIn, shapes: Callable[..., Any]) -> Response:
    def work(writer: Writer) -> Answer:
        row, created = enter_reference(writer, body)
        (shape,) = shapes(writer.session, [row], writer.at)
        location = f"/v1/{type(row).__tablename__}s/{row.key}"
        return Answer(shape, 201 if created else 200, location)

    return await post.write(work)


async def _name(
    post: Contribution, model: type[Any], key: str, body: NameIn, shapes: Callable[..., Any]
) -> Response:
    def work(writer: Writer) -> Answer:
        row, count = enter_names(writer, model, key, [body])
        (shape,) = shapes(writer.session, [row], writer.at)
        return Answer(shape, 201 if count else 200)

    return await post.write(work)
