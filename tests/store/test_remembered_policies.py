"""What is remembered of policies is what would be resolved anew, whatever was written meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select

from counterclaim.db import reading
from counterclaim.models import EventSummary
from counterclaim.queries.asof import STORED_POLICY, View, last_change, live_summary
from counterclaim.queries.resolved import resolved_events
from counterclaim.queries.versions import resolved_versions
from counterclaim.resolve.policies import POLICIES
from store.test_rebuild import Play, fresh_engine, moves, put_start

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from conftest import Databases

ASKED = ("side:AA", "side:BB", *(name for name in POLICIES if name != STORED_POLICY))


def assert_remembered(session: Session, at: datetime, policy: str) -> None:
    """All events that are served then, as they are told and as the claims alone say."""
    e, view = EventSummary, View(at, policy=policy)
    rows = session.execute(select(e.sk, e.event_id, e.document).where(live_summary(at))).all()
    told = resolved_events(session, view, {row.sk: row.document for row in rows})
    versions = resolved_versions(session, [row.event_id for row in rows], view)
    for row in rows:
        shown = orjson.loads(told[row.sk].shown(row.document, policy)) if row.sk in told else None
        version = versions.get(row.event_id)
        if version is None:
            assert shown is None, policy
            continue
        stored = orjson.loads(row.document)
        assert shown == {**version.body, "updated_at": stored["updated_at"]}, policy


class Asking(Play):
    """A store in which writes of all kinds happen, asked under other policies after each."""

    def remember(self) -> None:
        super().remember()
        instants = list(self.answers)
        with reading(self.engine) as session:
            for turn, policy in enumerate(ASKED, start=len(self.done)):
                assert_remembered(session, last_change(session), policy)
                assert_remembered(session, instants[turn % len(instants)], policy)


def assert_policies_follow(databases: Databases, steps: Any) -> None:
    with fresh_engine(databases, put_start) as engine:
        play = Asking(engine)
        for step in steps:
            play.step(*step)


@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=moves)
def test_what_is_remembered_follows_every_write_in_sqlite(
    sqlite_databases: Databases, steps: list[tuple[str, int, int]]
) -> None:
    assert_policies_follow(sqlite_databases, steps)


@settings(max_examples=1, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=moves)
def test_what_is_remembered_follows_every_write_in_postgresql(
    postgresql_databases: Databases, steps: list[tuple[str, int, int]]
) -> None:
    assert_policies_follow(postgresql_databases, steps)
