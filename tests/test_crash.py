"""Power that fails, disks that are full: what was acknowledged is there, the rest whole or absent.

``COUNTERCLAIM_CRASHES`` says how often each is tried.
"""

from __future__ import annotations

import os
import random
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from counterclaim.db import make_engine, reading, writing
from counterclaim.migrate import upgrade
from counterclaim.store.dump import dump_header, dump_store, restore_store
from counterclaim.store.verify import verify
from counterclaim.vocabulary import KeyScope
from crashing import (
    IMPORT,
    INGEST,
    REBUILD,
    RESTORE,
    Posts,
    check_whole,
    crash_rounds,
    die_at,
    fill,
    leave_room,
    posted,
    small_volume,
)
from everything import put_everything
from factories import put_file, put_key, put_world
from postgres import FAST, URL_VARIABLES, running_postgres, unprivileged
from server import running_process, running_server
from store.test_rebuild import assert_rebuild_changes_nothing, read_model
from toy_imports import HEADER, take_in

if TYPE_CHECKING:
    import httpx2
    from sqlalchemy import Engine

    from conftest import Databases
    from postgres import PostgresServer

ROUNDS = int(os.environ.get("COUNTERCLAIM_CRASHES", "2"))


def test_a_killed_server_has_kept_all_that_it_acknowledged_and_nothing_by_halves(
    databases: Databases, tmp_path: Path
) -> None:
    name = databases.migrated(put_world)
    engine = make_engine(databases.url(name))
    keys = put_key(engine, KeyScope.REVIEW)
    engine.dispose()
    posts = crash_rounds(databases.url(name), tmp_path, keys, ROUNDS, chance=ROUNDS)
    print(f"{len(posts.sent)} sent, {len(posts.answered)} answered")  # noqa: T201 - for a soak
    databases.drop(name)


