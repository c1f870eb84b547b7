"""People within people: military and civilian in all, one side in all, parts in a collection."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest

from counterclaim.resolve import Casualty, Claim, Event, Summary, resolve
from counterclaim.resolve.intervals import CASUALTY, Interval, Key
from counterclaim.vocabulary import Harm, HarmStatus

from .building import Quantity, claim, counts, ends, event, family


def killed(
    quantity: Quantity, status: str = "unknown", side: str | None = "RU"
) -> tuple[Casualty, ...]:
    return (Casualty(side, HarmStatus(status), Harm.KILLED, *ends(quantity)),)


def says(id_: str, quantity: Quantity, *what: Any, by: str = "ru-mod", of: str = "E") -> Claim:
    return claim(id_, of, by, casualties=killed(quantity, *what))


def alone(*claims: Claim) -> Summary:
    return resolve(family([event("E")], *claims))["E"]


def figure(summary: Summary, status: str, side: str = "RU") -> tuple[Interval | None, Any]:
    found = summary.figures[Key(CASUALTY, side, status, "killed")]
    return found.interval, found.narrowed_by


def named(summary: Summary) -> list[tuple[str, ...]]:
    return [found.claims for found in summary.contradictions]


def test_more_soldiers_than_people_in_one_voice_are_a_contradiction_and_no_dispute() -> None:
    summary = alone(says("a", 5), says("b", 7, "military"))
    assert named(summary) == [("a", "b")]
    assert not summary.disputed


def test_two_voices_may_count_other_people() -> None:
    summary = alone(says("a", 5), says("b", 7, "military", by="ua-staff"))
    assert named(summary) == []
    assert figure(summary, "unknown") == (Interval(5, 5), ())


def test_military_and_civilian_together_are_at_most_all() -> None:
    summary = alone(says("a", 5), says("b", 3, "military"), says("c", 4, "civilian"))
    assert named(summary) == [("a", "b", "c")]


def test_what_is_told_closer_narrows_the_whole_and_back() -> None:
    summary = alone(
        says("a", (None, 9)), says("b", 3, "military"), says("c", (2, None), "civilian")
    )
    assert figure(summary, "unknown") == (Interval(5, 9), ("b", "c"))
    assert figure(summary, "civilian") == (Interval(2, 6), ("a", "b"))


def test_people_of_one_side_are_among_those_of_unknown_side() -> None:
    both = says("b", 4, "civilian", "RU"), says("c", 3, "civilian", "UA")
    assert named(alone(says("a", 6, "civilian", None), *both)) == [("a", "b", "c")]
    assert named(alone(says("a", 7, "civilian", None), *both)) == []


def test_no_line_is_made_of_people_that_nobody_counted_together() -> None:
    summary = alone(says("b", 3, "military"), says("c", 4, "civilian"))
    assert {key.status for key in summary.figures} == {"military", "civilian"}


NEST = [event("W", "V", "X"), event("V", "A", "B"), *(event(e) for e in "XAB")]


@pytest.mark.parametrize(
    ("whole", "inside", "contradicting"),
    [
        ({"W": 9}, [("A", 12, "unknown")], [("A0", "W")]),
        ({"W": 9}, [("A", 12, "military")], [("A0", "W")]),
        ({"W": 9}, [("A", 5, "unknown"), ("X", 5, "unknown")], [("A0", "W", "X1")]),
        ({"W": 9}, [("A", 5, "military"), ("X", 5, "civilian")], [("A0", "W", "X1")]),
        ({"W": 9}, [("A", 5, "military"), ("W", 6, "civilian")], [("A0", "W", "W1")]),
        ({"W": 9, "V": 9}, [("A", 4, "military"), ("B", 6, "military")], [("A0", "B1", "V")]),
        ({"W": 12}, [("A", 5, "military"), ("X", 5, "civilian")], []),
    ],
)
def test_parts_are_at_most_their_collection(
    whole: dict[str, int], inside: list[tuple[str, int, str]], contradicting: list[tuple[str, ...]]
) -> None:
    claims = [says(name, number, of=name) for name, number in whole.items()]
    claims += [says(f"{of}{i}", n, status, of=of) for i, (of, n, status) in enumerate(inside)]
    found = {c for s in resolve(family(NEST, *claims)).values() for c in named(s)}
    assert set(contradicting) <= found
    assert bool(found) == bool(contradicting)


def test_launched_of_nested_collections_name_the_claims_at_odds() -> None:
    claims = [claim(e, e, counts=counts(launched=n)) for e, n in {"W": 9, "A": 4, "B": 3}.items()]
    summaries = resolve(family(NEST, *claims, claim("X", "X", counts=counts(launched=4))))
    assert {c for s in summaries.values() for c in named(s)} == {("A", "B", "W", "X")}


def test_long_sums_name_no_more_claims_than_are_needed() -> None:
    parts = [f"P{i:03}" for i in range(150)]
    claims = [claim(p, p, counts=counts(launched=3)) for p in parts]
    whole = claim("W", "W", counts=counts(launched=10))
    summaries = resolve(family([event("W", *parts), *map(event, parts)], whole, *claims))
    (found,) = summaries["W"].contradictions
    assert len(found.claims) == 5
    assert "W" in found.claims


PARTS = [f"P{i:02}" for i in range(50)]


@pytest.mark.parametrize(
    ("events", "places"),
    [
        pytest.param([event("E")], ["E"], id="one event"),
        pytest.param([event("W", *PARTS), *map(event, PARTS)], PARTS, id="a collection"),
    ],
)
def test_two_thousand_claims_resolve_and_the_time_is_shown(
    events: list[Event], places: list[str]
) -> None:
    claims = [
        claim(
            f"{i:04}", places[i % len(places)], f"s{i % 700}",
            counts=counts(launched=(i % 9, i % 9 + 5)),
            casualties=killed(i % 7, ("military", "civilian", "unknown")[i % 3]),
        )
        for i in range(2000)
    ]  # fmt: skip
    start = time.process_time()
    summaries = resolve(family(events, *claims))
    sys.stdout.write(f"2000 claims on {len(events)} events: {time.process_time() - start:.2f} s\n")
    assert sum(summaries[place].claims for place in places) == 2000
