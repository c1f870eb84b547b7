"""The page of an event: what each side says of it, what follows, and how that came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from counterclaim.deps import PolicyQuery, RowId, row_id
from counterclaim.errors import MovedError, NotFoundError
from counterclaim.queries.asof import View, Wish
from counterclaim.queries.claims import claims_out, event_claims, event_positions
from counterclaim.queries.events import get_event
from counterclaim.queries.explain import explain_event
from counterclaim.queries.history import page_history
from counterclaim.queries.pages import Slice, Window
from counterclaim.resolve.wording import Names
from counterclaim.schemas.claim import ClaimOut
from counterclaim.schemas.event import VersionOut
from counterclaim.vocabulary import EventKind
from counterclaim.web.matrix import Matrix, draw_matrix, name_figure
from counterclaim.web.naming import name_all
from counterclaim.web.rendering import page
from counterclaim.web.visitors import PageRead

router = APIRouter(include_in_schema=False)
VERSIONS = 200
"""So many versions, the newest, stand on the slider through time."""


class EventPageQuery(PolicyQuery):
    """The state that is shown."""


@dataclass(frozen=True, slots=True)
class History:
    """The newest versions of an event, the oldest of them first.

    Attributes:
        shown: The place of the one that the page shows.
        is_whole: Whether there was none before the first of them.
    """

    versions: Sequence[VersionOut]
    shown: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Told:
    """All that the page of an event shows."""

    event: Mapping[str, Any]
    view: View
    matrix: Matrix
    claims: Mapping[str, ClaimOut]
    names: Names
    related: Mapping[str, str]
    history: History


@router.get("/strikes/{id}")
def strike_page(
    request: Request, session: PageRead, event_id: RowId, query: Annotated[EventPageQuery, Query()]
) -> Response:
    """A strike; a merged one moves to the one that it became."""
    return _event_page(request, session, row_id("strike", event_id), query, EventKind.STRIKE)


@router.get("/events/{id}")
def event_page(
    request: Request, session: PageRead, event_id: RowId, query: Annotated[EventPageQuery, Query()]
) -> Response:
    """An event of any kind."""
    return _event_page(request, session, row_id("event", event_id), query)


def _event_page(
    request: Request,
    session: Session,
    event_id: str,
    query: EventPageQuery,
    kind: EventKind | None = None,
) -> Response:
    view = query.view(request, session)
    event = orjson.loads(get_event(session, event_id, view, kind=kind))
    told = tell_event(session, event, view, _history(session, event_id, query, view))
    return page(
        request,
        "event.html",
        told=told,
        name_path=_path_namer(told),
        past=query.known_at,
    )


def tell_event(session: Session, event: Mapping[str, Any], view: View, history: History) -> Told:
    """What the page of an event shows in a state."""
    told = event_positions(session, event["id"], view)
    explained = explain_event(session, event["id"], view)
    claims = claims_out(session, event_claims(session, event["id"], view), view.known_at)
    lines = [*event["munitions"], *(line for one in event["shared"] for line in one["munitions"])]
    names = name_all(session, claims, munitions=[line["key"] for line in lines])
    return Told(
        event,
        view,
        draw_matrix(event, told, explained, names.sides, names.munitions),
        {claim.id: claim for claim in sorted(claims, key=_by_time)},
        names,
        _labels(session, [*event["part_of"], *event["parts"]], view),
        history,
    )


def _by_time(claim: ClaimOut) -> tuple[str, str]:
    return (claim.said.edtf if claim.said else ""), claim.id


def _labels(session: Session, ids: Sequence[str], view: View) -> dict[str, str]:
    """The labels of events that this one is part of or made of."""
    documents = [orjson.loads(get_event(session, key, view)) for key in ids]
    return {one["id"]: one["label"] for one in documents}


def _history(session: Session, event_id: str, query: EventPageQuery, view: View) -> History:
    """The versions up to now, whatever state is shown: the slider goes to and fro.

    Of an event that is not served any more they end with that state.
    """
    wish = query.asked()
    try:
        found = _versions(session, event_id, replace(wish, known_at=None))
    except (MovedError, NotFoundError):
        found = _versions(session, event_id, wish)
    versions = found.items[::-1]
    known = sum(datetime.fromisoformat(one.known_at) <= view.known_at for one in versions)
    return History(versions, max(known - 1, 0), found.next is None)


def _versions(session: Session, event_id: str, wish: Wish) -> Slice[VersionOut]:
    window = Window({"event": event_id}, VERSIONS, None, wish=wish)
    return page_history(session, event_id, window, newest_first=True)


def _path_namer(told: Told) -> Any:
    """How to call a value that changed, given its path."""

    def name(path: str) -> str:
        table = path.split("/")[1]
        if table in {"munitions", "casualties", "damage"} and path.count("/") > 2:
            return ", ".join(name_figure(path, told.names.munitions, told.names.sides))
        return path.removeprefix("/").replace("_", " ").replace("/", ", ")

    return name
