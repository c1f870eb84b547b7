"""The first page and what is embedded, as they are answered: addresses, errors, caching."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import orjson
import pytest
from fastapi.testclient import TestClient

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.queries import overview
from counterclaim.web import Memory
from factories import article, put_file, put_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from httpx2 import Response
    from sqlalchemy import Engine

    from conftest import Databases

HTML = {"Accept": "text/html"}


def client_of(engine: Engine) -> TestClient:
    url = engine.url.render_as_string(hide_password=False)
    return TestClient(create_app(Settings(database_url=url, rate_limit="")), headers=HTML)


@pytest.fixture(scope="module")
def client(seed_to_read: Engine) -> Iterator[TestClient]:
    """The application on the seed."""
    with client_of(seed_to_read) as made:
        yield made


def labels(answer: Response) -> list[str]:
    return re.findall(r'<h3 dir="auto"><a href="[^"]+">([^<]+)</a></h3>', answer.text)


def found(answer: Response) -> str:
    said = re.search(r"<strong>([\d,]+ events?)</strong>", answer.text)
    assert said is not None
    return said[1]


def links(answer: Response) -> list[str]:
    return [unescape(link) for link in re.findall(r'href="([^"]+)"', answer.text)]


def strike(client: TestClient, words: str) -> str:
    items = client.get("/v1/strikes", headers={"Accept": "*/*"}).json()["items"]
    return str(next(one["id"] for one in items if words in one["label"]))


def test_the_page_shows_the_events_that_the_api_finds(client: TestClient) -> None:
    for query in ("", "?weapon=АТАКМС", "?from=2024-11-23&to=2024-11", "?kind=strike&grade=weak"):
        answer = client.get(f"/{query}")
        assert answer.status_code == 200
        items = client.get(f"/v1/events{query}", headers={"Accept": "*/*"}).json()["items"]
        assert [unescape(one) for one in labels(answer)] == [one["label"] for one in items]
        assert found(answer).split()[0] == str(len(items))
        assert f"/v1/events{query}".split("?")[0] in str(links(answer))


def test_a_row_sets_what_the_sides_say_side_by_side(client: TestClient) -> None:
    text = client.get("/?weapon=atacms&place=lotarevka&scope=single").text
    rows = re.findall(r"<tr>(.*?)</tr>", text, flags=re.DOTALL)
    told = [re.sub(r"<[^>]+>|\s+", " ", row).split() for row in rows]
    assert told[0] == ["Figure", "UA", "attacker", "RU", "defender", "Resolved"]
    assert told[1] == ["Launched", "silent", "5", "5"]
    assert told[2] == ["Intercepted", "silent", "3", "3"]
    assert told[3] == ["Hit", "silent", "≥", "2", "admitted,", "shared", "1–2"]


def test_fields_left_empty_are_no_filters(client: TestClient) -> None:
    answer = client.get("/?from=&weapon=atacms&q=+&kind=", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?weapon=atacms")
    assert client.get("/?from=", follow_redirects=False).headers["location"] == "/"


def test_each_part_of_a_filter_is_said_and_can_be_removed(client: TestClient) -> None:
    answer = client.get("/?weapon=atacms&weapon=oreshnik&launched_min=2&bbox=20,40,60,60")
    for words in ("weapon: ATACMS", "weapon: Oreshnik", "at least 2 launched"):
        assert words in answer.text
    assert "/?weapon=oreshnik&launched_min=2&bbox=20,40,60,60" in links(answer)
    assert '<input type="hidden" name="weapon" value="oreshnik">' in answer.text
    assert '<input type="hidden" name="bbox" value="20,40,60,60">' in answer.text


def test_statistics_tell_of_filters_without_a_field_and_keep_them(client: TestClient) -> None:
    answer = client.get("/stats?kind=strike&weapon=atacms&match=certain")
    assert '<input type="hidden" name="match" value="certain">' in answer.text
    assert '<input type="hidden" name="weapon"' not in answer.text
    assert "dates and numbers: certain" in answer.text
    assert "/stats?weapon=atacms&match=certain" in links(answer)
    assert "Further filters" not in client.get("/stats?weapon=atacms&figure=hit").text


def test_the_form_keeps_what_was_asked_for_either_way(client: TestClient) -> None:
    for value in ("true", "false"):
        text = client.get(f"/?disputed={value}").text
        assert f'name="disputed" value="{value}" checked' in text
    assert "checked" not in client.get("/").text
    assert "<details open>" in client.get("/?policy=latest").text


def test_an_interval_of_the_api_fills_both_fields(client: TestClient) -> None:
    text = client.get("/?datetime=2024-11-23/..").text
    assert 'name="from" value="2024-11-23"' in text
    assert 'name="to" value=""' in text


@pytest.mark.parametrize(
    ("query", "words", "other"),
    [
        ("?weapon=atacsm", "No munition is called", "/?weapon="),
        ("?from=yesterday", "yesterday", None),
        ("?known_at=never", "never", None),
        ("?policy=grated", "There is no policy", "/?policy=graded"),
    ],
)
def test_a_filter_that_names_nothing_is_told_on_the_page(
    client: TestClient, query: str, words: str, other: str | None
) -> None:
    answer = client.get(f"/{query}")
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    assert 'role="search"' in answer.text
    if other is not None:
        assert any(link.startswith(other) for link in links(answer))


def test_other_mistakes_are_pages_of_their_own(client: TestClient) -> None:
    for query in ("?wepon=1", "?kind=strik", "?cursor=x", "?map=north"):
        answer = client.get(f"/{query}")
        assert answer.status_code == 422, query
        assert 'role="search"' not in answer.text
    assert "Perhaps: weapon" in client.get("/?wepon=1").text


def test_events_that_would_take_too_long_to_resolve_are_listed_and_not_counted(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "/?policy=latest&disputed=false"
    everything = labels(client.get(query))
    assert found(client.get(query)) == f"{len(everything)} events"
    client.app.state.seen = Memory()  # type: ignore[attr-defined]
    monkeypatch.setattr(overview, "MOST_RESOLVED", 2)
    answer = client.get(query)
    assert labels(answer) == everything
    assert "too many would have to be resolved" in answer.text
    assert "data-query" not in answer.text


def test_what_a_visitor_with_a_cookie_sees_is_kept_by_nobody_else(client: TestClient) -> None:
    addresses = (
        *("/", "/map.json?frame=0,0,9,9&zoom=1", "/suggest?what=weapon&q=a"),
        "/stats/claimants.csv",
    )
    with TestClient(client.app, headers=HTML) as visitor:
        for address in addresses:
            answer = visitor.get(address)
            assert answer.headers["cache-control"].startswith("public")
            assert "Cookie" in answer.headers["vary"]
        visitor.get("/sign-in")
        for address in addresses:
            assert visitor.get(address).headers["cache-control"].startswith("private")


def test_the_past_is_shown_as_it_was(client: TestClient) -> None:
    answer = client.get("/?known_at=2001-01-01")
    assert answer.status_code == 200
    assert found(answer) == "0 events"
    assert "No event matches." in answer.text


def test_the_page_costs_as_many_statements_for_many_events_as_for_few(
    databases: Databases, query_counter: Callable[[Engine], Any]
) -> None:
    with databases.filled(put_world) as engine, client_of(engine) as client:
        numbers = []
        for number in range(4):
            with query_counter(client.app.state.engine) as queries:  # type: ignore[attr-defined]
                assert len(labels(client.get("/"))) == number + 1
            numbers.append(len(queries))
            assert found(client.get("/")) == f"{number + 1} event{'s' if number else ''}"
            title = f"Again {number}"
            document = {**article()["document"], "title": title, "text": f"{title}: {TEXT}"}
            put_file(engine, article(document=document))
        assert numbers[1] == numbers[-1]


TEXT = article()["document"]["text"]


def test_map_data_is_sent_once_for_a_state_of_the_store(client: TestClient) -> None:
    address = "/map.json?weapon=atacms&frame=20,40,60,60&zoom=2"
    answer = client.get(address)
    assert answer.headers["content-type"] == "application/geo+json"
    (cluster,) = answer.json()["features"]
    assert cluster["properties"]["count"] == 2
    again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    alone = client.get(address.replace("zoom=2", "zoom=10")).json()["features"]
    assert {one["properties"]["uncertainty_m"] for one in alone} == {2000, 14600}
    whole = client.get("/map.json?weapon=atacms&frame=-180,-85,180,85&zoom=22").json()["features"]
    assert [one["properties"]["count"] for one in whole] == [2]  # As on a screen of that size.
    listed = client.get("/map/events.json?frame=36,51,37,52").json()["features"]
    assert [one["properties"]["label"] for one in listed] == [
        "ATACMS strike on Kursk-Vostochny airfield"
    ]
    assert listed[0]["properties"]["href"] == f"/strikes/{listed[0]['properties']['id']}"


@pytest.mark.parametrize("frame", ["1,2,3", "a,b,c,d", "0,95,1,96"])
def test_a_frame_that_is_none_is_refused(client: TestClient, frame: str) -> None:
    answer = client.get(f"/map.json?frame={frame}&zoom=1", headers={"Accept": "*/*"})
    assert answer.status_code == 422


def test_names_are_suggested(client: TestClient) -> None:
    (item,) = client.get("/suggest?what=weapon&q=ореш").json()["items"]
    assert (item["key"], item["spelling"]) == ("oreshnik", "Орешник")
    assert client.get("/suggest?what=moon&q=a").status_code == 422


def test_what_is_embedded_may_stand_in_any_frame_and_nothing_else_may(client: TestClient) -> None:
    event = strike(client, "Lotarevka")
    for address in ("/embed", "/embed?weapon=atacms", f"/embed?event={event}"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in client.get("/").headers["content-security-policy"]
    assert client.get(f"/embed?event={event[:-1]}0").status_code == 404


def test_oembed_tells_how_addresses_of_this_server_are_embedded(client: TestClient) -> None:
    event = strike(client, "Lotarevka")
    pages = {
        "/?weapon=atacms&cursor=x": "/embed?weapon=atacms",
        "/embed?weapon=atacms": "/embed?weapon=atacms",
        f"/strikes/{event}": f"/embed?event={event}",
        f"/embed?event={event}": f"/embed?event={event}",
    }
    for page, frame in pages.items():
        given: dict[str, str | int] = {"url": f"http://testserver{page}", "maxwidth": 500}
        answer = client.get("/oembed", params=given).json()
        assert (answer["version"], answer["type"], answer["width"]) == ("1.0", "rich", 500)
        assert f'src="http://testserver{frame}"' in answer["html"]
    assert 'type="application/json+oembed"' in client.get("/").text


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"url": "http://elsewhere.example/"}, 404),
        ({"url": "http://["}, 404),
        ({"url": "http://testserver/docs"}, 404),
        ({"url": "http://testserver/strikes/none"}, 404),
        ({"url": "http://testserver/", "format": "xml"}, 501),
        ({}, 422),
    ],
)
def test_oembed_refuses_what_it_cannot_embed(
    client: TestClient, params: dict[str, str], status: int
) -> None:
    answer = client.get("/oembed", params=params, headers={"Accept": "*/*"})
    assert answer.status_code == status
    assert orjson.loads(answer.content)["status"] == status


def test_links_keep_the_prefix_that_a_proxy_serves_under(client: TestClient) -> None:
    behind = TestClient(client.app, root_path="/counterclaim", headers=HTML)
    answer = behind.get("/counterclaim/?weapon=atacms")
    assert answer.status_code == 200
    own = [link for link in links(answer) if link.startswith("/")]
    assert [link for link in own if not link.startswith("/counterclaim/")] == []
