"""How the figures of a source stand against what others say of the same.

Counts of agreement, not of truth: nothing here grades a source, and nothing that resolves an event
reads it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from counterclaim.resolve.intervals import CASUALTY, DAMAGE, quantities
from counterclaim.resolve.voices import LONG_AGO, collect_ballots, find_voices, recency
from counterclaim.vocabulary import ClaimKind, Position, Stance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence, Set
    from datetime import datetime

    from counterclaim.resolve.inputs import Claim
    from counterclaim.resolve.intervals import Interval, Key
    from counterclaim.resolve.kinship import Bearing


class Agreement(StrEnum):
    """How one figure stands against the others' words; each has exactly one of these."""

    ALONE = "alone"
    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"


class Order(StrEnum):
    """Who was first with a figure that is confirmed; ``no_order`` is the same time, or no dates."""

    CONFIRMED_LATER = "confirmed_later"
    CONFIRMS_OTHERS = "confirms_others"
    NO_ORDER = "no_order"


class Direction(StrEnum):
    """How a voice changed its own number."""

    UP = "up"
    DOWN = "down"
    NARROWED = "narrowed"
    WIDENED = "widened"


@dataclass(frozen=True, slots=True)
class Word:
    """What one claim says of one figure; ``live`` False where another claim stands in its place."""

    voice: str
    claim: Claim
    interval: Interval
    live: bool

    @property
    def instant(self) -> tuple[datetime, bool, datetime]:
        """Sorts a voice's words as they were said; what was superseded comes before what did it."""
        return self.claim.said or LONG_AGO, self.live, self.claim.recorded_at

    @property
    def precedence(self) -> tuple[object, ...]:
        """Sorts the word last that stands for its voice, as where an event is resolved."""
        narrowness = tuple(-w for w in self.interval.width)
        return self.live, *recency(self.claim, self.interval.order, narrowness)


@dataclass(frozen=True, slots=True)
class Step:
    """A voice's word and the next one that says something else."""

    direction: Direction
    before: Word
    after: Word


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of a source against all others who give it a number.

    Attributes:
        own: The source's words, the one that stands first; then the latest first.
        others: The last word of each voice that confirms it, or of each that contradicts it.
        order: Who was first; None where it is not confirmed.
        steps: The revisions, by voice and then as they were made.
    """

    event: str
    key: Key
    agreement: Agreement
    own: tuple[Word, ...]
    others: tuple[Word, ...]
    order: Order | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Admission:
    """What a claim says against its own side's interest; ``key`` None is the event itself."""

    claim: Claim
    key: Key | None

    @property
    def instant(self) -> tuple[datetime, datetime, str]:
        """Sorts what was said first before what repeats it."""
        return self.claim.said or LONG_AGO, self.claim.recorded_at, self.claim.id


def compare(
    event: str, bearing: Bearing, speakers: Set[str], superseded: Set[str]
) -> Iterator[Compared]:
    """Each figure of an event to which these speakers gave a number.

    Args:
        event: Its id.
        bearing: The claims that bear on it, superseded ones among them.
        speakers: Keys of the claimants who are taken as one source.
        superseded: Ids of the claims in whose place others stand.
    """
    voices = find_voices(bearing.all)
    ours = {voices[claim.id] for claim in bearing.all if claim.claimant in speakers}
    ballots = collect_ballots(bearing.own, {claim.id: claim.id for claim in bearing.own})
    for key, found in sorted(ballots.items()):
        words = [
            Word(voices[b.claim.id], b.claim, b.interval, b.claim.id not in superseded)
            for b in found.given
            if b.interval is not None
        ]
        own = _without_echoes(word for word in words if word.claim.claimant in speakers)
        others = _without_echoes(word for word in words if word.voice not in ours)
        if own:
            yield _compare(event, key, own, others)


def _without_echoes(words: Iterable[Word]) -> list[Word]:
    """Of equal words that one voice said at one time the first recorded, in the order of saying."""
    kept: dict[tuple[object, ...], Word] = {}
    for word in sorted(words, key=lambda w: (w.claim.recorded_at, w.claim.id)):
        same = word.voice, word.claim.said, word.interval.order, word.live
        kept.setdefault(same, word)
    return sorted(kept.values(), key=lambda w: (w.instant, w.claim.id))


