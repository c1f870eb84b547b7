"""Events that look like a given one, scored from date, distance, munition and parties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import bindparam, select, union

from counterclaim.db import Id, UtcDateTime, among_given
from counterclaim.geo import bounding_box, distance_km
from counterclaim.grid import cells_around
from counterclaim.models import EventCell, EventFacet, EventSummary
from counterclaim.models.summary import sort_key
from counterclaim.queries.asof import live_summary
from counterclaim.statements import Prepared

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

WITHOUT_PLACE = 1 - WEIGHTS["place"]
"""No two events that lie far apart are more alike than this."""

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
    summary = _SUMMARY.row(session, event=event_id, at=at)
    if summary is None:
        return []
    kind, scope, start, end, document = summary
    if start is None or end is None or end - start > LONGEST:
        return []
    given = orjson.loads(document)
    values = {
        "at": at,
        "kind": kind,
        "scope": scope,
        "event": event_id,
        "first": sort_key(start - WINDOW - LONGEST, 0),
        "last": sort_key(end + WINDOW, 0) - 1,
        "ending": start - WINDOW,
    }
    if least > WITHOUT_PLACE:
        around = _around(given)
        if not any(around.values()):
            return []  # What has no place is near nothing.
        candidates = _NEAR.rows(session, **values, **around)
    else:
        candidates = _CANDIDATES.rows(session, **values)
    found = [_likeness(given, orjson.loads(text)) for (text,) in candidates]
    return sorted((one for one in found if one.score >= least), key=lambda o: (-o.score, o.id))


_AT: Any = bindparam("at", type_=UtcDateTime)
_SUMMARY = Prepared(
    select(
        EventSummary.kind,
        EventSummary.scope,
        EventSummary.occurred_from,
        EventSummary.occurred_to,
        EventSummary.document,
    ).where(EventSummary.event_id == bindparam("event", type_=Id), live_summary(_AT))
)


_STRETCH: Any = bindparam("first"), bindparam("last")
_ALIKE = (
    select(EventSummary.document)
    .where(
        live_summary(_AT),
        EventSummary.kind == bindparam("kind"),
        EventSummary.scope == bindparam("scope"),
        EventSummary.event_id != bindparam("event"),
        EventSummary.sk.between(*_STRETCH),
        EventSummary.occurred_to > bindparam("ending"),
    )
    .order_by(EventSummary.sk)
    .limit(MOST_COMPARED)
)
_SAME_PLACE = select(EventFacet.sk).where(
    EventFacet.facet == "place",
    among_given(EventFacet.value, "keys"),
    EventFacet.sk.between(*_STRETCH),
)
_SAME_CELL = select(EventCell.sk).where(
    among_given(EventCell.cell, "cells"), EventCell.sk.between(*_STRETCH)
)
_CANDIDATES = Prepared(_ALIKE)
_NEAR = Prepared(_ALIKE.where(EventSummary.sk.in_(union(_SAME_PLACE, _SAME_CELL))))
"""Those of them that share a place with an event, or may lie near it."""


def _around(given: dict[str, Any]) -> dict[str, list[Any]]:
    """The keys of an event's places, and the cells that lie near them."""
    cells: set[int] = set()
    for place in given["places"]:
        if place["latitude"] is not None:
            box = bounding_box(place["latitude"], place["longitude"], FAR_KM * 1000)
            cells.update(cells_around((box.west, box.south, box.east, box.north)) or ())
    keys = {place["key"] for place in given["places"] if place["key"]}
    return {"keys": sorted(keys), "cells": sorted(cells)}


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
