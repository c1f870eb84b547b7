"""Loads what the resolver is given: events that hang together, with all live claims about them.

``Holdings`` read rows once, for however many instants; ``load_families`` asks about one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from counterclaim.db import plain_rows
from counterclaim.queries.components import Links, link
from counterclaim.queries.referents import Referents, Span, counted, span
from counterclaim.queries.rows import (
    read_assessments,
    read_casualties,
    read_claims,
    read_counts,
    read_damage,
    read_documents,
    read_events,
    read_facts,
    read_quotes,
    read_sites,
)
from counterclaim.resolve import inputs
from counterclaim.vocabulary import Credibility, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.referents import SourceRow
    from counterclaim.queries.rows import ClaimRow, DocumentRow
    from counterclaim.vocabulary import Reliability

    Pick = Callable[[ClaimRow, datetime], bool]
    """Which of the claims that were accepted by an instant are taken for live ones."""

NOBODY: tuple[list[inputs.Count], set[str]] = ([], set())
NOWHERE: tuple[list[inputs.Site], list[str]] = ([], [])


@dataclass(slots=True)
class Loaded:
    """One family for the resolver as of an instant, and the rows behind it."""

    family: inputs.Family
    claims: dict[str, ClaimRow]
    statuses: dict[str, set[str]]
    members: dict[str, set[str]]
    numbers: dict[str, int]
    at: datetime
    holdings: Holdings

    @property
    def sources(self) -> Mapping[str, Sequence[SourceRow]]:
        """The sources that were read, each with all above it, by id."""
        return self.holdings.behind.sources.lines

    def quote_of(self, claim_id: str) -> str | None:
        """The words that a claim rests on."""
        quote_id = self.claims[claim_id].quote_id
        return self.holdings.quotes[quote_id] if quote_id else None


def load_families(
    session: Session,
    event_ids: Iterable[str],
    view: View,
    *,
    superseded: bool = False,
    behind: Referents | None = None,
) -> list[Loaded]:
    """The families of these events in a state, each with all that hangs together with it.

    ``superseded`` adds the claims in whose place others stand, as if they were live; ``behind``
    remembers what these and others speak of.
    """
    ids, pick = set(event_ids), _or_superseded if superseded else _is_live
    return Holdings(session, ids, behind).families(ids, view, pick)


def load_ended(session: Session, event_ids: Iterable[str], view: View) -> list[Loaded]:
    """The same families with the claims that had counted and were replaced or withdrawn by then."""
    ids = set(event_ids)
    return Holdings(session, ids).families(ids, view, _has_ended)


def _is_live(claim: ClaimRow, at: datetime) -> bool:
    return claim.ended_at is None or claim.ended_at > at


def _or_superseded(claim: ClaimRow, at: datetime) -> bool:
    return _is_live(claim, at) or claim.status is Status.SUPERSEDED


def _has_ended(claim: ClaimRow, at: datetime) -> bool:
    return not _is_live(claim, at)


class _Edge(NamedTuple):
    """Two events that are one, or a whole and its part, and when they were."""

    ends: tuple[str, str]
    when: Span
    same: bool


SAME = (
    "SELECT CAST(left_id AS TEXT), CAST(right_id AS TEXT), recorded_at, ended_at, 1"
    " FROM event_judgement WHERE judgement = 'same' AND "
)
PARTS = (
    "SELECT CAST(whole_id AS TEXT), CAST(part_id AS TEXT), recorded_at, ended_at, 0"
    " FROM event_part WHERE "
)
LINKS = " UNION ALL ".join(
    f"{links}{end}_id IN (:ids)"
    for links, ends in ((SAME, ("left", "right")), (PARTS, ("whole", "part")))
    for end in ends
)


class Holdings:
    """Events, all that ever hung together with them, and all claims about these that ever counted.

    The number of statements grows with nothing but how far events hang together.
    """

    def __init__(
        self, session: Session, event_ids: Iterable[str], behind: Referents | None = None
    ) -> None:
        """Read it; ``behind`` remembers what these and others speak of."""
        self.session = session
        self.behind = behind or Referents(session)
        self.edges: dict[str, list[_Edge]] = defaultdict(list)
        known = self._read_edges(set(event_ids))
        self.events = {row.id: row for row in read_events(session, known)}
        rows = read_claims(session, self.events)
        self.about: dict[str, list[ClaimRow]] = defaultdict(list)
        for row in rows:
            self.about[row.event_id].append(row)
        self.documents = read_documents(session, {row.document_id for row in rows})
        publishers = {document.publisher_id for document in self.documents.values()}
        self.behind.read_sources(publishers.union([row.claimant_id for row in rows]))
        ids = [row.id for row in rows]
        self.credibility = read_assessments(session, ids)
        self.counts = read_counts(session, ids, self.behind.munitions)
        self.facts = read_facts(session, ids, self.behind.munitions)
        self.casualties = read_casualties(session, ids)
        self.damage = read_damage(session, ids)
        self.sites = read_sites(session, ids, self.behind.places)
        self._made: dict[str, tuple[inputs.Claim, str, Reliability, Credibility]] = {}

    def _read_edges(self, ids: set[str]) -> set[str]:
        """All events that ever hung together with these, these among them."""
        known: set[str] = set()
        found: set[_Edge] = set()
        while ids:
            known |= ids
            near = {
                _Edge((left, right), span(since, until), bool(same))
                for left, right, since, until, same in plain_rows(self.session, LINKS, ids)
            }
            found |= near
            ids = {end for edge in near for end in edge.ends} - known
        for edge in found:
            for end in edge.ends:
                self.edges[end].append(edge)
        return known

    @cached_property
    def quotes(self) -> dict[str, str]:
        """The words of all quotes, by id, read when the first is asked for."""
        ids = {row.quote_id for rows in self.about.values() for row in rows if row.quote_id}
        return read_quotes(self.session, ids)

    @cached_property
    def named(self) -> Referents:
        """What is spoken of with its names, read when the first is asked for."""
        self.behind.read_names()
        return self.behind

    def families(self, event_ids: Iterable[str], view: View, pick: Pick = _is_live) -> list[Loaded]:
        """The families of these events in a state, by their first ids.

        Claims that ``pick`` does not take count for nothing but that they once counted.
        """
        at = view.known_at
        alone = [key for key in event_ids if key not in self.edges and self._recorded(key, at)]
        found = [(key, self._family({key: {key}}, {}, view, pick)) for key in alone]
        links = self._links({key for key in event_ids if key in self.edges}, at)
        members: dict[str, set[str]] = defaultdict(set)
        for member, first in links.stands_for.items():
            members[first].add(member)
        for group in links.families():
            family = {key: members[key] for key in sorted(group)}
            found.append((min(group), self._family(family, links.parts, view, pick)))
        return [loaded for _, loaded in sorted(found, key=lambda one: one[0])]

    def _recorded(self, event_id: str, at: datetime) -> bool:
        return event_id in self.events and self.events[event_id].recorded_at <= at

    def _links(self, ids: set[str], at: datetime) -> Links:
        """What hung together with these events at an instant, these among it."""
        known: set[str] = set()
        edges: set[_Edge] = set()
        while ids:
            known |= ids
            near = [edge for key in ids for edge in self.edges[key] if counted(edge.when, at)]
            edges.update(near)
            ids = {end for edge in near for end in edge.ends} - known
        events = {key: self.events[key] for key in known if self._recorded(key, at)}
        same = [edge.ends for edge in edges if edge.same]
        return link(events, same, [edge.ends for edge in edges if not edge.same])

    def _family(
        self, members: dict[str, set[str]], parts: Mapping[str, set[str]], view: View, pick: Pick
    ) -> Loaded:
        """One family; ``members`` are by first id the events that are one."""
        at = view.known_at
        ever = {key: list(self._accepted(members[key], view)) for key in members}
        live = {key: [row for row in rows if pick(row, at)] for key, rows in ever.items()}
        standing = _Standing(ever, live, parts)
        rows = [(key, row) for key, found in live.items() for row in found]
        family = inputs.Family(
            {key: self._event_in(key, parts, standing) for key in members},
            tuple([self._claim_in(row, key, at) for key, row in rows]),
            self._munitions_in([row for _, row in rows]),
        )
        return Loaded(
            family,
            claims={row.id: row for _, row in rows},
            statuses={key: _statuses(found, at) for key, found in ever.items()},
            members=members,
            numbers={key: self.events[key].number for key in members},
            at=at,
            holdings=self,
        )

    def _accepted(self, members: set[str], view: View) -> Iterator[ClaimRow]:
        """The claims that had been accepted, and said where that is asked for, by id."""
        rows = [row for key in members for row in self.about.get(key, ())]
        if len(members) > 1:
            rows.sort(key=lambda row: row.id)
        for row in rows:
            if row.accepted_at <= view.known_at and self._said_by(row, view.claimed_by):
                yield row

    def _said_by(self, row: ClaimRow, until: datetime | None) -> bool:
        """Whether a claim had been said; where that is not known, published, or else recorded."""
        if until is None:
            return True
        published = self.documents[row.document_id].published_from
        return (row.said_from or published or row.recorded_at) <= until

    def _event_in(
        self, key: str, parts: Mapping[str, set[str]], standing: _Standing
    ) -> inputs.Event:
        row = self.events[key]
        inside = tuple(sorted(parts.get(key, ())))
        return inputs.Event(key, row.kind, row.scope, row.label, inside, standing.is_gone(key))

    def _munitions_in(self, rows: Sequence[ClaimRow]) -> dict[str, inputs.Munition]:
        ids = {munition for row in rows for munition in self.munitions_of(row.id)}
        found = [self.behind.munition(munition) for munition in sorted(ids)]
        return {munition.key: munition for munition in found}

    def munitions_of(self, claim_id: str) -> set[str]:
        """Ids of the munitions that a claim counts, or of which it states a property."""
        counts, facts = self.counts.get(claim_id), self.facts.get(claim_id)
        if facts is None:
            return counts[1] if counts else set()
        return counts[1] | facts if counts else facts

    def places_of(self, claim_id: str) -> list[str]:
        """Ids of the places that a claim names."""
        return self.sites.get(claim_id, NOWHERE)[1]

    def document_of(self, row: ClaimRow) -> DocumentRow:
        """The document that a claim stands in."""
        return self.documents[row.document_id]

    def _credible(self, claim_id: str, at: datetime) -> Credibility:
        for credibility, when in self.credibility.get(claim_id, ()):
            if counted(when, at):
                return credibility
        return Credibility.UNJUDGED

    def _claim_in(self, row: ClaimRow, event: str, at: datetime) -> inputs.Claim:
        """The claim for the resolver, made once for all instants at which it is judged alike."""
        grades = self.behind.reliability(row.claimant_id, at), self._credible(row.id, at)
        known = self._made.get(row.id)
        if known is None or known[1:] != (event, *grades):
            known = self._made[row.id] = (self._make(row, event, *grades), event, *grades)
        return known[0]

    def _make(
        self, row: ClaimRow, event: str, reliability: Reliability, credibility: Credibility
    ) -> inputs.Claim:
        key = row.id
        claimant, lineage, side = self.behind.speakers[row.claimant_id]
        counts = self.counts.get(key, NOBODY)[0]
        return inputs.Claim(
            id=key,
            event=event,
            kind=row.kind,
            claimant=claimant,
            lineage=lineage,
            side=side,
            stance=row.stance,
            polarity=row.polarity,
            distribution=row.distribution,
            said=row.said_from,
            recorded_at=row.recorded_at,
            document=row.document_id,
            origin=self.documents[row.document_id].origin,
            reliability=reliability,
            credibility=credibility,
            occurred=row.occurred,
            attacker=row.attacker,
            defender=row.defender,
            places=tuple(self.sites.get(key, NOWHERE)[0]),
            counts=tuple(counts),
            casualties=tuple(self.casualties.get(key, ())),
            damage=tuple(self.damage.get(key, ())),
            negates_fact=key in self.facts and not counts,
            attributed=row.attributed,
        )


class _Standing:
    """Which events of a family had claims, and which have any left."""

    def __init__(
        self,
        ever: Mapping[str, Sequence[ClaimRow]],
        live: Mapping[str, Sequence[ClaimRow]],
        parts: Mapping[str, set[str]],
    ) -> None:
        self.ever, self.live, self.parts = ever, live, parts

    def is_gone(self, key: str) -> bool:
        """Whether all claims about an event are gone, or all about it and what it is part of."""
        return not self.live[key] and (self._lost({key}) or self._lost({key, *self._above(key)}))

    def _lost(self, keys: set[str]) -> bool:
        """Whether there were claims about these events and none of them is left.

        One that was superseded is not gone: if what stands in its place is, that one tells.
        """
        told = any(row.status is not Status.SUPERSEDED for key in keys for row in self.ever[key])
        return told and not any(self.live[key] for key in keys)

    def _above(self, key: str) -> set[str]:
        found, frontier = set[str](), {key}
        while frontier:
            frontier = {whole for whole, inside in self.parts.items() if inside & frontier} - found
            found |= frontier
        return found


def _statuses(ever: Sequence[ClaimRow], at: datetime) -> set[str]:
    ended = (row.ended_at is not None and row.ended_at <= at for row in ever)
    return {str(row.status) if gone else "accepted" for row, gone in zip(ever, ended, strict=True)}
