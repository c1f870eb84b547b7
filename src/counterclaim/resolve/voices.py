"""Who really speaks: claims that go back to one origin are one voice, however often repeated."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from counterclaim.resolve.inputs import AFFIRMING, NEUTRAL
from counterclaim.resolve.intervals import Interval, hull, quantities
from counterclaim.resolve.weights import weigh
from counterclaim.vocabulary import ClaimKind, Stance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from counterclaim.resolve.inputs import Claim
    from counterclaim.resolve.intervals import Key

LONG_AGO = datetime.min.replace(tzinfo=UTC)

Voices = dict[str, str]
"""The voice of each claim, by the claim's id. A voice is named after its first claimant."""


def find_voices(claims: Iterable[Claim]) -> Voices:
    """Group claims into voices.

    One voice are: the same claimant; a claimant and one above it in the source tree; and neutral
    publishers speaking for themselves in documents that were syndicated from one another.
    """
    claims = tuple(claims)
    claimants = {c.claimant for c in claims}
    if len(claimants) == 1:
        return {c.id: c.claimant for c in claims}
    groups = _Groups()
    publishers: dict[str, str] = {}
    for claim in claims:
        for above in claimants.intersection(claim.lineage):
            if above != claim.claimant:
                groups.join(claim.claimant, above)
        if claim.side == NEUTRAL and not claim.attributed:
            groups.join(claim.claimant, publishers.setdefault(claim.origin, claim.claimant))
    return {c.id: groups.find(c.claimant) for c in claims}


class _Groups:
    """Union-find over claimants; a group's name is its first member in sort order."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def find(self, member: str) -> str:
        root = member
        while (above := self._above.get(root, root)) != root:
            root = above
        while member != root:
            above = self._above.get(member, member)
            self._above[member] = root
            member = above
        return root

    def join(self, left: str, right: str) -> None:
        first, second = sorted((self.find(left), self.find(right)))
        self._above[second] = first


def by_voice(claims: Iterable[Claim], voices: Voices) -> Iterator[list[Claim]]:
    """The claims of each voice, the voices sorted by name."""
    groups: Mapping[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[voices[claim.id]].append(claim)
    return (groups[name] for name in sorted(groups))


def last_of(claims: list[Claim], key: Callable[[Claim], Any]) -> Claim:
    """The claim that sorts last; the key is made only where there are several."""
    return claims[0] if len(claims) == 1 else max(claims, key=key)


def recency(claim: Claim, value: object, fullness: object = 0) -> tuple[object, ...]:
    """Sorts a voice's latest word last; of words said at the same time the fuller account.

    The value comes before the id, so that saying a thing once more does not decide for it.
    """
    said = claim.said or LONG_AGO
    return said, fullness, claim.recorded_at, weigh(claim), value, claim.id


@dataclass(slots=True, eq=False)
class Ballot:
    """What one voice gives for one figure; ``interval`` None is a mention without a number."""

    voice: str
    claim: Claim
    interval: Interval | None


@dataclass(slots=True)
class Ballots:
    """All that was said of one figure: one ballot a voice, and the claims left out, with why.

    ``earlier`` are the ballots that the last one of their voice stands for, the latest first.
    """

    given: list[Ballot] = field(default_factory=list)
    earlier: list[Ballot] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)


def collect_ballots(claims: Iterable[Claim], voices: Voices) -> dict[Key, Ballots]:
    """One ballot of each voice for each figure that the claims speak of."""
    figures: dict[Key, Ballots] = defaultdict(Ballots)
    drafts: dict[tuple[Key, str], list[Ballot]] = defaultdict(list)
    for claim in claims:
        voice, reason = voices[claim.id], _why_not(claim)
        for key, interval in figures_of(claim).items():
            if reason:
                figures[key].dropped.append((claim.id, reason))
            else:
                drafts[key, voice].append(Ballot(voice, claim, interval))
    for key, voice in sorted(drafts):
        ballots = drafts[key, voice]
        if len(ballots) > 1:
            ballots.sort(key=_precedence, reverse=True)
            figures[key].earlier += ballots[1:]
            figures[key].dropped += [(b.claim.id, "superseded") for b in ballots[1:]]
        figures[key].given.append(ballots[0])
    for entry in figures.values():
        entry.dropped.sort()
    return figures


def figures_of(claim: Claim) -> dict[Key, Interval | None]:
    """A claim's figures by key; a key that stands twice takes the hull of what was said."""
    figures: dict[Key, Interval | None] = {}
    for key, interval in quantities(claim):
        known = figures.get(key)
        if known is None:
            figures[key] = interval
        elif interval is not None:
            figures[key] = hull((known, interval))
    return figures


def _why_not(claim: Claim) -> str | None:
    """Why a claim's figures do not count, or None where they do."""
    if claim.stance is Stance.DENIES or claim.polarity < 0:
        return "denied"
    if claim.stance not in AFFIRMING:
        return claim.stance.value
    return None if claim.kind is ClaimKind.OCCURRENCE else claim.kind.value


def _precedence(ballot: Ballot) -> tuple[object, ...]:
    """Sorts the ballot last that stands for its voice; a mention never replaces a number."""
    interval = ballot.interval or Interval()
    narrowness = tuple(-w for w in interval.width)
    return ballot.interval is not None, *recency(ballot.claim, interval.order, narrowness)
