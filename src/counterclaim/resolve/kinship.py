"""Which events are parts of which, and which claims bear on an event through that."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from counterclaim.vocabulary import Distribution, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from counterclaim.resolve.inputs import Claim, Event, Family

Links = dict[str, tuple[str, ...]]


class Bearing(NamedTuple):
    """The claims that bear on one event, sorted by id.

    ``own`` speak of this event alone: their figures, times and places are its. ``all`` adds those
    about the collections it is part of, which count for its grade and positions only.
    """

    own: tuple[Claim, ...]
    all: tuple[Claim, ...]


class Kinship:
    """The part-of graph of a family. Parts that the family does not hold are left out."""

    def __init__(self, family: Family) -> None:
        """Read the links of a family."""
        self.events = {key: family.events[key] for key in sorted(family.events)}
        self.parts: Links = {
            key: _inside(event, self.events) if event.parts else ()
            for key, event in self.events.items()
        }
        self.wholes = _inverse(self.parts)

    def above(self, event: str) -> tuple[str, ...]:
        """All collections that the event is part of, directly or not, the nearest first."""
        return _reach(self.wholes, event) if self.wholes[event] else ()

    @cached_property
    def leaves(self) -> dict[str, frozenset[str]]:
        """The events without parts inside each event; itself, if it has none."""
        leaves: dict[str, frozenset[str]] = {}
        for event in self.bottom_up:
            inside = (leaves.get(part, frozenset()) for part in self.parts[event])
            leaves[event] = frozenset().union(*inside) if self.parts[event] else frozenset({event})
        return leaves

    @cached_property
    def bottom_up(self) -> tuple[str, ...]:
        """All events, each after its parts; a circle, which no store should hold, is cut open."""
        done: dict[str, None] = {}
        opened = set[str]()
        for root in self.events:
            stack = [root]
            while stack:
                event = stack[-1]
                ahead = [] if event in opened else [p for p in self.parts[event] if p not in opened]
                opened.add(event)
                if ahead:
                    stack.extend(reversed(ahead))
                else:
                    done.setdefault(stack.pop())
        return tuple(done)

    def bearings(self, claims: tuple[Claim, ...]) -> dict[str, Bearing]:
        """The claims that bear on each event."""
        about: Mapping[str, list[Claim]] = defaultdict(list)
        for claim in sorted(claims, key=_id):
            about[claim.event].append(claim)
        return {event: self._bearing(event, about) for event in self.events}

    def _bearing(self, event: str, about: Mapping[str, list[Claim]]) -> Bearing:
        direct = about[event]
        if not self.wholes[event] and not self._has_parts(event):
            alone = tuple(direct)
            return Bearing(alone, alone)
        own = [c for c in direct if not (self._has_parts(event) and _holds_for_each(c))]
        for whole in self.wholes[event]:
            own += filter(_holds_for_each, about[whole])
        everything = [*direct, *(c for whole in self.above(event) for c in about[whole])]
        return Bearing(_by_id(own), _by_id(everything))

    def _has_parts(self, event: str) -> bool:
        return bool(self.parts[event]) or self.events[event].scope is Scope.COLLECTION


_id = attrgetter("id")


def _holds_for_each(claim: Claim) -> bool:
    return claim.distribution is Distribution.EACH


def _by_id(claims: list[Claim]) -> tuple[Claim, ...]:
    return tuple(sorted(claims, key=_id))


def _inside(event: Event, known: Mapping[str, Event]) -> tuple[str, ...]:
    return tuple(sorted({part for part in event.parts if part in known and part != event.id}))


def _inverse(parts: Links) -> Links:
    wholes: dict[str, list[str]] = {event: [] for event in parts}
    for whole, inside in parts.items():
        for part in inside:
            wholes[part].append(whole)
    return {event: tuple(above) for event, above in wholes.items()}


def _reach(links: Links, start: str) -> tuple[str, ...]:
    """Everything linked to an event, without itself, the nearest first; ends on circles too."""
    seen = {start: None}
    queue = [start]
    for event in queue:
        fresh = [e for e in links[event] if e not in seen]
        seen.update(dict.fromkeys(fresh))
        queue.extend(fresh)
    return tuple(seen)[1:]
