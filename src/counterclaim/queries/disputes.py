"""Events whose voices contradict each other, with what each voice gives.

Which they are and in which order is stored; what the voices say is resolved for the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from counterclaim.errors import FilterError
from counterclaim.models import EventSummary
from counterclaim.names import nearest
from counterclaim.queries.asof import live_summary
from counterclaim.queries.conditions import wanted_events
from counterclaim.queries.event_clauses import clauses, clauses_for_fewer_claims
from counterclaim.queries.pages import Key, sift_page
from counterclaim.queries.versions import resolved_versions
from counterclaim.resolve.clashes import MILLION
from counterclaim.schemas.stats import ClashOut, DisputeOut, SpreadOut, StandOut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.filters import EventFilter
    from counterclaim.queries.pages import Slice, Window
    from counterclaim.queries.versions import Version
    from counterclaim.queries.wanted import Wanted
    from counterclaim.resolve.clashes import Clash

SORTS = ("divergence", "occurred")
"""What disputes can be sorted by; with - before it descending."""


def page_disputes(
    session: Session, given: EventFilter, window: Window, sort: str = "-divergence"
) -> Slice[DisputeOut]:
    """One page of the disputes that a filter lets through.

    Raises:
        FilterError: a filter's or the order's value names nothing.
        CursorError: the cursor was altered or belongs to another query.
    """
    keys = _order(sort)
    view, values = window.opened(session, *[int] * len(keys))
    wanted = wanted_events(session, given, view.known_at)
    statement = select(EventSummary.event_id).where(live_summary(view.known_at))
    if view.is_stored:
        apart = EventSummary.divergence_ppm > 0
        statement = statement.where(apart, *clauses(session, wanted))
    else:
        fewer = clauses_for_fewer_claims(session, wanted, view.known_at)
        statement = statement.where(*fewer, EventSummary.divergence_ppm.is_not(None))

    def sift(rows: Sequence[Any]) -> list[DisputeOut | None]:
        return _disputes(session, view, wanted, rows)

    return sift_page(session, statement, keys, window, view.known_at, values, sift)


def _order(sort: str) -> tuple[Key, ...]:
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        near = nearest(name, SORTS) or list(SORTS)
        msg = f"Disputes cannot be sorted by {name!r}, only by {', '.join(SORTS)}."
        raise FilterError("sort", msg, suggestions=near)
    time = Key(EventSummary.sk, descending)
    return (time,) if name == "occurred" else (Key(EventSummary.divergence_ppm, descending), time)


def _disputes(
    session: Session, view: View, wanted: Wanted, rows: Sequence[Any]
) -> list[DisputeOut | None]:
    """The disputes about these events in a state; None where there is none in it."""
    versions = resolved_versions(session, [row.event_id for row in rows], view)
    found = (versions.get(row.event_id) for row in rows)
    return [
        _dispute(version) if version and version.clashes and wanted.admits(version) else None
        for version in found
    ]


def _dispute(version: Version) -> DisputeOut:
    document = orjson.loads(version.document)
    sides = {stand.side for clash in version.clashes for stand in clash.positions}
    return DisputeOut(
        event=version.event_id,
        label=document["label"],
        occurred=document["occurred"],
        grade=document["grade"],
        divergence=version.columns["divergence_ppm"] / MILLION,
        figures=[_clash(clash) for clash in version.clashes],
        parties=sorted(side for side in sides if side),
    )


def _clash(clash: Clash) -> ClashOut:
    return ClashOut(
        figure=clash.figure,
        detail=clash.detail,
        divergence=clash.divergence_ppm / MILLION,
        spread=SpreadOut(low=clash.spread.low, high=clash.spread.high),
        positions=[
            StandOut(
                side=stand.side,
                claimant=stand.claimant,
                low=stand.low,
                high=stand.high,
                claims=list(stand.claims),
            )
            for stand in clash.positions
        ],
    )
