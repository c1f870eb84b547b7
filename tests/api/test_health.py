"""``/readyz`` tells why a store cannot do its work, and is well again when it can."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi.testclient import TestClient
from sqlalchemy import event, select, text, update

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.db import make_engine, writing
from counterclaim.models import EventSummary
from counterclaim.vocabulary import KeyScope
from factories import put_key, put_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from conftest import Databases

MORE_THAN_THERE_IS = 1 << 40
"""MiB."""


@contextmanager
def served(url: str, **settings: Any) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=url, **settings))) as client:
        yield client


def fault(client: TestClient) -> str:
    """What keeps the server from its work; empty if nothing does."""
    assert client.get("/healthz").json() == {"status": "ok"}
    answer = client.get("/readyz")
    if answer.status_code == 200:
        return ""
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.json()["type"] == "/problems/unavailable"
    return str(answer.json()["detail"])


def change(engine: Engine, statement: Any) -> None:
    with writing(engine) as session:
        session.execute(statement)


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def test_a_store_is_ready_when_nothing_is_missing_and_says_what_is(databases: Databases) -> None:
    name = databases.migrated(put_world)
    engine = make_engine(databases.url(name))
    with served(databases.url(name), pool_size=2) as client:
        with writing(engine) as session:
            revision = session.scalar(text("SELECT version_num FROM alembic_version"))
            spread = session.scalar(select(EventSummary.divergence_ppm))
        change(engine, text("UPDATE alembic_version SET version_num = 'older'"))
        assert "not at the newest revision" in fault(client)
        change(engine, text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        change(engine, update(EventSummary).values(divergence_ppm=None))
        assert "The read model is behind" in fault(client)
        change(engine, update(EventSummary).values(divergence_ppm=spread))
        assert fault(client) == ""
        with writing(engine):  # Somebody who writes is in nobody's way.
            assert fault(client) == ""
        engine.dispose()
        databases.drop(name)
        gone = "file of the store is gone", "database does not answer"
        assert any(words in fault(client) for words in gone)


def test_a_file_that_cannot_be_written_to_is_told(sqlite_databases: Databases) -> None:
    with sqlite_databases.filled(put_world) as engine:
        key, url = put_key(engine, KeyScope.CONTRIBUTE), url_of(engine)
        body = {"kind": "strike", "label": "A strike"}
        with served(url, min_free_mib=MORE_THAN_THERE_IS) as client:
            assert "The disk is full" in fault(client)
        file = Path(str(engine.url.database))
        with served(f"sqlite:///file:{file}?mode=ro&uri=true") as client:
            assert fault(client) == (
                "The store cannot be written to: attempt to write a readonly database."
            )
            answer = client.post("/v1/events", json=body, headers=key)
            assert answer.status_code == 503
            assert answer.json()["detail"] == "The store can only be read. Nothing was stored."


def test_a_write_that_the_disk_has_no_room_for_says_so(sqlite_databases: Databases) -> None:
    with sqlite_databases.filled(put_world) as engine:
        key = put_key(engine, KeyScope.CONTRIBUTE)
        with served(url_of(engine)) as client:

            def fill(connection: Any, _record: object) -> None:
                connection.execute("PRAGMA max_page_count=1")  # SQLite takes what there is.

            event.listen(client.app.state.turns.engine, "connect", fill)  # type: ignore[attr-defined]
            text_ = "So much that it takes pages of its own. " * 1000
            body = {"title": "Long", "text": text_, "publisher": "gazette", "lang": "en"}
            answer = client.post("/v1/documents", json=body, headers=key)
    assert answer.status_code == 503, answer.text
    assert answer.json()["detail"] == "The disk of the store is full. Nothing was stored."


def test_a_standby_or_a_database_told_to_be_read_only_is_not_ready(
    postgresql_databases: Databases,
) -> None:
    with postgresql_databases.filled() as engine:
        name = engine.url.database
        change(engine, text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
        with served(url_of(engine)) as client:
            assert "takes no writes" in fault(client)
