"""Builds the shape of claims from their rows, as they stood at one instant."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.db import is_id
from counterclaim.errors import NotFoundError
from counterclaim.models import Claim
from counterclaim.moment import isoformat_z, parse_moment
from counterclaim.queries.asof import said_by
from counterclaim.queries.claims.rows import load_rows
from counterclaim.schemas.claim import (
    AssessmentOut,
    AttributionOut,
    CasualtyOut,
    ClaimOut,
    ClaimPlaceOut,
    CountOut,
    DamageOut,
    DocumentRef,
    MunitionFactOut,
    QuoteOut,
    RelativeOut,
    TallyOut,
    WarningOut,
)
from counterclaim.schemas.fields import MomentOut, QuantityOut
from counterclaim.vocabulary import Speech, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from counterclaim.models import Assessment, Occurrence, Quote
    from counterclaim.models.mixins import Measured
    from counterclaim.queries.asof import View
    from counterclaim.queries.claims.rows import Head, Rows

BATCH = 1000
"""Claims are loaded this many at a time; no page is longer."""


def claims_out(session: Session, ids: Sequence[str], known_at: datetime) -> list[ClaimOut]:
    """These claims in this order, in whatever state they were; ids that no claim has are left out.

    Whether they may be shown is for the caller to know: pending and rejected ones are built too.
    """
    made: dict[str, ClaimOut] = {}
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), BATCH):
        rows = load_rows(session, wanted[start : start + BATCH], known_at)
        made.update({head.claim.id: claim_out(head, rows, known_at) for head in rows.heads})
    return [made[key] for key in ids if key in made]


def get_claim(session: Session, claim_id: str, view: View) -> ClaimOut:
    """One claim that had been accepted; superseded and retracted ones stay readable.

    Who may see what is not reviewed also gets pending and rejected ones.

    Raises:
        NotFoundError: no claim of that id had been accepted.
    """
    since = Claim.recorded_at if view.unreviewed else Claim.accepted_at
    named = Claim.id == claim_id.lower(), since <= view.known_at, *said_by(view)
    found = session.scalars(select(Claim.id).where(*named)).all() if is_id(claim_id) else []
    if not found:
        raise NotFoundError("claim", claim_id)
    return claims_out(session, found, view.known_at)[0]


def moment_out(
    edtf: str | None, start: datetime | None, end: datetime | None, precision: str | None = None
) -> MomentOut | None:
    """A stored date; None where there is none."""
    if edtf is None:
        return None
    return MomentOut(
        edtf=edtf,
        from_=isoformat_z(start) if start else None,
        to=isoformat_z(end) if end else None,
        precision=str(precision or parse_moment(edtf).precision),
    )


def claim_out(head: Head, rows: Rows, at: datetime) -> ClaimOut:
    """The shape of a claim whose rows were read, or have just been written."""
    claim, key = head.claim, head.claim.id
    chain = rows.attributions.get(key, [])
    occurrence = rows.occurrences.get(key)
    return ClaimOut(
        id=key,
        kind=claim.kind,
        event=claim.event_id,
        about=claim.about_id,
        munition=head.munition,
        claimant=head.claimant,
        side=rows.sides.get(claim.claimant_id),
        said_by=[source for _link, source, _name in chain if source is not None],
        speech=chain[0][0].speech if chain else Speech.UNATTRIBUTED,
        attribution=[_attribution(*link) for link in chain],
        stance=claim.stance,
        polarity=claim.polarity,
        distribution=claim.distribution,
        quote=quote_out(head.quote) if head.quote else None,
        document=_document(rows.documents[claim.document_id]),
        said=moment_out(claim.said_edtf, claim.said_from, claim.said_to),
        **_occurrence(occurrence),
        **_figures(key, rows),
        note=claim.note,
        basis=claim.basis,
        inference_rule=claim.inference_rule,
        supersedes=rows.predecessors.get(key),
        superseded_by=rows.successors.get(key),
        assessment=_assessment(rows.assessments.get(key)),
        warnings=[_warning(warning) for warning in claim.warnings if _noted(warning, at)],
        **_life(claim, at),
    )


def _life(claim: Claim, at: datetime) -> dict[str, Any]:
    ended = _by(claim.ended_at, at)
    return {
        "status": status_at(claim, at),
        "recorded_at": isoformat_z(claim.recorded_at),
        "accepted_at": _by(claim.accepted_at, at),
        "ended_at": ended,
        "end_reason": claim.end_reason if ended else None,
    }


def status_at(claim: Claim, at: datetime) -> Status:
    """Where a claim was in its life at an instant."""
    if claim.ended_at is not None and claim.ended_at <= at:
        return claim.status
    if claim.accepted_at is not None and claim.accepted_at <= at:
        return Status.ACCEPTED
    return Status.PENDING


def quote_out(quote: Quote) -> QuoteOut:
    """The shape of a quote."""
    return QuoteOut(
        id=quote.id,
        exact=quote.exact,
        prefix=quote.prefix,
        suffix=quote.suffix,
        start=quote.start,
        end=quote.end,
        redacted_at=isoformat_z(quote.redacted_at) if quote.redacted_at else None,
    )


def _by(instant: datetime | None, at: datetime) -> str | None:
    return isoformat_z(instant) if instant is not None and instant <= at else None


def _attribution(link: Any, source: str | None, name: str | None) -> AttributionOut:
    return AttributionOut(source=source, name=name, role=link.role, speech=link.speech)


def _document(row: Any) -> DocumentRef:
    published = moment_out(row.published_edtf, row.published_from, row.published_to)
    return DocumentRef(
        id=row.id, title=row.title, publisher=row.publisher, url=row.url, published=published
    )


def _occurrence(row: Occurrence | None) -> dict[str, Any]:
    if row is None:
        return {"occurred": None, "attacker": None, "defender": None, "target": None}
    occurred = moment_out(row.occurred_edtf, row.occurred_from, row.occurred_to, row.precision)
    return {
        "occurred": occurred,
        "attacker": row.attacker,
        "defender": row.defender,
        "target": row.target,
    }


def _figures(key: str, rows: Rows) -> dict[str, Any]:
    return {
        "places": [_place(*row) for row in rows.places.get(key, ())],
        "counts": _counts(rows.counts.get(key, ())),
        "casualties": [
            CasualtyOut(side=row.side, status=row.status, harm=row.harm, count=_quantity(row))
            for row in rows.casualties.get(key, ())
        ],
        "damage": [
            DamageOut(object=row.object, severity=row.severity, count=_quantity(row))
            for row in rows.damage.get(key, ())
        ],
        "tallies": [
            TallyOut(object=row.object, count=_quantity(row)) for row in rows.tallies.get(key, ())
        ],
        "munition_facts": [
            MunitionFactOut(
                munition=munition, property=row.property, value=row.value, unit=row.unit
            )
            for row, munition in rows.facts.get(key, ())
        ],
    }


def _place(
    row: Any,
    key: str | None,
    name: str | None,
    country: str | None,
    region: str | None,
    anchor: str | None,
) -> ClaimPlaceOut:
    relative = None
    if anchor is not None:
        relative = RelativeOut(
            anchor=anchor, distance_km=row.distance_km, bearing_deg=row.bearing_deg
        )
    return ClaimPlaceOut(
        role=row.role,
        place=key,
        name=name,
        said=row.said,
        country=country,
        region=region,
        latitude=row.latitude,
        longitude=row.longitude,
        uncertainty_m=row.uncertainty_m,
        precision=row.precision,
        method=row.method,
        relative=relative,
    )


def _counts(rows: Sequence[Any]) -> list[CountOut]:
    """One shape a munition, in the order in which they are first named."""
    grouped: dict[str | None, dict[str, QuantityOut]] = {}
    for row, munition in rows:
        grouped.setdefault(munition, {})[str(row.outcome)] = _quantity(row)
    return [CountOut(munition=munition, **outcomes) for munition, outcomes in grouped.items()]


def _quantity(row: Measured) -> QuantityOut:
    return QuantityOut(low=row.low, high=row.high, said=row.said)


def _assessment(row: Assessment | None) -> AssessmentOut | None:
    if row is None:
        return None
    return AssessmentOut(
        credibility=row.credibility,
        rationale=row.rationale,
        assessed_by=row.assessed_by,
        recorded_at=isoformat_z(row.recorded_at),
    )


def _noted(warning: dict[str, Any], at: datetime) -> bool:
    """Whether a remark had been made: on entry, or when the claim was accepted."""
    return "at" not in warning or datetime.fromisoformat(warning["at"]) <= at


def _warning(given: dict[str, Any]) -> WarningOut:
    return WarningOut(
        code=given["code"], detail=given["detail"], pointer=given.get("pointer") or None
    )
