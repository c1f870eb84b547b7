"""Every figure of many claims as plain rows: one statement a table, and no shapes in between.

A figure is one count, casualty, damage or tally of one claim. Here a claim comes with what a table
shows beside each of its figures.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import aliased

from counterclaim.models import (
    Attribution,
    Casualty,
    Claim,
    Damage,
    Document,
    InterceptionCount,
    Munition,
    Occurrence,
    Quote,
    Source,
    Tally,
)
from counterclaim.queries.claims.bearing import claims_about
from counterclaim.queries.claims.rows import sides_of
from counterclaim.queries.components import linked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from counterclaim.models import Event
    from counterclaim.queries.asof import View
    from counterclaim.queries.components import Links

BATCH = 2000
"""Claims are loaded this many at a time."""


class Figure(NamedTuple):
    """One number of one claim; what its kind does not have is None."""

    kind: str
    munition: str | None = None
    outcome: str | None = None
    harmed_side: str | None = None
    harmed_status: str | None = None
    harm: str | None = None
    object: str | None = None
    severity: str | None = None
    low: int | None = None
    high: int | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """A claim with its chain of sources, root first, its claimant's side and its figures."""

    claim: Any
    said_by: tuple[str, ...]
    side: str | None
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Bearing:
    """A claim beside an event that it bears on; ``shared`` with all parts of a collection."""

    event: Event | None
    stated: Stated
    shared: bool


def figures_of_events(session: Session, events: Sequence[str], view: View) -> list[Bearing]:
    """The counted claims that bear on these events, in the order of events, then of claims.

    They are those of ``event_claims``. One about a collection stands at each of its parts.
    """
    links = linked(session, events, view.known_at)
    own = _claims_about(session, links, view)
    found: list[tuple[str, str, bool]] = []
    for event in events:
        claims = dict.fromkeys(own.get(event, ()), False)
        for whole in links.above(event) if links.parts else ():
            for claim in own.get(whole, ()):
                claims.setdefault(claim, True)
        found += [(event, claim, shared) for claim, shared in sorted(claims.items())]
    stated = _stated(session, {claim for _event, claim, _shared in found})
    return [Bearing(links.events[event], stated[claim], shared) for event, claim, shared in found]


def figures_of_claims(session: Session, ids: Sequence[str], at: datetime) -> list[Bearing]:
    """These claims in their order, each beside the event that it is about, if there is one."""
    stated = _stated(session, set(ids))
    links = linked(session, {one.claim.event_id for one in stated.values()} - {None}, at)
    return [
        Bearing(links.events.get(links.stands_for.get(one.claim.event_id, "")), one, shared=False)
        for key in ids
        if (one := stated.get(key)) is not None
    ]


def _claims_about(session: Session, links: Links, view: View) -> dict[str, list[str]]:
    """By the id that stands for an event the claims about it, and about claims about it."""
    found: dict[str, list[str]] = defaultdict(list)
    for claim, event in claims_about(session, links.stands_for, view).items():
        found[event].append(claim)
    return found


def _stated(session: Session, ids: set[str]) -> dict[str, Stated]:
    found: dict[str, Stated] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        heads = session.execute(_heads().where(Claim.id.in_(batch))).all()
        chains = _chains(session, batch)
        sides = sides_of(session, {head.claimant_id for head in heads})
        figures = _figures(session, batch)
        for head in heads:
            key, side = head.id, sides.get(head.claimant_id)
            found[key] = Stated(head, tuple(chains[key]), side, tuple(figures[key]))
    return found


def _heads() -> Select[*tuple[Any, ...]]:
    """A claim and its document, quote and occurrence, without the document's text."""
    publisher = aliased(Source)
    return (
        select(
            Claim.id,
            Claim.kind,
            Claim.event_id,
            Claim.claimant_id,
            Source.key.label("claimant"),
            Claim.stance,
            Claim.polarity,
            Claim.distribution,
            Claim.status,
            Claim.basis,
            Claim.said_edtf,
            Claim.accepted_at,
            Claim.ended_at,
            Occurrence.occurred_edtf,
            Occurrence.occurred_from,
            Occurrence.occurred_to,
            Occurrence.attacker,
            Occurrence.defender,
            Document.id.label("document_id"),
            Document.title,
            Document.url,
            Document.published_edtf,
            publisher.key.label("publisher"),
            Quote.exact,
            Quote.start,
            Quote.end,
        )
        .join(Source, Source.id == Claim.claimant_id)
        .join(Document, Document.id == Claim.document_id)
        .outerjoin(publisher, publisher.id == Document.publisher_id)
        .outerjoin(Quote, Quote.id == Claim.quote_id)
        .outerjoin(Occurrence, Occurrence.claim_id == Claim.id)
    )


def _chains(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    query = (
        select(Attribution.claim_id, Source.key)
        .join(Source)
        .where(Attribution.claim_id.in_(ids))
        .order_by(Attribution.claim_id, Attribution.position)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for claim, source in session.execute(query):
        found[claim].append(source)
    return found


def _figures(session: Session, ids: Sequence[str]) -> dict[str, list[Figure]]:
    """By claim: counts, casualties, damage, tallies, each in the order of the claim."""
    found: dict[str, list[Figure]] = defaultdict(list)
    for claim, figure in _read_figures(session, ids):
        found[claim].append(figure)
    return found


def _read_figures(session: Session, ids: Sequence[str]) -> Iterator[tuple[str, Figure]]:
    count, casualty, damage, tally = InterceptionCount, Casualty, Damage, Tally
    for row in session.execute(
        _measured(count, ids, Munition.key, count.outcome).outerjoin(
            Munition, Munition.id == count.munition_id
        )
    ):
        claim, low, high, said, munition, outcome = row
        yield claim, Figure("count", munition, outcome, low=low, high=high, said=said)
    for row in session.execute(
        _measured(casualty, ids, casualty.side, casualty.status, casualty.harm)
    ):
        claim, low, high, said, side, status, harm = row
        yield claim, Figure("casualty", None, None, side, status, harm, None, None, low, high, said)
    for row in session.execute(_measured(damage, ids, damage.object, damage.severity)):
        claim, low, high, said, thing, severity = row
        yield (
            claim,
            Figure("damage", object=thing, severity=severity, low=low, high=high, said=said),
        )
    for claim, low, high, said, thing in session.execute(_measured(tally, ids, tally.object)):
        yield claim, Figure("tally", object=thing, low=low, high=high, said=said)


def _measured(table: Any, ids: Sequence[str], *columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(table.claim_id, table.low, table.high, table.said, *columns)
        .where(table.claim_id.in_(ids))
        .order_by(table.claim_id, table.position)
    )
