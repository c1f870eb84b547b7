"""Several processes do what one does: the same rows, and nothing where one of them is ended."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from counterclaim.db import writing
from counterclaim.errors import StoreError
from counterclaim.models import Claim
from counterclaim.store import rebuild
from counterclaim.store.crew import Crew, crew, processors
from counterclaim.store.lines import renew_lines
from everything import put_everything
from factories import put_world
from store.test_rebuild import read_model

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from conftest import Databases
    from counterclaim.queries.referents import Referents


def count_claims(session: Session, _behind: Referents, task: int) -> tuple[int, int, int | None]:
    """Where the work is done, and that it sees the store."""
    return os.getpid(), 10 // task, session.scalar(select(func.count()).select_from(Claim))


def end_process(_session: Session, _behind: Referents, _task: int) -> None:
    """As the system does where memory is short."""
    os._exit(9)


def test_several_processes_rebuild_what_one_does(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "SHARED", 1)
    monkeypatch.setattr(rebuild, "STRETCH", 5)
    with databases.filled(put_everything) as engine:
        with writing(engine) as session:
            renew_lines(session)
        before = read_model(engine)
        told: list[int] = []
        with writing(engine) as session:
            rebuild.rebuild(session, lambda done, _all: told.append(done), processes=2)
        assert read_model(engine) == before
        assert len(told) > 2
        assert told == sorted(told)


def test_work_is_done_elsewhere_in_its_order_and_fails_as_it_would_here(
    sqlite_databases: Databases,
) -> None:
    with (
        sqlite_databases.filled(put_world) as engine,
        writing(engine) as session,
        crew(session, 2) as hands,
    ):
        found = [result for _, result in hands.results(count_claims, [1, 2, 5])]
        assert [(one, claims) for _, one, claims in found] == [(10, 2), (5, 2), (2, 2)]
        assert os.getpid() not in {process for process, _, _ in found}
        with pytest.raises(ZeroDivisionError):
            list(hands.results(count_claims, [0]))
        with pytest.raises(StoreError, match="was ended"):
            list(hands.results(end_process, [1]))


def test_a_crew_of_one_works_in_the_process_itself(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as session, crew(session, 1) as hands:
        assert isinstance(hands, Crew)
        ((task, (process, _, claims)),) = hands.results(count_claims, [2])
    assert (task, process, claims) == (2, os.getpid(), 0)
    assert processors() >= 1
