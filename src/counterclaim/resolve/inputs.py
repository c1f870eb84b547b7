"""What the resolver is given: plain values that the read side loads from the tables.

All claims here are live. Merged events arrive as one event, with the claims mapped to its id.
Nobody changes a value once it is made; nothing is frozen by force, since a store holds millions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from counterclaim.vocabulary import ClaimKind, Position, Stance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from counterclaim.moment import Moment
    from counterclaim.vocabulary import (
        Credibility,
        Distribution,
        EventKind,
        Harm,
        HarmStatus,
        MunitionCategory,
        Outcome,
        PlaceMethod,
        PlacePrecision,
        PlaceRole,
        Reliability,
        Scope,
        Severity,
    )

NEUTRAL = "neutral"
AFFIRMING = frozenset({Stance.ASSERTS, Stance.ADMITS})
SPOKEN = {
    Stance.ADMITS: Position.ADMITS,
    Stance.ASSERTS: Position.ASSERTS,
    Stance.DENIES: Position.DENIES,
    Stance.DECLINES: Position.DECLINES,
}


class Count(NamedTuple):
    """Munitions that met one outcome; ``munition`` None is a munition that nobody named."""

    munition: str | None
    outcome: Outcome
    low: int | None
    high: int | None
    said: str | None = None


class Casualty(NamedTuple):
    """People harmed; ``side`` None is a side that nobody named."""

    side: str | None
    status: HarmStatus
    harm: Harm
    low: int | None
    high: int | None
    said: str | None = None


class Damage(NamedTuple):
    """Objects damaged or destroyed."""

    object: str
    severity: Severity
    low: int | None
    high: int | None
    said: str | None = None


class Site(NamedTuple):
    """A place that a claim names, in WGS 84 degrees; both coordinates or none."""

    role: PlaceRole
    key: str | None
    name: str | None
    said: str | None
    country: str | None
    region: str | None
    latitude: float | None
    longitude: float | None
    uncertainty_m: int | None
    precision: PlacePrecision
    method: PlaceMethod | None


class Munition(NamedTuple):
    """A type of weapon and the keys of all types above it, in any order."""

    key: str
    name: str
    category: MunitionCategory
    ancestors: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Claim:
    """One live claim about one event.

    Attributes:
        lineage: The claimant's key, then the keys of the sources above it.
        side: A side, ``neutral`` for outlets and observers, None where nothing is known.
        polarity: +1, or -1 for what is said not to be so.
        said: When the claimant spoke; None is unknown and counts as earliest.
        origin: Id of the document at the root of the syndication; its own id if there is none.
        negates_fact: Polarity -1 speaks of a munition's property, not of the occurrence.
        attributed: The document names this claimant; False is the document's own voice.
        party: The side that speaks, None where it is neutral or unknown.
        affirms: Whether the claim says that the event took place.
        denies: Whether the claim says that the event did not take place.
        position: What the claim makes its claimant's position.
    """

    id: str
    event: str
    kind: ClaimKind
    claimant: str
    lineage: tuple[str, ...]
    side: str | None
    stance: Stance
    polarity: int
    distribution: Distribution
    said: datetime | None
    recorded_at: datetime
    document: str
    origin: str
    reliability: Reliability
    credibility: Credibility
    occurred: Moment | None = None
    attacker: str | None = None
    defender: str | None = None
    places: tuple[Site, ...] = ()
    counts: tuple[Count, ...] = ()
    casualties: tuple[Casualty, ...] = ()
    damage: tuple[Damage, ...] = ()
    negates_fact: bool = False
    attributed: bool = False

    party: str | None = field(init=False)
    affirms: bool = field(init=False)
    denies: bool = field(init=False)
    position: Position | None = field(init=False)

    def __post_init__(self) -> None:
        """Note what follows, which is asked for again and again."""
        self.party = None if self.side == NEUTRAL else self.side
        occurrence = self.kind is ClaimKind.OCCURRENCE
        affirming = self.stance in AFFIRMING
        self.affirms = occurrence and affirming and (self.polarity > 0 or self.negates_fact)
        self.denies = occurrence and not self.negates_fact and self._refutes(affirming=affirming)
        self.position = self._declared()

    def _refutes(self, *, affirming: bool) -> bool:
        """To deny, or to affirm that it is not so; of numbers that says nothing of the event."""
        if affirming:
            return self.polarity < 0 and not (self.counts or self.casualties or self.damage)
        return self.stance is Stance.DENIES

    def _declared(self) -> Position | None:
        """None for threats, evidence and background, and for what is not so without a denial.

        "Not five were launched" neither asserts nor denies that something was.
        """
        if self.affirms:
            return SPOKEN[self.stance]
        if self.denies:
            return Position.DENIES
        declares = self.kind is ClaimKind.POSITION
        if self.stance is Stance.DECLINES and (declares or self.kind is ClaimKind.OCCURRENCE):
            return Position.DECLINES
        return SPOKEN.get(self.stance) if declares and self.polarity > 0 else None


@dataclass(slots=True)
class Event:
    """What claims are about; ``withdrawn``: it had claims and all of them are retracted."""

    id: str
    kind: EventKind
    scope: Scope
    label: str
    parts: tuple[str, ...] = ()
    withdrawn: bool = False


@dataclass(slots=True)
class Family:
    """Events linked by part-of, directly or over others, with all live claims about them.

    ``munitions`` holds each munition that a claim names.
    """

    events: Mapping[str, Event]
    claims: tuple[Claim, ...]
    munitions: Mapping[str, Munition]
