"""Events as stored documents: pages of them, one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from counterclaim.errors import FilterError, MovedError, NotFoundError
from counterclaim.models import EventFigure, EventSummary
from counterclaim.names import nearest
from counterclaim.queries.asof import live_summary
from counterclaim.queries.components import linked
from counterclaim.queries.conditions import conditions
from counterclaim.queries.pages import Key, take_page
from counterclaim.vocabulary import EventKind, Harm, Outcome, Scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from counterclaim.queries.filters import EventFilter
    from counterclaim.queries.pages import Slice, Window

FIGURES = tuple(str(figure) for figure in (*Outcome, *Harm))
SORTS = ("occurred", "updated_at", *FIGURES)
"""What events can be sorted by; with - before it descending."""

Figure = tuple[int | None, int | None, int | None]
"""Low, best and high."""

SINGLE_SCOPES = (Scope.SINGLE, Scope.WAVE)
"""The scopes that a list of strikes shows unless others are asked for."""


def strikes_only(given: EventFilter) -> EventFilter:
    """The filter for strikes: no other kind, and no collections unless asked for."""
    scopes = given.scope or list(SINGLE_SCOPES)
    return given.model_copy(update={"kind": [EventKind.STRIKE], "scope": scopes})


def page_events(
    session: Session, given: EventFilter, window: Window, sort: str = "-occurred"
) -> Slice[tuple[str, int]]:
    """One page of the events that a filter lets through: JSON texts, each with its sort key.

    Raises:
        FilterError: a filter's or the order's value names nothing.
        CursorError: the cursor was altered or belongs to another query.
    """
    statement, keys = _ordered(select(EventSummary.document, EventSummary.sk), sort)
    known_at, values = window.opened(session, *[int] * len(keys))
    wanted = statement.where(live_summary(known_at), *conditions(session, given, known_at))
    return take_page(session, wanted, keys, window, known_at, values)


def _ordered(
    statement: Select[*tuple[Any, ...]], sort: str
) -> tuple[Select[*tuple[Any, ...]], Sequence[Key]]:
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        near = nearest(name, SORTS) or list(SORTS)
        msg = f"Events cannot be sorted by {name!r}, only by {', '.join(SORTS)}."
        raise FilterError("sort", msg, suggestions=near)
    time = Key(EventSummary.sk, descending)
    if name == "occurred":
        return statement, [time]
    if name == "updated_at":
        return statement, [Key(EventSummary.serial, descending)]
    figure = aliased(EventFigure)
    matching = (figure.sk == EventSummary.sk) & (figure.figure == name)
    low = func.coalesce(figure.low, -1)
    return statement.outerjoin(figure, matching), [Key(low, descending), time]


def get_event(
    session: Session, event_id: str, known_at: datetime, *, kind: EventKind | None = None
) -> str:
    """The JSON text of one event as of an instant.

    Raises:
        NotFoundError: there was no such event, or not of that kind.
        MovedError: it had been merged into another one.
    """
    query = select(EventSummary.document).where(
        EventSummary.event_id == event_id, live_summary(known_at)
    )
    if kind is not None:
        query = query.where(EventSummary.kind == kind)
    document = session.scalars(query).one_or_none()
    if document is not None:
        return document
    first = linked(session, [event_id], known_at).stands_for.get(event_id, event_id)
    if first != event_id:
        raise MovedError(first)
    raise NotFoundError(str(kind or "event"), event_id)


def figures_of(session: Session, sort_keys: Sequence[int]) -> dict[int, dict[str, Figure]]:
    """The resolved intervals of these versions, over all munitions or sides, by figure."""
    found: dict[int, dict[str, Figure]] = {key: {} for key in sort_keys}
    query = select(EventFigure).where(EventFigure.sk.in_(sort_keys))
    for row in session.scalars(query):
        found[row.sk][row.figure] = (row.low, row.best, row.high)
    return found
