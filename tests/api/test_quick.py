"""The short way answers what the long way answers, and sees every write at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from counterclaim import reader
from counterclaim.api import events, quick
from counterclaim.queries.event_pages import find_page
from factories import put_seed
from served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Databases
    from counterclaim.queries.event_pages import Place
    from served import Served

LONG_WAY = {"Accept": "application/json, text/html;q=0.1"}
"""Only the simplest wishes are served the short way."""

ASKED = [
    "strikes",
    "events",
    "strikes?limit=2",
    "strikes?limit=2&sort=occurred",
    "strikes?region=RU-KRS&weapon=ATACMS",
    "strikes?region=ru-krs&weapon=ATACAMS&weapon=oreshnik",
    "strikes?from=2024-11-21&to=2024-11-24&match=certain",
    "strikes?datetime=2024-11-20T12:00:00Z/..&scope=single&scope=collection",
    "strikes?launched_min=3&intercepted_max=3",
    "strikes?hit_min=2&match=possible",
    "events?bbox=30,48,40,53",
    "events?bbox=30,48,40,53&match=certain",
    "events?near=51.75,36.3,60",
    "events?bbox=-180,-90,180,90&limit=3",
    "events?q=Kursk&limit=3",
    "events?q=кур*&claimant=ru-mod",
    "events?claimant=Kremlin&side=RU",
    "events?kind=statement&kind=deployment&grade=weak",
    "events?disputed=false&limit=2",
    "events?known_at=2000-01-01",
    "strikes?policy=side:RU&limit=2",
    "events?policy=conservative&region=RU-KRS",
    "events?policy=latest&launched_min=3",
    "strikes?policy=graded",
    "strikes?policy=side:XX&region=RU-KRS",
    "strikes?policy=side:XX&from=1900&to=1901",
]


@pytest.fixture(scope="module")
def store(databases: Databases) -> Iterator[Served]:
    with served(databases, put_seed) as one:
        yield one


@pytest.mark.parametrize("asked", ASKED)
def test_both_ways_answer_the_same_page_after_page(store: Served, asked: str) -> None:
    path: str | None = f"/v1/{asked}"
    while path is not None:
        long, short = (store.client.get(path, headers=one) for one in (LONG_WAY, {}))
        assert short.status_code == long.status_code
        assert short.content == long.content
        for name in ("etag", "link", "cache-control", "content-type"):
            assert short.headers.get(name) == long.headers.get(name), name
        path = short.links.get("next", {}).get("url")


def test_one_statement_reads_all_further_pages(
    store: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Place] = []

    def counted(wanted: Any, place: Place, *given: Any) -> Any:
        made.append(place)
        return find_page(wanted, place, *given)

    monkeypatch.setattr(quick, "find_page", counted)
    path: str | None = "/v1/events?limit=1&from=1900-02"
    walked = []
    while path is not None:
        answer = store.client.get(path)
        walked += [event["id"] for event in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url")
    listed = store.get("/v1/events", **{"from": "1900-02"})
    assert walked == [event["id"] for event in listed["items"]]
    assert len(walked) > 3
    assert [place.after is None for place in made] == [True, False, True]


ODD = [
    "limit=2&cursor={next}&cursor={next}",
    "limit=2&cursor={next}&cur%73or={next}",
    "limit=2&cur%73or={next}",
    "cursor={next}&limit=2",
    "limit=2&region=RU-KRS&cursor={next}",
    "limit=2&cursor=",
    "limit=2&cursor",
    "limit=2&cursor=%41{next}",
    "limit=2&cursor={next}A",
    "limit=2&cursor={next}&known_at=2000-01-01",
]


@pytest.mark.parametrize("asked", ODD)
def test_both_ways_say_the_same_of_odd_cursors(store: Served, asked: str) -> None:
    following = store.get("/v1/events", limit=2)["next"]
    path = f"/v1/events?{asked.format(next=following)}"
    long, short = (store.client.get(path, headers=one) for one in (LONG_WAY, {}))
    assert (short.status_code, short.content) == (long.status_code, long.content)


def test_the_short_way_needs_no_route(store: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = store.get("/v1/strikes", region="RU-KRS", weapon="atacms", limit=1)

    def gone(*_given: Any, **_named: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(events, "send_selection", gone)
    monkeypatch.setattr(events, "get_event", gone)
    assert store.get("/v1/strikes", region="RU-KRS", weapon="atacms", limit=1) == listed
    one = listed["items"][0]
    assert store.get(f"/v1/strikes/{one['id']}") == one
    assert store.client.get("/v1/strikes?limit=1", headers=LONG_WAY).status_code == 500


def test_what_takes_long_is_done_elsewhere(store: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    short = store.get("/v1/events", grade="weak")
    monkeypatch.setattr(reader, "PATIENCE", -1)
    assert store.get("/v1/events", grade="weak") == short


def test_a_tag_holds_until_something_is_written(databases: Databases) -> None:
    with served(databases, put_seed) as one:
        path = "/v1/strikes?weapon=atacms"
        first = one.client.get(path)
        tag = {"If-None-Match": first.headers["etag"]}
        again = one.client.get(path, headers=tag)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        spelt = "/v1/strikes?weapon=long-arm"
        assert one.client.get(spelt).status_code == 422
        assert one.post("/v1/munitions/atacms/names", {"name": "Long Arm"}).status_code == 201
        assert one.client.get(path, headers=tag).status_code == 200
        found = [event["id"] for event in one.client.get(spelt).json()["items"]]
        assert found == [event["id"] for event in first.json()["items"]]
