"""Drafts: what a text seems to claim. Nothing of it is stored."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from counterclaim.deps import JSON, as_json
from counterclaim.posting import POST_PROBLEMS, Contribution
from counterclaim.proposing.proposals import Asked, propose_claims
from counterclaim.schemas.draft import DraftIn, DraftsOut

router = APIRouter(prefix="/v1", tags=["ingest"])


@router.post(
    "/drafts",
    response_model=DraftsOut,
    responses={
        status: problem
        for status, problem in POST_PROBLEMS.items()
        if status != 409  # nothing is written
    },
)
def post_drafts(request: Request, _post: Contribution, body: DraftIn) -> Response:
    """Propose the claims of a text, each with its quote and the reasons, for a person to confirm.

    Nothing is stored: confirmed claims are posted as any others. By rules, or by the model that the
    operator configured, whose quotes, numbers, names and days are checked against the text.
    """
    asked = Asked(body.text, body.published, body.publisher, body.lang)
    model = request.app.state.draft_model if body.ask_model else None
    found = propose_claims(request.app.state.engine, asked, model)
    answer = DraftsOut(
        lang=found.lang,
        by=found.by,
        events=found.events,
        claims=found.claims,
        why=found.why,
        dropped=found.dropped,
        notes=found.notes,
    )
    return Response(as_json(answer), headers={"Cache-Control": "no-store"}, media_type=JSON)
