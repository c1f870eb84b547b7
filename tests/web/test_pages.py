"""The pages: they answer, load nothing from elsewhere, and show all there is to look up."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

import pytest
from fastapi.testclient import TestClient

from counterclaim import web
from counterclaim.app import create_app
from counterclaim.codebook import claim_file_schema, codebook
from counterclaim.config import Settings
from counterclaim.problems import PROBLEMS
from counterclaim.web.examples import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

PAGES = ["/about", "/problems", *(f"/problems/{slug}" for slug in PROBLEMS), "/codebook", "/docs"]
STATIC = [
    f"/static/{name}"
    for name in ("style.css", "icon.svg", "docs.js", "home.css", "home.js", "map.css", "map.js")
] + [f"/static/{name}" for name in ("embed.css", "sides.css", "names.js", "timeline.js")]
STATIC += ["/static/contribute.js", "/static/contribute.css"]
STATIC += ["/static/review.js", "/static/review.css"]
STORED = {"/", "/stats", "/changes", "/contribute"}
"""Pages that every page leads to and that read the store."""

NO_SCRIPTS = [page for page in PAGES if page != "/docs"]
LOADED = {"link": "href", "script": "src", "img": "src", "iframe": "src", "form": "action"}


class Page(HTMLParser):
    """What a page loads, where it leads, its ids and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.inline: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag in LOADED:
            self.loaded.append(given.get(LOADED[tag], ""))
        if tag == "a":
            self.links.append(given["href"])
        if "id" in given:
            self.ids.append(given["id"])
        self.inline += [name for name in given if name == "style" or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An application whose store does not exist: no page needs it."""
    folder: Path = tmp_path_factory.mktemp("web")
    with TestClient(create_app(Settings(database_url=f"sqlite:///{folder}/none.db"))) as made:
        yield made


def read(client: TestClient, address: str) -> Page:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


@pytest.mark.parametrize("address", PAGES)
def test_pages_answer_and_name_their_language_and_title(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.text.startswith('<!doctype html>\n<html lang="en"')
    assert re.search(r"<title>[^<]+ · Counterclaim</title>", answer.text)
    assert read(client, address).tags.count("h1") == 1


@pytest.mark.parametrize("address", PAGES)
def test_pages_allow_nothing_that_they_do_not_need(client: TestClient, address: str) -> None:
    given = client.get(address).headers["content-security-policy"].split("; ")
    policy = {name: value for name, _, value in (rule.partition(" ") for rule in given)}
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    for what in ("script-src", "style-src", "font-src", "connect-src", "form-action"):
        assert policy[what] == "'self'"
    assert "unsafe" not in str(policy)


@pytest.mark.parametrize("address", PAGES)
def test_pages_load_only_files_of_this_server(client: TestClient, address: str) -> None:
    page = read(client, address)
    assert page.loaded
    assert page.inline == []
    for file in page.loaded:
        assert not urlsplit(file).scheme, file
        assert not urlsplit(file).netloc, file
        assert client.get(file).status_code == 200, file


@pytest.mark.parametrize("address", NO_SCRIPTS)
def test_pages_work_without_scripts(client: TestClient, address: str) -> None:
    assert "script" not in read(client, address).tags


@pytest.mark.parametrize("address", STATIC)
def test_our_static_files_load_nothing_from_elsewhere(client: TestClient, address: str) -> None:
    text = client.get(address).text.replace("http://www.w3.org/2000/svg", "")
    assert "//" not in re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
    assert "@import" not in text
    assert "url(" not in text


@pytest.mark.parametrize("address", PAGES)
def test_links_of_pages_lead_somewhere(client: TestClient, address: str) -> None:
    page = read(client, address)
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        target, anchor = urldefrag(link)
        if not target:
            assert anchor in page.ids, link
        elif target.startswith("/") and target not in STORED and not target.startswith("/v1/"):
            assert client.get(target).status_code == 200, link


def test_a_page_shows_what_to_ask_and_where_to_read_on(client: TestClient) -> None:
    page = read(client, "/about")
    assert {"/docs", "/codebook", "/openapi.json", "/v1/strikes?f=csv"} <= set(page.links)
    assert "/v1/strikes?f=geojson" in page.links
    for question in QUESTIONS:
        assert question.href in page.links
        assert question.address in page.text
        assert question.href.isascii()


def test_the_questions_of_that_page_find_strikes_in_the_seed(seed_to_read: Engine) -> None:
    url = seed_to_read.url.render_as_string(hide_password=False)
    with TestClient(create_app(Settings(database_url=url))) as client:
        for question in QUESTIONS:
            answer = client.get(question.href)
            assert answer.status_code == 200, question.address
            assert answer.json()["items"], question.address


@pytest.mark.parametrize("slug", PROBLEMS)
def test_every_problem_type_has_a_page_with_an_example(client: TestClient, slug: str) -> None:
    text = " ".join(read(client, f"/problems/{slug}").text.split())
    kind = PROBLEMS[slug]
    assert kind.title in text
    assert " ".join(kind.explanation.split()).replace("``", "") in text
    assert f'"type": "/problems/{slug}"' in text
    assert f'"status": {kind.status}' in text
    assert f"/problems/{slug}" in read(client, "/problems").links


def test_an_unknown_problem_type_is_a_problem_itself(client: TestClient) -> None:
    answer = client.get("/problems/not-fond")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["suggestions"] == ["not-found"]


def test_the_codebook_shows_every_word_and_every_column(client: TestClient) -> None:
    page = read(client, "/codebook")
    lines = {line.strip() for line in page.text.splitlines()}
    for vocabulary in codebook().vocabularies:
        assert vocabulary.name in page.ids
        assert f"#{vocabulary.name}" in page.links
        for word in vocabulary.words:
            assert word.value in lines
            assert word.definition in page.text
    for table in codebook().tables:
        assert f"table-{table.name}" in page.ids
        assert f"#table-{table.name}" in page.links
        assert {column.name for column in table.columns} <= lines
    assert codebook().lexicon.version in page.text


@pytest.mark.parametrize(
    ("address", "accept"), [("/codebook?f=json", "*/*"), ("/codebook", "application/json")]
)
def test_the_codebook_is_to_be_had_as_json(client: TestClient, address: str, accept: str) -> None:
    answer = client.get(address, headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"vocabularies", "tables", "lexicon"}
    assert len(answer.json()["tables"]) == len(codebook().tables)


def test_the_codebook_refuses_what_it_does_not_know(client: TestClient) -> None:
    assert client.get("/codebook?f=xml").status_code == 422
    assert client.get("/codebook?format=json").status_code == 422


def test_the_schema_of_claim_files_is_served(client: TestClient) -> None:
    answer = client.get("/claim-file.schema.json")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.text == claim_file_schema()


def test_a_page_that_did_not_change_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/codebook").headers["etag"]
    again = client.get("/codebook", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_are_not_part_of_the_api_description(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert not [path for path in paths if path in {*PAGES, "/problems/{slug}"}]


def test_swagger_ui_comes_from_the_installed_package_and_asks_nobody(client: TestClient) -> None:
    names = {path.name for path in web.swagger_folder().iterdir()}
    assert {"swagger-ui.css", "swagger-ui-bundle.js"} <= names
    assert "validatorUrl: null" in client.get("/static/docs.js").text


def test_links_keep_the_prefix_that_a_proxy_serves_under(client: TestClient) -> None:
    behind = TestClient(client.app, root_path="/counterclaim")
    page = Page(behind.get("/counterclaim/codebook").text)
    assert [link for link in page.links if not link.startswith(("#", "/counterclaim/"))] == []
    assert [file for file in page.loaded if not file.startswith("/counterclaim/static/")] == []
