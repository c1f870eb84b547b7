"""The first page: one filter bar over a map, a timeline and a list of the events that it finds."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Literal

import orjson
from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from counterclaim.db import is_id
from counterclaim.deps import JSON, NoQuery
from counterclaim.errors import CursorError, FilterError, MovedError, NotFoundError
from counterclaim.queries.asof import PRESENT, store_version
from counterclaim.queries.conditions import stated_sides
from counterclaim.queries.events import get_event, page_events
from counterclaim.queries.overview import count_by_day, select_events, spread_of
from counterclaim.queries.pages import Window
from counterclaim.queries.suggestions import SUBJECTS, suggest_rows
from counterclaim.resolve.inputs import NEUTRAL
from counterclaim.resolve.policies import POLICIES, policy_of
from counterclaim.vocabulary import EventKind, Grade, Scope
from counterclaim.web.filters import (
    Asked,
    HomeQuery,
    asked_in,
    fields_of,
    is_open,
    kept_beside,
    parts_of,
)
from counterclaim.web.forms import TidyRoute
from counterclaim.web.listing import Row, rows_of
from counterclaim.web.rendering import MAP_POLICY, page, send_data
from counterclaim.web.timeline import Timeline, draw_timeline
from counterclaim.web.visitors import CurrentVisitor, PageRead

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from counterclaim.grid import Box
    from counterclaim.queries.asof import View
    from counterclaim.queries.filters import EventFilter
    from counterclaim.web.memory import Memory

router = APIRouter(include_in_schema=False, route_class=TidyRoute)
PAGE = 25


@dataclass(frozen=True, slots=True)
class Overview:
    """What a filter finds, seen from afar.

    Attributes:
        found: How many events.
        located: How many of them stand on the map.
        box: Around these; None where none does.
    """

    found: int
    located: int
    box: Box | None
    timeline: Timeline


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list, and the query of the one behind it."""

    rows: list[Row]
    next: Asked | None
    view: View


@router.get("/")
def home(
    request: Request,
    _visitor: CurrentVisitor,
    session: PageRead,
    query: Annotated[HomeQuery, Query()],
) -> Response:
    """Filter bar, map, timeline and list."""
    asked = asked_in(request)
    listing, overview, fault = _found(request, session, query, asked)
    view = listing.view if listing else PRESENT.view(session)
    return page(
        request,
        "home.html",
        policy=MAP_POLICY,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        fault=fault,
        listing=listing,
        overview=overview,
        pointed=point_out(session, query.event, view),
        form=_form(session, query, asked, view),
        parts=parts_of(session, asked),
    )


def _found(
    request: Request, session: Session, query: HomeQuery, asked: Asked
) -> tuple[Listing | None, Overview | None, FilterError | None]:
    """What a filter finds, or what is wrong with it; a wrong cursor has no field to mend it in."""
    try:
        listing = take_listing(request, session, query, asked)
        return listing, _remembered(request, session, query, asked, listing.view), None
    except CursorError:
        raise
    except FilterError as error:
        return None, None, error


def take_listing(request: Request, session: Session, query: HomeQuery, asked: Asked) -> Listing:
    """The page of the list that is asked for, newest first.

    Raises:
        FilterError: a filter's value names nothing.
        CursorError: the cursor was altered or belongs to another query.
    """
    shown = {"cursor", "map", "event", "known_at"}
    keys = query.model_dump(mode="json", exclude=shown, exclude_defaults=True)
    window = Window(keys, PAGE, query.cursor, wish=query.wish(request))
    found = page_events(session, query, window)
    view = window.wish.pinned(found.known_at)
    after = asked.without("event").plus(cursor=found.next) if found.next else None
    return Listing(rows_of(session, found.items, view), after, view)


def _remembered(
    request: Request, session: Session, query: HomeQuery, asked: Asked, view: View
) -> Overview | None:
    """What was seen of the same filter in the same state, or is seen now."""
    memory: Memory = request.app.state.seen
    key = store_version(session), view, asked.filters().pairs
    return memory.recall(key, lambda: look_over(session, query, view))


def look_over(session: Session, given: EventFilter, view: View) -> Overview | None:
    """What a filter finds in a state, seen from afar; None where that would take too long."""
    selection = select_events(session, given, view)
    if selection is None:
        return None
    timeline = draw_timeline(count_by_day(session, selection))
    spread = spread_of(session, selection)
    found = timeline.dated + timeline.undated
    return Overview(found, spread.events, spread.box, timeline)


def point_out(session: Session, event_id: str | None, view: View) -> dict[str, object] | None:
    """The event that is pointed out, if there is one: its document."""
    if event_id is None or not is_id(event_id):
        return None
    try:
        found: dict[str, object] = orjson.loads(get_event(session, event_id.lower(), view))
    except (NotFoundError, MovedError):
        return None
    return found


def _form(session: Session, query: HomeQuery, asked: Asked, view: View) -> dict[str, object]:
    """What the form offers and holds."""
    fields = fields_of(query)
    sides = [side for side in stated_sides(session, view.known_at) if side != NEUTRAL]
    return {
        "fields": fields,
        "kept": kept_beside(asked),
        "open": is_open(fields),
        "kinds": list(EventKind),
        "scopes": list(Scope),
        "grades": list(Grade),
        "sides": sides,
        "policies": [*POLICIES, *(policy_of(side).name for side in sides)],
    }


class SuggestionQuery(NoQuery):
    """The beginning of a name."""

    what: Annotated[
        Literal["weapon", "claimant", "place", "region"], Field(description="What is named.")
    ]
    q: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] = ""


@router.get("/suggest")
def suggest(
    request: Request, session: PageRead, query: Annotated[SuggestionQuery, Query()]
) -> Response:
    """Names that may be meant, in any spelling or script."""
    assert query.what in SUBJECTS  # noqa: S101 - the two lists are one
    found = suggest_rows(session, query.what, query.q)
    return send_data(request, orjson.dumps({"items": found}), JSON)
