"""Decisions about what the store holds: claims, how far sources are trusted, which events are one.

Each function is one transition: decided on rows read under the write lock, one ledger entry, the
read model brought up to date. It flushes and leaves the commit to the caller, who undoes the
transaction if it raises. One of them is all that one transaction can take.
"""

from counterclaim.store.review.claims import (
    accept_claim,
    assess_claim,
    reject_claim,
    retract_claim,
    supersede_claim,
)
from counterclaim.store.review.events import end_judgement, judge_events
from counterclaim.store.review.sources import rate_source

__all__ = [
    "accept_claim",
    "assess_claim",
    "end_judgement",
    "judge_events",
    "rate_source",
    "reject_claim",
    "retract_claim",
    "supersede_claim",
]
