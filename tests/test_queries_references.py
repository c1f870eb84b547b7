"""Sources, munitions and places as they are read: found in any spelling, as of an instant."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from counterclaim.db import new_id, reading, writing
from counterclaim.errors import FilterError, NotFoundError
from counterclaim.models import Source, SourceName, SourceRating
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.pages import Window
from counterclaim.queries.references import (
    MunitionFilter,
    PlaceFilter,
    SourceFilter,
    get_munition,
    get_place,
    get_source,
    page_munitions,
    page_places,
    page_sources,
)
from counterclaim.store.ledger import open_writer
from counterclaim.vocabulary import NameKind, Reliability
from factories import REFERENCE, put_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from sqlalchemy import Engine

    from conftest import Queries

    Counter = Callable[[Engine], AbstractContextManager[Queries]]


@pytest.fixture
def seeded(seed_to_read: Engine) -> Engine:
    """The seed on each engine; tests only read it."""
    return seed_to_read


def window(limit: int = 1000, cursor: str | None = None) -> Window:
    return Window({}, limit, cursor, count=True)


PEOPLE = ["dmitry-peskov", "vladimir-putin"]


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        ({"q": "министерство оборо"}, ["ru-mod", "ua-mod"]),
        ({"q": "Генеральний штаб Збройних сил України"}, ["ua-general-staff"]),
        ({"q": "Генеральный штаб Вооружённых сил У"}, ["ua-general-staff"]),
        ({"q": "general staff"}, ["ru-general-staff", "ua-general-staff"]),
        ({"q": "usa"}, ["united-states"]),
        ({"q": "ru-mod"}, ["ru-mod"]),
        ({"q": "nobody"}, []),
        ({"parent": ["North Atlantic Alliance"]}, ["nato-diplomats"]),
        ({"parent": ["kremlin"]}, ["dmitry-peskov", "vladimir-putin"]),
        ({"side": ["nato"]}, ["nato", "nato-diplomats"]),
        ({"kind": ["official"], "country": ["RU"]}, PEOPLE),
        ({"country": ["UA"], "kind": ["state"]}, ["ukraine"]),
    ],
)
def test_sources_are_found(seeded: Engine, given: dict[str, Any], keys: list[str]) -> None:
    with reading(seeded) as session:
        page = page_sources(session, SourceFilter(**given), window())
    assert [source.key for source in page.items] == sorted(keys)
    assert page.total == len(keys)


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        ({"q": "ATACAMS"}, ["atacms"]),
        ({"q": "Орешн"}, ["oreshnik"]),
        ({"parent": ["Искандер"]}, ["iskander-k", "iskander-m"]),
        ({"category": ["cruise_missile"], "country": ["GB"]}, ["storm-shadow"]),
    ],
)
def test_munitions_are_found(seeded: Engine, given: dict[str, Any], keys: list[str]) -> None:
    with reading(seeded) as session:
        page = page_munitions(session, MunitionFilter(**given), window())
    assert [munition.key for munition in page.items] == keys


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        ({"region": ["RU-KRS"], "kind": ["airfield"]}, ["kursk-vostochny"]),
        ({"q": "Дніпро", "kind": ["city"]}, ["dnipro"]),
        ({"parent": ["Курская область"], "kind": ["village"]}, ["lotarevka"]),
    ],
)
def test_places_are_found(seeded: Engine, given: dict[str, Any], keys: list[str]) -> None:
    with reading(seeded) as session:
        page = page_places(session, PlaceFilter(**given), window())
    assert [place.key for place in page.items] == keys


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"parent": ["kremlim"]}, "parent"),
        ({"side": ["ZZ"]}, "side"),
        ({"country": ["Atlantis-by-the-sea"]}, "country"),
        ({"q": "!?"}, "q"),
    ],
)
def test_filter_that_names_nothing_is_refused(
    seeded: Engine, given: dict[str, Any], parameter: str
) -> None:
    with reading(seeded) as session, pytest.raises(FilterError) as refused:
        page_sources(session, SourceFilter(**given), window())
    assert refused.value.parameter == parameter


def test_pages_hold_every_place_once_in_the_order_of_bytes(seeded: Engine) -> None:
    keys: list[str] = []
    cursor = None
    with reading(seeded) as session:
        while True:
            page = page_places(session, PlaceFilter(country=["UA", "RU"]), window(31, cursor))
            keys += [place.key for place in page.items]
            cursor = page.next
            if cursor is None:
                break
    assert keys == sorted(set(keys))
    assert len(keys) == page.total


def test_pages_of_any_length_take_as_many_statements(
    seeded: Engine, query_counter: Counter
) -> None:
    counts = []
    for limit in (1, 200):
        with reading(seeded) as session, query_counter(seeded) as queries:
            page_places(session, PlaceFilter(), window(limit))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_source_tells_what_it_said_and_published(seeded: Engine) -> None:
    with reading(seeded) as session:
        at = last_change(session)
        ministry = get_source(session, "ru-mod", View(at))
        outlet = get_source(session, "unnamed-outlet-2024-11-26", View(at))
        assert get_source(session, ministry.id, View(at)) == ministry
        assert get_source(session, "kremlin", View(at)).children == PEOPLE
    assert (ministry.parent, ministry.claims, ministry.documents) == ("russia", 10, 0)
    assert outlet.documents == 1
    assert ministry.reliability is Reliability.F
    kinds = [name.kind is NameKind.PREFERRED for name in ministry.names]
    assert kinds == sorted(kinds, reverse=True)


def test_munition_lists_what_claims_say_of_it(seeded: Engine) -> None:
    with reading(seeded) as session:
        at = last_change(session)
        facts = get_munition(session, "atacms", View(at)).facts
        assert get_munition(session, "iskander", View(at)).children == ["iskander-k", "iskander-m"]
    assert {(fact.property, fact.value, fact.unit) for fact in facts} >= {("range_km", "300", "km")}
    assert all(fact.quote for fact in facts)


def test_place_is_read_by_key(seeded: Engine) -> None:
    with reading(seeded) as session:
        place = get_place(session, "kursk-vostochny", View(last_change(session)))
    assert (place.kind, place.region, place.parent) == ("airfield", "RU-KRS", "ru-krs")
    assert place.latitude is not None


def test_unknown_key_comes_with_the_nearest(seeded: Engine) -> None:
    with reading(seeded) as session, pytest.raises(NotFoundError) as missing:
        get_munition(session, "atacm", View(last_change(session)))
    assert missing.value.suggestions == ("atacms",)


def test_spelling_is_no_key(seeded: Engine) -> None:
    with reading(seeded) as session, pytest.raises(NotFoundError):
        get_munition(session, "ATACAMS", View(last_change(session)))


def test_ratings_and_names_are_those_of_that_moment(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    with writing(engine) as session:
        writer = open_writer(session, "test")
        at = writer.at
        source = session.scalars(select(Source).where(Source.key == "courier")).one()
        session.add(
            SourceRating(
                id=new_id(),
                source_id=source.id,
                reliability=Reliability.B,
                rationale="Corrects itself.",
                rated_by="ann",
                recorded_at=at,
            )
        )
        name = select(SourceName).where(SourceName.source_id == source.id)
        session.scalars(name).one().ended_at = at
        writer.note("rate", source.id, {})
    with reading(engine) as session:
        before = get_source(session, "courier", View(at - timedelta(microseconds=1)))
        after = get_source(session, "courier", View(at))
    assert (before.reliability, before.ratings) == (Reliability.F, [])
    assert [name.name for name in before.names] == ["The Courier"]
    assert after.reliability is Reliability.B
    assert [rating.rated_by for rating in after.ratings] == ["ann"]
    assert after.names == []


def test_row_is_not_there_before_it_was_written(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    with reading(engine) as session:
        early = last_change(session) - timedelta(days=1)
        with pytest.raises(NotFoundError):
            get_source(session, "courier", View(early))
