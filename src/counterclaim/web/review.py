"""The review page: pending claims, oldest first, each with what it is weighed against."""

from __future__ import annotations

from asyncio import gather
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from counterclaim.access import require
from counterclaim.deps import NoQuery, RowId, as_json, entity_tag, row_id
from counterclaim.errors import (
    ConflictError,
    CounterclaimError,
    InputError,
    NotFoundError,
    RejectedError,
)
from counterclaim.queries.asof import last_change
from counterclaim.queries.claims import claims_out
from counterclaim.queries.judgements import get_judgement
from counterclaim.queries.queue import Waiting, page_queue, weigh_claims
from counterclaim.schemas.claim import ClaimOut
from counterclaim.store.ledger import Writer
from counterclaim.store.review import accept_claim, judge_events, reject_claim
from counterclaim.vocabulary import Judgement, KeyScope
from counterclaim.web.remarks import Told, tell_remarks
from counterclaim.web.rendering import page
from counterclaim.web.visitors import CurrentVisitor, Form, PageRead, text_of, visitor_of, write_as

router = APIRouter(include_in_schema=False)

PAGE = 10
"""Claims on one page."""

MANY = 50
"""So many decisions are told of at most."""

Ids = Annotated[list[str], Field(max_length=MANY)]


class QueueQuery(NoQuery):
    """Where in the queue, and what was done before."""

    after: Annotated[str | None, Field(max_length=100, description="The last claim before.")] = None
    done: Annotated[Ids, Field(default_factory=list, description="Claims decided on.")]
    left: Annotated[Ids, Field(default_factory=list, description="Claims changed since.")]
    merged: Annotated[str | None, Field(max_length=100, description="A judgement made.")] = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A decision that was not taken: on which claim, what was typed, and why not."""

    claim: str = ""
    step: str = ""
    reason: str = ""
    why: str = ""


@router.get("/review")
def review(
    request: Request,
    session: PageRead,
    visitor: CurrentVisitor,
    query: Annotated[QueueQuery, Query()],
) -> Response:
    """A page of the queue."""
    require(visitor.caller, KeyScope.REVIEW)
    return _queue_page(request, session, query)


@router.get("/review/{id}")
def review_one(
    request: Request, session: PageRead, visitor: CurrentVisitor, claim_id: RowId
) -> Response:
    """One claim as reviewers see it, whatever was decided."""
    require(visitor.caller, KeyScope.REVIEW)
    found = weigh_claims(session, [row_id("claim", claim_id)])
    if not found:
        raise NotFoundError("claim", claim_id)
    return page(request, "review_one.html", item=found[0], **_shown(session))


@router.post("/review")
async def post_review(request: Request, session: PageRead, form: Form) -> Response:
    """Accept, reject or merge, as the reviewer saw it; then the queue with what was done."""
    require(visitor_of(request).caller, KeyScope.REVIEW)
    step, claim = text_of(form, "do"), text_of(form, "claim")
    after = text_of(form, "after") or None
    try:
        told = await _decide(request, form, step)
    except (InputError, ConflictError, NotFoundError) as error:
        refusal = Refusal(claim, step, text_of(form, "reason"), _why(error))
        query = QueueQuery(after=after, done=[], left=[])
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        make = partial(_queue_page, request, session, query, refusal, status=status)
        return await run_in_threadpool(make)
    fields = [("after", after)] if after else []
    root = request.scope.get("root_path", "")
    address = f"{root}/review?{urlencode([*fields, *told])}"
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})


async def _decide(request: Request, form: FormData, step: str) -> list[tuple[str, str]]:
    """Carry a decision out; what the queue is to tell of it, as parameters of its address."""
    if step == "merge":
        pair = text_of(form, "event"), text_of(form, "other")
        decide = partial(_merge, pair=pair, reason=text_of(form, "reason"))
        return [("merged", await write_as(request, KeyScope.REVIEW, decide))]
    if step == "accept-selected":
        chosen = [one for one in form.getlist("chosen") if isinstance(one, str)][:MANY]
    else:
        chosen = [f"{text_of(form, 'claim')} {text_of(form, 'state')}"]
    given = [one.partition(" ")[::2] for one in chosen]
    reason = text_of(form, "reason") if step == "reject" else None
    if not given or step not in DECISIONS:
        raise InputError("Choose the claims that are to be accepted.")
    # Each has a turn of its own: one that has changed since keeps back no other.
    writes = [
        write_as(request, KeyScope.REVIEW, partial(_decide_on, key, state, step, reason))
        for key, state in given
    ]
    done = await gather(*writes)
    names = ("done" if one else "left" for one in done)
    return [(name, key) for name, (key, _state) in zip(names, given, strict=True)]


DECISIONS = ("accept", "accept-selected", "reject")


def _decide_on(key: str, state: str, step: str, reason: str | None, writer: Writer) -> bool:
    """Accept or reject a claim; False, and nothing is done, where it is not as it was seen."""
    found = claims_out(writer.session, [row_id("claim", key)], writer.at)
    if not found:
        raise NotFoundError("claim", key)
    if state_of(found[0]) != state:
        return False
    if step == "reject":
        reject_claim(writer, found[0].id, reason)
    else:
        accept_claim(writer, found[0].id)
    return True


def _merge(writer: Writer, pair: tuple[str, str], reason: str) -> str:
    return judge_events(writer, *pair, Judgement.SAME, reason).id


def _why(error: CounterclaimError) -> str:
    if isinstance(error, RejectedError):
        return " ".join(problem.detail for problem in error.problems)
    return str(error)


NOTHING = Refusal()


def _queue_page(
    request: Request,
    session: Session,
    query: QueueQuery,
    refusal: Refusal = NOTHING,
    *,
    status: int = HTTPStatus.OK,
) -> Response:
    queue = page_queue(session, PAGE, query.after)
    merged = get_judgement(session, query.merged, last_change(session)) if query.merged else None
    given = {"done": query.done, "left": query.left}
    told = {name: weigh_claims(session, ids) for name, ids in given.items()}
    shown: dict[str, Any] = {
        "queue": queue,
        "query": query,
        "merged": merged,
        "refusal": refusal,
        **told,
    }
    return page(request, "review.html", status=status, **shown, **_shown(session))


def _shown(session: Session) -> dict[str, Any]:
    return {"state_of": state_of, "remarks_on": partial(remarks_on, session)}


def state_of(claim: ClaimOut) -> str:
    """What names the state of a claim: who decides on another one has seen something else."""
    return entity_tag(as_json(claim)).strip('"')


def remarks_on(session: Session, item: Waiting) -> list[Told]:
    """What the checks remarked, but for what is looked for afresh: contradictions, likenesses."""
    given = [one.model_dump() for one in item.claim.warnings if one.code != "contradicts"]
    known = {item.event, *(one.id for one in item.similar)}
    told = tell_remarks(session, given, last_change(session))
    return [one for one in told if one.event is None or one.event not in known]
