"""A map or an event in a frame on somebody else's page, and oEmbed, by which it gets there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated
from urllib.parse import parse_qsl, urlsplit

import orjson
from fastapi import APIRouter, Query
from markupsafe import escape
from pydantic import Field, StringConstraints
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from counterclaim.db import is_id
from counterclaim.deps import JSON, NoQuery, row_id
from counterclaim.errors import NotFoundError
from counterclaim.queries.asof import PRESENT, store_version
from counterclaim.queries.overview import select_events, spread_of
from counterclaim.web.filters import Asked, MapFilter, asked_in, parts_of
from counterclaim.web.forms import TidyRoute
from counterclaim.web.listing import row_of
from counterclaim.web.rendering import EMBED_POLICY, page, send_data
from counterclaim.web.visitors import CurrentVisitor, PageRead

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.overview import Spread
    from counterclaim.web.memory import Memory

router = APIRouter(include_in_schema=False, route_class=TidyRoute)
EVENT_PAGE = re.compile(r"/(?:strikes|events)/([^/]+)")
WIDTH, MAP_HEIGHT, CARD_HEIGHT = 640, 420, 330
LEAST_WIDTH = 240
NO_XML = "Only format=json is answered."


@router.get("/embed")
def embed(
    request: Request,
    _visitor: CurrentVisitor,
    session: PageRead,
    query: Annotated[MapFilter, Query()],
) -> Response:
    """The map of a filter, or with ``event`` what the sides say of one, to stand in a frame."""
    view = query.view(request, session)
    asked = asked_in(request)
    if query.event is not None:
        row = row_of(session, row_id("event", query.event), view)
        return page(request, "embedded_event.html", policy=EMBED_POLICY, row=row)
    memory: Memory = request.app.state.seen
    key = "spread", store_version(session), view, asked.filters().pairs
    spread = memory.recall(key, lambda: _spread(session, query, view))
    return page(
        request,
        "embedded_map.html",
        policy=EMBED_POLICY,
        spread=spread,
        parts=parts_of(session, asked),
    )


def _spread(session: Session, query: MapFilter, view: View) -> Spread | None:
    selection = select_events(session, query, view)
    return None if selection is None else spread_of(session, selection)


class OembedQuery(NoQuery):
    """Parameters of oEmbed 1.0, section 2.2."""

    url: Annotated[
        str, StringConstraints(max_length=4000), Field(description="The address to be embedded.")
    ]
    format: str = "json"
    maxwidth: Annotated[int | None, Field(ge=1, description="Most pixels across.")] = None
    maxheight: Annotated[int | None, Field(ge=1, description="Most pixels down.")] = None


@router.get("/oembed")
def oembed(request: Request, session: PageRead, query: Annotated[OembedQuery, Query()]) -> Response:
    """How an address of this server is embedded."""
    if query.format != "json":
        raise HTTPException(501, NO_XML)
    frame, title, height = _frame_of(request, session, query.url)
    width = max(LEAST_WIDTH, min(WIDTH, query.maxwidth or WIDTH))
    height = min(height, query.maxheight or height)
    base = str(request.base_url).rstrip("/")
    html = (
        f'<iframe src="{escape(base + frame)}" title="{escape(title)}" width="{width}"'
        f' height="{height}" loading="lazy" frameborder="0"></iframe>'
    )
    answer = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "Counterclaim",
        "provider_url": f"{base}/",
        "title": title,
        "html": html,
        "width": width,
        "height": height,
        "cache_age": 3600,
    }
    return send_data(request, orjson.dumps(answer), JSON)


def _frame_of(request: Request, session: Session, url: str) -> tuple[str, str, int]:
    """The path to embed for an address of this server, its title and its height.

    Raises:
        NotFoundError: the address is another server's, or no page of it can be embedded.
    """
    try:
        parts, own = urlsplit(url), urlsplit(str(request.base_url))
    except ValueError:  # As of a bracket in place of a host.
        raise NotFoundError("page to embed", url) from None
    root = own.path.rstrip("/")
    path = parts.path.removeprefix(root) or "/"
    if parts.netloc != own.netloc or not parts.path.startswith(root):
        raise NotFoundError("page to embed", url)
    asked = Asked(tuple(parse_qsl(parts.query)))
    of_event = EVENT_PAGE.fullmatch(path)
    if of_event is None and path not in {"/", "/embed"}:
        raise NotFoundError("page to embed", url)
    event = of_event[1] if of_event else dict(asked.pairs).get("event")
    if event is not None and (of_event or path == "/embed"):
        return _event_frame(session, event)
    return f"/embed{asked.without('cursor', 'event')}", "Events on a map", MAP_HEIGHT


def _event_frame(session: Session, event_id: str) -> tuple[str, str, int]:
    if not is_id(event_id):
        raise NotFoundError("event", event_id)
    row = row_of(session, event_id.lower(), PRESENT.view(session))
    return f"/embed?event={row.event['id']}", row.event["label"], CARD_HEIGHT
