"""Filters of claims: the one set of filters in terms of the claim itself, and pages under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from sqlalchemy import case, or_, select

from counterclaim.db import is_id
from counterclaim.errors import FilterError
from counterclaim.models import (
    Casualty,
    Claim,
    Document,
    Event,
    EventJudgement,
    EventSummary,
    InterceptionCount,
    Munition,
    Occurrence,
    Place,
    Source,
)
from counterclaim.queries.asof import claim_in, live_row, live_summary, said_by
from counterclaim.queries.claims import claims_out
from counterclaim.queries.claims.order import dated_order, read_back
from counterclaim.queries.claims.search import about_munitions, at_places, located, speaking_of
from counterclaim.queries.components import linked
from counterclaim.queries.conditions import (
    countries,
    documents,
    keys,
    public_statuses,
    regions,
    sides,
)
from counterclaim.queries.facets import kind_key
from counterclaim.queries.filters import Filter, Several
from counterclaim.queries.pages import Slice, take_page
from counterclaim.queries.references import subtree
from counterclaim.vocabulary import (
    ClaimKind,
    EventKind,
    Harm,
    Judgement,
    Match,
    MunitionCategory,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.pages import Window
    from counterclaim.schemas.claim import ClaimOut

DATES = {"recorded_at": "recorded_at", "said": "said_from"}
"""What claims can be sorted by, and the column that holds it."""

SORTS = (*DATES, "updated_at")
"""What claims can be sorted by; with - before it descending."""

HARMS = frozenset(str(harm) for harm in Harm)


class ClaimFilter(Filter):
    """Filters of claims; what they name is what the claim itself says.

    Scope, grade and disputed are those of the event that it is about.
    """

    kind: Annotated[
        list[ClaimKind | EventKind],
        Field(description="Kind of claim, or kind of event that it is about."),
    ] = []  # noqa: RUF012 - Pydantic copies it
    event: Annotated[
        Several, Field(description="Id of the event that it is about, merged ones included.")
    ] = []  # noqa: RUF012 - Pydantic copies it


def page_claims(
    session: Session,
    given: ClaimFilter,
    window: Window,
    sort: str = "-recorded_at",
    also: ColumnElement[bool] | None = None,
) -> Slice[ClaimOut]:
    """One page of the claims that a filter lets through; live ones unless a status is asked for.

    ``also`` is a further condition on claims.

    Raises:
        FilterError: a filter's or the order's value names nothing.
        CursorError: the cursor was altered or belongs to another query.
    """
    page = page_claim_ids(session, given, window, sort, also)
    claims = claims_out(session, page.items, page.known_at)
    return Slice(claims, page.next, page.known_at, page.total)


def page_claim_ids(
    session: Session,
    given: ClaimFilter,
    window: Window,
    sort: str = "-recorded_at",
    also: ColumnElement[bool] | None = None,
) -> Slice[str]:
    """The same page as ids alone; raises the same errors."""
    view, after = window.opened(session, str, str)
    order = dated_order(sort, Claim, DATES, updated_at=_updated_at(view.known_at))
    statement = select_claims(session, given, view)
    if also is not None:
        statement = statement.where(also)
    return take_page(session, statement, order, window, view.known_at, read_back(after))


def _updated_at(at: datetime) -> ColumnElement[Any]:
    """When a claim had last ended, been accepted or been recorded."""
    return case(
        (Claim.ended_at <= at, Claim.ended_at),
        (Claim.accepted_at <= at, Claim.accepted_at),
        else_=Claim.recorded_at,
    )


def select_claims(session: Session, given: ClaimFilter, view: View) -> Select[*tuple[Any, ...]]:
    """The ids of the claims that a filter lets through, in no order."""
    statement = select(Claim.id).where(*conditions(session, given, view))
    words = given.words()
    if words:
        statement = statement.where(*speaking_of(session, words, statement, view.known_at))
    return statement


def conditions(session: Session, given: ClaimFilter, view: View) -> Iterator[ColumnElement[bool]]:
    """What a filter without its words means for ``claim``.

    Raises:
        FilterError: a value names nothing, with the nearest that do.
    """
    at = view.known_at
    _check_standing(given, view)
    yield _in_status(given.status, view)
    yield from said_by(view)
    yield from _on_claims(session, given, at)
    yield from _on_events(session, given, at)
    yield from _on_occurrences(session, given, at)
    yield from _on_figures(given)
    yield from _on_places(session, given, at)


def _check_standing(given: ClaimFilter, view: View) -> None:
    """Refuse what only the events' stored versions tell where others would be needed."""
    asked = {"grade": bool(given.grade), "disputed": given.disputed is not None}
    for parameter in (name for name, is_asked in asked.items() if is_asked):
        if not view.is_stored:
            msg = f"Claims cannot be asked for by {parameter} together with claimed_by: ask"
            raise FilterError(parameter, f"{msg} /v1/events for the events, then for their claims.")


def _in_status(wanted: list[Status], view: View) -> ColumnElement[bool]:
    if not view.unreviewed:
        public_statuses(wanted)
    return or_(*(claim_in(status, view.known_at) for status in wanted or [Status.ACCEPTED]))


