"""Which events one transaction touched, told from its ledger entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from sqlalchemy import bindparam, select

from counterclaim.db import UtcDateTime, among
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
from counterclaim.queries.asof import live_claim
from counterclaim.queries.references.trees import subtree
from counterclaim.statements import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session


def touched_by(session: Session, at: datetime) -> set[str]:
    """Ids of the events whose answer the transaction of this instant may have changed."""
    found = [Entry(*row) for row in _ENTRIES.rows(session, at=at)]
    return touched_in(session, found, at)


_ENTRIES = Prepared(
    select(LedgerEntry.action, LedgerEntry.subject, LedgerEntry.body).where(
        LedgerEntry.at == bindparam("at", type_=UtcDateTime)
    )
)


class Entry(NamedTuple):
    """What tells of an entry of the ledger which events it touched."""

    action: str
    subject: str | None
    body: str


def touched_in(session: Session, entries: Iterable[Entry], at: datetime) -> set[str]:
    """The same, of a transaction whose entries were read."""
    touched: set[str] = set()
    renamed: dict[str, set[str]] = {}
    rated: set[str] = set()
    loose: set[str] = set()
    for action, subject, body in entries:
        if action == "record_event_part" and subject is not None:
            touched.add(subject)
        elif action.endswith("_names") and subject is not None:
            renamed.setdefault(action, set()).add(subject)
        elif action == "record_gazetteer":
            named = orjson.loads(body).get("named", ())
            renamed.setdefault("record_place_names", set()).update(named)
        elif action == "rate_source" and subject is not None:
            rated.add(subject)
        else:
            told = orjson.loads(body)
            touched |= _events_in(told)
            if subject is not None and told.get("event", "") is None:
                loose.add(subject)
    for action, ids in renamed.items():
        touched |= events_naming(session, NOUNS[action], ids, at)
    if loose:
        touched |= _events_behind(session, loose)
    if rated:
        touched |= _events_where(session, Claim.claimant_id.in_(rated), at)
    return touched


def _events_in(body: dict[str, Any]) -> set[str]:
    """The event of a claim, or those that were judged; other bodies name none."""
    event_id = body.get("event")
    return {*body.get("events", ()), *(() if event_id is None else (event_id,))}


def _events_behind(session: Session, claims: set[str]) -> set[str]:
    """Ids of the events that claims about claims go back to: their figures stand beside these."""
    found: set[str] = set()
    seen: set[str] = set()
    while claims:
        seen |= claims
        query = select(Claim.event_id, Claim.about_id).where(among(session, Claim.id, claims))
        rows = session.execute(query).all()
        found |= {event for event, _ in rows if event is not None}
        claims = {about for _, about in rows if about is not None} - seen
    return found


NOUNS: dict[str, type[Any]] = {
    "record_source_names": Source,
    "record_munition_names": Munition,
    "record_place_names": Place,
}


def events_naming(session: Session, model: type[Any], ids: Iterable[str], at: datetime) -> set[str]:
    """Ids of the events whose live claims speak of these rows or of any row below them."""
    # Below a country may stand more places than a statement may have parameters.
    return _events_where(session, _naming(model, subtree(model, model.id.in_(set(ids)))), at)


def _events_where(session: Session, claims: ColumnElement[bool], at: datetime) -> set[str]:
    # As of the instant and no later, so that a replay finds exactly what the write found.
    query = select(Claim.event_id).where(claims, Claim.event_id.is_not(None), live_claim(at))
    return {str(event_id) for event_id in session.scalars(query.distinct())}


def _naming(model: type[Any], ids: Select[str]) -> ColumnElement[bool]:
    if model is Source:
        return Claim.claimant_id.in_(ids)
    if model is Place:
        places = select(ClaimPlace.claim_id).where(ClaimPlace.place_id.in_(ids))
        return Claim.id.in_(places)
    counts = select(InterceptionCount.claim_id).where(InterceptionCount.munition_id.in_(ids))
    facts = select(MunitionFact.claim_id).where(MunitionFact.munition_id.in_(ids))
    return Claim.id.in_(counts.union(facts))
