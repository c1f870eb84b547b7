"""Redaction over HTTP: what law demands to blank, for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, BackgroundTasks, Response

from counterclaim.deps import RowId, RowKey
from counterclaim.moment import isoformat_z
from counterclaim.posting import ON_ONE_PROBLEMS, Administration, Answer
from counterclaim.schemas.decisions import ReasonIn, RedactedOut
from counterclaim.store.ledger import Writer
from counterclaim.store.redaction import redact_document, redact_quote, redact_source, scrub

router = APIRouter(prefix="/v1", tags=["redaction"])


@router.post("/documents/{id}/redact", response_model=RedactedOut, responses=ON_ONE_PROBLEMS)
async def post_document_redaction(
    post: Administration, document_id: RowId, body: ReasonIn, after: BackgroundTasks
) -> Response:
    """Blank a document's text and all quotes of it, in the past as well; its hash stays."""
    return await _redact(post, after, redact_document, document_id, body)


@router.post("/quotes/{id}/redact", response_model=RedactedOut, responses=ON_ONE_PROBLEMS)
async def post_quote_redaction(
    post: Administration, quote_id: RowId, body: ReasonIn, after: BackgroundTasks
) -> Response:
    """Blank a stretch of a document's text, in all quotes that share a part of it."""
    return await _redact(post, after, redact_quote, quote_id, body)


@router.post("/sources/{key}/redact", response_model=RedactedOut, responses=ON_ONE_PROBLEMS)
async def post_source_redaction(
    post: Administration, key: RowKey, body: ReasonIn, after: BackgroundTasks
) -> Response:
    """Blank a source's names and address, and change its key."""
    return await _redact(post, after, redact_source, key, body)


async def _redact(
    post: Administration,
    after: BackgroundTasks,
    act: Callable[[Writer, str, str | None], Any],
    given: str,
    body: ReasonIn,
) -> Response:
    def work(writer: Writer) -> Answer:
        row = act(writer, given, body.reason)
        at = isoformat_z(writer.at)
        return Answer(RedactedOut(id=row.id, noun=row.__tablename__, redacted_at=at))

    answer = await post.write(work)
    after.add_task(scrub, post.request.app.state.engine)
    return answer
