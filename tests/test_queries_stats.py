"""Totals are the same whether the database adds them up or Python does, and fit together."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from counterclaim.db import reading
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.conditions import wanted_events
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.stats import Table, plan, sum_events
from counterclaim.queries.stats.grouping import GROUPS, PEOPLE_GROUPS
from counterclaim.queries.stats.months import Calendar
from counterclaim.queries.stats.totals import resolved_cells, stored_cells
from factories import put_file
from invented_claims import claim_file, claims, filters
from store.test_rebuild import fresh_engine
from test_queries_wanted import UNCHECKED, put_reference

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from conftest import Databases
    from counterclaim.queries.stats import Plan

Drawn = list[dict[str, Any]]
worlds = st.lists(claims, min_size=1, max_size=9)
plans = st.one_of(
    st.builds(
        plan,
        st.sampled_from([Table.INTERCEPTIONS, Table.EVENTS]),
        st.lists(st.sampled_from(GROUPS), max_size=2, unique=True),
    ),
    st.builds(
        plan,
        st.just(Table.CASUALTIES),
        st.lists(st.sampled_from(PEOPLE_GROUPS), max_size=2, unique=True),
    ),
)
asked = st.lists(
    st.tuples(plans, st.one_of(st.just({}), filters), st.booleans()), min_size=2, max_size=4
)


@settings(max_examples=6, suppress_health_check=UNCHECKED)
@given(world=worlds, asked=asked)
def test_the_database_and_python_add_up_the_same(
    sqlite_databases: Databases, world: Drawn, asked: list[tuple[Plan, dict[str, Any], bool]]
) -> None:
    with fresh_engine(sqlite_databases, put_reference) as engine:
        put_file(engine, claim_file(world))
        with reading(engine) as session:
            for one, given_filter, collections in asked:
                assert_same(session, one, EventFilter(**given_filter), collections=collections)


def assert_same(
    session: Session, one: Plan, given_filter: EventFilter, *, collections: bool
) -> None:
    view = View(last_change(session))
    wanted = wanted_events(session, given_filter, view.known_at)
    stored = stored_cells(session, one, wanted, view, collections=collections)
    resolved = resolved_cells(session, one, wanted, view, collections=collections)
    assert shown(one, stored) == shown(one, resolved)


def shown(one: Plan, cells: dict[Any, Any]) -> dict[Any, Any]:
    """What an answer tells of the cells: how events are graded is told by their own table alone."""
    if one.table is Table.EVENTS:
        return cells
    return {key: replace(tally, standings=Counter()) for key, tally in cells.items()}


def items(engine: Engine, table: Table, *groups: str) -> list[dict[str, Any]]:
    with reading(engine) as session:
        view = View(last_change(session))
        return sum_events(session, plan(table, groups), EventFilter(), view).items


@settings(max_examples=6, suppress_health_check=UNCHECKED)
@given(world=worlds)
def test_the_totals_of_a_partition_hold_what_all_come_to(
    sqlite_databases: Databases, world: Drawn
) -> None:
    with fresh_engine(sqlite_databases, put_reference) as engine:
        put_file(engine, claim_file(world))
        (whole,), parts = items(engine, Table.EVENTS), items(engine, Table.EVENTS, "week")
        assert sum(part["events"] for part in parts) == whole["events"]
        assert sum(part["disputed"] for part in parts) == whole["disputed"]
        (whole,), parts = items(engine, Table.CASUALTIES), items(engine, Table.CASUALTIES, "week")
        for harm, count in whole["counts"].items():
            within = [part["counts"][harm] for part in parts if harm in part["counts"]]
            assert sum(part["events"] for part in parts) <= whole["events"]
            if count["high"] is not None:
                assert sum(part["low"] or 0 for part in within) <= count["high"]


def test_months_are_made_once_and_hold_up_nobody_who_asks_for_others() -> None:
    calendar, going, made = Calendar(), Event(), list[str]()
    item = {"month": "2024-11", "events": 1}

    def slowly() -> list[tuple[int, dict[str, Any]]]:
        made.append("slow")
        assert going.wait(30)
        return [(1, item)]

    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(calendar.months, "slow", slowly) for _ in range(2)]
        assert calendar.months("other", lambda: [(1, {**item, "month": None})]).keys() == {""}
        going.set()
        assert [one.result() for one in waiting] == [{"2024-11": [(1, item)]}] * 2
    assert made == ["slow"]
