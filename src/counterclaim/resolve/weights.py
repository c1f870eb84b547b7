"""How much one claim weighs: the source's reliability times the claim's credibility.

Whole numbers, so that ties are exact. "Cannot be judged" (F, 6) weighs as much as the middle grade:
not knowing a source is no reason to think it bad.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.vocabulary import Credibility, Reliability

if TYPE_CHECKING:
    from counterclaim.resolve.inputs import Claim

WEIGHTS_VERSION = "2026-11-1"
"""Year, month and number of the table below; every answer names it as ``policy_version``."""

RELIABILITY_WEIGHTS = {
    Reliability.A: 5,
    Reliability.B: 4,
    Reliability.C: 3,
    Reliability.D: 2,
    Reliability.E: 1,
    Reliability.F: 3,
}
CREDIBILITY_WEIGHTS = {
    Credibility.CONFIRMED: 5,
    Credibility.PROBABLE: 4,
    Credibility.POSSIBLE: 3,
    Credibility.DOUBTFUL: 2,
    Credibility.IMPROBABLE: 1,
    Credibility.UNJUDGED: 3,
}


def weigh(claim: Claim) -> int:
    """The weight of a claim, 1 to 25."""
    return RELIABILITY_WEIGHTS[claim.reliability] * CREDIBILITY_WEIGHTS[claim.credibility]
