"""Loads what the resolver is given: events that hang together, with all live claims about them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import defer

from counterclaim.models import (
    Assessment,
    Attribution,
    Casualty,
    Claim,
    ClaimPlace,
    Damage,
    Document,
    InterceptionCount,
    Munition,
    MunitionFact,
    Occurrence,
    Place,
    Quote,
    Source,
    SourceRating,
)
from counterclaim.moment import Moment
from counterclaim.queries.asof import live_row, said_by
from counterclaim.queries.components import linked
from counterclaim.queries.names import lineages, names_of, side_of
from counterclaim.resolve import inputs
from counterclaim.vocabulary import Credibility, Precision, Reliability, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.components import Links

Row = TypeVar("Row")


@dataclass(slots=True)
class Loaded:
    """One family for the resolver, and the rows behind it that the read model needs."""

    family: inputs.Family
    claims: dict[str, Claim]
    quote_of: Callable[[str], str | None]
    documents: dict[str, Document]
    sources: dict[str, list[Source]]
    munitions: dict[str, list[Munition]]
    places: dict[str, list[Place]]
    names_of: Callable[[str], Sequence[str]]
    claim_munitions: dict[str, set[str]]
    claim_places: dict[str, list[ClaimPlace]]
    targets: dict[str, str]
    statuses: dict[str, set[str]]
    members: dict[str, set[str]]
    numbers: dict[str, int]


@dataclass(slots=True)
class Rows:
    """The rows that hang on claims, by claim id."""

    occurrences: dict[str, Occurrence]
    places: dict[str, list[ClaimPlace]]
    counts: dict[str, list[InterceptionCount]]
    casualties: dict[str, list[Casualty]]
    damage: dict[str, list[Damage]]
    facts: dict[str, list[MunitionFact]]
    attributed: set[str] = field(default_factory=set)


def load_families(
    session: Session, event_ids: Iterable[str], view: View, *, superseded: bool = False
) -> list[Loaded]:
    """The families of these events in a state, each with all that hangs together with it.

    ``superseded`` adds the claims in whose place others stand, as if they were live.
    """
    at = view.known_at
    links = linked(session, event_ids, at)
    if not links.events:
        return []
    ever = _ever_accepted(session, links.events, view)
    live = [
        claim
        for claim in ever
        if claim.ended_at is None
        or claim.ended_at > at
        or (superseded and claim.status is Status.SUPERSEDED)
    ]
    parts = _Parts(session, at, links, ever, live)
    return [parts.family(group) for group in links.families()]


def load_ended(session: Session, event_ids: Iterable[str], view: View) -> list[Loaded]:
    """The same families with the claims that had counted and were replaced or withdrawn by then."""
    links = linked(session, event_ids, view.known_at)
    ever = _ever_accepted(session, links.events, view)
    ended = [claim for claim in ever if claim.ended_at and claim.ended_at <= view.known_at]
    parts = _Parts(session, view.known_at, links, ever, ended)
    return [parts.family(group) for group in links.families()]


def _ever_accepted(session: Session, events: Iterable[str], view: View) -> list[Claim]:
    accepted = Claim.event_id.in_(list(events)), Claim.accepted_at <= view.known_at
    query = select(Claim).where(*accepted, *said_by(view))
    return list(session.scalars(query.order_by(Claim.id)))


class _Parts:
    """All rows of several families, loaded together: the number of statements does not grow."""

    def __init__(
        self,
        session: Session,
        at: datetime,
        links: Links,
        ever: Sequence[Claim],
        live: Sequence[Claim],
    ) -> None:
        ids = [claim.id for claim in live]
        self.session, self.at, self.links = session, at, links
        self.ever, self.live = self._by_event(ever), self._by_event(live)
        self.rows = _load_rows(session, ids)
        self.credibility = _credibilities(session, ids, at)
        document_ids = {claim.document_id for claim in live}
        self.documents = _documents(session, document_ids)
        self.origins = _origins(session, self.documents)
        self.quote_ids = {claim.id: claim.quote_id for claim in live if claim.quote_id}
        publishers = {row.publisher_id for row in self.documents.values() if row.publisher_id}
        claimants = {claim.claimant_id for claim in live}
        self.sources = lineages(session, Source, claimants | publishers)
        self.reliability = _reliabilities(session, claimants, at)
        named = {row.munition_id for rows in self.rows.counts.values() for row in rows}
        named |= {row.munition_id for rows in self.rows.facts.values() for row in rows}
        self.munitions = lineages(session, Munition, {key for key in named if key})
        places = {row.place_id for rows in self.rows.places.values() for row in rows}
        self.places = lineages(session, Place, {key for key in places if key})
        self.targets = {k: row.target for k, row in self.rows.occurrences.items() if row.target}
        self.members: dict[str, set[str]] = defaultdict(set)
        for member, first in links.stands_for.items():
            self.members[first].add(member)

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """The names of all rows spoken of, read when the first is asked for."""
        return {
            **names_of(self.session, Source, self.sources, self.at),
            **names_of(self.session, Munition, self.munitions, self.at),
            **names_of(self.session, Place, self.places, self.at),
        }

    @cached_property
    def _quotes(self) -> dict[str, str]:
        """The words of all quotes, by id, read when the first is asked for."""
        found = select(Quote.id, Quote.exact).where(Quote.id.in_(set(self.quote_ids.values())))
        return {key: exact for key, exact in self.session.execute(found)}

    def _quote_of(self, claim_id: str) -> str | None:
        return self._quotes[self.quote_ids[claim_id]] if claim_id in self.quote_ids else None

    def _names_of(self, row_id: str) -> Sequence[str]:
        return self._names.get(row_id, ())

    def family(self, group: set[str]) -> Loaded:
        """One family with its rows."""
        keys = sorted(group)
        live = [claim for key in keys for claim in self.live.get(key, ())]
        named = {key: self._munitions_of(key) for key in (claim.id for claim in live)}
        lines = [self.munitions[key] for key in sorted(set().union(*named.values()))]
        family = inputs.Family(
            events={key: self._event_in(key) for key in keys},
            claims=tuple(self._claim_in(claim) for claim in live),
            munitions={line[0].key: _munition_in(line) for line in lines},
        )
        return Loaded(
            family=family,
            claims={claim.id: claim for claim in live},
            quote_of=self._quote_of,
            documents=self.documents,
            sources=self.sources,
            munitions=self.munitions,
            places=self.places,
            names_of=self._names_of,
            claim_munitions=named,
            claim_places={claim.id: self.rows.places.get(claim.id, []) for claim in live},
            targets=self.targets,
            statuses={key: self._statuses(key) for key in keys},
            members={key: self.members[key] for key in keys},
            numbers={key: self.links.events[key].number for key in group},
        )

    def _event(self, claim: Claim) -> str:
        return self.links.stands_for[str(claim.event_id)]

    def _by_event(self, claims: Sequence[Claim]) -> dict[str, list[Claim]]:
        found: dict[str, list[Claim]] = defaultdict(list)
        for claim in claims:
            found[self._event(claim)].append(claim)
        return found

    def _statuses(self, key: str) -> set[str]:
        found = set()
        for claim in self.ever.get(key, ()):
            ended = claim.ended_at is not None and claim.ended_at <= self.at
            found.add(str(claim.status) if ended else "accepted")
        return found

    def _event_in(self, key: str) -> inputs.Event:
        row = self.links.events[key]
        return inputs.Event(
            id=key,
            kind=row.kind,
            scope=row.scope,
            label=row.label,
            parts=tuple(sorted(self.links.parts.get(key, ()))),
            withdrawn=self._gone({key}) or self._gone({key, *self.links.above(key)}),
        )

    def _gone(self, keys: set[str]) -> bool:
        """Whether there were claims about these events and none of them is left.

        One that was superseded is not gone: if what stands in its place is, that one tells.
        """
        return any(map(self._told, keys)) and not keys & self.live.keys()

    def _told(self, key: str) -> bool:
        return any(claim.status is not Status.SUPERSEDED for claim in self.ever.get(key, ()))

    def _munitions_of(self, claim_id: str) -> set[str]:
        counts = {row.munition_id for row in self.rows.counts.get(claim_id, ()) if row.munition_id}
        return counts | {row.munition_id for row in self.rows.facts.get(claim_id, ())}

    def _claim_in(self, claim: Claim) -> inputs.Claim:
        rows, key = self.rows, claim.id
        line = self.sources[claim.claimant_id]
        occurrence = rows.occurrences.get(key)
        facts, figures = rows.facts.get(key), rows.counts.get(key)
        return inputs.Claim(
            id=key,
            event=self._event(claim),
            kind=claim.kind,
            claimant=line[0].key,
            lineage=tuple(source.key for source in line),
            side=side_of(line),
            stance=claim.stance,
            polarity=claim.polarity,
            distribution=claim.distribution,
            said=claim.said_from,
            recorded_at=claim.recorded_at,
            document=claim.document_id,
            origin=self.origins.get(claim.document_id, claim.document_id),
            reliability=self.reliability.get(claim.claimant_id, Reliability.F),
            credibility=self.credibility.get(key, Credibility.UNJUDGED),
            occurred=_moment(occurrence),
            attacker=occurrence.attacker if occurrence else None,
            defender=occurrence.defender if occurrence else None,
            places=tuple(self._site(row) for row in rows.places.get(key, ())),
            counts=tuple(self._count(row) for row in rows.counts.get(key, ())),
            casualties=tuple(_casualty(row) for row in rows.casualties.get(key, ())),
            damage=tuple(_damage(row) for row in rows.damage.get(key, ())),
            negates_fact=bool(facts) and not figures,
            attributed=key in rows.attributed,
        )

    def _site(self, row: ClaimPlace) -> inputs.Site:
        place = self.places[row.place_id][0] if row.place_id else None
        return inputs.Site(
            role=row.role,
            key=place.key if place else None,
            name=place.name if place else None,
            said=row.said,
            country=place.country if place else None,
            region=place.region if place else None,
            latitude=row.latitude,
            longitude=row.longitude,
            uncertainty_m=row.uncertainty_m,
            precision=row.precision,
            method=row.method,
        )

    def _count(self, row: InterceptionCount) -> inputs.Count:
        munition = self.munitions[row.munition_id][0].key if row.munition_id else None
        return inputs.Count(munition, row.outcome, row.low, row.high, row.said)


def _load_rows(session: Session, ids: Sequence[str]) -> Rows:
    occurrences = session.scalars(select(Occurrence).where(Occurrence.claim_id.in_(ids)))
    attributed = select(Attribution.claim_id).where(
        Attribution.claim_id.in_(ids), Attribution.position == 0, Attribution.source_id.is_not(None)
    )
    return Rows(
        occurrences={row.claim_id: row for row in occurrences},
        places=_by_claim(session, ClaimPlace, ids),
        counts=_by_claim(session, InterceptionCount, ids),
        casualties=_by_claim(session, Casualty, ids),
        damage=_by_claim(session, Damage, ids),
        facts=_by_claim(session, MunitionFact, ids),
        attributed=set(session.scalars(attributed)),
    )


def _by_claim(session: Session, model: type[Row], ids: Sequence[str]) -> dict[str, list[Row]]:
    table: Any = model
    found: dict[str, list[Row]] = defaultdict(list)
    query = select(table).where(table.claim_id.in_(ids))
    for row in session.scalars(query.order_by(table.claim_id, table.position)):
        found[row.claim_id].append(row)
    return found


def _documents(session: Session, ids: Iterable[str]) -> dict[str, Document]:
    """These documents; their texts, which may be long, stay where they are."""
    found = select(Document).where(Document.id.in_(list(ids))).options(defer(Document.text))
    return {row.id: row for row in session.scalars(found)}


def _credibilities(session: Session, ids: Sequence[str], at: datetime) -> dict[str, Credibility]:
    query = select(Assessment.claim_id, Assessment.credibility).where(
        Assessment.claim_id.in_(ids), live_row(Assessment, at)
    )
    return {claim: credibility for claim, credibility in session.execute(query)}


def _reliabilities(session: Session, ids: set[str], at: datetime) -> dict[str, Reliability]:
    query = select(SourceRating.source_id, SourceRating.reliability).where(
        SourceRating.source_id.in_(ids), live_row(SourceRating, at)
    )
    return {source: reliability for source, reliability in session.execute(query)}


def _origins(session: Session, documents: dict[str, Document]) -> dict[str, str]:
    """For each document the one at the root of its syndication."""
    above = {row.id: row.syndicated_from_id for row in documents.values()}
    wanted = {key for key in above.values() if key} - above.keys()
    while wanted:
        query = select(Document.id, Document.syndicated_from_id).where(Document.id.in_(wanted))
        above.update({key: original for key, original in session.execute(query)})
        wanted = {key for key in above.values() if key} - above.keys()
    return {key: _root(above, key) for key in documents}


def _root(above: dict[str, str | None], key: str) -> str:
    seen = {key}
    while (higher := above.get(key)) is not None and higher not in seen:
        key = higher
        seen.add(key)
    return key


def _moment(row: Occurrence | None) -> Moment | None:
    if row is None or row.occurred_edtf is None:
        return None
    precision = Precision(row.precision or Precision.INTERVAL)
    return Moment(row.occurred_edtf, row.occurred_from, row.occurred_to, precision)


def _casualty(row: Casualty) -> inputs.Casualty:
    return inputs.Casualty(row.side, row.status, row.harm, row.low, row.high, row.said)


def _damage(row: Damage) -> inputs.Damage:
    return inputs.Damage(row.object, row.severity, row.low, row.high, row.said)


def _munition_in(line: Sequence[Munition]) -> inputs.Munition:
    first, *above = line
    return inputs.Munition(
        first.key, first.name, first.category, tuple(munition.key for munition in above)
    )
