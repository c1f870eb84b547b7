"""Disputes: events whose voices contradict each other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, StringConstraints

from counterclaim.deps import TABLE, Read, TableQuery, send_list, wanted_format
from counterclaim.export.flat import DISPUTE_COLUMNS, dispute_row
from counterclaim.queries.disputes import SORTS, page_disputes
from counterclaim.queries.filters import EventFilter
from counterclaim.schemas.page import Page
from counterclaim.schemas.stats import DisputeOut

router = APIRouter(prefix="/v1", tags=["stats"])


class DisputeQuery(TableQuery, EventFilter):
    """Filters, order and form of a list of disputes."""

    sort: Annotated[
        str,
        StringConstraints(max_length=40),
        Field(description=f"One of {', '.join(SORTS)}; with - before it descending."),
    ] = "-divergence"


@router.get("/disputes", response_model=Page[DisputeOut], responses=TABLE)
def list_disputes(
    request: Request, session: Read, query: Annotated[DisputeQuery, Query()]
) -> Response:
    """Events whose voices contradict each other, the farthest apart first."""
    page = page_disputes(session, query, query.page(request), query.sort)
    form = wanted_format(request, query.f, ("json", "csv"))
    return send_list(request, page, form, dispute_row, DISPUTE_COLUMNS)
