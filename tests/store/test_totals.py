"""Totals that are kept are what adding up says, whatever was written and whenever they moved."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from counterclaim.db import reading, writing
from counterclaim.models import EventTotal, EventTotalApart, EventTotalState
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.conditions import wanted_events
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.stats import Table, plan, sum_events
from counterclaim.queries.stats import totals as asking
from counterclaim.queries.stats.grouping import GROUPS, PEOPLE_GROUPS
from counterclaim.queries.stats.kept import kept_totals
from counterclaim.queries.stats.totals import stored_cells
from counterclaim.resolve.joint import MOST_STRATA
from counterclaim.store import totals
from counterclaim.store.totals import are_kept, forget_totals, keep_totals, renew_totals
from factories import REFERENCE, put_file
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
    from collections.abc import Sequence

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


def assert_kept_is_added_up(
    session: Session,
    plans: list[Plan],
    filters: list[Asked],
    wholes: Sequence[bool] = (False, True),
) -> int:
    """Totals both ways, without and with collections; how many were read off those kept."""
    at, answered = last_change(session), 0
    for one, asked, collections in product(plans, filters, wholes):
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
            assert_kept_is_added_up(session, PLANS[turn % 53 :: 53], [asked], [turn % 2 == 0])


def put_few_loose(engine: Engine) -> None:
    """The start, in a database of its own: when its totals moved depends on ``LOOSE``."""
    put_start(engine)


def assert_totals_follow(databases: Databases, steps: Any) -> None:
    with fresh_engine(databases, put_few_loose) as engine:
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


def test_a_family_of_too_many_months_is_added_up_when_asked_for(engine: Engine) -> None:
    months = [f"2024-{month:02d}" for month in range(1, 2 + MOST_STRATA)]
    refs = [f"E{n}" for n in range(len(months))]
    claims = [
        {"event": ref, "quote": f"the {n}.", "occurred": month, "counts": [{"launched": n}]}
        for n, (ref, month) in enumerate(zip(refs, months, strict=True))
    ]
    events: list[Asked] = [{"ref": ref, "kind": "strike", "label": ref} for ref in refs]
    whole = {"ref": "G", "kind": "strike", "label": "G", "scope": "collection", "parts": refs}
    claims.append({"event": "G", "quote": "the 99.", "counts": [{"launched": 99}]})
    text = " ".join(str(claim["quote"]) for claim in claims)
    document = {"title": "Months", "text": text, "publisher": "gazette", "published": "2025"}
    put_file(engine, REFERENCE)
    put_file(engine, {"document": document, "events": [*events, whole], "claims": claims})
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(EventTotalApart)) == len(refs) + 1
        plans = [plan(Table.INTERCEPTIONS, ()), plan(Table.EVENTS, ("month",))]
        asked: list[Asked] = [{}, {"to": months[-2]}, {"from_": months[1]}]
        assert assert_kept_is_added_up(session, plans, asked) == 2 * 2 * len(asked)
        (everything,) = sum_events(
            session, plans[0], EventFilter(), View(last_change(session))
        ).items
    assert everything["counts"]["launched"]["low"] == 99


def test_windows_of_months_take_what_lies_in_them(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_start(engine)
    spans = ["2024-04-30/2024-06-02", "2024-05", "../2024-06", "2024-06/.."]
    claims = [
        {"event": f"S{n}", "quote": f"the {n}.", "occurred": span, "counts": [{"launched": n}]}
        for n, span in enumerate(spans, start=1)
    ]
    events = [{"ref": f"S{n}", "kind": "strike", "label": f"S{n}"} for n in range(1, 5)]
    text = " ".join(str(claim["quote"]) for claim in claims)
    document = {"title": "Spans", "text": text, "publisher": "gazette", "published": "2025"}
    put_file(engine, {"document": document, "events": events, "claims": claims})
    asked = [
        (plan(table, groups), EventFilter(**window))
        for table, groups in (
            (Table.INTERCEPTIONS, ("attacker", "month")),
            (Table.EVENTS, ("month", "region")),
        )
        for window in MONTHS
    ]
    with reading(engine) as session:
        view = View(last_change(session))
        taken = [sum_events(session, *one, view).items for one in asked]
        monkeypatch.setattr(asking, "month_before", lambda *_given: None)
        added = [sum_events(session, *one, view).items for one in asked]
    assert taken == added
    assert any(len(items) > 1 for items in taken)


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
