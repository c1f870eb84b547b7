"""The page of a document: its text with every quote marked, and the claims beside their words."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from counterclaim.deps import OneQuery
from counterclaim.queries.documents import get_document
from counterclaim.schemas.claim import ClaimOut
from counterclaim.web.naming import name_all
from counterclaim.web.passages import cut_passages
from counterclaim.web.rendering import page
from counterclaim.web.visitors import PageRead

router = APIRouter(include_in_schema=False)


class DocumentPageQuery(OneQuery):
    """The state that is shown."""


@router.get("/documents/{id}")
def document_page(
    request: Request,
    session: PageRead,
    id_or_sha256: Annotated[str, Path(alias="id", max_length=100)],
    query: Annotated[DocumentPageQuery, Query()],
) -> Response:
    """One document, by its id or the hash of its text."""
    document = get_document(session, id_or_sha256, query.view(request, session))
    claims: dict[str | None, list[ClaimOut]] = defaultdict(list)
    for claim in document.claims:
        claims[claim.quote.id if claim.quote else None].append(claim)
    return page(
        request,
        "document.html",
        document=document,
        passages=list(cut_passages(document.text, document.quotes)),
        claims=claims,
        names=name_all(session, document.claims, [document.publisher]),
    )
