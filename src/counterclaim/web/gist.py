"""What a claim says, in a line: 5 ATACMS launched, 3 intercepted; 2 military injured (RU)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterclaim.vocabulary import ClaimKind, Outcome
from counterclaim.web.words import interval, spaced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from counterclaim.schemas.claim import ClaimOut
    from counterclaim.schemas.incoming import ClaimIn


def gist(claim: ClaimOut | ClaimIn, munitions: Mapping[str, str]) -> str:
    """All figures and facts of a claim, else its kind; munitions by the names given by key."""
    return "; ".join(_parts(claim, munitions)) or spaced(_kind(claim))


def _kind(claim: ClaimOut | ClaimIn) -> str:
    return claim.kind or ClaimKind.OCCURRENCE


def _interval(given: Any) -> str:
    """A quantity as it is read, given out or taken in: an interval, a number, or words."""
    if isinstance(given, str):
        return given
    if isinstance(given, int):
        return f"{given:,}"
    return interval(given.model_dump() if given is not None else None)


def _parts(claim: ClaimOut | ClaimIn, munitions: Mapping[str, str]) -> Iterator[str]:
    for line in claim.counts:
        told = [
            f"{_interval(found)} {spaced(outcome)}"
            for outcome in Outcome
            if (found := getattr(line, outcome)) is not None
        ]
        name = munitions.get(line.munition, line.munition) if line.munition else "munitions"
        yield f"{name}: {', '.join(told) or 'named'}"
    for harm in claim.casualties:
        side = f" ({harm.side})" if harm.side else ""
        status = "" if harm.status == "unknown" else f"{harm.status} "
        yield f"{_interval(harm.count)} {status}{harm.harm}{side}"
    for thing in claim.damage:
        severity = "" if thing.severity == "unknown" else f" {thing.severity}"
        yield f"{_interval(thing.count)} {thing.object}{severity}"
    for tally in claim.tallies:
        yield f"{_interval(tally.count)} {tally.object}"
    for fact in claim.munition_facts:
        unit = f" {fact.unit}" if fact.unit else ""
        name = munitions.get(fact.munition, fact.munition)
        yield f"{name}: {spaced(fact.property)} {fact.value}{unit}"
