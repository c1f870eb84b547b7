"""Events as documents: pages of them, one of them.

Where the state asked for is the one that is stored, the stored text is handed through. Otherwise
the stored versions tell only which events may be meant, and in which order; what they are is
resolved for the page.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, func, select
from sqlalchemy.orm import aliased

from counterclaim.db import among, dialect_of, fetched
from counterclaim.errors import FilterError, MovedError, NotFoundError
from counterclaim.models import EventFigure, EventSummary
from counterclaim.names import nearest
from counterclaim.queries.asof import STORED_POLICY, live_summary
from counterclaim.queries.components import linked
from counterclaim.queries.conditions import check_policy, wanted_events
from counterclaim.queries.cursors import Cursor
from counterclaim.queries.event_clauses import (
    clauses,
    clauses_for_fewer_claims,
    clauses_for_other_figures,
)
from counterclaim.queries.event_pages import (
    Counts,
    Place,
    find_page,
    for_driver,
    run,
)
from counterclaim.queries.pages import Key, Slice, count_rows, sift_page, take_page
from counterclaim.queries.resolved import figures_in, resolved_events
from counterclaim.queries.versions import resolved_versions
from counterclaim.vocabulary import EventKind, Harm, Outcome, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Engine, Select
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.cursors import Scalar
    from counterclaim.queries.event_pages import Given
    from counterclaim.queries.event_sql import Sql
    from counterclaim.queries.filters import EventFilter
    from counterclaim.queries.pages import Window
    from counterclaim.queries.resolutions import Figure
    from counterclaim.queries.wanted import Wanted

FIGURES = tuple(str(figure) for figure in (*Outcome, *Harm))
SORTS = ("occurred", "updated_at", *FIGURES)
"""What events can be sorted by; with - before it descending."""


class Shown(NamedTuple):
    """An event as it is served: its JSON text, the sort key of its version, and its figures.

    Of a stored version the figures are None here, and the text may be empty; ``figures_of`` and
    ``documents_of`` read them.
    """

    text: str
    sk: int
    figures: Mapping[str, Figure] | None = None


SINGLE_SCOPES = (Scope.SINGLE, Scope.WAVE)
"""The scopes that a list of strikes shows unless others are asked for."""


def strikes_only(given: EventFilter) -> EventFilter:
    """The filter for strikes: no other kind, and no collections unless asked for."""
    scopes = given.scope or list(SINGLE_SCOPES)
    return given.model_copy(update={"kind": [EventKind.STRIKE], "scope": scopes})


def page_events(
    session: Session,
    given: EventFilter,
    window: Window,
    sort: str = "-occurred",
    also: ColumnElement[bool] | None = None,
    *,
    bare: bool = False,
) -> Slice[Shown]:
    """One page of the events that a filter lets through.

    ``also`` is a further condition on the stored versions, and for them alone. ``bare`` ones may
    come without their texts.

    Raises:
        FilterError: a filter's, the policy's or the order's value names nothing.
        CursorError: the cursor was altered or belongs to another query.
    """
    statement, keys = _ordered(select(EventSummary.document, EventSummary.sk), sort)
    view, values = window.opened(session, *[int] * len(keys))
    check_policy(session, view)
    wanted = wanted_events(session, given, view.known_at)
    live = statement.where(live_summary(view.known_at))
    if view.is_stored:
        found = live.where(*clauses(session, wanted), *([] if also is None else [also]))
        if also is None and sort.removeprefix("-") == "occurred":
            place = _place(window, view, keys[0], values, bare=bare)
            page = _page_by_time(session, wanted, window, view, place)
            return replace(page, total=count_rows(session, found)) if window.count else page
        whole = take_page(session, found, keys, window, view.known_at, values)
        return replace(whole, items=[Shown(*item) for item in whole.items])
    _check_order(sort)
    if also is None and _can_be_paged_first(given, view, sort):
        place = _place(window, view, keys[0], values, bare=False)
        page = _page_by_time(session, wanted, window, view, place)
        found = live.where(*clauses(session, wanted))
        total = count_rows(session, found) if window.count else None
        return replace(page, items=_as_resolved(session, view, page.items), total=total)
    possible = live.with_only_columns(*VERSION).where(*_possible(session, wanted, view))
    left = wanted.of_figures() if view.claimed_by is None else wanted
    sift = partial(_resolved, session, view, left)
    return sift_page(session, possible, keys, window, view.known_at, values, sift)


def _can_be_paged_first(given: EventFilter, view: View, sort: str) -> bool:
    """Whether the page holds the same events under every policy."""
    by_time = sort.removeprefix("-") == "occurred"
    return by_time and view.claimed_by is None and not given.hangs_on_policy


def _as_resolved(session: Session, view: View, items: Sequence[Shown]) -> list[Shown]:
    found = resolved_events(session, view, {item.sk: item.text for item in items})
    return [
        Shown(found[sk].shown(text, view.policy), sk, found[sk].figures)
        for text, sk, _figures in items
        if sk in found
    ]


_COUNTS: WeakKeyDictionary[Pool, Counts] = WeakKeyDictionary()


def counts_in(engine: Engine) -> Counts:
    """What is remembered of how many versions sets have in a store."""
    return _COUNTS.setdefault(engine.pool, Counts())


def _place(
    window: Window, view: View, order: Key, values: tuple[Scalar, ...] | None, *, bare: bool
) -> Place:
    """Where in the order of time a page stands."""
    present = window.cursor is None and window.wish.known_at is None
    return Place(
        limit=window.limit + 1,
        after=int(values[0]) if values else None,
        at=None if present else view.known_at,
        descending=order.descending,
        bare=bare,
    )


def _page_by_time(
    session: Session, wanted: Wanted, window: Window, view: View, place: Place
) -> Slice[Shown]:
    """One page in the order of time, by a statement made for it."""
    connection, engine = session.connection(), dialect_of(session)

    def execute(statement: Given) -> Sequence[Any]:
        return connection.exec_driver_sql(*statement).all()

    def count(statement: Sql) -> Sequence[Any]:
        return execute(for_driver(statement, engine))

    page = run(find_page(wanted, place, engine, counts_in(connection.engine)), count)
    rows = page.settled(execute(page.given(page.quick, place)), place.limit)
    if rows is None and page.sure is not None:
        rows = execute(page.given(page.sure, place))
    found = page_of(rows or (), window, place, view.known_at)
    items = [Shown(document or "", sk) for sk, document in found.items]
    return Slice(items, found.next, found.known_at)


def page_of(
    rows: Sequence[Any], window: Window, place: Place, known_at: datetime
) -> Slice[tuple[int, Any]]:
    """The page of these sort keys and documents, of which there may be more than it holds."""
    # A version may have been found in two stretches.
    ordered = sorted(dict(rows).items(), key=itemgetter(0), reverse=place.descending)
    following = None
    if len(ordered) > window.limit:
        del ordered[window.limit :]
        following = Cursor(known_at, (ordered[-1][0],)).encode(window.owner)
    return Slice(ordered, following, known_at)


VERSION = (EventSummary.event_id, EventSummary.sk, EventSummary.valid_from)
"""What tells which event a stored version is of, its order and its date."""


def _check_order(sort: str) -> None:
    """Refuse an order by figures that only the page's own events would have."""
    if sort.removeprefix("-") in FIGURES:
        msg = (
            f"With claimed_by, or a policy other than {STORED_POLICY}, events cannot be sorted by "
            "a figure, only by occurred or updated_at."
        )
        raise FilterError("sort", msg, suggestions=SORTS[:2])


