"""How the values of an event came about."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from counterclaim.deps import (
    MOVED,
    NOT_MODIFIED,
    READ_PROBLEMS,
    PolicyQuery,
    Read,
    RowId,
    row_id,
    send_json,
)
from counterclaim.queries.explain import explain_event
from counterclaim.schemas.explain import ExplainOut

router = APIRouter(prefix="/v1", tags=["events"])


@router.get(
    "/events/{id}/explain",
    response_model=ExplainOut,
    responses={**NOT_MODIFIED, **MOVED, **READ_PROBLEMS},
)
def explain(
    request: Request, session: Read, event_id: RowId, query: Annotated[PolicyQuery, Query()]
) -> Response:
    """Per figure the claims used and dropped, weights, ties, equations; as sentences, too."""
    view = query.view(request, session)
    return send_json(request, explain_event(session, row_id("event", event_id), view))
