"""From claims to answers, in pure Python: no database, no network, no clock.

``resolve`` takes a ``Family`` of events with the live claims about them, and gives a ``Summary`` of
each event.
"""

from __future__ import annotations

from counterclaim.resolve.inputs import (
    Casualty,
    Claim,
    Count,
    Damage,
    Event,
    Family,
    Munition,
    Site,
)
from counterclaim.resolve.policies import POLICIES
from counterclaim.resolve.resolver import resolve
from counterclaim.resolve.summary import Summary
from counterclaim.resolve.weights import WEIGHTS_VERSION

__all__ = [
    "POLICIES",
    "WEIGHTS_VERSION",
    "Casualty",
    "Claim",
    "Count",
    "Damage",
    "Event",
    "Family",
    "Munition",
    "Site",
    "Summary",
    "resolve",
]
