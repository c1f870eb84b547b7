"""Strikes and events."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from counterclaim.api.exporting import EXPORTED, ExportQuery, send_selection
from counterclaim.api.quick import Quick, Way, answer_event, answer_page
from counterclaim.deps import (
    MOVED,
    NOT_MODIFIED,
    READ_PROBLEMS,
    ListQuery,
    OneQuery,
    PolicyQuery,
    Read,
    RowId,
    as_json,
    chosen_fields,
    row_id,
    send_json,
    send_page,
    version_tag,
    wanted_format,
)
from counterclaim.export import stix
from counterclaim.export.selections import Events, Rows
from counterclaim.queries.asof import View, read_instant, store_version
from counterclaim.queries.claims import claims_out, event_claims, event_positions
from counterclaim.queries.events import (
    SORTS,
    get_event,
    strikes_only,
)
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.history import event_diff, page_history
from counterclaim.queries.pages import Slice
from counterclaim.schemas.claim import ClaimOut
from counterclaim.schemas.event import DiffOut, EventOut, VersionOut
from counterclaim.schemas.page import Page
from counterclaim.schemas.position import PositionsOut
from counterclaim.vocabulary import EventKind

router = APIRouter(prefix="/v1", tags=["events"])

EVENT_ONE = {**NOT_MODIFIED, **MOVED, **READ_PROBLEMS}
EVENT_OR_BUNDLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The event.",
        "content": {stix.MEDIA_TYPE: {"schema": {"type": "object"}}},
    },
    **EVENT_ONE,
}


class EventQuery(PolicyQuery, ExportQuery, EventFilter):
    """Filters, order and form of a list of events."""

    rows: Annotated[
        Literal[Rows.EVENTS, Rows.FIGURES],
        Field(description="What a row is: an event, or a figure of a claim that bears on one."),
    ] = Rows.EVENTS

    sort: Annotated[
        str,
        StringConstraints(max_length=40),
        Field(description=f"One of {', '.join(SORTS)}; with - before it descending."),
    ] = "-occurred"


@router.get("/strikes", response_model=Page[EventOut], responses=EXPORTED)
def list_strikes(
    request: Request, session: Read, query: Annotated[EventQuery, Query()]
) -> Response:
    """Strikes with their resolved values, newest first; collections only where scope asks."""
    return _event_list(request, session, query, strikes_only(query))


class OneEventQuery(PolicyQuery):
    """State and form of one event."""

    f: Annotated[
        Literal["json", "stix"] | None,
        Field(description="stix is a bundle of STIX 2.1 with the claims; or use Accept."),
    ] = None


@router.get("/strikes/{id}", response_model=EventOut, responses=EVENT_OR_BUNDLE)
def show_strike(
    request: Request, session: Read, event_id: RowId, query: Annotated[OneEventQuery, Query()]
) -> Response:
    """One strike; the id of a merged one answers 308 with the one that it became."""
    strike, view = row_id("strike", event_id), query.view(request, session)
    text = get_event(session, strike, view, kind=EventKind.STRIKE)
    return _send_event(request, session, query, view, text)


@router.get("/events", response_model=Page[EventOut], responses=EXPORTED)
def list_events(request: Request, session: Read, query: Annotated[EventQuery, Query()]) -> Response:
    """Events of all kinds and scopes with their resolved values, newest first."""
    return _event_list(request, session, query, query)


@router.get("/events/{id}", response_model=EventOut, responses=EVENT_OR_BUNDLE)
def show_event(
    request: Request, session: Read, event_id: RowId, query: Annotated[OneEventQuery, Query()]
) -> Response:
    """One event; the id of a merged one answers 308 with the one that it became."""
    event, view = row_id("event", event_id), query.view(request, session)
    return _send_event(request, session, query, view, get_event(session, event, view))


@router.get("/events/{id}/claims", response_model=Page[ClaimOut], responses=EVENT_ONE)
def list_event_claims(
    request: Request, session: Read, event_id: RowId, query: Annotated[OneQuery, Query()]
) -> Response:
    """All live claims that bear on an event, those about its collections and on claims included."""
    view = query.view(request, session)
    ids = event_claims(session, row_id("event", event_id), view)
    claims = claims_out(session, ids, view.known_at)
    page = Slice(claims, None, view.known_at)
    return send_page(request, page, [as_json(claim) for claim in claims])


@router.get("/events/{id}/positions", response_model=PositionsOut, responses=EVENT_ONE)
def show_event_positions(
    request: Request, session: Read, event_id: RowId, query: Annotated[OneQuery, Query()]
) -> Response:
    """What each side has said of an event and of each figure; silence is told as of when."""
    return send_json(
        request, event_positions(session, row_id("event", event_id), query.view(request, session))
    )


class DiffQuery(OneQuery):
    """The two states to compare."""

    from_: Annotated[
        str | None,
        StringConstraints(max_length=100),
        Field(alias="from", description="As known_at; left out: the event's first version."),
    ] = None
    to: Annotated[
        str | None,
        StringConstraints(max_length=100),
        Field(description="As known_at; left out: known_at, or else now."),
    ] = None


@router.get("/events/{id}/history", response_model=Page[VersionOut], responses=EVENT_ONE)
def list_event_versions(
    request: Request, session: Read, event_id: RowId, query: Annotated[ListQuery, Query()]
) -> Response:
    """The versions of an event, oldest first: each changed value, and the claims that did it."""
    page = page_history(session, row_id("event", event_id), query.page(request))
    return send_page(request, page, [as_json(version) for version in page.items])


@router.get("/events/{id}/diff", response_model=DiffOut, responses=EVENT_ONE)
def show_event_diff(
    request: Request, session: Read, event_id: RowId, query: Annotated[DiffQuery, Query()]
) -> Response:
    """Each value of an event that changed between two instants, and the claims that did it."""
    view = query.view(request, session)
    ends = [
        None if text is None else read_instant(name, text)
        for name, text in (("from", query.from_), ("to", query.to))
    ]
    return send_json(request, event_diff(session, row_id("event", event_id), view, *ends))


async def _strikes(quick: Quick, request: Request, _rest: str) -> Response | None:
    return await answer_page(quick, request, EventQuery, strikes_only)


async def _events(quick: Quick, request: Request, _rest: str) -> Response | None:
    return await answer_page(quick, request, EventQuery, lambda query: query)


async def _strike(quick: Quick, request: Request, rest: str) -> Response | None:
    return await answer_event(quick, request, rest, EventKind.STRIKE)


SHORT_WAYS = (
    Way("/v1/strikes", "/v1/strikes", EXPORTED, _strikes),
    Way("/v1/strikes/{id}", "/v1/strikes/", EVENT_OR_BUNDLE, _strike),
    Way("/v1/events", "/v1/events", EXPORTED, _events),
    Way("/v1/events/{id}", "/v1/events/", EVENT_OR_BUNDLE, answer_event),
)


def _event_list(
    request: Request, session: Session, query: EventQuery, given: EventFilter
) -> Response:
    fields = chosen_fields(query.fields, EventOut.model_fields)
    selection = Events(given, query.sort, query.wish(request))
    return send_selection(request, session, selection, query, query.rows, fields)


def _send_event(
    request: Request, session: Session, query: OneEventQuery, view: View, text: str
) -> Response:
    """One event as it is stored, or with its claims as a bundle."""
    if wanted_format(request, query.f, ("json", "stix")) == "stix":
        event, base = orjson.loads(text), str(request.base_url)
        bundle = stix.event_bundle(session, event, view, base)
        return send_json(request, bundle, stix.MEDIA_TYPE)
    return send_json(request, text, tag=version_tag(store_version(session)))
