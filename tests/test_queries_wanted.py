"""Filters of events mean the same in SQL and in Python, for stored and for resolved versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from counterclaim.db import reading
from counterclaim.models import EventSummary
from counterclaim.queries.asof import View, Wish, last_change, read_instant
from counterclaim.queries.conditions import wanted_events
from counterclaim.queries.event_clauses import clauses, clauses_for_fewer_claims
from counterclaim.queries.events import get_event, page_events
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.pages import Window
from counterclaim.queries.versions import resolved_versions
from counterclaim.resolve import POLICIES
from factories import REFERENCE, put_file
from invented_claims import DAYS, claim_file, claims, filters
from store.test_rebuild import fresh_engine

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from conftest import Databases

Drawn = list[dict[str, Any]]
worlds = st.lists(claims, min_size=1, max_size=9)
UNCHECKED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def put_reference(engine: Engine) -> None:
    put_file(engine, REFERENCE)


@settings(max_examples=10, suppress_health_check=UNCHECKED)
@given(world=worlds, asked=st.lists(filters, min_size=3, max_size=8))
def test_sql_and_python_let_the_same_events_through(
    sqlite_databases: Databases, world: Drawn, asked: Drawn
) -> None:
    with fresh_engine(sqlite_databases, put_reference) as engine:
        put_file(engine, claim_file(world))
        with reading(engine) as session:
            at = last_change(session)
            stored = set(session.scalars(select(EventSummary.event_id)))
            versions = resolved_versions(session, stored, View(at))
            assert versions.keys() == stored
            for one in asked:
                assert_same(session, EventFilter(**one), View(at), versions)


def assert_same(session: Session, asked: EventFilter, view: View, versions: dict[str, Any]) -> None:
    wanted = wanted_events(session, asked, view.known_at)
    found = select(EventSummary.event_id)
    by_sql = set(session.scalars(found.where(*clauses(session, wanted))))
    assert by_sql == {key for key, version in versions.items() if wanted.admits(version)}
    possible = clauses_for_fewer_claims(session, wanted, view.known_at)
    assert by_sql <= set(session.scalars(found.where(*possible)))


@settings(max_examples=10, suppress_health_check=UNCHECKED)
@given(world=worlds, day=st.sampled_from(DAYS), asked=st.lists(filters, min_size=2, max_size=5))
def test_what_was_claimed_by_a_day_is_what_a_store_of_those_claims_answers(
    sqlite_databases: Databases, world: Drawn, day: str, asked: Drawn
) -> None:
    # What was said on no known day was said when the document appeared.
    kept = [place for place, claim in enumerate(world) if claim.get("said", DAYS[1]) <= day]
    with (
        fresh_engine(sqlite_databases, put_reference) as whole,
        fresh_engine(sqlite_databases, put_reference) as part,
    ):
        put_file(whole, claim_file(world))
        put_file(part, claim_file(world, kept))
        for one in ({}, *asked):
            assert answers_of(whole, one, day) == answers_of(part, one, None)


@settings(max_examples=10, suppress_health_check=UNCHECKED)
@given(
    world=worlds,
    asked=st.lists(filters, min_size=2, max_size=5),
    policy=st.sampled_from([*POLICIES, "side:AA", "side:BB", "side:neutral"]),
    day=st.none() | st.sampled_from(DAYS),
)
def test_filters_compare_what_the_policy_picks(
    sqlite_databases: Databases, world: Drawn, asked: Drawn, policy: str, day: str | None
) -> None:
    with fresh_engine(sqlite_databases, put_reference) as engine:
        put_file(engine, claim_file(world))
        with reading(engine) as session:
            claimed_by = None if day is None else read_instant("claimed_by", day)
            wish = Wish(claimed_by=claimed_by, policy=policy)
            stored = set(session.scalars(select(EventSummary.event_id)))
            versions = resolved_versions(session, stored, wish.view(session))
            for one in asked:
                given_ = EventFilter(**one)
                wanted = wanted_events(session, given_, wish.view(session).known_at)
                page = page_events(session, given_, Window({}, 50, None, wish=wish))
                found = {one["id"]: one for one in (orjson.loads(e.text) for e in page.items)}
                assert found.keys() == {key for key, one in versions.items() if wanted.admits(one)}
                for key, event in found.items():
                    assert event == {**versions[key].body, "updated_at": event["updated_at"]}


def answers_of(engine: Engine, asked: dict[str, Any], day: str | None) -> dict[str, Any]:
    """The events that a filter lets through, page by page and one by one, by id."""
    wish = Wish(claimed_by=None if day is None else read_instant("claimed_by", day))
    found: dict[str, Any] = {}
    cursor = None
    with reading(engine) as session:
        view = wish.view(session)
        while True:
            window = Window({}, 2, cursor, count=True, wish=wish)
            page = page_events(session, EventFilter(**asked), window)
            for event in page.items:
                document = orjson.loads(event.text)
                assert get_event(session, document["id"], view) == event.text
                found[document["id"]] = _comparable(document)
            cursor = page.next
            if cursor is None:
                assert page.total == len(found)
                return found


def _comparable(value: Any) -> Any:
    """A document without the ids of claims and the instant, which differ between two stores."""
    if isinstance(value, dict):
        left_out = {"claims", "narrowed_by", "updated_at"} if "id" not in value else {"updated_at"}
        return {key: _comparable(one) for key, one in value.items() if key not in left_out}
    return [_comparable(one) for one in value] if isinstance(value, list) else value
