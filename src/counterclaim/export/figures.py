"""One flat row per figure, claim and event that the claim bears on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.export.flat import joined
from counterclaim.moment import isoformat_z
from counterclaim.queries.claims import Figure, status_at

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from counterclaim.export.flat import Row
    from counterclaim.queries.claims import Bearing

NO_FIGURE = Figure("")


def figure_rows(found: Iterable[Bearing], known_at: datetime, *, bare: bool = False) -> list[Row]:
    """The rows of these claims; ``bare`` gives a claim without figures one row without a figure."""
    return [
        _figure_row(bearing, figure, known_at)
        for bearing in found
        for figure in bearing.stated.figures or ((NO_FIGURE,) if bare else ())
    ]


def _figure_row(bearing: Bearing, figure: Figure, known_at: datetime) -> Row:
    event, claim = bearing.event, bearing.stated.claim
    return {
        "event": event and event.id,
        "label": event and event.label,
        "event_kind": event and event.kind,
        "scope": event and event.scope,
        "shared": bearing.shared,
        "occurred": claim.occurred_edtf,
        "occurred_from": _instant(claim.occurred_from),
        "occurred_to": _instant(claim.occurred_to),
        "attacker": claim.attacker,
        "defender": claim.defender,
        "figure": figure.kind or None,
        "munition": figure.munition,
        "outcome": figure.outcome,
        "harmed_side": figure.harmed_side,
        "harmed_status": figure.harmed_status,
        "harm": figure.harm,
        "object": figure.object,
        "severity": figure.severity,
        "low": figure.low,
        "high": figure.high,
        "said": figure.said,
        "claim": claim.id,
        "claim_kind": claim.kind,
        "claimant": claim.claimant,
        "side": bearing.stated.side,
        "said_by": joined(bearing.stated.said_by),
        "stance": claim.stance,
        "polarity": claim.polarity,
        "distribution": claim.distribution,
        "status": status_at(claim, known_at),
        "basis": claim.basis,
        "said_on": claim.said_edtf,
        "accepted_at": _instant(claim.accepted_at if _by(claim.accepted_at, known_at) else None),
        "document": claim.document_id,
        "title": claim.title,
        "publisher": claim.publisher,
        "url": claim.url,
        "published": claim.published_edtf,
        "quote": claim.exact,
        "start": claim.start,
        "end": claim.end,
    }


def _by(instant: datetime | None, known_at: datetime) -> bool:
    return instant is not None and instant <= known_at


def _instant(instant: datetime | None) -> str | None:
    return isoformat_z(instant) if instant else None