def _possible(session: Session, wanted: Wanted, view: View) -> list[ColumnElement[bool]]:
    """What the stored versions meet of all events that a state may show."""
    if view.claimed_by is None:
        return clauses_for_other_figures(session, wanted)
    return clauses_for_fewer_claims(session, wanted, view.known_at)


def _resolved(
    session: Session, view: View, wanted: Wanted, rows: Sequence[Any]
) -> list[Shown | None]:
    """The events of these stored versions in a state; None where it does not show them."""
    versions = resolved_versions(session, [row.event_id for row in rows], view)
    return [
        Shown(version.stamped(row.valid_from), row.sk, figures_in(version))
        if (version := versions.get(row.event_id)) is not None and wanted.admits(version)
        else None
        for row in rows
    ]


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


def get_event(session: Session, event_id: str, view: View, *, kind: EventKind | None = None) -> str:
    """The JSON text of one event in a state.

    Raises:
        FilterError: there is no such policy.
        NotFoundError: there was no such event, or not of that kind.
        MovedError: it had been merged into another one.
    """
    check_policy(session, view)
    live = EventSummary.event_id == event_id, live_summary(view.known_at)
    query = select(EventSummary.document, EventSummary.valid_from, EventSummary.sk).where(*live)
    if kind is not None:
        query = query.where(EventSummary.kind == kind)
    row = session.execute(query).one_or_none()
    if row is None:
        first = linked(session, [event_id], view.known_at).stands_for.get(event_id, event_id)
        if first != event_id:
            raise MovedError(first)
        raise NotFoundError(str(kind or "event"), event_id)
    if view.is_stored:
        return str(row.document)
    if view.claimed_by is None:
        resolution = resolved_events(session, view, {row.sk: row.document}).get(row.sk)
        text = None if resolution is None else resolution.shown(row.document, view.policy)
    else:
        version = resolved_versions(session, [event_id], view).get(event_id)
        text = None if version is None else version.stamped(row.valid_from)
    if text is None:
        raise NotFoundError(str(kind or "event"), event_id)
    return text


def documents_of(session: Session, events: Sequence[Shown]) -> list[str]:
    """The JSON texts of these events."""
    missing = [event.sk for event in events if not event.text]
    row = EventSummary
    query = select(row.sk, row.document).where(among(session, row.sk, missing))
    found = dict(fetched(session, query)) if missing else {}
    return [event.text or found[event.sk] for event in events]


def figures_of(session: Session, events: Sequence[Shown]) -> list[Mapping[str, Figure]]:
    """The resolved intervals of these events, over all munitions or sides, by figure."""
    stored: dict[int, dict[str, Figure]] = {
        event.sk: {} for event in events if event.figures is None
    }
    if stored:
        row = EventFigure
        query = select(row.sk, row.figure, row.low, row.best, row.high)
        # The index begins with the figure: without it all of the table would be read.
        found = query.where(row.figure.in_(FIGURES), among(session, row.sk, stored))
        for sk, figure, low, best, high in fetched(session, found):
            stored[sk][figure] = (low, best, high)
    return [stored[event.sk] if event.figures is None else event.figures for event in events]
