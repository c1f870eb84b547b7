"""Which rows the names in filters mean, and what a filter of events asks for with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from counterclaim.db import is_id
from counterclaim.errors import FilterError, InputError
from counterclaim.models import Claim, Document, Munition, Occurrence, Place, Source
from counterclaim.names import nearest
from counterclaim.queries.names import Reference, find
from counterclaim.queries.wanted import Wanted
from counterclaim.resolve.policies import find_policy, policy_of
from counterclaim.vocabulary import Match, PlaceKind, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.filters import EventFilter


def wanted_events(session: Session, given: EventFilter, at: datetime) -> Wanted:
    """What a filter of events asks for, its names as they were at an instant.

    Raises:
        FilterError: a value names nothing, with the nearest that do.
    """
    return wanted_with(given, lambda parameter, names: look_up(session, parameter, names, at))


NAMED = (
    *("attacker", "defender", "weapon", "claimant", "publisher", "place"),
    *("region", "country", "side", "document"),
)
"""Parameters whose values are names, keys or codes."""


def look_up(session: Session, parameter: str, names: list[str], at: datetime) -> list[str]:
    """What stands in the read model for these values of a parameter, one for each.

    Raises:
        FilterError: one of them names nothing, with the nearest that do.
    """
    if parameter in MODELS:
        return keys(session, MODELS[parameter], parameter, names, at)
    if parameter == "region":
        return regions(session, names, at)
    if parameter == "country":
        return countries(session, names, at)
    if parameter == "document":
        return documents(session, names, at)
    return sides(session, parameter, names, at)


MODELS: dict[str, type[Any]] = {
    "weapon": Munition,
    "claimant": Source,
    "publisher": Source,
    "place": Place,
}


def wanted_with(given: EventFilter, means: Callable[[str, list[str]], list[str]]) -> Wanted:
    """What a filter of events asks for; ``means`` tells what the names in a parameter mean."""
    columns: dict[str, Sequence[object]] = {
        "kind": given.kind,
        "scope": given.scope,
        "grade": given.grade,
        "disputed": [] if given.disputed is None else [given.disputed],
        "attacker": means("attacker", given.attacker),
        "defender": means("defender", given.defender),
    }
    facets: dict[str, Sequence[str]] = {
        name: means(name, getattr(given, name)) for name in NAMED if name not in columns
    }
    facets |= {"status": public_statuses(given.status), "basis": given.basis}
    return Wanted(
        columns={name: tuple(values) for name, values in columns.items() if values},
        facets={name: tuple(values) for name, values in facets.items() if values},
        certain=given.match is Match.CERTAIN,
        window=given.window(),
        figures=tuple(given.figures()),
        box=given.box(),
        circle=given.circle(),
        words=tuple(given.words()),
    )


def check_policy(session: Session, view: View) -> None:
    """Refuse a policy that there is not, or that of a side which nobody is of.

    Raises:
        FilterError: with the nearest policies that there are.
    """
    side = find_policy(view.policy).side
    if side is None:
        return
    try:
        sides(session, "policy", [side], view.known_at)
    except FilterError as error:
        near = [policy_of(one).name for one in error.suggestions]
        raise FilterError("policy", error.message, suggestions=near) from None


def keys(
    session: Session,
    model: type[Reference],
    parameter: str,
    names: list[str],
    at: datetime,
) -> list[str]:
    """The keys of the rows that these names meant at an instant."""
    return [_named(session, model, parameter, name, at=at).key for name in names]


def _named(
    session: Session,
    model: type[Reference],
    parameter: str,
    name: str,
    *conditions: ColumnElement[bool],
    at: datetime,
) -> Reference:
    try:
        return find(session, model, name, *conditions, at=at)
    except InputError as error:
        raise FilterError(parameter, error.message, suggestions=error.suggestions) from None


def regions(session: Session, names: list[str], at: datetime) -> list[str]:
    """The ISO 3166-2 codes that these codes, keys or names of regions mean."""
    return [_code(session, "region", name, at) for name in names]


def countries(session: Session, names: list[str], at: datetime) -> list[str]:
    """The ISO 3166-1 codes that these codes, keys or names of countries mean."""
    return [_code(session, "country", name, at) for name in names]


def _code(session: Session, parameter: str, name: str, at: datetime) -> str:
    column = Place.region if parameter == "region" else Place.country
    coded = column == name.upper(), Place.recorded_at <= at
    known = session.scalar(select(column).where(*coded).limit(1))
    if known is not None:
        return known
    kind = Place.kind == PlaceKind(parameter)
    place = _named(session, Place, parameter, name, kind, column.is_not(None), at=at)
    return str(getattr(place, parameter))


PUBLIC_STATUSES = (Status.ACCEPTED, Status.SUPERSEDED, Status.RETRACTED)
"""What can be asked for without being a reviewer."""


def public_statuses(given: list[Status]) -> list[str]:
    """The statuses, all of them public."""
    for status in given:
        if status not in PUBLIC_STATUSES:
            msg = f"{status.capitalize()} claims are visible to reviewers only, in /v1/claims."
            raise FilterError("status", msg, suggestions=PUBLIC_STATUSES)
    return list(given)


def sides(session: Session, parameter: str, given: list[str], at: datetime) -> list[str]:
    """The sides, all of them of some source or party of some event at an instant."""
    if not given:
        return []
    known = stated_sides(session, at)
    for side in given:
        if side not in known and not _is_party(session, side, at):
            near = nearest(side, known) or known
            msg = f"No source is of the side {side!r}. Known sides are {', '.join(near)}."
            raise FilterError(parameter, msg, suggestions=near)
    return given


def stated_sides(session: Session, at: datetime) -> list[str]:
    """The sides that sources were of at an instant, sorted."""
    stated = select(Source.side).where(Source.recorded_at <= at).distinct()
    return sorted(str(side) for side in session.scalars(stated) if side)


def _is_party(session: Session, side: str, at: datetime) -> bool:
    party = select(Occurrence.claim_id).join(Claim, Claim.id == Occurrence.claim_id)
    either = or_(Occurrence.attacker == side, Occurrence.defender == side)
    return session.scalar(party.where(either, Claim.accepted_at <= at).limit(1)) is not None


def documents(session: Session, given: list[str], at: datetime) -> list[str]:
    """The ids, all of them of documents that there were at an instant."""
    if not given:
        return []
    ids = [document.lower() for document in given if is_id(document)]
    recorded = select(Document.id).where(Document.id.in_(ids), Document.recorded_at <= at)
    known = set(session.scalars(recorded))
    for document in given:
        if document.lower() not in known:
            raise FilterError("document", f"No document has the id {document!r}.")
    return [document.lower() for document in given]
