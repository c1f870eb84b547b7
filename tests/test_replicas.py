"""Reads that may be a little old: how old a standby is, and who is given what it has."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import text

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.db import writing
from counterclaim.errors import StoreError
from counterclaim.replicas import Marks
from counterclaim.vocabulary import KeyScope
from crashing import posted
from factories import put_key, put_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from conftest import Databases

HAPPENINGS = st.lists(st.sampled_from(["written", "asked", "replayed"]), max_size=60)


@given(HAPPENINGS, st.lists(st.floats(0.01, 5), min_size=60, max_size=60))
def test_a_standby_is_never_older_than_is_said(happenings: list[str], rests: list[float]) -> None:
    marks, at = Marks(), 0.0
    written, replayed = [0.0], 0
    for happening, rest in zip(happenings, rests, strict=False):
        at += rest
        if happening == "written":
            written.append(at)
        elif happening == "asked":
            marks.note(len(written) - 1, at)
        else:
            replayed = len(written) - 1
        unseen = written[replayed + 1 :]
        truly = at - unseen[0] if unseen else 0.0
        assert marks.age_of(replayed, at) >= truly


def test_a_standby_that_is_as_far_as_the_primary_is_as_old_as_the_last_look_at_it() -> None:
    marks = Marks()
    assert marks.age_of(5, 1.0) == float("inf")
    marks.note(5, 1.0)
    marks.note(5, 2.0)
    marks.note(6, 3.0)
    assert marks.age_of(6, 3.5) == 0.5
    assert marks.age_of(5, 3.5) == 1.5
    assert marks.age_of(4, 3.5) == float("inf")


LIST = "/v1/documents"
PATHS = (LIST, "/v1/strikes", "/v1/strikes?policy=latest")
"""The second is answered in the event loop, the third with what was resolved before."""


def ask(client: TestClient, path: str = LIST, **headers: str) -> tuple[int, str | None]:
    """How many documents are shown, and which preference was followed."""
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    assert "Prefer" in answer.headers["vary"]
    return len(answer.json()["items"]), answer.headers.get("preference-applied")


def wait_for(client: TestClient, wanted: tuple[int, str | None], **headers: str) -> None:
    deadline = time.monotonic() + 10
    while ask(client, **headers) != wanted:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def pair(databases: Databases) -> Iterator[TestClient]:
    """A store, and as its standby a copy that stays as it was, as if it were cut off."""
    primary, standby = (databases.migrated(put_world) for _ in range(2))
    settings = Settings(
        database_url=databases.url(primary),
        read_database_url=databases.url(standby),
        read_max_age=120,
    )
    with TestClient(create_app(settings)) as client:
        yield client
    for name in (primary, standby):
        databases.drop(name)


def check_ages(client: TestClient, path: str, key: dict[str, str]) -> None:
    """Who is shown one document or strike, as the standby has it, and who the two there are."""
    assert ask(client, path) == (1, "max-age=120")
    assert ask(client, path, Prefer='handling=strict, Max-Age="30"') == (1, "max-age=30")
    assert ask(client, path, **key, Prefer="max-age=30") == (1, "max-age=30")
    for now in (key, {"Cookie": "theme=dark"}, {"Prefer": "max-age=0"}):
        assert ask(client, path, **now) == (2, None)
    limited = f"{path}{'&' if '?' in path else '?'}limit=1"
    first = client.get(limited, headers=key).json()
    assert ask(client, f"{limited}&cursor={first['next']}", Prefer="max-age=30") == (1, None)
    short = client.get(path, headers={"Prefer": "max-age=30"})
    long = client.get(path, headers={"Prefer": "max-age=30", "Accept": "application/json;q=0.5"})
    assert short.content == long.content
    assert short.headers["etag"] == long.headers["etag"]


def test_only_who_may_be_given_what_is_old_is_and_who_wrote_finds_it(
    postgresql_databases: Databases,
) -> None:
    with pair(postgresql_databases) as client:
        wait_for(client, (1, "max-age=30"), Prefer="max-age=30")
        key = put_key(client.app.state.engine, KeyScope.REVIEW)  # type: ignore[attr-defined]
        answer = client.post("/v1/ingest?accept=true", json=posted(1), headers=key)
        assert answer.status_code == 201
        for path in PATHS:
            check_ages(client, path, key)
        wait_for(client, (2, None), Prefer="max-age=1")
        assert client.get("/readyz").json() == {"status": "ok", "standby": "ok"}


def test_while_no_standby_answers_the_primary_does(postgresql_databases: Databases) -> None:
    name = postgresql_databases.migrated(put_world)
    nowhere = "postgresql:///store?host=/nowhere"
    settings = Settings(
        database_url=postgresql_databases.url(name), read_database_url=nowhere, read_max_age=60
    )
    with TestClient(create_app(settings)) as client:
        assert ask(client) == (1, None)
        assert client.get("/readyz").json() == {"status": "ok", "standby": "out_of_reach"}
    postgresql_databases.drop(name)


def test_standbys_are_of_postgresql() -> None:
    with pytest.raises(ValidationError):
        Settings(read_database_url="sqlite:///copy.db")


def write_and_be_cut_off(engine: Engine) -> None:
    with writing(engine) as session:
        number = session.scalar(text("SELECT pg_backend_pid()"))
        with engine.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:one, 5000)"), {"one": number})


def test_who_loses_the_connection_at_the_commit_is_told_that_the_outcome_is_unknown(
    postgresql_databases: Databases,
) -> None:
    with postgresql_databases.filled() as engine:
        with pytest.raises(StoreError, match=r"not known.*Idempotency-Key"):
            write_and_be_cut_off(engine)
        with writing(engine) as again:
            assert again.scalar(text("SELECT 1")) == 1
