"""The page of statistics: munitions by month, what claimants say, and how one-sided it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from counterclaim.deps import PolicyQuery
from counterclaim.export import csv
from counterclaim.export.flat import Row
from counterclaim.queries.asof import View, store_version
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.stats import Table, plan, sum_events
from counterclaim.queries.stats.speakers import Pair, Speaker, compare_speakers, sum_speakers
from counterclaim.vocabulary import Outcome
from counterclaim.web.bars import Scale
from counterclaim.web.charts import Chart, draw_chart, greatest_of
from counterclaim.web.filters import Asked, Part, asked_in, parts_of
from counterclaim.web.forms import TidyRoute
from counterclaim.web.memory import Memory
from counterclaim.web.naming import name_all
from counterclaim.web.rendering import page, send_data
from counterclaim.web.visitors import PageRead

router = APIRouter(include_in_schema=False, route_class=TidyRoute)
Figures = Mapping[str, Mapping[str, Any]]
FIELDS = frozenset({"from", "to", "weapon", "region", "claimant", "attacker", "figure"})
"""Parameters that the form has fields for."""

COMPARED = (Outcome.LAUNCHED, Outcome.INTERCEPTED, Outcome.HIT)
"""What claimants are compared by."""


class StatsPageQuery(PolicyQuery, EventFilter):
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
    view, given = query.view(request, session), _filter_of(query)
    speakers, pairs = _compare(request, session, query)
    return page(
        request,
        "stats.html",
        query=query,
        further=_further(session, asked_in(request)),
        months=sum_by_month(session, given, view),
        speakers=speakers,
        scales={outcome: _scale(speakers, outcome) for outcome in COMPARED},
        pairs=pairs,
        pair_scale=_pair_scale(pairs),
        names=name_all(session, (), [key for pair in pairs for key in (pair.left, pair.right)]),
        hues=_hues(speakers),
        compared=COMPARED,
    )


def _further(session: Session, asked: Asked) -> list[tuple[str, str, Part]]:
    """The parts of a filter that the form has no field for: name, value, and the part in words."""
    given = zip(asked.filters().pairs, parts_of(session, asked), strict=True)
    return [(name, value, part) for (name, value), part in given if name not in FIELDS]


@router.get("/stats/claimants.csv")
def claimants_table(
    request: Request, session: PageRead, query: Annotated[StatsPageQuery, Query()]
) -> Response:
    """What claimants say, each by its own words, as a table."""
    speakers, _pairs = _compare(request, session, query)
    rows: list[Row] = []
    for one in speakers:
        row: Row = {"claimant": one.key, "name": one.name, "side": one.side, "events": one.events}
        for outcome in COMPARED:
            told = one.sums.get(outcome)
            row[f"{outcome}_low"] = told.low if told else None
            row[f"{outcome}_high"] = told.high if told else None
        rows.append(row)
    ends = [f"{outcome}_{end}" for outcome in COMPARED for end in ("low", "high")]
    return _send_table(request, rows, ("claimant", "name", "side", "events", *ends))


@router.get("/stats/pairs.csv")
def pairs_table(
    request: Request, session: PageRead, query: Annotated[StatsPageQuery, Query()]
) -> Response:
    """Two claimants on the events of which both give a figure, as a table."""
    _speakers, pairs = _compare(request, session, query)
    rows: list[Row] = [
        {
            "figure": query.figure,
            "events": pair.events,
            "left": pair.left,
            "left_low": pair.left_sum.low,
            "left_high": pair.left_sum.high,
            "right": pair.right,
            "right_low": pair.right_sum.low,
            "right_high": pair.right_sum.high,
        }
        for pair in pairs
    ]
    sides = [f"{side}{end}" for side in ("left", "right") for end in ("", "_low", "_high")]
    return _send_table(request, rows, ("figure", "events", *sides))


def _send_table(request: Request, rows: Sequence[Row], columns: Sequence[str]) -> Response:
    return send_data(request, csv.to_csv(rows, columns), csv.MEDIA_TYPE)


def _filter_of(query: StatsPageQuery) -> EventFilter:
    names = set(EventFilter.model_fields)
    return EventFilter.model_validate(
        query.model_dump(by_alias=True, include=names, exclude_unset=True)
    )


def _compare(
    request: Request, session: Session, query: StatsPageQuery
) -> tuple[Sequence[Speaker], Sequence[Pair]]:
    """What claimants say, by themselves and two by two; remembered until something is written."""
    view, given = query.view(request, session), _filter_of(query)
    asked = given.model_dump_json(exclude_defaults=True), str(view), query.figure
    memory: Memory = request.app.state.seen
    return memory.recall(
        ("speakers", store_version(session), *asked),
        lambda: (
            sum_speakers(session, given, view),
            compare_speakers(session, given, view, query.figure),
        ),
    )


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
