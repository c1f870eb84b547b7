"""Claims: who said what, in which words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, StringConstraints

from counterclaim.api.exporting import EXPORTED, ExportQuery, send_selection
from counterclaim.api.ingest import EntryQuery, allow_accepting
from counterclaim.deps import (
    NOT_MODIFIED,
    READ_PROBLEMS,
    OneQuery,
    Read,
    RowId,
    chosen_fields,
    row_id,
    send_json,
    wanted_format,
)
from counterclaim.errors import NotFoundError
from counterclaim.export import jsonld
from counterclaim.export.selections import Claims, Rows
from counterclaim.models import Claim
from counterclaim.posting import (
    DECISION_PROBLEMS,
    POST_PROBLEMS,
    Answer,
    Contribution,
    IfMatch,
    Review,
)
from counterclaim.queries.claim_filters import SORTS, ClaimFilter
from counterclaim.queries.claims import claims_out, get_claim
from counterclaim.schemas.claim import ClaimOut
from counterclaim.schemas.decisions import AcceptIn, AssessmentIn, ReasonIn, SupersedeIn
from counterclaim.schemas.entry import ClaimPost
from counterclaim.schemas.page import Page
from counterclaim.store.claims import show_entered
from counterclaim.store.entry import enter_claim, enter_successor
from counterclaim.store.ledger import Writer
from counterclaim.store.review import (
    accept_claim,
    assess_claim,
    reject_claim,
    retract_claim,
    supersede_claim,
)

router = APIRouter(prefix="/v1", tags=["claims"])

CLAIM_ONE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The claim.",
        "content": {jsonld.MEDIA_TYPE: {"schema": {"type": "object"}}},
    },
    **NOT_MODIFIED,
    **READ_PROBLEMS,
}


class ClaimQuery(ExportQuery, ClaimFilter):
    """Filters, order and form of a list of claims."""

    rows: Annotated[
        Literal[Rows.CLAIMS, Rows.FIGURES],
        Field(description="What a row is: a claim, or one of its figures."),
    ] = Rows.CLAIMS

    sort: Annotated[
        str,
        StringConstraints(max_length=40),
        Field(description=f"One of {', '.join(SORTS)}; with - before it descending."),
    ] = "-recorded_at"


@router.get("/claims", response_model=Page[ClaimOut], responses=EXPORTED)
def list_claims(request: Request, session: Read, query: Annotated[ClaimQuery, Query()]) -> Response:
    """Claims with their attribution, words, documents and figures, newest first."""
    fields = chosen_fields(query.fields, ClaimOut.model_fields)
    selection = Claims(query, query.sort)
    return send_selection(request, session, selection, query, query.rows, fields)


class OneClaimQuery(OneQuery):
    """State and form of one claim."""

    f: Annotated[
        Literal["json", "jsonld"] | None,
        Field(description="jsonld is the claim in the words of schema.org; or use Accept."),
    ] = None


@router.get("/claims/{id}", response_model=ClaimOut, responses=CLAIM_ONE)
def show_claim(
    request: Request, session: Read, claim_id: RowId, query: Annotated[OneClaimQuery, Query()]
) -> Response:
    """One claim; retracted and superseded ones are tombstones with their reason."""
    claim = get_claim(session, row_id("claim", claim_id), query.view(request, session))
    if wanted_format(request, query.f, ("json", "jsonld")) == "jsonld":
        content = jsonld.to_jsonld(session, claim, str(request.base_url))
        return send_json(request, content, jsonld.MEDIA_TYPE)
    return send_json(request, claim)


@router.post(
    "/claims",
    status_code=201,
    response_model=ClaimOut,
    responses={200: {"model": ClaimOut, "description": "It is there already."}, **POST_PROBLEMS},
)
async def post_claim(
    post: Contribution, body: ClaimPost, query: Annotated[EntryQuery, Query()]
) -> Response:
    """Post one claim: pending, or with ``accept`` counting at once. The same one is not doubled."""
    allow_accepting(post, query)

    def work(writer: Writer) -> Answer:
        (taken,) = enter_claim(writer, body, accept=query.accept).claims
        status = 201 if taken.created and not query.dry_run else 200
        shown = show_entered(writer, taken.draft) if taken.draft else _claim(writer, taken.id)
        return Answer(shown, status, f"/v1/claims/{taken.id}")

    return await post.write(work, dry_run=query.dry_run)


@router.post("/claims/{id}/accept", response_model=ClaimOut, responses=DECISION_PROBLEMS)
async def post_acceptance(
    post: Review, claim_id: RowId, body: AcceptIn | None = None, _tag: IfMatch = None
) -> Response:
    """Let a pending claim count; warnings name the claims that it now contradicts."""
    reason = body.reason if body else None
    return await _decide(post, claim_id, lambda writer: accept_claim(writer, claim_id, reason))


@router.post("/claims/{id}/reject", response_model=ClaimOut, responses=DECISION_PROBLEMS)
async def post_rejection(
    post: Review, claim_id: RowId, body: ReasonIn, _tag: IfMatch = None
) -> Response:
    """Refuse a pending claim: it never counts, and the reason is kept."""
    return await _decide(post, claim_id, lambda writer: reject_claim(writer, claim_id, body.reason))


@router.post("/claims/{id}/retract", response_model=ClaimOut, responses=DECISION_PROBLEMS)
async def post_retraction(
    post: Review, claim_id: RowId, body: ReasonIn, _tag: IfMatch = None
) -> Response:
    """Withdraw an accepted claim: it stays readable as a tombstone with the reason."""
    return await _decide(
        post, claim_id, lambda writer: retract_claim(writer, claim_id, body.reason)
    )


@router.post("/claims/{id}/supersede", response_model=ClaimOut, responses=DECISION_PROBLEMS)
async def post_succession(
    post: Review, claim_id: RowId, body: SupersedeIn, _tag: IfMatch = None
) -> Response:
    """Put another claim in the place of an accepted one; answers the one that counts now."""

    def decide(writer: Writer) -> Claim:
        by = body.by if isinstance(body.by, str) else enter_successor(writer, body.by)
        return supersede_claim(writer, claim_id, by, body.reason)

    return await _decide(post, claim_id, decide)


@router.post("/claims/{id}/assess", response_model=ClaimOut, responses=DECISION_PROBLEMS)
async def post_assessment(
    post: Review, claim_id: RowId, body: AssessmentIn, _tag: IfMatch = None
) -> Response:
    """Say how credible a claim is; this ends the assessment before."""

    def decide(writer: Writer) -> Claim:
        row = assess_claim(writer, claim_id, body.credibility, body.rationale)
        return writer.session.get_one(Claim, row.claim_id)

    return await _decide(post, claim_id, decide)


async def _decide(post: Review, given: str, decide: Callable[[Writer], Claim]) -> Response:
    """Carry out a decision on the state of a claim that the caller has seen."""

    def work(writer: Writer) -> Answer:
        post.check_match(_claim(writer, row_id("claim", given)))
        return Answer(_claim(writer, decide(writer).id))

    return await post.write(work)


def _claim(writer: Writer, claim_id: str) -> ClaimOut:
    """A claim as it stands in this transaction, pending or not."""
    found = claims_out(writer.session, [claim_id], writer.at)
    if not found:
        raise NotFoundError("claim", claim_id)
    return found[0]