def _compare(event: str, key: Key, own: Sequence[Word], others: Sequence[Word]) -> Compared:
    last = max(own, key=lambda word: word.precedence)
    rivals = _last_words(word for word in others if word.live)
    against = [word for word in rivals if not word.interval.overlaps(last.interval)]
    agreeing = [word for word in rivals if word not in against and not _same_side(word, last)]
    agreement = Agreement.CONFIRMED if agreeing else Agreement.ALONE
    agreement = Agreement.CONTRADICTED if against else agreement
    confirmed = agreement is Agreement.CONFIRMED
    return Compared(
        event=event,
        key=key,
        agreement=agreement,
        own=(last, *(word for word in reversed(own) if word is not last)),
        others=tuple(against or agreeing),
        order=_order(own, last, others, agreeing) if confirmed else None,
        steps=tuple(_steps(own)),
    )


def _same_side(word: Word, other: Word) -> bool:
    """Whether both speak for one side; neutral and unknown speakers are of none."""
    return word.claim.party is not None and word.claim.party == other.claim.party


def _last_words(words: Iterable[Word]) -> list[Word]:
    last: dict[str, Word] = {}
    for word in words:
        known = last.get(word.voice, word)
        last[word.voice] = max(known, word, key=lambda w: w.precedence)
    return [last[voice] for voice in sorted(last)]


def _order(
    own: Sequence[Word], last: Word, others: Sequence[Word], agreeing: Sequence[Word]
) -> Order:
    """Who first said what both still say, by the dates of saying."""
    voices = {word.voice for word in agreeing}
    ours = [w.claim.said for w in own if any(w.interval.overlaps(a.interval) for a in agreeing)]
    theirs = [
        w.claim.said for w in others if w.voice in voices and w.interval.overlaps(last.interval)
    ]
    if None in ours or None in theirs:
        return Order.NO_ORDER
    first, then = min(filter(None, ours)), min(filter(None, theirs))
    if first == then:
        return Order.NO_ORDER
    return Order.CONFIRMED_LATER if first < then else Order.CONFIRMS_OTHERS


def _steps(own: Sequence[Word]) -> Iterator[Step]:
    by_voice: dict[str, list[Word]] = defaultdict(list)
    for word in own:
        by_voice[word.voice].append(word)
    for _voice, words in sorted(by_voice.items()):
        said = [
            max(at_once, key=lambda word: word.precedence)
            for _instant, at_once in groupby(words, key=lambda word: word.instant)
        ]
        for before, after in pairwise(said):
            direction = direction_of(before.interval, after.interval)
            if direction is not None:
                yield Step(direction, before, after)


def direction_of(before: Interval, after: Interval) -> Direction | None:
    """How an interval moved; None where it did not, up or down where neither holds the other."""
    if before.order == after.order:
        return None
    if after.floor >= before.floor and after.top <= before.top:
        return Direction.NARROWED
    if after.floor <= before.floor and after.top >= before.top:
        return Direction.WIDENED
    return Direction.UP if after.floor > before.floor else Direction.DOWN


def distance(own: Interval, other: Interval) -> int:
    """By how much an interval lies above another at least; negative below, 0 where they meet."""
    if own.high is not None and other.floor > own.high:
        return other.floor - own.high
    if other.high is not None and own.floor > other.high:
        return other.high - own.floor
    return 0


def find_admissions(
    claims: Iterable[Claim], speakers: Set[str], superseded: Set[str]
) -> list[Admission]:
    """What these speakers admit, or say of harm to their own side; each as it was first said."""
    found: dict[tuple[str, Key | None], Admission] = {}
    for claim in claims:
        if claim.claimant in speakers and claim.id not in superseded:
            for key in _admitted(claim):
                new = Admission(claim, key)
                known = found.get((claim.event, key), new)
                found[claim.event, key] = min(known, new, key=lambda one: one.instant)
    return list(found.values())


def _admitted(claim: Claim) -> Iterator[Key | None]:
    given = dict(quantities(claim))
    if claim.position is Position.ADMITS:
        yield from given or [None]
    elif _gives_figures(claim) and claim.party is not None:
        for key, interval in given.items():
            if _harms(key, claim) and (interval is None or interval.top > 0):
                yield key


def _gives_figures(claim: Claim) -> bool:
    asserts = claim.stance is Stance.ASSERTS and claim.polarity > 0
    return asserts and claim.kind is ClaimKind.OCCURRENCE


def _harms(key: Key, claim: Claim) -> bool:
    """Whether a figure is harm to the side that speaks: its people, or what it had to defend."""
    if key.table == CASUALTY:
        return key.subject == claim.party
    return key.table == DAMAGE and claim.defender == claim.party


class Tally(Counter[str]):
    """How many figures there are, of each agreement, order and direction."""

    def count(self, compared: Compared) -> None:
        """Add one figure."""
        self["figures"] += 1
        self[compared.agreement] += 1
        if compared.order is not None:
            self[compared.order] += 1
        self.update(step.direction.value for step in compared.steps)
