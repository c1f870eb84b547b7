"""How well an event is established, who disputes it and what each side has said of it.

The grades are Airwars' (Civilian casualty methodology, "grading"), applied to the occurrence.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from counterclaim.resolve.voices import by_voice, last_of, recency
from counterclaim.vocabulary import ClaimKind, Credibility, Grade, Position

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from counterclaim.resolve.inputs import Claim
    from counterclaim.resolve.voices import Ballot, Ballots, Voices

STRENGTH = list(Position)
STANDS = frozenset({Position.ADMITS, Position.ASSERTS, Position.DENIES})
"""Positions that say of an event that it took place, or that it did not."""


class Standing(NamedTuple):
    """The grade, None where nobody asserts or denies the event, and whether voices contradict."""

    grade: Grade | None
    disputed: bool


class _Disagreement(NamedTuple):
    """Whether voices contradict each other, and whether two sides are among them."""

    any: bool
    sides: bool


AGREEMENT = _Disagreement(any=False, sides=False)


def assess(
    claims: tuple[Claim, ...],
    voices: Voices,
    figures: Iterable[Ballots],
    parties: frozenset[str],
    at_odds: Iterable[tuple[Sequence[Claim], int]] = (),
    *,
    withdrawn: bool,
) -> Standing:
    """Grade an event by the claims that bear on it.

    Args:
        claims: All of them, those about its collections included.
        voices: The voice of each claim.
        figures: What was said of the event's own figures.
        parties: Attacker and defender, whose admission confirms.
        at_odds: Of each contradiction between different figures the claims, and how many voices.
        withdrawn: The event had claims and all are retracted.
    """
    affirming = [c for c in claims if c.affirms]
    denials = any(c.denies for c in claims)
    clashes = [_figure_clash(f.given) for f in figures if len(f.given) > 1]
    clashes += [_claims_clash(odd, count) for odd, count in at_odds]
    if denials and affirming:
        clashes.append(_occurrence_clash(claims, voices))
    disputed = any(clash.any for clash in clashes)
    credible = [c for c in affirming if c.credibility is not Credibility.IMPROBABLE]
    if not affirming and not denials:
        return Standing(Grade.DISCOUNTED if withdrawn else None, disputed)
    if not credible:
        return Standing(Grade.DISCOUNTED, disputed)
    if disputed and any(clash.sides for clash in clashes):
        return Standing(Grade.CONTESTED, disputed=True)
    return Standing(_undisputed(claims, credible, voices, parties), disputed)


def _undisputed(
    claims: tuple[Claim, ...], credible: list[Claim], voices: Voices, parties: frozenset[str]
) -> Grade:
    admitted = any(c.position is Position.ADMITS and c.side in parties for c in claims)
    if admitted or any(c.credibility is Credibility.CONFIRMED for c in credible):
        return Grade.CONFIRMED
    return Grade.FAIR if len({voices[c.id] for c in credible}) > 1 else Grade.WEAK


def _occurrence_clash(claims: tuple[Claim, ...], voices: Voices) -> _Disagreement:
    """Whether one voice's last word is that it took place, and another's that it did not."""
    words = last_words(claims, voices)
    for_it = {c.party for c in words if c.affirms}
    against = {c.party for c in words if c.denies}
    sides = any(a and b and a != b for a in for_it for b in against)
    return _Disagreement(bool(for_it and against), sides)


def last_words(claims: Iterable[Claim], voices: Voices) -> list[Claim]:
    """The claim in which each voice last said that the event took place, or that it did not."""
    decisive = [c for c in claims if c.affirms or c.denies]
    return [last_of(said, _decisive_recency) for said in by_voice(decisive, voices)]


def _decisive_recency(claim: Claim) -> tuple[object, ...]:
    return recency(claim, claim.party or "", claim.affirms)


def _figure_clash(ballots: Sequence[Ballot]) -> _Disagreement:
    """Whether two voices give intervals that no number satisfies; each side by its extremes."""
    given = [ballot.interval for ballot in ballots if ballot.interval]
    if not given or max([i.floor for i in given]) <= min([i.top for i in given]):
        return AGREEMENT
    lows: dict[str, int] = defaultdict(int)
    tops: dict[str, float] = {}
    for ballot in ballots:
        if ballot.interval:
            side = ballot.claim.party or ""
            lows[side] = max(lows[side], ballot.interval.floor)
            tops[side] = min(tops.get(side, ballot.interval.top), ballot.interval.top)
    named = sorted(set(tops) - {""})
    return _Disagreement(
        any=True,
        sides=any(lows[a] > tops[b] or lows[b] > tops[a] for a, b in combinations(named, 2)),
    )


def _claims_clash(claims: Sequence[Claim], voices: int) -> _Disagreement:
    """Whether claims that cannot stand together are of two voices, and of two sides."""
    parties = {claim.party for claim in claims} - {None}
    return _Disagreement(voices > 1, voices > 1 and len(parties) > 1)


def count_voices(claims: Iterable[Claim], voices: Mapping[str, str]) -> int:
    """How many voices say of the event that it took place, or that it did not."""
    speaking = [c.id for c in claims if c.kind is ClaimKind.OCCURRENCE and c.position in STANDS]
    return len({voices[claim] for claim in speaking})


def positions(claims: Iterable[Claim], parties: Iterable[str]) -> dict[str, Position]:
    """The strongest position of each party and of every other side that spoke, by side."""
    strongest = dict.fromkeys(parties, Position.SILENT)
    for claim in claims:
        said, side = claim.position, claim.party
        if said and side:
            known = strongest.get(side, Position.SILENT)
            if said is not known:
                strongest[side] = min(said, known, key=STRENGTH.index)
    return dict(sorted(strongest.items()))
