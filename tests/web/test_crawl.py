"""Every page that links lead to answers, is well made, and loads only files of this server."""

from __future__ import annotations

import re
from collections import Counter, deque
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

import pytest
from fastapi.testclient import TestClient

from counterclaim.app import create_app
from counterclaim.config import Settings
from everything import put_everything
from factories import REFERENCE, article, put_file, put_seed
from web.test_pages import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from conftest import Databases

START = ("/", "/stats", "/changes", "/contribute", "/review", "/sign-in", "/about")
OF_A_KIND = 2
"""So many addresses of one shape are followed."""


def put_all(engine: Engine) -> None:
    put_seed(engine)
    put_file(engine, {**REFERENCE, "munitions": REFERENCE["munitions"][1:]})
    put_file(engine, article())


@pytest.fixture(scope="module")
def client(sqlite_databases: Databases) -> Iterator[TestClient]:
    with sqlite_databases.filled(put_all) as engine:
        url = engine.url.render_as_string(hide_password=False)
        with TestClient(create_app(Settings(database_url=url))) as made:
            yield made


def shape(address: str) -> str:
    """What addresses of one kind have in common: the path without names, the parameters' names."""
    parts = urlsplit(address)
    path = re.sub(r"[0-9a-f-]{36}|(?<=/sources/)[^/]+|(?<=/munitions/)[^/]+", "*", parts.path)
    return path + "?" + "&".join(sorted(pair.partition("=")[0] for pair in parts.query.split("&")))


def test_every_link_leads_to_a_page_that_is_well_made(client: TestClient) -> None:
    found: Counter[str] = Counter()
    seen = set(START)
    waiting = deque(START)
    while waiting:
        address = waiting.popleft()
        answer = client.get(address, headers={"Accept": "text/html"})
        expected = {200, 401, 403} if address == "/review" else {200}
        assert answer.status_code in expected, address
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        page = Page(answer.text)
        check(client, page, answer.text, address)
        for link in map(str, page.links):
            target = urldefrag(link)[0]
            if not target.startswith("/") or target in seen or target.startswith("/docs"):
                continue
            seen.add(target)
            found[shape(target)] += 1
            if found[shape(target)] <= OF_A_KIND:
                waiting.append(target)
    assert len(found) > 30
    assert found["/claims/*?"] > OF_A_KIND


def check(client: TestClient, page: Page, text: str, address: str) -> None:
    assert page.tags.count("h1") == 1, address
    assert page.inline == [], address
    doubled = [one for one, count in Counter(page.ids).items() if count > 1]
    assert doubled == [], address
    assert "<style" not in text, address
    for file in page.loaded:
        assert not urlsplit(file).netloc, (address, file)
        if file and not file.startswith(("/oembed", "/v1/")):
            assert client.get(file).status_code in {200, 405}, (address, file)
    for link in page.links:
        target, anchor = urldefrag(link)
        assert target or anchor in page.ids, (address, link)


def test_every_row_of_a_store_that_holds_everything_has_its_page(
    sqlite_databases: Databases,
) -> None:
    with sqlite_databases.filled(put_everything) as engine:
        url = engine.url.render_as_string(hide_password=False)
        with TestClient(create_app(Settings(database_url=url))) as client:
            for noun in ("events", "claims", "documents", "sources", "munitions"):
                items = client.get(f"/v1/{noun}?limit=1000").json()["items"]
                assert items
                for item in items[:15]:
                    address = f"/{noun}/{item.get('key') or item['id']}"
                    page = client.get(address, headers={"Accept": "text/html"})
                    assert page.status_code == 200, address
                    assert Page(page.text).tags.count("h1") == 1
                    assert Page(page.text).inline == []


def test_an_error_of_ours_is_told_on_a_page_to_people(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        msg = "made up"
        raise RuntimeError(msg)

    monkeypatch.setattr("counterclaim.web.changes.page_changes", fail)
    quiet = TestClient(client.app, raise_server_exceptions=False)
    page = quiet.get("/changes", headers={"Accept": "text/html"})
    assert page.status_code == 500
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "made up" not in page.text
    assert quiet.get("/changes").headers["content-type"] == "application/problem+json"
