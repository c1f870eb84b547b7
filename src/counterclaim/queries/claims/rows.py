"""Loads claims with all rows that hang on them; one statement a table, however many claims."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

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
    Tally,
)
from counterclaim.queries.asof import live_row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

Children = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Head:
    """A claim with its quote, and the keys of its claimant and of the munition it is about."""

    claim: Claim
    quote: Quote | None
    claimant: str
    munition: str | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Claims and what hangs on them, by claim id; documents and sides by their own ids.

    Places come with place and anchor, counts and facts with the munition's key, attributions with
    the source's key and name. Documents have no text here and the publisher's key.
    """

    heads: list[Head]
    attributions: Children
    occurrences: dict[str, Occurrence]
    places: Children
    counts: Children
    casualties: Children
    damage: Children
    tallies: Children
    facts: Children
    assessments: dict[str, Assessment]
    successors: dict[str, str]
    predecessors: dict[str, str]
    documents: dict[str, Any]
    sides: dict[str, str]


def load_rows(session: Session, ids: Sequence[str], at: datetime) -> Rows:
    """The rows of these claims as of an instant; ids that no claim has are left out."""
    heads = _heads(session, ids)
    anchor = aliased(Place)
    places = (
        select(ClaimPlace, Place.key, Place.name, Place.country, Place.region, anchor.key)
        .outerjoin(Place, Place.id == ClaimPlace.place_id)
        .outerjoin(anchor, anchor.id == ClaimPlace.anchor_id)
    )
    attributions = select(Attribution, Source.key, Source.name)
    counts = select(InterceptionCount, Munition.key)
    facts = select(MunitionFact, Munition.key).join(Munition)
    occurrences = session.scalars(select(Occurrence).where(Occurrence.claim_id.in_(ids)))
    live = select(Assessment).where(Assessment.claim_id.in_(ids), live_row(Assessment, at))
    successors = _successors(session, ids, at)
    return Rows(
        heads=heads,
        attributions=_children(session, Attribution, attributions.outerjoin(Source), ids),
        occurrences={row.claim_id: row for row in occurrences},
        places=_children(session, ClaimPlace, places, ids),
        counts=_children(session, InterceptionCount, counts.outerjoin(Munition), ids),
        casualties=_children(session, Casualty, select(Casualty), ids),
        damage=_children(session, Damage, select(Damage), ids),
        tallies=_children(session, Tally, select(Tally), ids),
        facts=_children(session, MunitionFact, facts, ids),
        assessments={row.claim_id: row for row in session.scalars(live)},
        successors=successors,
        predecessors={new: old for old, new in successors.items()},
        documents=_documents(session, {head.claim.document_id for head in heads}),
        sides=sides_of(session, {head.claim.claimant_id for head in heads}),
    )


def _heads(session: Session, ids: Sequence[str]) -> list[Head]:
    query = (
        select(Claim, Quote, Source.key, Munition.key)
        .join(Source, Source.id == Claim.claimant_id)
        .outerjoin(Quote, Quote.id == Claim.quote_id)
        .outerjoin(Munition, Munition.id == Claim.munition_id)
        .where(Claim.id.in_(ids))
    )
    return [Head(*row) for row in session.execute(query)]


def _children(
    session: Session, model: Any, statement: Select[*tuple[Any, ...]], ids: Sequence[str]
) -> Children:
    """Rows by claim in their order; a row alone comes bare, with joined columns as a tuple."""
    found: Children = defaultdict(list)
    ordered = statement.where(model.claim_id.in_(ids)).order_by(model.claim_id, model.position)
    for row in session.execute(ordered):
        found[row[0].claim_id].append(row[0] if len(row) == 1 else row)
    return found


def _successors(session: Session, ids: Sequence[str], at: datetime) -> dict[str, str]:
    """Which claim superseded which, of those asked for as either, when it had happened by then."""
    old = aliased(Claim)
    query = (
        select(old.id, Claim.id)
        .join(old, old.id == Claim.supersedes_id)
        .where(or_(old.id.in_(ids), Claim.id.in_(ids)), old.ended_at <= at, Claim.accepted_at <= at)
        .order_by(Claim.accepted_at.desc(), Claim.id.desc())
    )
    return {str(old): new for old, new in session.execute(query)}


def _documents(session: Session, ids: set[str]) -> dict[str, Any]:
    query = (
        select(
            Document.id,
            Document.title,
            Document.url,
            Document.published_edtf,
            Document.published_from,
            Document.published_to,
            Source.key.label("publisher"),
        )
        .outerjoin(Source, Source.id == Document.publisher_id)
        .where(Document.id.in_(ids))
    )
    return {row.id: row for row in session.execute(query)}


def sides_of(session: Session, ids: set[str]) -> dict[str, str]:
    """The side of each source that has one: its own, else that of the nearest source above it."""
    line = select(Source.id.label("root"), Source.id, Source.parent_id, Source.side).where(
        Source.id.in_(ids)
    )
    lines = line.cte("lines", recursive=True)
    above = select(lines.c.root, Source.id, Source.parent_id, Source.side).where(
        Source.id == lines.c.parent_id
    )
    lines = lines.union(above)
    rows = {
        (root, key): (parent, side) for root, key, parent, side in session.execute(select(lines))
    }
    found = {key: _nearest_side(rows, key) for key in ids}
    return {key: side for key, side in found.items() if side is not None}


def _nearest_side(
    rows: dict[tuple[str, str], tuple[str | None, str | None]], root: str
) -> str | None:
    seen: set[str] = set()
    at: str | None = root
    while at is not None and at not in seen and (root, at) in rows:
        seen.add(at)
        at, side = rows[root, at]
        if side:
            return side
    return None
