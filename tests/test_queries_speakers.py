"""What claimants say in numbers: their last words, nothing twice, and two on the same events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from counterclaim.db import reading
from counterclaim.queries.asof import PRESENT
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.stats.speakers import Sum, compare_speakers, sum_speakers
from counterclaim.store.review import judge_events
from counterclaim.vocabulary import Judgement, Outcome
from deciding import decide, put_event, report
from factories import REFERENCE, article, put_file, put_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from conftest import Databases

LATER = (
    "The Aland Ministry said ten missiles were fired at Harbour, of them six Zeta-9. "
    "Later the Aland Ministry said nine missiles were fired at Harbour. "
    "The Bland Army said at least seven missiles were fired at Harbour."
)


def claim(**given: Any) -> dict[str, Any]:
    return {"event": "E2", "occurred": "2024-06-01", "attacker": "BB", "defender": "AA", **given}


def put_numbers(engine: Engine) -> None:
    put_world(engine)
    aland, bland = {"said_by": ["aland-mod"]}, {"said_by": ["bland-army"]}
    first, second, third = LATER.split(". ")
    claims = [
        claim(
            **aland,
            quote=first,
            said="2024-06-01",
            counts=[
                {"munition": "missile", "launched": 10},
                {"munition": "Zeta-9", "launched": 6},
            ],
        ),
        claim(
            **aland,
            quote=second,
            said="2024-06-02",
            counts=[{"munition": "missile", "launched": 9}],
        ),
        claim(
            **bland,
            quote=third.rstrip("."),
            counts=[{"munition": "missile", "launched": {"low": 7}}],
        ),
    ]
    document = {
        "title": "Harbour",
        "text": LATER,
        "publisher": "courier",
        "published": "2024-06-03",
        "lang": "en",
    }
    events = [{"ref": "E2", "kind": "strike", "label": "Missiles on Harbour"}]
    put_file(engine, article(document=document, events=events, claims=claims))


def put_one_night(engine: Engine) -> None:
    """Two events that are one; a ministry says how many came of the one, what hit of the other."""
    put_file(engine, REFERENCE)
    launched, hit = put_event(engine, "Launches"), put_event(engine, "Hits")
    third = put_event(engine, "Later")
    for event, counts in (
        (launched, {"launched": 6}),
        (hit, {"hit": 2}),
        (hit, {"launched": 9}),
        (third, {"hit": 1}),
    ):
        body = report("courier", next(iter(counts.values())), event)
        body["claims"][0]["counts"] = [{"munition": "Zeta-9", **counts}]
        put_file(engine, body)
    decide(engine, judge_events, launched, hit, Judgement.SAME, "One night")


def test_merged_events_are_one_and_each_event_is_counted_once(databases: Databases) -> None:
    with databases.filled(put_one_night) as engine, reading(engine) as session:
        view = PRESENT.view(session)
        (courier,) = sum_speakers(session, EventFilter(), view)
        night = EventFilter(q="Launches")
        (narrow,) = sum_speakers(session, night, view)
    assert courier.sums == {"launched": Sum(9, 9, 1), "hit": Sum(3, 3, 2)}
    assert courier.events == 2
    assert narrow.sums == {"launched": Sum(9, 9, 1), "hit": Sum(2, 2, 1)}


@pytest.fixture(scope="module")
def numbers(request: pytest.FixtureRequest, engine_name: str) -> Iterator[Engine]:
    databases: Databases = request.getfixturevalue(f"{engine_name}_databases")
    with databases.filled(put_numbers) as engine:
        yield engine


def test_the_last_word_counts_and_a_broader_number_holds_the_narrower(numbers: Engine) -> None:
    with reading(numbers) as session:
        told = {one.key: one for one in sum_speakers(session, EventFilter(), PRESENT.view(session))}
    assert told["aland-mod"].sums["launched"] == Sum(5 + 9, 5 + 9, 2)
    assert told["aland-mod"].sums["intercepted"] == Sum(3, 3, 1)
    assert told["bland-army"].sums["launched"] == Sum(5 + 7, None, 2)
    assert told["bland-army"].sums["hit"] == Sum(4, 4, 1)
    assert told["aland-mod"].events == 2
    assert told["aland-mod"].side == "AA"  # That of the state it belongs to.


def test_two_claimants_are_compared_on_the_events_of_which_both_speak(numbers: Engine) -> None:
    with reading(numbers) as session:
        view = PRESENT.view(session)
        (pair,) = compare_speakers(session, EventFilter(), view, Outcome.LAUNCHED)
        only = EventFilter(q="Harbour", claimant=["bland-army"], launched_min=1)
        (narrow,) = compare_speakers(session, only, view, Outcome.LAUNCHED)
        none = compare_speakers(session, EventFilter(), view, Outcome.INTERCEPTED)
    assert (pair.left, pair.right, pair.events) == ("aland-mod", "bland-army", 2)
    assert (pair.left_sum, pair.right_sum) == (Sum(14, 14, 2), Sum(12, None, 2))
    assert narrow.left_sum == Sum(9, 9, 1)
    assert none == []
