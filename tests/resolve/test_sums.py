"""Totals over events count nothing twice and make no zeros up."""

from __future__ import annotations

from counterclaim.resolve.cuts import BY_MUNITION, Line, Measure
from counterclaim.resolve.sums import Entry, Group, Tally, sum_entries
from counterclaim.vocabulary import Grade, Scope

ATACMS = Line(BY_MUNITION, "atacms")
Ends = tuple[int | None, int | None]
ALL: tuple[Group, ...] = ((),)


def entry(
    event: str,
    launched: Ends | None = None,
    *,
    scope: Scope = Scope.SINGLE,
    parts: tuple[str, ...] = (),
    groups: tuple[Group, ...] = ALL,
    side: str | None = "RU",
) -> Entry:
    lines = {}
    if launched is not None:
        low, high = launched
        best = low if low == high else None
        lines[ATACMS] = {"launched": Measure(ATACMS, "launched", low, best, high, side)}
    return Entry(event, scope, Grade.WEAK, False, parts, groups, lines)


def tally(*entries: Entry, group: Group = ()) -> Tally:
    return sum_entries({one.event: one for one in entries})[group, ATACMS]


def launched(*entries: Entry, group: Group = ()) -> tuple[object, ...]:
    found = tally(*entries, group=group)
    return (found.events, *found.counts["launched"].among(found.events))


def test_intervals_are_summed_and_an_open_one_leaves_the_sum_open() -> None:
    assert launched(entry("a", (5, 5)), entry("b", (2, 4))) == (2, 7, 5, 9, 1)
    assert launched(entry("a", (5, 5)), entry("b", (2, None))) == (2, 7, 5, None, 1)


def test_a_mention_without_a_number_is_unknown_and_never_zero() -> None:
    assert launched(entry("a", (None, None))) == (1, None, None, None, 1)
    assert launched(entry("a", (None, 4)), entry("b", (0, 0))) == (2, None, 0, 4, 1)


def test_a_collection_takes_the_place_of_its_parts() -> None:
    whole = entry("g", (2, 3), scope=Scope.COLLECTION, parts=("a", "b"), groups=())
    assert launched(entry("a", (1, 2)), entry("b", (0, 1)), whole) == (2, 2, None, 3, 2)


def test_a_collection_of_which_a_part_is_missing_does_not_count() -> None:
    whole = entry("g", (2, 3), scope=Scope.COLLECTION, parts=("a", "b"), groups=())
    assert launched(entry("a", (1, 2)), whole) == (1, 1, None, 2, 1)
    apart = entry("b", (0, 1), groups=(("2024-12",),))
    assert launched(entry("a", (1, 2), groups=(("2024-11",),)), apart, whole, group=("2024-12",))[
        1:
    ] == (0, None, 1, 1)


def test_what_only_the_collection_knows_enters_once_and_covers_its_parts() -> None:
    whole = entry("g", (2, 2), scope=Scope.COLLECTION, parts=("a", "b"), groups=())
    assert launched(entry("a"), entry("b"), whole) == (2, 2, 2, 2, 0)


def test_a_figure_that_the_collection_lacks_is_summed_over_its_parts() -> None:
    whole = entry("g", scope=Scope.COLLECTION, parts=("a", "b"), groups=())
    assert launched(entry("a", (1, 1)), entry("b", (3, 3)), whole) == (2, 4, 4, 4, 0)


def test_a_regional_count_inside_a_national_one_counts_once() -> None:
    nation = entry("n", (90, 90), scope=Scope.WAVE, parts=("r",))
    assert launched(entry("r", (20, 20)), nation) == (1, 90, 90, 90, 0)


def test_a_wave_without_the_figure_is_at_least_what_its_regions_report() -> None:
    nation = entry("n", scope=Scope.WAVE, parts=("r", "s"))
    assert launched(entry("r", (20, 20)), nation) == (1, 20, None, None, 1)


def test_collections_within_collections_count_once() -> None:
    inner = entry("g", (3, 3), scope=Scope.COLLECTION, parts=("a", "b"), groups=())
    outer = entry("h", (7, 7), scope=Scope.COLLECTION, parts=("c", "g"), groups=())
    events = entry("a", (1, 1)), entry("b", (2, 2)), entry("c", (4, 4))
    assert launched(*events, inner, outer) == (3, 7, 7, 7, 0)


def test_collections_that_overlap_count_no_part_twice() -> None:
    first = entry("g", (3, 3), scope=Scope.COLLECTION, parts=("a", "b"), groups=())
    second = entry("h", (6, 6), scope=Scope.COLLECTION, parts=("b", "c"), groups=())
    events = entry("a", (1, 1)), entry("b", (2, 2)), entry("c", (4, 4))
    assert launched(*events, first, second) == (3, 7, 7, 7, 0)


def test_wholes_in_a_circle_come_to_an_end() -> None:
    one = entry("g", (3, 3), scope=Scope.COLLECTION, parts=("h", "a"), groups=())
    other = entry("h", (3, 3), scope=Scope.COLLECTION, parts=("g", "a"))
    assert launched(entry("a", (1, 1)), one, other)[0] == 1


def test_the_figures_of_one_side_alone_are_counted_as_such() -> None:
    assert tally(entry("a", (1, 1)), entry("b", (1, 1), side=None)).one_sided == 1
    whole = entry("g", (2, 2), scope=Scope.COLLECTION, parts=("a", "b"), groups=())
    assert tally(entry("a"), entry("b", (1, 1), side=None), whole).one_sided == 1
