"""Where and when the events of the store lie, for maps that show all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from counterclaim.models import EventPoint, EventSummary
from counterclaim.moment import isoformat_z

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

WORLD = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True, slots=True)
class Extent:
    """West, south, east, north in degrees; first and last instant, None where there is none."""

    box: tuple[float, float, float, float]
    interval: tuple[str | None, str | None]


def extent_of(session: Session) -> Extent:
    """The extent of all events that are served now."""
    live = EventSummary.valid_to.is_(None)
    latitude, longitude = EventPoint.latitude, EventPoint.longitude
    ends = select(
        func.min(longitude), func.min(latitude), func.max(longitude), func.max(latitude)
    ).where(EventPoint.sk.in_(select(EventSummary.sk).where(live)))
    west, south, east, north = session.execute(ends).one()
    times = select(func.min(EventSummary.occurred_from), func.max(EventSummary.occurred_to))
    first, last = (
        None if one is None else isoformat_z(one)
        for one in session.execute(times.where(live)).one()
    )
    placed = session.scalar(select(EventPoint.sk).limit(1)) is not None
    return Extent((west, south, east, north) if placed else WORLD, (first, last))
