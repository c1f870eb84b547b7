"""Totals that are kept are what adding up says, whatever was written and whenever they moved."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from counterclaim.db import reading, writing
from counterclaim.models import EventTotal, EventTotalState
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.conditions import wanted_events
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.stats import Table, plan
from counterclaim.queries.stats.grouping import GROUPS, PEOPLE_GROUPS
from counterclaim.queries.stats.kept import kept_totals
from counterclaim.queries.stats.totals import stored_cells
from counterclaim.store import totals
from counterclaim.store.totals import are_kept, forget_totals, keep_totals, renew_totals
from factories import put_file
from store.test_rebuild import (
    Play,
    assert_rebuild_changes_nothing,
    fresh_engine,
    moves,
    put_start,
    read_model,
)
from test_queries_wanted import put_reference

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from conftest import Databases
    from counterclaim.queries.stats import Plan

Asked = dict[str, Any]

PLANS = [
    plan(table, groups)
    for table, names in (
        (Table.INTERCEPTIONS, GROUPS),
        (Table.CASUALTIES, PEOPLE_GROUPS),
        (Table.EVENTS, GROUPS),
    )
    for groups in ((), *((name,) for name in names), *combinations(names, 2))
]
FILTERS: list[Asked] = [
    {},
    {"kind": ["strike"], "scope": ["single", "wave"]},
    {"attacker": ["BB"], "from_": "2024-05", "to": "2024-05"},
    {"kind": ["strike", "battle"], "scope": ["collection"], "to": "2024-05"},
    {"claimant": ["aland"]},
    {"side": ["BB"], "to": "2024-04", "match": "certain"},
]
MONTHS: list[Asked] = [
    {"from_": start, "to": end, "match": match}
    for start, end in ((None, "2024-04"), ("2024-05", None), ("2024-04", "2024-05"))
    for match in ("possible", "certain")
]


@pytest.fixture(autouse=True)
def few_loose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totals, "LOOSE", 3)


def assert_kept_is_added_up(session: Session, plans: list[Plan], filters: list[Asked]) -> int:
    """Totals both ways; how many were read off those kept."""
    at, answered = last_change(session), 0
    for one, asked, collections in product(plans, filters, (False, True)):
        wanted = wanted_events(session, EventFilter(**asked), at)
        if kept_totals(session, one, wanted, at, collections=collections) is None:
            continue
        answered += 1
        read, added = (
            stored_cells(session, one, wanted, View(at), collections=collections, use_kept=use_kept)
            for use_kept in (True, False)
        )
        assert read == added, (one, asked)
    return answered


class Counting(Play):
    """A store in which writes of all kinds happen, and whose totals are asked for after each."""

    def remember(self) -> None:
        turn = len(self.done)
        asked = FILTERS[turn % len(FILTERS)]
        with reading(self.engine) as session:
            assert_kept_is_added_up(session, PLANS[turn % 53 :: 53], [asked])


def assert_totals_follow(databases: Databases, steps: Any) -> None:
    with fresh_engine(databases, put_start) as engine:
        play = Counting(engine)
        for step in steps:
            play.step(*step)
        with reading(engine) as session:
            assert assert_kept_is_added_up(session, PLANS[::19], [{}])
        assert_rebuild_changes_nothing(engine)


@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=moves)
def test_kept_totals_follow_every_write_in_sqlite(
    sqlite_databases: Databases, steps: list[tuple[str, int, int]]
) -> None:
    assert_totals_follow(sqlite_databases, steps)


@settings(max_examples=1, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=moves)
def test_kept_totals_follow_every_write_in_postgresql(
    postgresql_databases: Databases, steps: list[tuple[str, int, int]]
) -> None:
    assert_totals_follow(postgresql_databases, steps)


def test_kept_totals_of_months_are_those_of_their_days(sqlite_databases: Databases) -> None:
    spans = ["2024-04-30", "2024-04", "2024-04-28/2024-05-02", "../2024-04", "2024-05", "2024"]
    claims = [
        {"event": f"E{n}", "quote": f"the {n}.", "occurred": span, "counts": [{"launched": n}]}
        for n, span in enumerate(spans, start=1)
    ]
    events = [{"ref": f"E{n}", "kind": "strike", "label": f"E{n}"} for n in range(1, 8)]
    claims.append({"event": "E7", "quote": "the 7.", "counts": [{"launched": 7}]})
    text = " ".join(str(claim["quote"]) for claim in claims)
    document = {"title": "Days", "text": text, "publisher": "gazette", "published": "2025"}
    with fresh_engine(sqlite_databases, put_reference) as engine:
        put_file(engine, {"document": document, "events": events, "claims": claims})
        with reading(engine) as session:
            months = [plan(Table.INTERCEPTIONS, ()), plan(Table.EVENTS, ("month",))]
            assert session.scalar(select(func.count()).select_from(EventTotal))
            assert assert_kept_is_added_up(session, months, MONTHS) == 4 * len(MONTHS)


def test_totals_that_are_not_kept_are_begun_by_renewing_them(engine: Engine) -> None:
    put_start(engine)
    kept = read_model(engine)["event_total"]
    assert kept
    with writing(engine) as session:
        forget_totals(session)
        assert not are_kept(session)
        renew_totals(session)
    assert read_model(engine)["event_total"] == kept


def test_what_is_written_at_the_instant_of_the_totals_is_in_them(sqlite_engine: Engine) -> None:
    put_start(sqlite_engine)
    with reading(sqlite_engine) as session:
        at = session.scalars(select(EventTotalState.known_at)).one()
        left = session.scalar(select(func.sum(EventTotal.events)))
    with writing(sqlite_engine) as session:
        keep_totals(session, at)
        assert session.scalar(select(func.sum(EventTotal.events))) == left
