"""Claims: who said what, in which words."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, StringConstraints

from counterclaim.deps import (
    NOT_MODIFIED,
    READ_PROBLEMS,
    TABLE_AND_MAP,
    FieldsQuery,
    OneQuery,
    Read,
    RowId,
    chosen_fields,
    row_id,
    send_json,
    send_list,
    wanted_format,
)
from counterclaim.export.flat import CLAIM_COLUMNS, claim_row
from counterclaim.queries.claim_filters import SORTS, ClaimFilter, page_claims
from counterclaim.queries.claims import get_claim
from counterclaim.schemas.claim import ClaimOut
from counterclaim.schemas.page import Page

router = APIRouter(tags=["claims"])


class ClaimQuery(FieldsQuery, ClaimFilter):
    """Filters, order and form of a list of claims."""

    sort: Annotated[
        str,
        StringConstraints(max_length=40),
        Field(description=f"One of {', '.join(SORTS)}; with - before it descending."),
    ] = "-recorded_at"


@router.get("/claims", response_model=Page[ClaimOut], responses=TABLE_AND_MAP)
def list_claims(request: Request, session: Read, query: Annotated[ClaimQuery, Query()]) -> Response:
    """Claims with their attribution, words, documents and figures, newest first."""
    form = wanted_format(request, query.f, ("json", "geojson", "csv"))
    fields = chosen_fields(query.fields, ClaimOut.model_fields)
    page = page_claims(session, query, query.page(request), query.sort)
    return send_list(request, page, form, claim_row, CLAIM_COLUMNS, fields)


@router.get("/claims/{id}", response_model=ClaimOut, responses={**NOT_MODIFIED, **READ_PROBLEMS})
def show_claim(
    request: Request, session: Read, claim_id: RowId, query: Annotated[OneQuery, Query()]
) -> Response:
    """One claim; retracted and superseded ones are tombstones with their reason."""
    return send_json(
        request, get_claim(session, row_id("claim", claim_id), query.view(request, session))
    )
