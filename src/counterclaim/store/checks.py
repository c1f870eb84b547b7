"""Remarks on a claim that is entered: what does not stop it but a reviewer should see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_, select

from counterclaim.db import UtcDateTime, among_given
from counterclaim.geo import distance_km
from counterclaim.models import (
    Claim,
    ClaimPlace,
    EventSummary,
    Munition,
    MunitionFact,
    Source,
)
from counterclaim.quantity import languages, stands_in
from counterclaim.queries.names import lineages, side_of
from counterclaim.queries.similar import similar_events
from counterclaim.statements import Prepared
from counterclaim.store.rows import is_of
from counterclaim.vocabulary import PlaceRole, Stance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from counterclaim.queries.rivals import Rivals
    from counterclaim.schemas.incoming import ClaimIn
    from counterclaim.store.claims import Draft
    from counterclaim.store.ledger import Writer

AFFIRMING = (Stance.ASSERTS, Stance.ADMITS)

LIKELY_SAME = 0.75
"""From this score on an event is named as a likely duplicate."""

MOST_NAMED = 10
"""No more likely duplicates than this are named, the most alike first."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark: a stable code, what it says, and where in the body."""

    code: str
    detail: str
    pointer: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """The remark as it is stored with the claim and given out."""
        return {"code": self.code, "detail": self.detail, "pointer": self.pointer}


def check_draft(
    session: Session, draft: Draft, shape: ClaimIn, pointer: str, lang: str
) -> list[Remark]:
    """What the claim by itself, its quote and its names give cause to remark."""
    quote = shape.quote if isinstance(shape.quote, str) else shape.quote.exact
    return [
        *_unquoted_numbers(draft, quote, pointer, lang),
        *_odd_stance(session, draft, shape, pointer),
        *_beyond_range(session, draft, pointer),
    ]


def _unquoted_numbers(draft: Draft, quote: str, pointer: str, lang: str) -> Iterator[Remark]:
    if lang not in languages():
        return
    for quantity, path in draft.quantities:
        if (quantity.low is not None or quantity.high is not None) and not stands_in(
            quantity, quote, lang=lang
        ):
            shown = quantity.said or f"[{quantity.low}, {quantity.high}]"
            detail = f"{shown} does not stand in the quote, neither as digits nor as words."
            yield Remark("number_not_in_quote", detail, f"{pointer}{path}")


def _odd_stance(session: Session, draft: Draft, shape: ClaimIn, pointer: str) -> Iterator[Remark]:
    if shape.stance is not Stance.ADMITS:
        return
    line = lineages(session, Source, {draft.claim.claimant_id})[draft.claim.claimant_id]
    side = side_of(line)
    parties = {shape.attacker, shape.defender} - {None}
    if side == "neutral" or (parties and side not in parties):
        detail = f"{line[0].name} (side {side or 'unknown'}) has no part in what it admits."
        yield Remark("stance_does_not_fit_side", detail, f"{pointer}/stance")


def _beyond_range(session: Session, draft: Draft, pointer: str) -> Iterator[Remark]:
    places: list[Any] = [row for row in draft.rows if is_of(row, ClaimPlace)]
    launch = [row for row in places if row.role is PlaceRole.LAUNCH and row.latitude is not None]
    target = [row for row in places if row.role is PlaceRole.TARGET and row.latitude is not None]
    named = {row.munition_id for row, _path in draft.counts if row.munition_id}
    if not (launch and target and named):
        return
    for munition, farthest, claim_id in _ranges(session, named):
        for start in launch:
            flown = min(_least_km(start, end) for end in target)
            if flown > farthest:
                detail = (
                    f"{flown:.0f} km from launch to target is more than the {farthest:g} km that"
                    f" claim {claim_id} gives as range of {munition}."
                )
                yield Remark("beyond_range", detail, f"{pointer}/places/{start.position}")


def _least_km(start: ClaimPlace, end: ClaimPlace) -> float:
    """The least distance that both uncertainty circles allow."""
    if None in {start.latitude, start.longitude, end.latitude, end.longitude}:
        return 0.0
    apart = distance_km(
        start.latitude or 0.0, start.longitude or 0.0, end.latitude or 0.0, end.longitude or 0.0
    )
    return apart - ((start.uncertainty_m or 0) + (end.uncertainty_m or 0)) / 1000


def _ranges(session: Session, munition_ids: set[str]) -> Iterator[tuple[str, float, str]]:
    query = (
        select(Munition.name, MunitionFact.value, Claim.id)
        .join(MunitionFact, MunitionFact.munition_id == Munition.id)
        .join(Claim, Claim.id == MunitionFact.claim_id)
        .where(
            Munition.id.in_(munition_ids),
            MunitionFact.property == "range_km",
            or_(MunitionFact.unit.is_(None), MunitionFact.unit == "km"),
            Claim.polarity > 0,
            Claim.stance.in_(AFFIRMING),
            Claim.accepted_at.is_not(None),
            Claim.ended_at.is_(None),
        )
    )
    for name, value, claim_id in session.execute(query):
        try:
            yield name, float(value), claim_id
        except ValueError:
            continue


def check_resolved(
    writer: Writer, fresh: list[Claim], rivals: Rivals
) -> Iterator[tuple[Claim, list[Remark]]]:
    """What the store as a whole gives cause to remark on claims that now count in it."""
    events = {claim.event_id for claim in fresh if claim.event_id}
    likely = {event: list(_duplicates(writer, event)) for event in _new_events(writer, events)}
    for claim in fresh:
        remarks = [
            Remark("contradicts", f"{detail} (claims {', '.join(ids)}).")
            for detail, ids in rivals.found.get(claim.id, ())
        ]
        remarks += likely.get(claim.event_id or "", [])
        if remarks:
            yield claim, remarks


def _new_events(writer: Writer, events: set[str]) -> set[str]:
    """Those of the events that were first served by this transaction."""
    known = _SERVED.rows(writer.session, ids=sorted(events), at=writer.at)
    return events - {event_id for (event_id,) in known}


_SERVED = Prepared(
    select(EventSummary.event_id).where(
        among_given(EventSummary.event_id),
        EventSummary.valid_from < bindparam("at", type_=UtcDateTime),
    )
)


def _duplicates(writer: Writer, event_id: str) -> Iterator[Remark]:
    alike = similar_events(writer.session, event_id, writer.at, least=LIKELY_SAME)
    for other in alike[:MOST_NAMED]:
        detail = f"Event {other.id} ({other.label}) looks the same: score {other.score:.2f}."
        yield Remark("likely_duplicate", detail)
