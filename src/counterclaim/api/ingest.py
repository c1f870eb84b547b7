"""Whole claim files over HTTP: a document with its reference rows, events and claims."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from counterclaim.access import require
from counterclaim.posting import POST_PROBLEMS, Answer, Contribution
from counterclaim.schemas.claim import WarningOut
from counterclaim.schemas.entry import ClaimTakenOut, IntakeOut, TakenOut
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.store.ingest import Intake, Taken, find_quotes, ingest
from counterclaim.store.ledger import Writer
from counterclaim.store.quotes import Found
from counterclaim.vocabulary import KeyScope

LONG = 1_000_000
"""Code points, counted for each claim, that are looked through in the turn itself, in no time."""

router = APIRouter(prefix="/v1", tags=["ingest"])


class EntryQuery(BaseModel):
    """How claims are taken in."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    accept: Annotated[
        bool, Field(description="Let the claims count at once; needs the scope review.")
    ] = False
    dry_run: Annotated[
        bool, Field(description="Only tell what would happen, with all warnings.")
    ] = False


@router.post(
    "/ingest",
    status_code=201,
    response_model=IntakeOut,
    responses={200: {"model": IntakeOut, "description": "Nothing was stored."}, **POST_PROBLEMS},
)
async def ingest_file(
    post: Contribution, body: ClaimFile, query: Annotated[EntryQuery, Query()]
) -> Response:
    """Take in a claim file: all of it or nothing. What is there already is not written twice."""
    allow_accepting(post, query)
    found = await quotes_found_aside(body)

    def work(writer: Writer) -> Answer:
        intake = ingest(writer, body, accept=query.accept, found=found)
        new = any(intake.created.values()) and not query.dry_run
        return Answer(intake_out(intake, dry_run=query.dry_run), 201 if new else 200)

    return await post.write(work, dry_run=query.dry_run)


async def quotes_found_aside(body: ClaimFile) -> list[Found] | None:
    """Where the quotes of a long body stand: looked for in a thread, before its turn.

    To find out that thousands of quotes stand nowhere in megabytes of text takes seconds, in which
    neither the event loop nor the one writer may be kept.
    """
    text = body.document.text if body.document else None
    if len(text or "") * len(body.claims) < LONG:
        return None
    return await run_in_threadpool(find_quotes, body)


def allow_accepting(post: Contribution, query: EntryQuery) -> None:
    """Make sure that who wants claims to count at once may review.

    Raises:
        PermissionDeniedError: the key lacks the scope.
    """
    if query.accept:
        require(post.caller, KeyScope.REVIEW)


def intake_out(intake: Intake, *, dry_run: bool) -> IntakeOut:
    """What came of a claim file, as it is answered."""
    return IntakeOut(
        dry_run=dry_run,
        document=_taken(intake.document) if intake.document else None,
        events=[_taken(event) for event in intake.events],
        claims=[_claim_taken(claim) for claim in intake.claims],
        created=intake.created,
        unchanged=intake.unchanged,
    )


def _taken(row: Taken) -> TakenOut:
    return TakenOut(id=row.id, ref=row.ref, created=row.created)


def _claim_taken(row: Taken) -> ClaimTakenOut:
    return ClaimTakenOut(
        id=row.id,
        ref=row.ref,
        created=row.created,
        status=row.status,
        warnings=[WarningOut.model_validate(warning) for warning in row.warnings],
    )
