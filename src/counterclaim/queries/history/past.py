"""Which claims bore on an event at each instant of its past, and which ledger entries touched it.

All rows are loaded once, however many instants are asked about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import or_, select

from counterclaim.db import among
from counterclaim.models import (
    Claim,
    ClaimPlace,
    Event,
    EventJudgement,
    EventPart,
    InterceptionCount,
    LedgerEntry,
    Munition,
    MunitionFact,
    Place,
    Source,
)
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import said_by
from counterclaim.queries.components import link
from counterclaim.queries.names import lineages
from counterclaim.schemas.event import EntryOut
from counterclaim.vocabulary import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.names import Reference


class Edge(NamedTuple):
    """Two events that are one, or a whole and its part, in [since, until)."""

    id: str
    ends: tuple[str, str]
    since: datetime
    until: datetime | None

    def counts(self, at: datetime) -> bool:
        """Whether it counted at an instant."""
        return self.since <= at and (self.until is None or self.until > at)


@dataclass(slots=True)
class Standing:
    """What stood behind an event at one instant: other events, and claims about all of them."""

    events: set[str] = field(default_factory=set)
    claims: set[str] = field(default_factory=set)


class Past:
    """An event with all that ever hung together with it, up to the instant of a view."""

    def __init__(self, session: Session, event_id: str, view: View) -> None:
        """Load it."""
        self.session, self.event_id = session, event_id
        self.same, self.parts = _edges(session, event_id, view.known_at)
        known = {event_id, *(end for edge in (*self.same, *self.parts) for end in edge.ends)}
        self.events = {row.id: row for row in _by_ids(session, Event, known)}
        about = Claim.event_id.in_(known), Claim.accepted_at <= view.known_at
        query = select(Claim).where(*about, *said_by(view))
        self.claims = {row.id: row for row in session.scalars(query)}
        self.spoken_of = _spoken_of(session, self.claims.values())
        self._standing: dict[datetime, Standing] = {}

    def standing(self, at: datetime | None) -> Standing:
        """What stood behind the event at an instant; nothing where it stood for no event itself."""
        if at is None:
            return Standing()
        if at not in self._standing:
            self._standing[at] = self._find(at)
        return self._standing[at]

    def _find(self, at: datetime) -> Standing:
        events = {key: row for key, row in self.events.items() if row.recorded_at <= at}
        same = [edge.ends for edge in self.same if edge.counts(at)]
        links = link(events, same, [edge.ends for edge in self.parts if edge.counts(at)])
        if links.stands_for.get(self.event_id) != self.event_id:
            return Standing()
        firsts = {self.event_id, *links.above(self.event_id)}
        members = {key for key, first in links.stands_for.items() if first in firsts}
        bearing = {
            key
            for key, claim in self.claims.items()
            if claim.event_id in members and _counts(claim, at)
        }
        return Standing(members, bearing)

    def entries(
        self, spans: Sequence[tuple[datetime | None, datetime]], *when: ColumnElement[bool]
    ) -> list[list[EntryOut]]:
        """For each span the ledger entries that touched the event, of those at some instants."""
        touching = [self._touching(start, end) for start, end in spans]
        subjects = set().union(*(one.subjects for one in touching))
        query = select(
            LedgerEntry.seq, LedgerEntry.at, LedgerEntry.action, LedgerEntry.subject
        ).where(among(self.session, LedgerEntry.subject, subjects), *when)
        rows = self.session.execute(query.order_by(LedgerEntry.seq)).all()
        return [[_entry(row) for row in rows if one.holds(row)] for one in touching]

    def _touching(self, start: datetime | None, end: datetime) -> Touching:
        before, after = self.standing(start), self.standing(end)
        events, bearing = before.events | after.events, before.claims | after.claims
        judged = {edge.id for edge in self.same if events & {*edge.ends}}
        claims = [self.claims[key] for key in bearing]
        documents = {claim.document_id for claim in claims}
        named = set().union(*(self.spoken_of[claim.id] for claim in claims))
        subjects = {*events, *bearing, *judged, *documents, *named}
        return Touching(start, end, subjects, {claim.claimant_id for claim in claims})


@dataclass(slots=True)
class Touching:
    """Which entries of a span touched an event: by their subjects, and whose ratings."""

    start: datetime | None
    end: datetime
    subjects: set[str]
    rated: set[str]

    def holds(self, row: Any) -> bool:
        """Whether an entry is one of them; a rating is of one source and not of those below it."""
        within = row.at <= self.end and (self.start is None or row.at > self.start)
        wanted = self.rated if row.action == "rate_source" else self.subjects
        return within and row.subject in wanted


def _counts(claim: Claim, at: datetime) -> bool:
    accepted = claim.accepted_at is not None and claim.accepted_at <= at
    return accepted and (claim.ended_at is None or claim.ended_at > at)


def _entry(row: Any) -> EntryOut:
    return EntryOut(seq=row.seq, at=isoformat_z(row.at), action=row.action, subject=row.subject)


def _edges(session: Session, event_id: str, at: datetime) -> tuple[list[Edge], list[Edge]]:
    """Judgements of sameness, and parts, that ever linked the event with others."""
    same: dict[str, Edge] = {}
    parts: dict[str, Edge] = {}
    known: set[str] = set()
    frontier = {event_id}
    while frontier:
        known |= frontier
        same.update(_same(session, frontier, at))
        parts.update(_parts(session, frontier, at))
        near = (*same.values(), *parts.values())
        frontier = {end for edge in near for end in edge.ends} - known
    return list(same.values()), list(parts.values())


def _same(session: Session, ids: set[str], at: datetime) -> Iterator[tuple[str, Edge]]:
    either = or_(EventJudgement.left_id.in_(ids), EventJudgement.right_id.in_(ids))
    query = select(EventJudgement).where(
        either, EventJudgement.judgement == Judgement.SAME, EventJudgement.recorded_at <= at
    )
    for row in session.scalars(query):
        yield row.id, Edge(row.id, (row.left_id, row.right_id), row.recorded_at, row.ended_at)


def _parts(session: Session, ids: set[str], at: datetime) -> Iterator[tuple[str, Edge]]:
    either = or_(EventPart.whole_id.in_(ids), EventPart.part_id.in_(ids))
    for row in session.scalars(select(EventPart).where(either, EventPart.recorded_at <= at)):
        yield row.id, Edge(row.id, (row.whole_id, row.part_id), row.recorded_at, row.ended_at)


def _by_ids(session: Session, model: type[Event], ids: set[str]) -> Iterable[Event]:
    return session.scalars(select(model).where(model.id.in_(ids)))


def _spoken_of(session: Session, claims: Iterable[Claim]) -> dict[str, set[str]]:
    """By claim the sources, munitions and places that it names, with all above them."""
    claimants = {claim.id: {claim.claimant_id} for claim in claims}
    munitions = _named(session, InterceptionCount.munition_id, claimants)
    for key, ids in _named(session, MunitionFact.munition_id, claimants).items():
        munitions.setdefault(key, set()).update(ids)
    places = _named(session, ClaimPlace.place_id, claimants)
    lines = (
        _with_those_above(session, Source, claimants),
        _with_those_above(session, Munition, munitions),
        _with_those_above(session, Place, places),
    )
    return {key: set().union(*(found.get(key, ()) for found in lines)) for key in claimants}


def _named(session: Session, column: Any, claims: Iterable[str]) -> dict[str, set[str]]:
    table = column.class_
    query = select(table.claim_id, column).where(
        among(session, table.claim_id, claims), column.is_not(None)
    )
    found: dict[str, set[str]] = {}
    for key, row_id in session.execute(query):
        found.setdefault(key, set()).add(row_id)
    return found


def _with_those_above(
    session: Session, model: type[Reference], named: dict[str, set[str]]
) -> dict[str, set[str]]:
    lines = lineages(session, model, set().union(*named.values()))
    return {key: {row.id for one in ids for row in lines[one]} for key, ids in named.items()}
