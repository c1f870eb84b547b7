"""What a filter finds, counted by day and by place: the same events that the list pages through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterclaim.db import reading
from counterclaim.queries import overview
from counterclaim.queries.asof import Wish
from counterclaim.queries.claims.sides import words_of_sides
from counterclaim.queries.events import page_events
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.overview import (
    Cluster,
    cluster_events,
    count_by_day,
    events_in,
    locate,
    merge_near,
    select_events,
    spread_of,
)
from counterclaim.queries.pages import Window
from counterclaim.queries.suggestions import suggest_rows
from counterclaim.web.timeline import draw_timeline
from factories import REFERENCE, article, put_file, put_seed
from invented import claim_files, reference_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from conftest import Databases

Document = dict[str, Any]
WORLD = (-180.0, -85.0, 180.0, 85.0)

asked = st.fixed_dictionaries(
    {},
    optional={
        "weapon": st.sampled_from([["atacms"], ["wm"], ["WM-3", "Орешник"]]),
        "region": st.sampled_from([["RU-KRS"], ["XA-2", "XA-4"]]),
        "from": st.sampled_from(["2022", "2023-06"]),
        "to": st.sampled_from(["2023-12-31", "2024-11-23"]),
        "disputed": st.booleans(),
        "launched_min": st.integers(1, 20),
        "q": st.sampled_from(["strike", "town*"]),
    },
)
boxes = st.tuples(
    st.floats(20, 32), st.floats(40, 49), st.floats(33, 60), st.floats(49.5, 60)
) | st.sampled_from([WORLD, (35.0, 51.0, 37.0, 52.5), (170.0, -85.0, -170.0, 85.0)])


@pytest.fixture(scope="module")
def world(databases: Databases) -> Iterator[Engine]:
    """The seed, the small world and many strikes, for tests that only read."""
    with databases.filled(put_seed) as engine:
        put_file(engine, {**REFERENCE, "munitions": REFERENCE["munitions"][1:]})
        put_file(engine, article())
        put_file(engine, reference_rows())
        for body in claim_files(40):
            put_file(engine, body)
        yield engine


def listed(session: Session, given_: EventFilter, wish: Wish) -> list[Document]:
    page = page_events(session, given_, Window({}, 1000, None, wish=wish))
    return [orjson.loads(event.text) for event in page.items]


def standing(document: Document) -> tuple[float, float] | None:
    """Longitude and latitude of the first place of a document that is located."""
    places = (place for place in document["places"] if place["latitude"] is not None)
    return next(((place["longitude"], place["latitude"]) for place in places), None)


def within(point: tuple[float, float] | None, box: tuple[float, float, float, float]) -> bool:
    if point is None:
        return False
    west, south, east, north = box
    longitude, latitude = point
    beside = west <= longitude <= east if west <= east else not east < longitude < west
    return beside and south <= latitude <= north


@settings(max_examples=12)
@given(
    asked=asked,
    box=boxes,
    cell_degrees=st.sampled_from([0.01, 0.5, 5.0, 45.0]),
    policy=st.sampled_from(["graded", "graded", "conservative", "side:RU"]),
)
def test_map_and_timeline_hold_each_event_of_the_list_once(
    world: Engine,
    asked: dict[str, Any],
    box: tuple[float, float, float, float],
    cell_degrees: float,
    policy: str,
) -> None:
    given_, wish = EventFilter(**asked), Wish(policy=policy)
    with reading(world) as session:
        documents = listed(session, given_, wish)
        selection = select_events(session, given_, wish.view(session))
        assert selection is not None
        points = [point for point in map(standing, documents) if point is not None]
        inside = [point for point in points if within(point, box)]
        clusters = cluster_events(session, selection, box, cell_degrees)
        assert sum(one.count for one in clusters) == len(inside)
        assert all(one.box[1] <= one.latitude + 1e-9 <= one.box[3] + 2e-9 for one in clusters)
        assert len(events_in(session, selection, box, 1000)) == len(inside)
        assert spread_of(session, selection).events == len(points)
        timeline = draw_timeline(count_by_day(session, selection))
        dated = [one for one in documents if one["occurred"] and one["occurred"]["from"]]
        assert sum(bar.count for bar in timeline.bars) == timeline.dated == len(dated)
        assert timeline.dated + timeline.undated == len(documents)


def test_events_that_stand_alone_are_told_with_their_uncertainty(world: Engine) -> None:
    with reading(world) as session:
        view = Wish().view(session)
        selection = select_events(session, EventFilter(weapon=["ATACMS"]), view)
        assert selection is not None
        clusters = cluster_events(session, selection, WORLD, 0.05)
        found = locate(session, [one.sk for one in clusters])
        assert [one.document["label"] for one in found] == [
            "ATACMS strike on Kursk-Vostochny airfield",
            "ATACMS strike near Lotarevka",
        ]
        assert [one.uncertainty_m for one in found] == [2000, 14600]
        (both,) = cluster_events(session, selection, WORLD, 5.0)
        assert both.count == 2
        assert spread_of(session, selection).box == pytest.approx(both.box)


def test_what_would_take_too_long_to_resolve_is_not_counted(
    world: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "MOST_RESOLVED", 3)
    given_ = EventFilter(disputed=False)
    with reading(world) as session:
        assert select_events(session, given_, Wish(policy="latest").view(session)) is None
        stored = select_events(session, given_, Wish().view(session))
        assert stored is not None
        other = select_events(session, EventFilter(), Wish(policy="latest").view(session))
        assert other is not None  # Which events there are depends on no policy.


clusters_drawn = st.lists(
    st.builds(
        lambda count, latitude, longitude, sk: Cluster(
            count, latitude, longitude, (longitude, latitude, longitude, latitude), sk
        ),
        st.integers(1, 50),
        st.floats(-80, 80),
        st.floats(-179, 179),
        st.integers(1, 10_000),
    ),
    max_size=40,
)


@given(drawn=clusters_drawn, apart=st.sampled_from([0.01, 1.0, 30.0]))
def test_clusters_made_one_lose_no_event(drawn: list[Cluster], apart: float) -> None:
    merged = merge_near(drawn, apart)
    assert sum(one.count for one in merged) == sum(one.count for one in drawn)
    assert len(merged) <= len(drawn)
    if drawn:
        largest = max(drawn, key=lambda one: one.count)
        assert max(one.count for one in merged) >= largest.count


def test_what_each_side_says_is_read_at_once_for_many_events(
    world: Engine, query_counter: Callable[..., Any]
) -> None:
    with reading(world) as session:
        view = Wish().view(session)
        ids = {one["label"]: one["id"] for one in listed(session, EventFilter(), Wish())}
        found = words_of_sides(session, ids.values(), view)
    strike = found[ids["ATACMS strike near Lotarevka"]]
    told = {key: (str(one.stance), one.low, one.high, one.said) for key, one in strike.items()}
    assert told["launched", "RU"] == ("asserts", 5, 5, "five")
    assert told["hit", "RU"] == ("admits", 2, None, "several")
    assert strike["hit", "RU"].whole is not None
    assert strike["launched", "RU"].whole is None
    assert not [key for key in strike if key[1] == "UA"]
    quarry = found[ids["Zeta-9 strike on Quarry"]]
    assert {key: (one.low, one.high) for key, one in quarry.items()} == {
        ("launched", "AA"): (5, 5),
        ("launched", "BB"): (5, 5),
        ("intercepted", "AA"): (3, 3),
        ("hit", "BB"): (4, 4),
    }
    numbers = []
    for some in (list(ids.values())[-1:], list(ids.values())[-20:]):
        with reading(world) as session, query_counter(world) as queries:
            words_of_sides(session, some, view)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize(
    ("what", "text", "key", "spelling"),
    [
        ("weapon", "Ореш", "oreshnik", "Орешник"),
        ("weapon", "storm", "storm-shadow", None),
        ("place", "курс", "ru-krs", "Курская область"),
        ("region", "kursk", "ru-krs", None),
        ("claimant", "ministry of def", "ru-mod", "Ministry of Defence of the Russian Federation"),
        ("weapon", "atakms", "atacms", None),
    ],
)
def test_names_are_suggested_in_any_spelling(
    world: Engine, what: str, text: str, key: str, spelling: str | None
) -> None:
    with reading(world) as session:
        first = suggest_rows(session, what, text)[0]
        assert first.key == key
        if spelling:
            assert first.spelling == spelling
        assert suggest_rows(session, what, "…") == []
