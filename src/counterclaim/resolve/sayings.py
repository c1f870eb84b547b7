"""What each side says of each figure, denials and refusals included, and which word stands for it.

Unlike ballots, which give a figure its value, sayings keep what gives none: "not five", no comment.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterclaim.resolve.grades import STRENGTH
from counterclaim.resolve.inputs import SPOKEN
from counterclaim.resolve.intervals import CASUALTY, DAMAGE, MUNITION, Interval, Key, hull
from counterclaim.resolve.intervals import quantities as quantities_of
from counterclaim.resolve.voices import recency
from counterclaim.resolve.weights import weigh
from counterclaim.vocabulary import ClaimKind, Position

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from counterclaim.resolve.inputs import Claim
    from counterclaim.resolve.voices import Voices

SPEAKING = frozenset({ClaimKind.OCCURRENCE, ClaimKind.POSITION})
"""Kinds of claims in which a side takes a position."""
UNKNOWN = "unknown"
"""Who speaks where nothing is known of the speaker's side."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One claim's word on one figure; ``interval`` None is a mention without a number."""

    claim: Claim
    stance: Position
    interval: Interval | None
    words: str | None


Cells = dict[tuple[Key, str], list[list[Saying]]]
"""By figure and side the side's voices, the strongest first; each voice's last word first."""


def side_of(claim: Claim) -> str:
    """The side under which a claim is shown."""
    return claim.side or UNKNOWN


def find_cells(claims: Iterable[Claim], voices: Voices) -> Cells:
    """What each side says of each figure.

    The strongest voice of a side is the one with the strongest stance, as in its position, then
    the one that weighs most, then the one that spoke last.
    """
    said: dict[tuple[Key, str], dict[str, list[Saying]]] = defaultdict(lambda: defaultdict(list))
    for claim in claims:
        for key, saying in _sayings(claim):
            said[key, side_of(claim)][voices[claim.id]].append(saying)
    return {cell: _ranked(by_voice.values()) for cell, by_voice in sorted(said.items())}


def _ranked(voices: Iterable[list[Saying]]) -> list[list[Saying]]:
    ordered = [sorted(one, key=_precedence, reverse=True) for one in voices]
    ordered.sort(key=lambda one: _strength(one[0]), reverse=True)
    return ordered


def _precedence(saying: Saying) -> tuple[object, ...]:
    """Sorts a voice's last word last; neither a mention nor a refusal replaces a number."""
    interval = saying.interval or Interval()
    narrowness = tuple(-w for w in interval.width)
    tells = saying.interval is not None or saying.stance is Position.DENIES
    return tells, *recency(saying.claim, interval.order, narrowness)


def _strength(saying: Saying) -> tuple[object, ...]:
    return -STRENGTH.index(saying.stance), weigh(saying.claim), *_precedence(saying)


def _sayings(claim: Claim) -> Iterator[tuple[Key, Saying]]:
    stance = _stance(claim)
    if stance is None:
        return
    given: dict[Key, list[Interval | None]] = defaultdict(list)
    for key, interval in quantities_of(claim):
        given[key].append(interval)
    words = _words(claim)
    for key, intervals in given.items():
        known = [interval for interval in intervals if interval is not None]
        yield key, Saying(claim, stance, hull(known) if known else None, words[key])


def _stance(claim: Claim) -> Position | None:
    """How a claim stands to its own figures; None where it gives none that count."""
    said = SPOKEN.get(claim.stance) if claim.kind in SPEAKING else None
    if said in {Position.ASSERTS, Position.ADMITS} and claim.polarity < 0:
        return Position.DENIES
    return said


def _words(claim: Claim) -> dict[Key, str | None]:
    """The words of each figure; of one that stands twice all of them."""
    found: dict[Key, list[str]] = defaultdict(list)
    for count in claim.counts:
        found[Key(MUNITION, count.munition or "", "", count.outcome.value)] += _given(count.said)
    for harmed in claim.casualties:
        key = Key(CASUALTY, harmed.side or "", harmed.status.value, harmed.harm.value)
        found[key] += _given(harmed.said)
    for damage in claim.damage:
        found[Key(DAMAGE, damage.object, "", damage.severity.value)] += _given(damage.said)
    return {key: "; ".join(words) or None for key, words in found.items()}


def _given(words: str | None) -> list[str]:
    return [words] if words else []
