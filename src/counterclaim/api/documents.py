"""Documents: published items, their text, their quotes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, StringConstraints

from counterclaim.deps import (
    NOT_MODIFIED,
    READ_PROBLEMS,
    TABLE,
    OneQuery,
    Read,
    RowId,
    TableQuery,
    send_json,
    send_list,
    wanted_format,
)
from counterclaim.export.flat import document_row
from counterclaim.posting import POST_PROBLEMS, Answer, Contribution
from counterclaim.queries.documents import (
    SORTS,
    DocumentFilter,
    documents_out,
    get_document,
    page_documents,
)
from counterclaim.schemas.claim import DocumentDetailOut, DocumentOut
from counterclaim.schemas.incoming import DocumentIn
from counterclaim.schemas.page import Page
from counterclaim.store.entry import enter_document
from counterclaim.store.ledger import Writer

router = APIRouter(prefix="/v1", tags=["documents"])


class DocumentQuery(TableQuery, DocumentFilter):
    """Filters, order and form of a list of documents."""

    sort: Annotated[
        str,
        StringConstraints(max_length=40),
        Field(description=f"One of {', '.join(SORTS)}; with - before it descending."),
    ] = "-published"


@router.get("/documents", response_model=Page[DocumentOut], responses=TABLE)
def list_documents(
    request: Request, session: Read, query: Annotated[DocumentQuery, Query()]
) -> Response:
    """Documents without their texts, the latest published first."""
    form = wanted_format(request, query.f, ("json", "csv"))
    page = page_documents(session, query, query.page(request), query.sort)
    return send_list(request, page, form, document_row)


@router.get(
    "/documents/{id}",
    response_model=DocumentDetailOut,
    responses={**NOT_MODIFIED, **READ_PROBLEMS},
)
def show_document(
    request: Request, session: Read, document_id: RowId, query: Annotated[OneQuery, Query()]
) -> Response:
    """One document with its text, all quotes of it and all claims made of it."""
    return send_json(request, get_document(session, document_id, query.view(request, session)))


@router.post(
    "/documents",
    status_code=201,
    response_model=DocumentOut,
    responses={200: {"model": DocumentOut, "description": "It is there already."}, **POST_PROBLEMS},
)
async def post_document(post: Contribution, body: DocumentIn) -> Response:
    """Record a document with its text; one with the same text is not recorded twice."""

    def work(writer: Writer) -> Answer:
        document, created = enter_document(writer, body)
        (shape,) = documents_out(writer.session, [document.id])
        return Answer(shape, 201 if created else 200, f"/v1/documents/{document.id}")

    return await post.write(work)
