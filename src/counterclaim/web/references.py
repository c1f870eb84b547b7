"""The pages of a source and of a munition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from counterclaim.deps import OneQuery, RowKey
from counterclaim.queries.asof import View
from counterclaim.queries.claim_filters import ClaimFilter, page_claim_ids
from counterclaim.queries.claims import claims_out
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.pages import Window
from counterclaim.queries.record import source_record
from counterclaim.queries.references import get_munition, get_source
from counterclaim.queries.stats import Table, plan, sum_events
from counterclaim.web.charts import draw_chart
from counterclaim.web.filters import asked_in
from counterclaim.web.naming import name_all
from counterclaim.web.rendering import page
from counterclaim.web.visitors import PageRead

router = APIRouter(include_in_schema=False)
SHOWN = 25
"""So many claims stand on a page."""


class ReferencePageQuery(OneQuery):
    """The state that is shown, and where in the list of claims."""

    cursor: Annotated[
        str | None,
        StringConstraints(max_length=2000),
        Field(description="The next of the page before."),
    ] = None


@router.get("/sources/{key}")
def source_page(
    request: Request, session: PageRead, key: RowKey, query: Annotated[ReferencePageQuery, Query()]
) -> Response:
    """A source: its names, its grades, how its figures stood against others', what it claimed."""
    view = query.view(request, session)
    source = get_source(session, key, view)
    window = Window({"claimant": source.key}, SHOWN, query.cursor, count=True, wish=query.asked())
    found = page_claim_ids(session, ClaimFilter(claimant=[source.key]), window, "-said")
    claims = claims_out(session, found.items, found.known_at)
    above = [source.parent] if source.parent else []
    return page(
        request,
        "source.html",
        source=source,
        record=source_record(session, source.key, view),
        claims=claims,
        total=found.total,
        after=asked_in(request).plus(cursor=found.next) if found.next else None,
        names=name_all(session, claims, [source.key, *above, *source.children]),
    )


@router.get("/munitions/{key}")
def munition_page(
    request: Request, session: PageRead, key: RowKey, query: Annotated[ReferencePageQuery, Query()]
) -> Response:
    """A munition: its names in every script, what is claimed of it, its use over time."""
    view = query.view(request, session)
    munition = get_munition(session, key, view)
    speakers = [fact.claimant for fact in munition.facts]
    family = [munition.key, munition.parent, *munition.children]
    used = _use_by_month(session, munition.key, view)
    return page(
        request,
        "munition.html",
        munition=munition,
        names=name_all(session, (), speakers, family),
        used=used,
        chart=draw_chart({month: counts["launched"] for month, counts in used.items()}),
    )


def _use_by_month(session: Session, key: str, view: View) -> Mapping[str, Mapping[str, Any]]:
    """By month, those in which it is known, how many of it alone were launched and intercepted."""
    asked = plan(Table.INTERCEPTIONS, ["month", "munition"])
    totals = sum_events(session, asked, EventFilter(weapon=[key]), view)
    return {
        item["month"]: item["counts"]
        for item in totals.items
        if item["munition"] == key and item["month"] is not None and "launched" in item["counts"]
    }
