"""Connections that gather what PostgreSQL answers, and what becomes of those that fail."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import make_url

from counterclaim.db import make_engine
from counterclaim.reader import UnansweredError, make_reader
from counterclaim.waiting import GatheringConnection, give_bytes

if TYPE_CHECKING:
    from postgres import PostgresServer


@pytest.fixture(scope="module")
def address(postgres: PostgresServer) -> str:
    url = make_url(postgres.url("postgres")).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def test_answers_of_any_size_come_whole_and_as_bytes(address: str) -> None:
    async def ask() -> None:
        async with await GatheringConnection.connect(address, autocommit=True) as connection:
            await give_bytes(connection)
            many = "SELECT repeat(chr(1078), 2000), n FROM generate_series(1, %s) AS n"
            for count in (1, 500):
                found = await connection.execute(many, (count,), binary=True)
                expected = [("ж".encode() * 2000, n) for n in range(1, count + 1)]
                assert await found.fetchall() == expected
            sent = "x" * 5_000_000  # More than a socket takes at once.
            found = await connection.execute("SELECT length(%s::text)", (sent,))
            assert await found.fetchone() == (len(sent),)

    asyncio.run(ask())


def test_many_questions_wait_at_once(address: str) -> None:
    async def ask(number: int) -> int:
        async with await GatheringConnection.connect(address, autocommit=True) as connection:
            found = await connection.execute("SELECT pg_sleep(0.4), %s::int", (number,))
            row = await found.fetchone()
            assert row is not None
            return int(row[1])

    async def ask_all() -> None:
        async with asyncio.timeout(3):
            assert await asyncio.gather(*map(ask, range(10))) == list(range(10))

    asyncio.run(ask_all())


def test_an_error_ends_one_statement_and_giving_up_the_connection(address: str) -> None:
    async def ask() -> None:
        connection = await GatheringConnection.connect(address, autocommit=True)
        with pytest.raises(psycopg.errors.DivisionByZero):
            await connection.execute("SELECT 1 / (n - 3000) FROM generate_series(1, 5000) AS n")
        found = await connection.execute("SELECT 1")
        assert await found.fetchone() == (1,)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await connection.execute("SELECT pg_sleep(20)")
        assert connection.broken
        async with await GatheringConnection.connect(address, autocommit=True) as other:
            await other.execute("SELECT 1")

    asyncio.run(ask())


def test_a_reader_that_finds_no_server_says_so_at_once(postgres: PostgresServer) -> None:
    url = make_url(postgres.url("postgres")).update_query_dict(
        {"target_session_attrs": "read-write"}
    )
    engine = make_engine(url.render_as_string(hide_password=False))

    async def ask() -> None:
        reader = make_reader(engine, pool_size=1, cache_mib=1)
        await reader.open()
        try:
            async with asyncio.timeout(0.5):
                with pytest.raises(UnansweredError):
                    await reader.fetch(("SELECT 1", ()))
        finally:
            await reader.close()

    asyncio.run(ask())
    engine.dispose()
