"""Atom feeds of strikes, events, claims and changes, the newest change first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from counterclaim.deps import (
    LIST_PROBLEMS,
    NOT_MODIFIED,
    ListQuery,
    PolicyQuery,
    Read,
    send,
)
from counterclaim.export.atom import MEDIA_TYPE, Entry, Feed, Link, to_atom
from counterclaim.export.feeds import change_entries, claim_entries, event_entries, feed_urn
from counterclaim.moment import isoformat_z
from counterclaim.queries.changes import ChangeFilter, page_changes
from counterclaim.queries.claim_filters import ClaimFilter, page_claim_ids
from counterclaim.queries.events import page_events, strikes_only
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.pages import Slice
from counterclaim.vocabulary import Status

router = APIRouter(prefix="/v1/feeds", tags=["feeds"])

NEWEST = "-updated_at"
PUBLISHED = [Status.ACCEPTED, Status.SUPERSEDED, Status.RETRACTED]
"""What a feed of claims holds unless a status is asked for: who was told of a claim is told of its
end."""
FEED: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page.", "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}},
    **NOT_MODIFIED,
    **LIST_PROBLEMS,
}


class EventFeedQuery(PolicyQuery, ListQuery, EventFilter):
    """Filters of a feed of events."""


class ClaimFeedQuery(ListQuery, ClaimFilter):
    """Filters of a feed of claims."""


class ChangeFeedQuery(ListQuery, ChangeFilter):
    """Filters of a feed of changes."""


@router.get("/strikes", response_class=Response, responses=FEED)
def feed_strikes(
    request: Request, session: Read, query: Annotated[EventFeedQuery, Query()]
) -> Response:
    """Strikes as an Atom feed: an entry per strike, with its figures and who gives them."""
    return _send_events(request, session, query, strikes_only(query))


@router.get("/events", response_class=Response, responses=FEED)
def feed_events(
    request: Request, session: Read, query: Annotated[EventFeedQuery, Query()]
) -> Response:
    """Events of all kinds as an Atom feed."""
    return _send_events(request, session, query, query)


@router.get("/claims", response_class=Response, responses=FEED)
def feed_claims(
    request: Request, session: Read, query: Annotated[ClaimFeedQuery, Query()]
) -> Response:
    """Claims as an Atom feed; superseded and retracted ones come again, and say so."""
    given = query.model_copy(update={"status": query.status or PUBLISHED})
    page = page_claim_ids(session, given, query.page(request), NEWEST)
    entries = claim_entries(session, page.items, page.known_at, str(request.base_url))
    return _send(request, page, entries)


@router.get("/changes", response_class=Response, responses=FEED)
def feed_changes(
    request: Request, session: Read, query: Annotated[ChangeFeedQuery, Query()]
) -> Response:
    """Every write as an Atom feed, tombstones with their reason."""
    page, changes = page_changes(session, query, query.page(request), newest_first=True)
    return _send(request, page, change_entries(changes.items, str(request.base_url)))


def _send_events(
    request: Request, session: Session, query: EventFeedQuery, given: EventFilter
) -> Response:
    page = page_events(session, given, query.page(request), NEWEST)
    entries = event_entries(session, page.items, page.known_at, str(request.base_url))
    return _send(request, page, entries)


def _send(request: Request, page: Slice[Any], entries: Sequence[Entry]) -> Response:
    noun = request.url.path.rpartition("/")[2]
    kept = [pair for pair in request.query_params.multi_items() if pair[0] not in _PAGING]
    asked = f"{noun}?{urlencode(kept, safe=',:/')}".rstrip("?")
    feed = Feed(
        urn=feed_urn(asked),
        title=f"Counterclaim: {asked}",
        updated=max((entry.updated for entry in entries), default=isoformat_z(page.known_at)),
        links=_links(request, page, f"{request.base_url}v1/{asked}"),
        entries=entries,
        total=page.total,
    )
    return send(request, to_atom(feed), MEDIA_TYPE)


_PAGING = frozenset({"cursor", "limit", "count"})


def _links(request: Request, page: Slice[Any], alternate: str) -> list[Link]:
    first = request.url.remove_query_params("cursor")
    found = [
        Link(str(request.url), "self", MEDIA_TYPE),
        Link(str(first), "first", MEDIA_TYPE),
        Link(alternate, "alternate", "application/json"),
    ]
    if page.next is not None:
        following = request.url.include_query_params(cursor=page.next)
        found.append(Link(str(following), "next", MEDIA_TYPE))
    return found
