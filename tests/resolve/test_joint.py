"""What a family comes to is what its events and its sets of strata add, whatever is selected."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from counterclaim.resolve.cuts import BY_MUNITION, MUNITIONS, Line, Measure
from counterclaim.resolve.joint import MOST_STRATA, Kin
from counterclaim.resolve.sums import EVERYTHING, Entry, Tally, sum_entries
from counterclaim.vocabulary import Grade, Scope

LINES = (Line(MUNITIONS), Line(BY_MUNITION, "moth"), Line(BY_MUNITION, "zeta-9"))
Strata = dict[tuple[str, ...], set[str]]
numbers = st.one_of(st.none(), st.integers(0, 4))


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Entry]:
    """Six events, some of which are made of others before them."""
    found: dict[str, Entry] = {}
    for event in "abcdef":
        parts = draw(st.sets(st.sampled_from(sorted(found) or ["z"]), max_size=3))
        scope = draw(st.sampled_from(list(Scope)))
        entry = Entry(event, scope, draw(st.sampled_from([Grade.WEAK, None])), draw(st.booleans()))
        entry.parts = tuple(sorted(parts))
        entry.lines[EVERYTHING] = {}
        for line in draw(st.sets(st.sampled_from(LINES))):
            low, best, high = draw(numbers), draw(numbers), draw(numbers)
            side = draw(st.sampled_from(["AA", "BB", None]))
            entry.lines[line] = {"hit": Measure(line, "hit", low, best, high, side)}
        found[event] = entry
    return found


def summed(family: dict[str, Entry], selected: set[str]) -> dict[Line, Tally]:
    chosen = {
        event: replace(entry, groups=((),) if event in selected else ())
        for event, entry in family.items()
    }
    return {line: tally for (_, line), tally in sum_entries(chosen).items()}


@given(family=entries(), places=st.lists(st.integers(1, MOST_STRATA), min_size=6, max_size=6))
def test_shares_make_up_what_any_selection_comes_to(
    family: dict[str, Entry], places: list[int]
) -> None:
    strata: Strata = defaultdict(set)
    for event, place in zip(family, places, strict=True):
        strata[str(place),].add(event)
    shares = list(Kin(family).shares(strata))
    gone = list(Kin(family).absence(strata))
    for size in range(1, len(strata) + 1):
        for chosen in combinations(strata, size):
            selected = set().union(*(strata[one] for one in chosen))
            alone = [summed({e: replace(family[e], parts=())}, {e}) for e in sorted(selected)]
            added = [tallies for together, tallies in shares if set(together) <= {*chosen}]
            away = [tallies for (only,), tallies in gone if only in chosen]
            assert in_all([*alone, *added]) == in_all([summed(family, selected)])
            assert in_all([*alone, *away]) == {}


def in_all(several: list[dict[Line, Tally]]) -> dict[Line, Tally]:
    found: dict[Line, Tally] = defaultdict(Tally)
    for tallies in several:
        for line, tally in tallies.items():
            found[line].add(tally)
    for tally in found.values():
        tally.drop_noughts()
    return {line: tally for line, tally in found.items() if tally != Tally()}
