"""Claims as they are given out: whole, one, and those that bear on an event."""

from counterclaim.queries.claims.bearing import event_claims
from counterclaim.queries.claims.figures import (
    FIGURE_COLUMNS,
    figures_of_claims,
    figures_of_events,
    figures_of_versions,
)
from counterclaim.queries.claims.positions import event_positions
from counterclaim.queries.claims.shapes import (
    claim_out,
    claims_out,
    get_claim,
    moment_out,
    quote_out,
    status_at,
)

__all__ = [
    "FIGURE_COLUMNS",
    "claim_out",
    "claims_out",
    "event_claims",
    "event_positions",
    "figures_of_claims",
    "figures_of_events",
    "figures_of_versions",
    "get_claim",
    "moment_out",
    "quote_out",
    "status_at",
]
