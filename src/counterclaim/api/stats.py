"""Totals over events."""

from __future__ import annotations

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlalchemy.orm import Session

from counterclaim.deps import TABLE, PolicyQuery, Read, send, send_json, wanted_format
from counterclaim.export import csv
from counterclaim.export.totals import total_columns, total_row
from counterclaim.moment import isoformat_z
from counterclaim.queries.filters import EventFilter, Text
from counterclaim.queries.stats import Table, Totals, plan, sum_events
from counterclaim.queries.stats.grouping import GROUPS
from counterclaim.resolve import WEIGHTS_VERSION
from counterclaim.schemas.stats import CasualtyTotalsOut, EventTotalsOut, InterceptionTotalsOut

router = APIRouter(prefix="/v1/stats", tags=["stats"])


class StatsQuery(PolicyQuery, EventFilter):
    """Filters, groups and form of totals."""

    group_by: list[Text] = Field(
        [],
        max_length=2,
        description=f"One or two of {', '.join(GROUPS)}; of people casualty_side and status too.",
    )
    f: Annotated[Literal["json", "csv"] | None, Field(description="Format; or use Accept.")] = None


@router.get("/interceptions", response_model=InterceptionTotalsOut, responses=TABLE)
def sum_interceptions(
    request: Request, session: Read, query: Annotated[StatsQuery, Query()]
) -> Response:
    """How many munitions met which outcome, counting nothing twice."""
    return _send(request, session, Table.INTERCEPTIONS, query)


@router.get("/casualties", response_model=CasualtyTotalsOut, responses=TABLE)
def sum_casualties(
    request: Request, session: Read, query: Annotated[StatsQuery, Query()]
) -> Response:
    """How many people came to which harm, counting nobody twice."""
    return _send(request, session, Table.CASUALTIES, query)


@router.get("/events", response_model=EventTotalsOut, responses=TABLE)
def sum_all_events(
    request: Request, session: Read, query: Annotated[StatsQuery, Query()]
) -> Response:
    """How many events there are, disputed ones, and of each grade."""
    return _send(request, session, Table.EVENTS, query)


def _send(request: Request, session: Session, table: Table, query: StatsQuery) -> Response:
    asked = plan(table, query.group_by)
    totals = sum_events(session, asked, query, query.view(request, session))
    if wanted_format(request, query.f, ("json", "csv")) == "csv":
        rows = [total_row(item) for item in totals.items]
        return send(request, csv.to_csv(rows, total_columns(asked)), csv.MEDIA_TYPE)
    return send_json(request, orjson.dumps(_envelope(totals)))


def _envelope(totals: Totals) -> dict[str, object]:
    return {
        "items": totals.items,
        "next": None,
        "known_at": isoformat_z(totals.view.known_at),
        "policy": totals.view.policy,
        "policy_version": WEIGHTS_VERSION,
        "group_by": totals.plan.group_by,
    }
