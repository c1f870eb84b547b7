"""The page of statistics: munitions by month, what claimants say, and how one-sided it is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from counterclaim.deps import PolicyQuery
from counterclaim.queries.asof import View, store_version
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.stats import Table, plan, sum_events
from counterclaim.queries.stats.speakers import Pair, Speaker, compare_speakers, sum_speakers
from counterclaim.vocabulary import Outcome
from counterclaim.web.bars import Scale
from counterclaim.web.charts import Chart, draw_chart, greatest_of
from counterclaim.web.forms import FormQuery
from counterclaim.web.naming import name_all
from counterclaim.web.rendering import page
from counterclaim.web.visitors import PageRead

router = APIRouter(include_in_schema=False)
Told = TypeVar("Told")
Figures = Mapping[str, Mapping[str, Any]]
COMPARED = (Outcome.LAUNCHED, Outcome.INTERCEPTED, Outcome.HIT)
"""What claimants are compared by."""


class StatsPageQuery(FormQuery, PolicyQuery, EventFilter):
    """Filters of the statistics, and what claimants are compared by."""

    figure: Annotated[
        Literal[Outcome.LAUNCHED, Outcome.INTERCEPTED, Outcome.HIT],
        Field(description="What two claimants are compared by."),
    ] = Outcome.INTERCEPTED


@dataclass(frozen=True, slots=True)
class ByMonth:
    """One line for each month, and the drawings of them."""

    items: Sequence[Mapping[str, Any]]
    charts: Mapping[str, Chart]
    one_sided: Chart


@router.get("/stats")
def stats_page(
    request: Request, session: PageRead, query: Annotated[StatsPageQuery, Query()]
) -> Response:
    """Statistics over the events that a filter lets through."""
    view = query.view(request, session)
    given = EventFilter.model_validate(
        query.model_dump(by_alias=True, include=set(EventFilter.model_fields), exclude_unset=True)
    )
    asked = given.model_dump_json(exclude_defaults=True), str(view), query.figure
    speakers, pairs = _REMEMBERED.find(
        (store_version(session), request.app.state.engine.url, *asked),
        lambda: (
            sum_speakers(session, given, view),
            compare_speakers(session, given, view, query.figure),
        ),
    )
    return page(
        request,
        "stats.html",
        query=query,
        asked=urlencode(_asked(query), doseq=True),
        months=sum_by_month(session, given, view),
        speakers=speakers,
        scales={outcome: _scale(speakers, outcome) for outcome in COMPARED},
        pairs=pairs,
        pair_scale=_pair_scale(pairs),
        names=name_all(session, (), [key for pair in pairs for key in (pair.left, pair.right)]),
        hues=_hues(speakers),
        compared=COMPARED,
    )


class _Memory:
    """What was worked out last, by what it was worked out from."""

    def __init__(self, most: int) -> None:
        self._most, self._held, self._lock = most, OrderedDict[Hashable, Any](), Lock()

    def find(self, key: Hashable, work: Callable[[], Told]) -> Told:
        """What belongs to a key; worked out where it is not there."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                found: Told = self._held[key]
                return found
        made = work()
        with self._lock:
            self._held[key] = made
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return made


_REMEMBERED = _Memory(64)


def sum_by_month(session: Session, given: EventFilter, view: View) -> ByMonth:
    """Launched and intercepted by month on one scale, and the share that one side alone tells."""
    totals = sum_events(session, plan(Table.INTERCEPTIONS, ["month"]), given, view)
    items = [item for item in totals.items if item["month"] is not None]
    figures = {outcome: _by_month(items, outcome) for outcome in COMPARED[:2]}
    top = max(map(greatest_of, figures.values()), default=0)
    shares = {
        item["month"]: _share(item["one_sided"]) for item in items if item["one_sided"] is not None
    }
    return ByMonth(
        items,
        {str(outcome): draw_chart(one, top) for outcome, one in figures.items()},
        draw_chart(shares, 100),
    )


def _by_month(items: Sequence[Mapping[str, Any]], outcome: str) -> Figures:
    return {item["month"]: item["counts"][outcome] for item in items if outcome in item["counts"]}


def _share(part: float) -> Mapping[str, Any]:
    percent = round(part * 100)
    return {"low": percent, "best": percent, "high": percent}


def _scale(speakers: Sequence[Speaker], outcome: str) -> Scale:
    return Scale.of(one.sums[outcome].interval for one in speakers if outcome in one.sums)


def _pair_scale(pairs: Sequence[Pair]) -> Scale:
    return Scale.of(one.interval for pair in pairs for one in (pair.left_sum, pair.right_sum))


def _hues(speakers: Sequence[Speaker]) -> Mapping[str, int]:
    """The number of the colour of each claimant: that of its side, in the order of their codes."""
    sides = sorted({one.side for one in speakers if one.side and one.side != "neutral"})
    return {
        one.key: min(sides.index(one.side) + 1, 3) if one.side in sides else 0 for one in speakers
    }


def _asked(query: StatsPageQuery) -> dict[str, Any]:
    """The filters as the addresses of downloads have them."""
    return query.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"figure"})
