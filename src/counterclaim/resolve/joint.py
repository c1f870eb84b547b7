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
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from counterclaim.resolve.cuts import Line
    from counterclaim.resolve.sums import Entry, Group

    Stratum = tuple[str, ...]
    Tallies = dict[Line, Tally]
    Events = frozenset[str]
    Strata = Mapping[Stratum, AbstractSet[str]]
    Share = tuple[Sequence[Stratum], Tallies]

MOST_STRATA = 4
"""A family of more strata has too many sets of them."""

SELECTED: Group = ()


class Kin:
    """The events of one family, with all lines of all cuts."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = entries
        self._found: dict[Events, Tallies] = {}
        self._alone: dict[str, Tallies] = {}
        self._added: dict[frozenset[Events], Tallies] = {}

    def shares(self, strata: Strata) -> Iterator[Share]:
        """What each set of strata adds to the sums of the events alone; ``strata`` by event.

        Sets that add nothing are left out.
        """
        ordered = sorted(strata)
        for size in range(1, len(strata) + 1):
            for together in combinations(ordered, size):
                share = self._added_by(frozenset(frozenset(strata[one]) for one in together))
                if share:
                    yield together, share

    def absence(self, strata: Strata) -> Iterator[Share]:
        """What takes all of these events out of the sums of events alone."""
        for one, events in strata.items():
            yield (one,), _less({}, map(self._by_itself, events))

    def _added_by(self, strata: frozenset[Events]) -> Tallies:
        """What these add together beyond what fewer of them do; kept, as groups are much alike."""
        if strata not in self._added:
            fewer: list[Tallies] = []
            for size in range(1, len(strata)):
                fewer += map(self._added_by, map(frozenset, combinations(strata, size)))
            events: Events = frozenset().union(*strata)
            alone = map(self._by_itself, events)
            self._added[strata] = _less(self._come_to(events), [*fewer, *alone])
        return self._added[strata]

    def _by_itself(self, event: str) -> Tallies:
        if event not in self._alone:
            entry = replace(self.entries[event], parts=(), groups=(SELECTED,))
            self._alone[event] = _by_line({event: entry})
        return self._alone[event]

    def _come_to(self, events: Events) -> Tallies:
        """What the family comes to if these are selected."""
        if events not in self._found:
            for entry in self.entries.values():
                entry.groups = (SELECTED,) if entry.event in events else ()
            self._found[events] = _by_line(self.entries)
        return self._found[events]


def _by_line(entries: Mapping[str, Entry]) -> Tallies:
    return {line: tally for (_, line), tally in sum_entries(entries).items()}


def _less(given: Tallies, others: Iterable[Tallies]) -> Tallies:
    """The difference, without what there is nothing of."""
    found: Tallies = {}
    for sign, tallies in ((1, given), *((-1, other) for other in others)):
        for line, tally in tallies.items():
            found.setdefault(line, Tally()).add(tally, sign)
    for tally in found.values():
        tally.drop_noughts()
    return {line: tally for line, tally in found.items() if tally.holds_any()}
