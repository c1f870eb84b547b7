"""What a claim says, in a line: 5 ATACMS launched, 3 intercepted; 2 military injured (RU)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.vocabulary import Outcome
from counterclaim.web.words import interval, spaced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from counterclaim.schemas.claim import ClaimOut


def gist(claim: ClaimOut, munitions: Mapping[str, str]) -> str:
    """All figures and facts of a claim, else its kind; munitions by the names given by key."""
    return "; ".join(_parts(claim, munitions)) or spaced(claim.kind)


def _parts(claim: ClaimOut, munitions: Mapping[str, str]) -> Iterator[str]:
    for line in claim.counts:
        told = [
            f"{interval(found.model_dump())} {spaced(outcome)}"
            for outcome in Outcome
            if (found := getattr(line, outcome)) is not None
        ]
        name = munitions.get(line.munition, line.munition) if line.munition else "munitions"
        yield f"{name}: {', '.join(told) or 'named'}"
    for harm in claim.casualties:
        side = f" ({harm.side})" if harm.side else ""
        status = "" if harm.status == "unknown" else f"{harm.status} "
        yield f"{interval(harm.count.model_dump())} {status}{harm.harm}{side}"
    for thing in claim.damage:
        severity = "" if thing.severity == "unknown" else f" {thing.severity}"
        yield f"{interval(thing.count.model_dump())} {thing.object}{severity}"
    for tally in claim.tallies:
        yield f"{interval(tally.count.model_dump())} {tally.object}"
    for fact in claim.munition_facts:
        unit = f" {fact.unit}" if fact.unit else ""
        name = munitions.get(fact.munition, fact.munition)
        yield f"{name}: {spaced(fact.property)} {fact.value}{unit}"
