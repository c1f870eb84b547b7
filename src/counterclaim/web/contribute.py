"""The contribute page: a text, words chosen in it, claims made of them, tried as they are written.

All that was typed travels in the form, so that nothing of it needs a script; a script saves clicks
and keeps a copy on the device.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field, ValidationError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from counterclaim.db import is_id, reading
from counterclaim.deps import NoQuery, in_thread
from counterclaim.errors import ConflictError, InputError, NotFoundError, Problem, RejectedError
from counterclaim.importers.saved_page import SavedPage, read_saved, tidy_text
from counterclaim.models import Document
from counterclaim.queries.documents import document_fields, recalled_fields
from counterclaim.queries.keys import find_caller
from counterclaim.queries.recognise import names_known, recognise
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.schemas.mistakes import problems_of
from counterclaim.store.ingest import Intake, ingest
from counterclaim.store.ledger import Writer
from counterclaim.vocabulary import KeyScope
from counterclaim.web.desk import begin_page, desk_page, recorded_page
from counterclaim.web.drafts import Draft, whole_of
from counterclaim.web.pointers import Faults, Pruned
from counterclaim.web.proposals import Proposed, propose, propose_at_once
from counterclaim.web.trying import Trial, try_file
from counterclaim.web.visitors import (
    CurrentVisitor,
    Form,
    PageRead,
    Visitor,
    keep_visitor,
    new_token,
    text_of,
    visitor_of,
    write_as,
)

router = APIRouter(include_in_schema=False)


class ContributeQuery(NoQuery):
    """What to go on with."""

    document: Annotated[
        str | None, Field(max_length=100, description="Id of a document whose text is stored.")
    ] = None


@router.get("/contribute")
def contribute(
    request: Request,
    session: PageRead,
    visitor: CurrentVisitor,
    query: Annotated[ContributeQuery, Query()],
) -> Response:
    """Begin with a text, or with that of a document."""
    token = visitor.token or new_token()
    if not visitor.token:
        request.state.visitor = Visitor(None, token)
    if query.document is None:
        response = begin_page(request)
    else:
        draft = _stored(session, query.document)
        proposed = propose_at_once(request.app.state.engine, draft, [])
        response = desk_page(request, session, draft, Trial(), proposed)
    if not visitor.token:
        keep_visitor(request, response, None, token)
    return response


@router.post("/contribute")
async def post_contribute(request: Request, session: PageRead, form: Form) -> Response:
    """Take one step: begin, choose words, change the draft, try it, or send it."""
    step, _, what = text_of(form, "do").partition(":")
    if step == "begin":
        return await _begin(request, session, form)
    draft = Draft.of((name, value) for name, value in form.multi_items() if isinstance(value, str))
    if not draft.text:
        return begin_page(request)
    proposed = Proposed.read(text_of(form, "proposed"), draft.text)
    if step == "send":
        accept = bool(text_of(form, "accept"))
        return await _send(request, session, draft, proposed, accept=accept)
    if step == "sign-in":
        return await _sign_in(request, session, draft, proposed, text_of(form, "key"))
    await in_thread(session, _change, session, draft, form, step, what)
    proposed = await run_in_threadpool(_propose, request, draft, proposed, step, what)
    more = what if step == "row" else ""
    find = text_of(form, "find")
    return await _tried(request, session, draft, proposed, find=find, more=more)


async def _tried(
    request: Request, session: Session, draft: Draft, proposed: Proposed, **told: Any
) -> Response:
    """The page of a draft with what is wrong with it so far."""
    trial = await try_file(request, session, draft.pruned())
    make = partial(desk_page, request, session, draft, trial, proposed, **told)
    return await run_in_threadpool(make)


def _propose(request: Request, draft: Draft, proposed: Proposed, step: str, what: str) -> Proposed:
    """Carry out a step on what is proposed; the rules read again what is told otherwise now.

    A model is asked when somebody who may contribute says so, and at no other time.
    """
    engine, settled = request.app.state.engine, proposed.kept.settled
    if step == "propose" and visitor_of(request).may(KeyScope.CONTRIBUTE):
        model = request.app.state.draft_model if what == "model" else None
        return propose(engine, draft, model, settled)
    if proposed.by is None and not proposed.is_of(draft):
        proposed = propose_at_once(engine, draft, settled)
    if step == "take":
        proposed.take(what, draft)
    elif step == "dismiss":
        proposed.settle(what)
    return proposed


async def _begin(request: Request, session: Session, form: FormData) -> Response:
    given, pasted = form.get("file"), text_of(form, "text")
    try:
        if isinstance(given, UploadFile) and given.filename:
            saved = await run_in_threadpool(read_saved, await given.read())
        else:
            saved = SavedPage(tidy_text(pasted))
    except InputError as error:
        return begin_page(request, refused=error.message, text=pasted)
    known = await in_thread(session, recalled_fields, session, saved.text)
    draft = Draft({"document": {**saved.told, "text": saved.text, **known}})
    proposed = await run_in_threadpool(propose_at_once, request.app.state.engine, draft, [])
    return await _tried(request, session, draft, proposed)


def _stored(session: Session, document_id: str) -> Draft:
    known = session.get(Document, document_id.lower()) if is_id(document_id) else None
    if known is None or known.redacted_at is not None:
        raise NotFoundError("document", document_id)
    return Draft({"document": {"text": known.text, **document_fields(session, known.id)}})


def _change(session: Session, draft: Draft, form: FormData, step: str, what: str) -> None:
    """Carry out a step on the draft; what is no step leaves it as it is."""
    if step == "live":  # A check between two keys, whose answer must have the same rows.
        return
    draft.tidy()
    if step == "quote":
        _quote(session, draft, form)
    elif step == "edit":
        draft.edit(whole_of(what))
    elif step == "remove":
        draft.remove(whole_of(what))
    elif step == "keep":
        draft.open = None
    elif step == "new":
        draft.add_row(*what.partition(":")[::2])
    elif step == "put":
        draft.put(*what.partition("=")[::2])


def _quote(session: Session, draft: Draft, form: FormData) -> None:
    """Open a claim on the words that were chosen by offsets, or pasted."""
    start, end = (whole_of(text_of(form, name)) for name in ("words_start", "words_end"))
    exact, at = text_of(form, "words"), None
    if start is not None and end is not None and start < end <= len(draft.text):
        exact, at = draft.text[start:end], start
    if exact:
        at = None if at is None else at + len(exact) - len(exact.lstrip())
        exact = exact.strip()
        known = names_known(session, exact)
        spans = recognise(exact, known, draft.published, draft.lang)
        draft.open_quote(exact, at, known, spans)


async def _send(
    request: Request, session: Session, draft: Draft, proposed: Proposed, *, accept: bool
) -> Response:
    """Store all claims or, with what is wrong said of each, none."""
    draft.tidy()
    pruned = draft.pruned()
    scope = KeyScope.REVIEW if accept else KeyScope.CONTRIBUTE
    if not visitor_of(request).may(scope):
        refused = f"To send, sign in with a key that may {scope}. Nothing that you typed is lost."
        return await _tried(request, session, draft, proposed, refused=refused)
    again = partial(_refused, request, session, draft, proposed)
    try:
        file = ClaimFile.model_validate(pruned.body)
        if not file.claims:
            raise RejectedError([Problem("", "There is no claim yet: choose words in the text.")])
        intake = await write_as(request, scope, partial(_ingest, file, accept=accept))
    except ValidationError as error:
        problems = problems_of(error.errors(), pruned.body, ClaimFile)
        return await again(problems, pruned)
    except RejectedError as error:
        return await again(list(error.problems), pruned)
    except (InputError, ConflictError) as error:
        return await again([Problem("", str(error))], pruned)
    with reading(request.app.state.engine) as fresh:
        return await run_in_threadpool(recorded_page, request, fresh, file, intake)


def _ingest(file: ClaimFile, writer: Writer, *, accept: bool) -> Intake:
    return ingest(writer, file, accept=accept)


async def _refused(
    request: Request,
    session: Session,
    draft: Draft,
    proposed: Proposed,
    problems: list[Problem],
    pruned: Pruned,
) -> Response:
    """The page again with what is wrong at its fields, and the first claim at fault open."""
    faults = Faults(problems, pruned)
    at_fault = [place for place in range(len(draft.claims)) if faults.below(f"/claims/{place}")]
    if at_fault and draft.open not in at_fault:
        draft.open = at_fault[0]
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    trial = Trial(faults, sent=True)
    make = partial(desk_page, request, session, draft, trial, proposed, status=status)
    return await run_in_threadpool(make)


async def _sign_in(
    request: Request, session: Session, draft: Draft, proposed: Proposed, key: str
) -> Response:
    """Sign in on the spot: without a script, what was typed is nowhere but in this form."""
    caller = await in_thread(session, find_caller, session, key)
    if caller is None:
        refused = "This key is not valid: it is mistyped or was revoked."
        return await _tried(request, session, draft, proposed, refused=refused)
    token = new_token()
    request.state.visitor, request.state.caller = Visitor(caller, token), caller
    response = await _tried(request, session, draft, proposed)
    keep_visitor(request, response, caller.key_id, token)
    return response
