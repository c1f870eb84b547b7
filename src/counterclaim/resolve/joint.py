"""What events that hang together come to beyond each alone, by which of them are selected.

A question selects events by their strata: all of a stratum or none. So what a family comes to is a
sum over sets of its strata: each set adds its own share where all of it is selected (a Möbius
transform). Shares of many families can be added up before anybody asks.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from counterclaim.resolve.sums import Tally, sum_entries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from counterclaim.resolve.cuts import Line
    from counterclaim.resolve.sums import Entry, Group

    Stratum = tuple[str, ...]
    Tallies = dict[Line, Tally]
    Strata = Mapping[Stratum, AbstractSet[str]]
    Share = tuple[Sequence[Stratum], Tallies]

MOST_STRATA = 4
"""A family of more strata has too many sets of them."""

SELECTED: Group = ()


class Kin:
    """The events of one family, with all lines of all cuts."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = entries
        self._found: dict[frozenset[str], Tallies] = {}
        self._alone: dict[str, Tallies] = {}

    def shares(self, strata: Strata) -> Iterator[Share]:
        """What each set of strata adds to the sums of the events alone; ``strata`` by event."""
        within: dict[frozenset[Stratum], Tallies] = {}
        for size in range(1, len(strata) + 1):
            for chosen in combinations(strata, size):
                share = self._come_to(frozenset().union(*(strata[one] for one in chosen)))
                for fewer, already in within.items():
                    if fewer < set(chosen):
                        _add(share, already, -1)
                within[frozenset(chosen)] = share
        for together, share in within.items():
            only = (
                self._without_alone(share, strata[min(together)]) if len(together) == 1 else share
            )
            yield sorted(together), only

    def absence(self, strata: Strata) -> Iterator[Share]:
        """What takes all of these events out of the sums of events alone."""
        for one, events in strata.items():
            yield (one,), self._without_alone({}, events)

    def _without_alone(self, share: Tallies, events: AbstractSet[str]) -> Tallies:
        found: Tallies = {}
        _add(found, share)
        for event in events:
            if event not in self._alone:
                entry = replace(self.entries[event], parts=(), groups=(SELECTED,))
                self._alone[event] = _by_line({event: entry})
            _add(found, self._alone[event], -1)
        return found

    def _come_to(self, events: frozenset[str]) -> Tallies:
        """What the family comes to if these are selected; the answer is the caller's."""
        if events not in self._found:
            for entry in self.entries.values():
                entry.groups = (SELECTED,) if entry.event in events else ()
            self._found[events] = _by_line(self.entries)
        found: Tallies = {}
        _add(found, self._found[events])
        return found


def _by_line(entries: Mapping[str, Entry]) -> Tallies:
    return {line: tally for (_, line), tally in sum_entries(entries).items()}


def _add(to: Tallies, given: Tallies, sign: int = 1) -> None:
    for line, tally in given.items():
        to.setdefault(line, Tally()).add(tally, sign)
