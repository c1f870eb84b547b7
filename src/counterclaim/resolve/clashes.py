"""How far voices that contradict each other lie apart.

The divergence of a figure is 1 - smaller / greater of the nearest ends of the two intervals that
lie farthest apart: 0 where all can be true, 0.5 where one says twice what another does, 1 where one
says none. That of an event is the greatest of its figures; it is 1 where one voice says that the
event took place and another one that it did not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from counterclaim.resolve.grades import last_words
from counterclaim.resolve.intervals import CASUALTY, MUNITION, Interval, hull

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from counterclaim.resolve.contradictions import Contradiction
    from counterclaim.resolve.inputs import Claim
    from counterclaim.resolve.intervals import Key
    from counterclaim.resolve.voices import Ballot, Ballots, Voices

OCCURRENCE = "/occurrence"
MILLION = 1_000_000


class Stand(NamedTuple):
    """What one voice gives; both ends None where it gives no number, as in a denial."""

    side: str | None
    claimant: str
    low: int | None
    high: int | None
    claims: tuple[str, ...]


class Clash(NamedTuple):
    """One figure of which voices contradict each other.

    ``figure`` is a path: ``/munitions/atacms/hit``. ``divergence_ppm`` counts millionths.
    """

    figure: str
    detail: str
    spread: Interval
    divergence_ppm: int
    positions: tuple[Stand, ...]


def divergence_ppm(low: int, high: int) -> int:
    """How far at least ``low`` and at most ``high`` lie apart, in millionths; 0 where they meet."""
    return 0 if low <= high else max(1, MILLION * (low - high) // low)


def find_clashes(
    bearing: tuple[Claim, ...],
    voices: Voices,
    ballots: Mapping[Key, Ballots],
    at_odds: Iterable[tuple[Contradiction, list[Stand], str]],
) -> tuple[Clash, ...]:
    """All clashes of an event, the farthest first.

    ``at_odds`` are the contradictions between its figures of which several voices are the cause,
    each with what every voice alone comes to, and its words.
    """
    found = [*_occurrence(bearing, voices)]
    for key in sorted([key for key, found in ballots.items() if len(found.given) > 1]):
        found += _figure(key, ballots[key].given)
    named = {clash.figure for clash in found}
    for contradiction, stands, detail in at_odds:
        if path_of(contradiction.variable.key) not in named:
            found.append(_between(contradiction, stands, detail))
    return tuple(sorted(found, key=lambda clash: (-clash.divergence_ppm, clash.figure)))


def path_of(key: Key) -> str:
    """A figure as the history of an event names it."""
    if key.table == MUNITION:
        return f"/munitions/{key.subject or 'unnamed'}/{key.measure}"
    if key.table == CASUALTY:
        return f"/casualties/{key.subject or 'unknown'}/{key.status}/{key.measure}"
    return f"/damage/{key.subject}/{key.measure}"


def _occurrence(bearing: tuple[Claim, ...], voices: Voices) -> Iterator[Clash]:
    if not any(claim.denies for claim in bearing):
        return
    words = last_words(bearing, voices)
    if len({claim.affirms for claim in words}) > 1:
        stands = tuple(Stand(c.side, c.claimant, None, None, (c.id,)) for c in words)
        detail = "Some say that it took place, and some that it did not."
        yield Clash(OCCURRENCE, detail, Interval(), MILLION, stands)


def _figure(key: Key, ballots: Iterable[Ballot]) -> Iterator[Clash]:
    given = [(ballot, ballot.interval) for ballot in ballots if ballot.interval is not None]
    if not given:
        return
    most = max(interval.floor for _, interval in given)
    tops = [interval.high for _, interval in given if interval.high is not None]
    apart = divergence_ppm(most, min(tops, default=most))
    if apart:
        stands = tuple(
            Stand(b.claim.side, b.claim.claimant, *interval, (b.claim.id,)) for b, interval in given
        )
        detail = f"One says at least {most} {key}, another one at most {min(tops)}."
        yield Clash(path_of(key), detail, hull(i for _, i in given), apart, stands)


def _between(found: Contradiction, stands: list[Stand], detail: str) -> Clash:
    apart = divergence_ppm(found.low, found.high)
    spread = hull([Interval(found.high, found.low), *(Interval(s.low, s.high) for s in stands)])
    return Clash(path_of(found.variable.key), detail, spread, apart, tuple(stands))
