"""Events that a claim may be about, found by words or by what the claim itself says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from counterclaim.errors import CounterclaimError
from counterclaim.models import Munition, Place, Source
from counterclaim.queries.events import page_events
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.names import find_all
from counterclaim.queries.pages import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

SHOWN = 6
"""So many events are offered."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a claim says so far of its event; names in any spelling, the date as EDTF."""

    occurred: str | None = None
    munitions: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event with what tells it apart, and what it has in common with the claim."""

    id: str
    kind: str
    label: str
    occurred: str | None
    places: tuple[str, ...]
    shared: tuple[str, ...] = field(default=())


def candidate_events(session: Session, said: Said) -> list[Candidate]:
    """Events that fit, those that fit in most respects first; at most a handful.

    With words only what they find; names that mean nothing, or not one thing, are left out.
    """
    found: dict[str, Candidate] = {}
    for shared, given in _searches(session, said):
        for event in _events(session, given):
            found.setdefault(event["id"], _candidate(event, shared))
        if len(found) >= SHOWN:
            break
    return list(found.values())[:SHOWN]


def _searches(session: Session, said: Said) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    if said.words:
        yield ("words",), {"q": said.words}
        return
    day = {"from": said.occurred, "to": said.occurred} if said.occurred else {}
    weapons = _keys(session, Munition, said.munitions)
    places = _keys(session, Place, said.places)
    weapon, place = {"weapon": weapons}, {"place": places}
    if day and weapons and places:
        yield ("date", "munition", "place"), {**day, **weapon, **place}
    if day and places:
        yield ("date", "place"), {**day, **place}
    if day and weapons:
        yield ("date", "munition"), {**day, **weapon}
    if weapons and places:
        yield ("munition", "place"), {**weapon, **place}
    if day:
        yield ("date",), day
    elif places:
        yield ("place",), place


def _keys(session: Session, model: type[Any], names: tuple[str, ...]) -> list[str]:
    found = (find_all(session, model, name) for name in names if name.strip())
    return [rows[0].key for rows in found if len(rows) == 1]


def _events(session: Session, given: dict[str, Any]) -> list[dict[str, Any]]:
    window = Window({}, SHOWN, None)
    try:
        page = page_events(session, EventFilter.model_validate(given), window)
    except (CounterclaimError, ValueError):
        return []  # What is typed half is no filter yet.
    return [orjson.loads(shown.text) for shown in page.items]


def _candidate(event: dict[str, Any], shared: tuple[str, ...]) -> Candidate:
    places = [place["name"] or place["said"] for place in event["places"]]
    return Candidate(
        id=event["id"],
        kind=event["kind"],
        label=event["label"],
        occurred=(event["occurred"] or {}).get("edtf"),
        places=tuple(dict.fromkeys(filter(None, places)))[:3],
        shared=shared,
    )


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be put into a form: keys with names, and the codes of sides."""

    sources: tuple[tuple[str, str], ...]
    munitions: tuple[tuple[str, str], ...]
    sides: tuple[str, ...]


OFFERED = 1000
"""No list to pick from is longer; what is not on it can be typed all the same."""


def offered_names(session: Session) -> Offered:
    """The sources, munitions and sides of the store."""
    return Offered(
        sources=_pairs(session, Source),
        munitions=_pairs(session, Munition),
        sides=tuple(
            session.scalars(
                select(Source.side).where(Source.side.is_not(None)).distinct().limit(99)
            )
        ),
    )


def _pairs(session: Session, model: type[Any]) -> tuple[tuple[str, str], ...]:
    query = select(model.key, model.name).order_by(model.name, model.key).limit(OFFERED)
    return tuple((key, name) for key, name in session.execute(query))