def _on_claims(session: Session, given: ClaimFilter, at: datetime) -> Iterator[ColumnElement[bool]]:
    if given.kind:
        events = select(Event.id).where(
            Event.kind.in_([kind for kind in given.kind if isinstance(kind, EventKind)])
        )
        kinds = [kind for kind in given.kind if isinstance(kind, ClaimKind)]
        yield or_(Claim.kind.in_(kinds), Claim.event_id.in_(events))
    if given.basis:
        yield Claim.basis.in_(given.basis)
    if given.document:
        yield Claim.document_id.in_(documents(session, given.document, at))
    if given.claimant:
        named = Source.key.in_(keys(session, Source, "claimant", given.claimant, at))
        yield Claim.claimant_id.in_(subtree(Source, named))
    if given.side:
        wanted = Source.side.in_(sides(session, "side", given.side, at))
        yield Claim.claimant_id.in_(subtree(Source, wanted, through=Source.side.is_(None)))
    if given.publisher:
        named = Source.key.in_(keys(session, Source, "publisher", given.publisher, at))
        published = select(Document.id).where(Document.publisher_id.in_(subtree(Source, named)))
        yield Claim.document_id.in_(published)
    if given.weapon:
        weapons = keys(session, Munition, "weapon", given.weapon, at)
        categories = [one for one in MunitionCategory if kind_key(one) in weapons]
        either = or_(Munition.key.in_(weapons), Munition.category.in_(categories))
        yield about_munitions(subtree(Munition, either))


def _on_events(session: Session, given: ClaimFilter, at: datetime) -> Iterator[ColumnElement[bool]]:
    if given.event:
        yield Claim.event_id.in_(_merged(session, given.event, at))
    if given.scope:
        yield Claim.event_id.in_(select(Event.id).where(Event.scope.in_(given.scope)))
    standing: list[ColumnElement[bool]] = []
    if given.grade:
        standing.append(EventSummary.grade.in_(given.grade))
    if given.disputed is not None:
        standing.append(EventSummary.disputed.is_(given.disputed))
    if standing:
        served = select(EventSummary.event_id).where(live_summary(at), *standing)
        yield Claim.event_id.in_(_with_merged(served, at))


def _merged(session: Session, given: list[str], at: datetime) -> list[str]:
    """The ids of these events and of all that are one with them."""
    ids = [event.lower() for event in given if is_id(event)]
    links = linked(session, ids, at)
    for event in given:
        if event.lower() not in links.events:
            raise FilterError("event", f"No event has the id {event!r}.")
    wanted = {links.stands_for[event] for event in ids}
    return sorted(member for member, first in links.stands_for.items() if first in wanted)


def _with_merged(served: Select[*tuple[Any, ...]], at: datetime) -> Select[*tuple[Any, ...]]:
    found = served.cte("served", recursive=True)
    left, right = EventJudgement.left_id, EventJudgement.right_id
    merged = select(case((left == found.c.event_id, right), else_=left)).where(
        or_(left == found.c.event_id, right == found.c.event_id),
        EventJudgement.judgement == Judgement.SAME,
        live_row(EventJudgement, at),
    )
    return select(found.union(merged).c.event_id)


def _on_occurrences(
    session: Session, given: ClaimFilter, at: datetime
) -> Iterator[ColumnElement[bool]]:
    wanted = [*_on_time(given)]
    if given.attacker:
        wanted.append(Occurrence.attacker.in_(sides(session, "attacker", given.attacker, at)))
    if given.defender:
        wanted.append(Occurrence.defender.in_(sides(session, "defender", given.defender, at)))
    if wanted:
        yield Claim.id.in_(select(Occurrence.claim_id).where(*wanted))


def _on_time(given: ClaimFilter) -> Iterator[ColumnElement[bool]]:
    start, end = given.window()
    first, last = Occurrence.occurred_from, Occurrence.occurred_to
    if start is not None or end is not None:
        yield or_(first.is_not(None), last.is_not(None))
    certain = given.match is Match.CERTAIN
    if start is not None:
        yield first >= start if certain else or_(last.is_(None), last > start)
    if end is not None:
        yield last <= end if certain else or_(first.is_(None), first < end)


def _on_figures(given: ClaimFilter) -> Iterator[ColumnElement[bool]]:
    """Bounds on single figures: of one munition, or of one side and status."""
    certain = given.match is Match.CERTAIN
    for figure, least, most in given.figures():
        harmed = figure in HARMS
        table: Any = Casualty if harmed else InterceptionCount
        what = table.harm if harmed else table.outcome
        numbered = or_(table.low.is_not(None), table.high.is_not(None))
        bounds: list[ColumnElement[bool]] = [what == figure, numbered]
        if least is not None:
            reached = table.high >= least
            bounds.append(table.low >= least if certain else or_(table.high.is_(None), reached))
        if most is not None:
            kept = table.low <= most
            bounds.append(table.high <= most if certain else or_(table.low.is_(None), kept))
        yield Claim.id.in_(select(table.claim_id).where(*bounds))


def _on_places(session: Session, given: ClaimFilter, at: datetime) -> Iterator[ColumnElement[bool]]:
    if given.place:
        named = Place.key.in_(keys(session, Place, "place", given.place, at))
        yield at_places(subtree(Place, named))
    if given.region:
        yield at_places(subtree(Place, Place.region.in_(regions(session, given.region, at))))
    if given.country:
        yield at_places(subtree(Place, Place.country.in_(countries(session, given.country, at))))
    yield from located(session, given, certain=given.match is Match.CERTAIN)
