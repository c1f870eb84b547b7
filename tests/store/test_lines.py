"""Lines that are kept are what an export would make, and what an export sends."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select, update

from counterclaim.db import reading, writing
from counterclaim.models import EventLine
from counterclaim.store import lines
from counterclaim.store.lines import mark_all_due, renew_lines
from everything import put_everything
from factories import put_file
from served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Databases
    from served import Served

STATES: tuple[dict[str, str], ...] = (
    {},
    {"weapon": "zeta-9", "sort": "updated_at"},
    {"policy": "conservative"},
    {"claimed_by": "2024-05-02"},
)
"""Filters, orders and states of which lines are kept, and of which they are not."""

LATER: dict[str, Any] = {
    "document": {
        "title": "=Later",
        "text": '-Five, or \'even +six\r\n"in all", came. Seven, in truth.',
        "publisher": "courier",
    },
    "events": [{"ref": "F", "kind": "strike", "label": '@Harbour, "again"'}],
    "claims": [
        {
            "ref": "L1",
            "event": "F",
            "occurred": "2024-05-07",
            "quote": '-Five, or \'even +six\r\n"in all", came',
            "counts": [{"munition": "zeta-9", "launched": {"low": 5, "high": 6}}],
            "tallies": [{"object": "=sum", "count": 6}],
        }
    ],
}


@pytest.fixture
def world(databases: Databases) -> Iterator[Served]:
    with served(databases, put_everything) as made:
        put_file(made.engine, LATER)
        yield made


def exported(world: Served, form: str, rows: str, **query: str) -> Any:
    """The bytes of a table, or what Parquet says in them."""
    asked = {"f": form, "stream": "true", "rows": rows, **query}
    response = world.client.get("/v1/events", params=asked)
    assert response.status_code == 200, response.text
    return pq.read_table(io.BytesIO(response.content)) if form == "parquet" else response.content


def everything_exported(world: Served, **query: str) -> list[Any]:
    return [
        exported(world, form, rows, **state, **query)
        for state in STATES
        for form in ("csv", "parquet")
        for rows in ("events", "figures")
    ]


def kept(world: Served) -> list[bool | None]:
    """Of each version whether its lines are exact; None where they are due."""
    with reading(world.engine) as session:
        return list(session.scalars(select(EventLine.exact)))


def test_kept_lines_are_sent_and_say_what_is_made_without_them(
    world: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(world.engine) as session:
        mark_all_due(session)
    monkeypatch.setattr(lines, "LOOSE", len(kept(world)) + 1)
    put_file(world.engine, {"events": [{"kind": "battle", "label": "Of which nobody tells"}]})
    assert set(kept(world)) == {None}
    then, made = world.get("/v1/events")["known_at"], everything_exported(world)
    monkeypatch.setattr(lines, "LOOSE", len(kept(world)))
    put_file(world.engine, {"events": [{"kind": "battle", "label": "Of which none tells either"}]})
    assert set(kept(world)) == {True}
    assert everything_exported(world) == made
    # A later claim about a claim changes no document, and yet the figures beside its event.
    event = next(item["id"] for item in world.get("/v1/events")["items"] if item["label"][0] == "@")
    (first,) = world.get(f"/v1/events/{event}/claims")["items"]
    about = {"about": first["id"], "quote": "Seven, in truth", "said_by": ["gazette"]}
    claim = {**about, "tallies": [{"object": "crates", "count": "seven"}]}
    put_file(world.engine, {"document": LATER["document"], "claims": [claim]})
    assert kept(world).count(None) == 1
    assert b"crates" in exported(world, "csv", "figures")
    with writing(world.engine) as session:
        renew_lines(session)
    assert b"crates" in exported(world, "csv", "figures")
    # What is kept reads so only since then: what was known before is made.
    with writing(world.engine) as session:
        session.execute(update(EventLine).values(figures=b"kept\r\n", figure_rows=1))
    assert b"crates" not in exported(world, "csv", "figures")
    assert exported(world, "parquet", "figures", known_at=then) == made[3]
    now = exported(world, "csv", "figures", weapon="zeta-9")
    assert now.count(b"kept") == len(world.get("/v1/events", weapon="zeta-9")["items"])
