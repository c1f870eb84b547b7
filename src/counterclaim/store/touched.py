"""Which events one transaction touched, told from its ledger entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from counterclaim.models import (
    Claim,
    ClaimPlace,
    InterceptionCount,
    LedgerEntry,
    Munition,
    MunitionFact,
    Place,
    Source,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session


def touched_by(session: Session, at: datetime) -> set[str]:
    """Ids of the events whose answer the transaction of this instant may have changed."""
    touched: set[str] = set()
    renamed: dict[str, set[str]] = {}
    query = select(LedgerEntry.action, LedgerEntry.subject, LedgerEntry.body)
    for action, subject, body in session.execute(query.where(LedgerEntry.at == at)):
        if action == "record_event_part" and subject is not None:
            touched.add(subject)
        elif action.endswith("_names") and subject is not None:
            renamed.setdefault(action, set()).add(subject)
        elif (event_id := orjson.loads(body).get("event")) is not None:
            touched.add(event_id)
    for action, ids in renamed.items():
        touched |= events_naming(session, NOUNS[action], ids)
    return touched


NOUNS: dict[str, type[Any]] = {
    "record_source_names": Source,
    "record_munition_names": Munition,
    "record_place_names": Place,
}


def events_naming(session: Session, model: type[Any], ids: Iterable[str]) -> set[str]:
    """Ids of the events whose accepted claims speak of these rows or of any row below them."""
    below = _below(session, model, set(ids))
    query = _claims_naming(model, below).where(
        Claim.event_id.is_not(None), Claim.accepted_at.is_not(None)
    )
    return set(session.scalars(query))


def _claims_naming(model: type[Any], ids: set[str]) -> Select[Any]:
    events = select(Claim.event_id).distinct()
    if model is Source:
        return events.where(Claim.claimant_id.in_(ids))
    if model is Place:
        places = select(ClaimPlace.claim_id).where(ClaimPlace.place_id.in_(ids))
        return events.where(Claim.id.in_(places))
    counts = select(InterceptionCount.claim_id).where(InterceptionCount.munition_id.in_(ids))
    facts = select(MunitionFact.claim_id).where(MunitionFact.munition_id.in_(ids))
    return events.where(Claim.id.in_(counts.union(facts)))


def _below(session: Session, model: type[Any], ids: set[str]) -> set[str]:
    found, frontier = set(ids), set(ids)
    while frontier:
        frontier = set(session.scalars(select(model.id).where(model.parent_id.in_(frontier))))
        frontier -= found
        found |= frontier
    return found
