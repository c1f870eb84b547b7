"""Totals over events."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlalchemy.orm import Session

from counterclaim.api.quick import NEWEST, Quick, Way, as_text
from counterclaim.deps import JSON, TABLE, PolicyQuery, Read, send, wanted_format
from counterclaim.export import csv
from counterclaim.export.totals import total_columns, total_row
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import store_version
from counterclaim.queries.filters import EventFilter, Text
from counterclaim.queries.stats import Table, Totals, plan, sum_events
from counterclaim.queries.stats.grouping import GROUPS
from counterclaim.resolve import WEIGHTS_VERSION
from counterclaim.schemas.stats import CasualtyTotalsOut, EventTotalsOut, InterceptionTotalsOut

if TYPE_CHECKING:
    from collections.abc import Hashable

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
    asked, view = plan(table, query.group_by), query.view(request, session)
    form = wanted_format(request, query.f, ("json", "csv"))
    answers: Answers = request.app.state.totals
    key = (store_version(session), *_asked(request), form)
    content = answers.find(key)
    if content is None:
        content = _content(sum_events(session, asked, query, view), form)
        answers.keep(key, content)
    return send(request, content, csv.MEDIA_TYPE if form == "csv" else JSON)


def _asked(request: Request) -> tuple[str, bytes]:
    return request.scope["path"], request.scope["query_string"]


async def _kept(quick: Quick, request: Request, _rest: str) -> Response | None:
    """What was answered to the very same question about this state of the store."""
    ((version,),) = await quick.fetch(NEWEST)
    answers: Answers = request.app.state.totals
    content = answers.find((as_text(version), *_asked(request), "json"))
    return None if content is None else send(request, content, JSON)


SHORT_WAYS = tuple(
    Way(path, path, TABLE, _kept) for path in (f"/v1/stats/{table}" for table in Table)
)


def _content(totals: Totals, form: str) -> bytes:
    if form == "json":
        return orjson.dumps(_envelope(totals))
    return csv.to_csv([total_row(item) for item in totals.items], total_columns(totals.plan))


class Answers:
    """The answers given last, found again by what was asked of which state of the store.

    Every write makes another state, so that none has to be struck out; several threads may ask.
    """

    def __init__(self, most_bytes: int = 16 * 1024 * 1024) -> None:
        self._most, self._held = most_bytes, 0
        self._answers: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable) -> bytes | None:
        """What was answered to this, if it is still there."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def keep(self, key: Hashable, content: bytes) -> None:
        """Keep an answer, and drop those longest not asked for beyond so many bytes."""
        with self._lock:
            self._held += len(content) - len(self._answers.pop(key, b""))
            self._answers[key] = content
            while self._held > self._most:
                self._held -= len(self._answers.popitem(last=False)[1])


def _envelope(totals: Totals) -> dict[str, object]:
    return {
        "items": totals.items,
        "next": None,
        "known_at": isoformat_z(totals.view.known_at),
        "policy": totals.view.policy,
        "policy_version": WEIGHTS_VERSION,
        "group_by": totals.plan.group_by,
    }
