"""Events that look like a given one, scored from date, distance, munition and parties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from counterclaim.geo import distance_km
from counterclaim.models import EventSummary
from counterclaim.models.summary import sort_key
from counterclaim.queries.asof import live_summary

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

WINDOW = timedelta(days=1)
"""Events whose dates lie farther apart are not compared."""

LONGEST = timedelta(days=31)
"""Events whose date leaves more open than this are not compared."""

WEIGHTS = {"date": 0.3, "place": 0.3, "munition": 0.25, "parties": 0.15}
FAR_KM = 50.0
"""From this distance on two places speak against one event."""

KM_A_DEGREE = 110.5
"""No degree of latitude is shorter."""

MOST_COMPARED = 500


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another event, how alike the two are from 0 to 1, and the parts of that score."""

    id: str
    label: str
    score: float
    parts: dict[str, float]


def similar_events(
    session: Session, event_id: str, at: datetime, *, least: float = 0.0
) -> list[Likeness]:
    """Events of the same kind and scope at about the same time, the most alike first."""
    query = select(EventSummary).where(EventSummary.event_id == event_id, live_summary(at))
    summary = session.scalars(query).one_or_none()
    if summary is None or summary.occurred_from is None or summary.occurred_to is None:
        return []
    if summary.occurred_to - summary.occurred_from > LONGEST:
        return []
    candidates = (
        select(EventSummary.document)
        .where(
            live_summary(at),
            EventSummary.kind == summary.kind,
            EventSummary.scope == summary.scope,
            EventSummary.event_id != event_id,
            EventSummary.sk >= sort_key(summary.occurred_from - WINDOW - LONGEST, 0),
            EventSummary.sk < sort_key(summary.occurred_to + WINDOW, 0),
            EventSummary.occurred_to > summary.occurred_from - WINDOW,
        )
        .order_by(EventSummary.sk)
        .limit(MOST_COMPARED)
    )
    given = orjson.loads(summary.document)
    found = [_likeness(given, orjson.loads(text)) for text in session.scalars(candidates)]
    return sorted((one for one in found if one.score >= least), key=lambda o: (-o.score, o.id))


def _likeness(left: dict[str, Any], right: dict[str, Any]) -> Likeness:
    parts = {
        "date": 1.0 if left["occurred"]["edtf"] == right["occurred"]["edtf"] else 0.5,
        "place": _places(left["places"], right["places"]),
        "munition": _munitions(left["munitions"], right["munitions"]),
        "parties": _parties(left, right),
    }
    linked = right["id"] in left["parts"] + left["part_of"]
    score = 0.0 if linked else sum(WEIGHTS[name] * value for name, value in parts.items())
    return Likeness(right["id"], right["label"], round(score, 3), parts)


def _places(left: list[dict[str, Any]], right: list[dict[str, Any]]) -> float:
    keys = {place["key"] for place in left if place["key"]}
    if keys & {place["key"] for place in right}:
        return 1.0
    apart = [
        distance_km(a["latitude"], a["longitude"], b["latitude"], b["longitude"])
        for a in left
        for b in right
        if a["latitude"] is not None
        and b["latitude"] is not None
        and abs(a["latitude"] - b["latitude"]) * KM_A_DEGREE < FAR_KM
    ]
    return max(0.0, 1 - min(apart) / FAR_KM) if apart else 0.0


def _munitions(left: list[dict[str, Any]], right: list[dict[str, Any]]) -> float:
    keys = {line["key"] for line in left if line["key"]}
    others = {line["key"] for line in right if line["key"]}
    if not keys or not others:
        return 0.5
    return 1.0 if keys & others else 0.0


def _parties(left: dict[str, Any], right: dict[str, Any]) -> float:
    same = [left[name] == right[name] for name in ("attacker", "defender") if left[name]]
    return sum(same) / len(same) if same else 0.5
