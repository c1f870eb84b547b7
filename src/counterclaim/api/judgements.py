"""Which events are one: what looks alike, and what was judged."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from counterclaim.deps import (
    MOVED,
    NOT_MODIFIED,
    READ_PROBLEMS,
    OneQuery,
    Read,
    RowId,
    row_id,
    send_json,
)
from counterclaim.errors import NotFoundError
from counterclaim.posting import ON_ONE_PROBLEMS, Answer, Review
from counterclaim.queries.judgements import get_judgement, list_judgements, list_similar
from counterclaim.schemas.decisions import (
    AcceptIn,
    JudgementIn,
    JudgementOut,
    JudgementsOut,
    SimilarsOut,
)
from counterclaim.store.ledger import Writer
from counterclaim.store.review import end_judgement, judge_events

router = APIRouter(prefix="/v1", tags=["events"])
EVENT_ONE = {**NOT_MODIFIED, **MOVED, **READ_PROBLEMS}


@router.get("/events/{id}/similar", response_model=SimilarsOut, responses=EVENT_ONE)
def show_similar(
    request: Request, session: Read, event_id: RowId, query: Annotated[OneQuery, Query()]
) -> Response:
    """Events that may be the same one, scored by date, place, munition and parties."""
    event = row_id("event", event_id)
    return send_json(request, list_similar(session, event, query.view(request, session)))


@router.get("/events/{id}/judgements", response_model=JudgementsOut, responses=EVENT_ONE)
def show_judgements(
    request: Request, session: Read, event_id: RowId, query: Annotated[OneQuery, Query()]
) -> Response:
    """What was judged about an event and others, ended judgements included."""
    event = row_id("event", event_id)
    known_at = query.view(request, session).known_at
    return send_json(request, list_judgements(session, event, known_at))


@router.post(
    "/events/{id}/judgements",
    status_code=201,
    response_model=JudgementOut,
    responses=ON_ONE_PROBLEMS,
)
async def post_judgement(post: Review, event_id: RowId, body: JudgementIn) -> Response:
    """Say whether two events are one; events that are the same are served as the oldest."""

    def work(writer: Writer) -> Answer:
        given = (body.judgement, body.reason, body.score)
        row = judge_events(writer, event_id, body.event, *given)
        return Answer(get_judgement(writer.session, row.id, writer.at), 201)

    return await post.write(work)


@router.post(
    "/events/{id}/judgements/{judgement}/end",
    response_model=JudgementOut,
    responses=ON_ONE_PROBLEMS,
)
async def post_judgement_end(
    post: Review, event_id: RowId, judgement: str, body: AcceptIn | None = None
) -> Response:
    """Take a judgement back: events that were one only by it are two again."""

    def work(writer: Writer) -> Answer:
        if event_id.lower() not in get_judgement(writer.session, judgement, writer.at).events:
            raise NotFoundError("judgement", judgement)
        end_judgement(writer, judgement, body.reason if body else None)
        return Answer(get_judgement(writer.session, judgement, writer.at))

    return await post.write(work)
