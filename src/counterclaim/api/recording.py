"""Events that are recorded before any claim speaks of them."""

from __future__ import annotations

from fastapi import APIRouter, Response

from counterclaim.moment import isoformat_z
from counterclaim.posting import POST_PROBLEMS, Answer, Contribution
from counterclaim.schemas.entry import EventPost, EventRowOut
from counterclaim.store.entry import enter_event
from counterclaim.store.ledger import Writer

router = APIRouter(prefix="/v1", tags=["events"])


@router.post("/events", status_code=201, response_model=EventRowOut, responses=POST_PROBLEMS)
async def post_event(post: Contribution, body: EventPost) -> Response:
    """Record an event that claims can be about; it is served when one of them counts."""

    def work(writer: Writer) -> Answer:
        row = enter_event(writer, body)
        shape = EventRowOut(
            id=row.id,
            kind=row.kind,
            scope=row.scope,
            label=row.label,
            parts=[part.lower() for part in body.parts],
            recorded_at=isoformat_z(row.recorded_at),
        )
        return Answer(shape, 201, f"/v1/events/{row.id}")

    return await post.write(work)
