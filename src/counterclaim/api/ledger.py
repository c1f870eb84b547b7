"""The ledger: its head, and its entries as a stream of changes."""

from __future__ import annotations

import time
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse

from counterclaim.api.following import Watch, server_sent
from counterclaim.deps import (
    EVENT_STREAM,
    JSON,
    LIST_PROBLEMS,
    NDJSON,
    NOT_MODIFIED,
    ListQuery,
    OneQuery,
    Read,
    in_thread,
    next_link,
    page_members,
    send,
    send_json,
    wanted_format,
)
from counterclaim.errors import FilterError
from counterclaim.queries.changes import (
    ChangeFilter,
    Changes,
    ledger_head,
    page_changes,
    start_of,
)
from counterclaim.queries.pages import Slice, Window
from counterclaim.schemas.ledger import ChangesOut, HeadOut

router = APIRouter(prefix="/v1", tags=["ledger"])

CHANGES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page, or a stream that goes on.",
        "content": {
            NDJSON: {"schema": {"type": "string"}},
            EVENT_STREAM: {"schema": {"type": "string"}},
        },
    },
    **NOT_MODIFIED,
    **LIST_PROBLEMS,
}


class ChangesQuery(ListQuery, ChangeFilter):
    """Filters and form of the stream of changes."""

    f: Annotated[
        Literal["json", "ndjson"] | None,
        Field(description="Format; or use Accept, also for text/event-stream."),
    ] = None
    wait: Annotated[
        int | None,
        Field(ge=1, le=60, description="When there is nothing new, wait so many seconds for it."),
    ] = None

    def page(self, request: Request) -> Window:
        """The page that is asked for; how long to wait for it makes no other query of it."""
        return ListQuery.page(self.model_copy(update={"wait": None}), request)


@router.get("/ledger/head", response_model=HeadOut, responses={**NOT_MODIFIED, **LIST_PROBLEMS})
def show_head(request: Request, session: Read, query: Annotated[OneQuery, Query()]) -> Response:
    """The newest entry of the ledger: who keeps its hash can tell later that nothing was lost."""
    return send_json(request, ledger_head(session, query.view(request, session).known_at))


@router.get("/changes", response_model=ChangesOut, responses=CHANGES)
async def list_changes(
    request: Request,
    session: Read,
    query: Annotated[ChangesQuery, Query()],
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> Response:
    """Every write in its order, with tombstones; as pages, by waiting, or as a stream."""
    form = wanted_format(request, query.f, ("json", "ndjson", "stream"))
    window = query.page(request)
    if form == "stream":
        return await _stream(request, session, query, last_event_id or query.since)
    answer = await in_thread(session, page_changes, session, query, window)
    if query.wait is not None and query.cursor is None and not answer[1].texts:
        answer = await _waited(request, session, query, window, answer)
    return _send_changes(request, form, *answer)


async def _stream(
    request: Request, session: Session, query: ChangesQuery, since: str | None
) -> Response:
    if query.cursor is not None:
        raise FilterError("cursor", "A stream has no pages: use since.")
    query.clauses()  # What is wrong is told before the stream begins.
    seq = await in_thread(session, start_of, session, since)
    headers = {"Cache-Control": "no-store", "Vary": "Accept", "X-Accel-Buffering": "no"}
    events = server_sent(request.app.state.watch, request, query, seq)
    return StreamingResponse(events, headers=headers, media_type=EVENT_STREAM)


Answer = tuple[Slice[Any], Changes]


async def _waited(
    request: Request, session: Session, query: ChangesQuery, window: Window, answer: Answer
) -> Answer:
    """The first page that has something on it, or the last empty one when time is over."""
    watch: Watch = request.app.state.watch
    end = time.monotonic() + (query.wait or 0)
    while not answer[1].texts:
        if not await watch.grown(request, answer[1].last, end - time.monotonic()):
            break
        answer = await in_thread(session, page_changes, session, query, window)
    return answer


def _send_changes(request: Request, form: str, page: Slice[Any], changes: Changes) -> Response:
    texts, link = changes.texts.values(), next_link(request, page)
    if form == "ndjson":
        return send(request, b"".join(text + b"\n" for text in texts), NDJSON, **link)
    tail = orjson.dumps({**page_members(page), "last": changes.last})
    content = b'{"items":[' + b",".join(texts) + b"]," + tail[1:]
    return send(request, content, JSON, **link)
