"""The queue of claims that wait, as the database finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.db import reading
from counterclaim.queries.queue import page_queue
from factories import REFERENCE, article, put_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from sqlalchemy import Engine

    from conftest import Queries


def test_the_queue_is_found_by_its_index(
    sqlite_engine: Engine, query_counter: Callable[[Engine], AbstractContextManager[Queries]]
) -> None:
    put_file(sqlite_engine, REFERENCE)
    put_file(sqlite_engine, article(), accept=False)
    with reading(sqlite_engine) as session, query_counter(sqlite_engine) as queries:
        first = page_queue(session, 1)
        rest = page_queue(session, 10, first.items[0].claim.id)
        asked = [sql for sql in queries if "status = 'pending'" in sql]
        assert len(asked) == 4
        for sql in asked:
            given = (None,) * sql.count("?")
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given)
            steps = [step for *_, step in plan if step.startswith(("SCAN", "SEARCH"))]
            assert all("ix_claim_pending" in step for step in steps), (sql, steps)
    assert len(first.items) + len(rest.items) == first.total > 1