def steps(most: int) -> list[int]:
    """At which steps a long work is killed: the same each time."""
    return random.Random(ROUNDS).choices(range(1, most + 1), k=max(1, ROUNDS // 2))


def is_sound(engine: Engine) -> bool:
    with reading(engine) as session:
        return verify(session).faults == []


def test_an_import_that_was_killed_goes_on_where_it_was(
    databases: Databases, tmp_path: Path
) -> None:
    rows = [f"t{n},2024-05-0{1 + n % 9},quarry,{n},{n} died.,w{n % 4}" for n in range(40)]
    table = tmp_path / "toy.csv"
    table.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    for step in steps(6):
        with databases.filled(put_world) as engine:
            url = engine.url.render_as_string(hide_password=False)
            assert die_at(step, IMPORT, url, str(table))
            assert is_sound(engine)
            report = take_in(engine, table, "1", resume=True)
            assert (report.rows, report.counts["imported"]) == (40, 40)
            assert is_sound(engine)
            assert_rebuild_changes_nothing(engine)


def test_a_file_whose_taking_in_was_killed_left_nothing_and_can_be_repeated(
    databases: Databases,
) -> None:
    with databases.filled(put_world) as engine:
        url, before = engine.url.render_as_string(hide_password=False), read_model(engine)
        for step in steps(300):
            assert die_at(step, INGEST, url)
            assert read_model(engine) == before
            assert is_sound(engine)
        assert put_file(engine, posted(1)).created["claims"] == 2
        assert is_sound(engine)


def test_a_rebuild_that_was_killed_has_changed_nothing(databases: Databases) -> None:
    with databases.filled(put_everything) as engine:
        url, before = engine.url.render_as_string(hide_password=False), read_model(engine)
        for step in steps(3):
            assert die_at(step, REBUILD, url)
            assert read_model(engine) == before


def test_a_restore_that_was_killed_left_the_store_empty_and_can_be_repeated(
    databases: Databases, tmp_path: Path
) -> None:
    dump = tmp_path / "dump.ndjson"
    with databases.filled(put_everything) as engine, reading(engine) as session:
        header = dump_header(session)
        dump.write_bytes(b"".join(dump_store(session, header)))
    with databases.filled() as engine:
        for step in steps(20):
            assert die_at(
                step, RESTORE, engine.url.render_as_string(hide_password=False), str(dump)
            )
        with writing(engine) as session, dump.open("rb") as file:
            assert restore_store(session, file).verification.faults == []
        with reading(engine) as session:
            assert dump_header(session).ledger == header.ledger


def test_a_full_disk_is_told_of_and_the_server_goes_on_when_there_is_room(
    sqlite_databases: Databases, tmp_path: Path
) -> None:
    name = sqlite_databases.migrated(put_world)
    url = sqlite_databases.url(name)
    engine = make_engine(url)
    posts = Posts(put_key(engine, KeyScope.REVIEW))
    with running_process(url, tmp_path, RATE_LIMIT="") as (client, process):
        assert posts.send(client, 0).status_code == 201
        log = Path(f"{engine.url.database}-wal")
        leave_room(process, log.stat().st_size + 100_000)
        last = post_until_full(client, engine, posts)
        leave_room(process, None)
        goes_on(client, engine, posts, last)
    engine.dispose()
    sqlite_databases.drop(name)


def test_a_full_volume_below_postgresql_is_told_of_and_the_server_goes_on_when_there_is_room(
    postgresql_databases: Databases, postgres: PostgresServer, tmp_path: Path
) -> None:
    """The log of PostgreSQL lies elsewhere: where that is full, PostgreSQL itself stops."""
    if any(map(os.environ.get, URL_VARIABLES)):
        pytest.skip("a volume that can be full needs a PostgreSQL of the tests' own")
    with small_volume("64m") as volume:
        name = postgresql_databases.migrated(put_world)
        with postgres.moved_to(volume, name):
            url = postgresql_databases.url(name)
            engine = make_engine(url)
            posts = Posts(put_key(engine, KeyScope.REVIEW))
            with running_process(url, tmp_path, RATE_LIMIT="") as (client, _process):
                assert posts.send(client, 0).status_code == 201
                ballast = fill(volume)
                last = post_until_full(client, engine, posts)
                ballast.unlink()
                goes_on(client, engine, posts, last)
            engine.dispose()
            postgresql_databases.drop(name)


@pytest.mark.skipif(ROUNDS < 5, reason="takes a while: COUNTERCLAIM_CRASHES=5")
def test_a_full_log_of_postgresql_stops_it_and_the_server_goes_on_when_it_was_started_again(
    tmp_path: Path,
) -> None:
    """It ends itself where it cannot write its log, which must hold what a standby has not had."""
    if any(map(os.environ.get, URL_VARIABLES)):
        pytest.skip("a volume that can be full needs a PostgreSQL of the tests' own")
    data, settings = tmp_path / "data", {**FAST, "wal_keep_size": "10GB"}
    with running_postgres(data):
        pass  # The cluster is made.
    with small_volume("128m") as volume, ExitStack() as opened:
        address = volume / "socket"
        move_log(data, volume)
        with running_postgres(data, settings) as server:
            server.create_database("store")
            url = named_by(address, server.url("store"))
            engine = make_engine(url)
            upgrade(engine)
            put_world(engine)
            posts = Posts(put_key(engine, KeyScope.REVIEW))
            client = opened.enter_context(running_server(url, tmp_path, RATE_LIMIT=""))
            assert posts.send(client, 0).status_code == 201
            ballast = fill(volume)
            last = next(
                number for number in range(1, 5000) if posts.send(client, number).status_code != 201
            )
            refused = posts.send(client, last)
            assert refused.status_code == 503, refused.text
            assert refused.headers["retry-after"]
            assert client.get("/readyz").status_code == 503
        ballast.unlink()
        with running_postgres(data, settings) as server:
            assert named_by(address, server.url("store")) == url
            goes_on(client, engine, posts, last)
            engine.dispose()


def move_log(data: Path, volume: Path) -> None:
    """Let the log of a cluster that does not run lie on a volume."""
    log = Path(shutil.move(data / "pg_wal", volume / "pg_wal"))
    (data / "pg_wal").symlink_to(log)
    owner = unprivileged().owner
    for path in (log, *log.rglob("*")) if owner is not None else ():
        os.chown(path, owner or 0, -1)


def named_by(address: Path, url: str) -> str:
    """The URL of a database by another name of the socket's folder, which stays the same."""
    parsed = make_url(url)
    address.unlink(missing_ok=True)
    address.symlink_to(str(parsed.query["host"]))
    return parsed.set(query={"host": str(address)}).render_as_string(hide_password=False)


def post_until_full(client: httpx2.Client, engine: Engine, posts: Posts) -> int:
    """The number of the first post that found no room; reads go on, and all is as answered."""
    last = next(
        number for number in range(1, 1000) if posts.send(client, number).status_code != 201
    )
    refused = posts.send(client, last)
    assert refused.status_code == 503, refused.text
    assert "full" in refused.json()["detail"]
    assert refused.headers["retry-after"]
    assert client.get("/v1/claims").status_code == 200
    assert check_whole(engine, posts) == set(range(last))
    return last


def goes_on(client: httpx2.Client, engine: Engine, posts: Posts, last: int) -> None:
    """Whatever was sent is answered again, what was refused is stored now."""
    assert {posts.send(client, number).status_code for number in range(last + 3)} == {201}
    assert check_whole(engine, posts) == set(range(last + 3))
