"""Every answer of the past can be had again: the same bytes, whatever was written since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fastapi.testclient import TestClient
from sqlalchemy import select

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.db import reading
from counterclaim.models import Claim, Document
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import last_change
from store.test_rebuild import Play, put_start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Engine

    from conftest import Databases

READS = (
    "/v1/strikes?limit=2&count=true",
    "/v1/strikes?f=csv",
    "/v1/strikes?f=geojson&scope=single&scope=collection",
    "/v1/stats/interceptions?group_by=munition,claimant",
    "/v1/stats/casualties",
    "/v1/stats/events?group_by=week",
    "/v1/disputes?count=true",
    "/v1/events?sort=-launched&limit=3",
    "/v1/events?sort=updated_at",
    "/v1/events?weapon=Byname+100",
    "/v1/claims?place=Byname+101",
    "/v1/events?q=byname&claimed_by=2024-06-01",
    "/v1/events?attacker=BB&grade=weak&grade=confirmed&f=csv&claimed_by=2024-06-02&limit=2",
    "/v1/events?policy=side:BB&launched_min=1&count=true",
    "/v1/strikes?policy=latest&f=csv&claimed_by=2024-06-01",
    "/v1/policies",
    "/v1/claims?limit=3&count=true",
    "/v1/claims?status=accepted&status=superseded&status=retracted&sort=said",
    "/v1/claims?f=csv&grade=weak&grade=fair",
    "/v1/claims?f=geojson&status=superseded&status=retracted",
    "/v1/claims?q=byname*&claimed_by=2024-06-01",
    "/v1/documents?limit=2&count=true",
    "/v1/documents?f=csv&publisher=gazette",
    "/v1/sources",
    "/v1/sources/aland-mod",
    "/v1/sources/bland?claimed_by=2024-05-31",
    "/v1/sources/aland-mod/record",
    "/v1/sources/bland/record?claimed_by=2024-06-01&below=false",
    "/v1/sources?f=csv",
    "/v1/munitions?f=csv",
    "/v1/munitions/zeta-9",
    "/v1/munitions/byname",
    "/v1/places?q=Byname",
    "/v1/places/quarry",
)
"""Reads whose address is the same at every instant."""

CLAIMS, DOCUMENTS = select(Claim.id), select(Document.id)
Answer = tuple[int, bytes, str | None]


@dataclass
class Asked:
    """What was answered at one instant, by address."""

    at: datetime
    answers: dict[str, Answer]


class Asking(Play):
    """A store that is written to, and what it answered over HTTP after each write."""

    def __init__(self, engine: Engine, client: TestClient) -> None:
        self.client = client
        self.past: list[Asked] = []
        # Each address is asked for at every second instant, or fourth where it takes longer.
        self.every = 2 if engine.dialect.name == "sqlite" else 4
        super().__init__(engine)

    def remember(self) -> None:
        with reading(self.engine) as session:
            at = last_change(session)
        again = bool(self.past) and self.past[-1].at == at
        turn = len(self.past) - again
        chosen = list(self.addresses())[turn % self.every :: self.every]
        found = Asked(at, {path: self.ask(path) for path in chosen})
        if again:
            assert self.past[-1].answers == found.answers
        else:
            self.past.append(found)

    def addresses(self) -> Iterator[str]:
        yield from READS
        for event in self.events.values():
            yield f"/v1/events/{event}"
            yield f"/v1/events/{event}/history"
        for event in (self.events["E1"], self.events["G1"]):
            yield f"/v1/strikes/{event}?claimed_by=2024-06-01"
            yield f"/v1/events/{event}/claims"
            yield f"/v1/events/{event}/positions"
            yield f"/v1/events/{event}/explain"
            yield f"/v1/events/{event}/diff"
            yield f"/v1/claims?event={event}&status=accepted&status=superseded"
        for number in (0, 3):
            yield f"/v1/claims/{self.one_of(number, CLAIMS)}"
        yield f"/v1/documents/{self.one_of(0, DOCUMENTS)}"

    def ask(self, path: str, known_at: datetime | None = None) -> Answer:
        if known_at is not None:
            path += f"{'&' if '?' in path else '?'}known_at={isoformat_z(known_at)}"
        response = self.client.get(path, follow_redirects=False)
        moved = response.headers.get("location")
        return response.status_code, response.content, moved and moved.partition("?")[0]

    def assert_the_past_is_answered_again(self) -> None:
        ends = [*(asked.at for asked in self.past[1:]), None]
        for turn, (asked, end) in enumerate(zip(self.past, ends, strict=True)):
            between = asked.at + (timedelta(days=9) if end is None else (end - asked.at) / 2)
            for place, (path, answer) in enumerate(asked.answers.items()):
                at = (asked.at, between)[(place + turn // self.every) % 2]
                assert self.ask(path, at) == answer, (path, at, self.done)


def serve(databases: Databases, fill: Any) -> Iterator[TestClient]:
    with databases.filled(fill) as engine:
        app = create_app(Settings(database_url=engine.url.render_as_string(hide_password=False)))
        with TestClient(app) as client:
            yield client


def assert_every_past_answer_is_given_again(databases: Databases, steps: Any) -> list[str]:
    """What was done, where it holds."""
    done: list[str] = []
    for client in serve(databases, put_start):
        play = Asking(engine_of(client), client)
        for step in steps:
            play.step(*step)
        play.assert_the_past_is_answered_again()
        done = play.done
    return done


EVERY_MOVE = (
    ("name", 0, 0),
    ("post", 3, 4),
    ("name", 1, 0),
    ("accept", 0, 0),
    ("reject", 0, 0),
    ("file", 5, 0),
    ("supersede", 0, 0),
    ("assess", 0, 0),
    ("rate", 0, 0),
    ("judge", 0, 2),
    ("rate", 0, 3),
    ("end", 0, 0),
    ("retract", 0, 0),
)


def test_no_kind_of_write_changes_a_past_answer(databases: Databases) -> None:
    done = assert_every_past_answer_is_given_again(databases, EVERY_MOVE)
    assert done == [move for move, _which, _value in EVERY_MOVE]


def engine_of(client: TestClient) -> Engine:
    engine: Engine = client.app.state.engine  # type: ignore[attr-defined]
    return engine
