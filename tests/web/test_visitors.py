"""Who is signed in, and what forms and addresses that others made up cannot do."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from itsdangerous import TimestampSigner

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.db import writing
from counterclaim.queries.keys import list_keys
from counterclaim.store.keys import revoke_key
from counterclaim.store.ledger import open_writer
from counterclaim.vocabulary import KeyScope
from factories import put_key, put_seed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Databases

HTML = {"Accept": "text/html"}


@pytest.fixture
def client(sqlite_databases: Databases) -> Iterator[TestClient]:
    name = sqlite_databases.migrated(put_seed)
    settings = Settings(database_url=sqlite_databases.url(name), session_hours=1)
    with TestClient(create_app(settings), follow_redirects=False) as made:
        yield made
    sqlite_databases.drop(name)


def key_of(client: TestClient, scope: KeyScope) -> str:
    header = put_key(client.app.state.engine, scope, name=str(scope))  # type: ignore[attr-defined]
    return header["Authorization"].removeprefix("Bearer ")


def token_in(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def sign_in(client: TestClient, key: str, onward: str = "/about") -> str:
    token = token_in(client.get("/sign-in").text)
    answer = client.post("/sign-in", data={"csrf": token, "key": key, "next": onward})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_signing_in_needs_the_token_of_the_form(client: TestClient) -> None:
    key = key_of(client, KeyScope.REVIEW)
    for data in ({"key": key}, {"key": key, "csrf": "made up"}):
        assert client.post("/sign-in", data=data).status_code == 403
    client.get("/sign-in")
    assert client.post("/sign-in", data={"key": key, "csrf": "made up"}).status_code == 403
    assert "Sign out" not in client.get("/about").text
    assert sign_in(client, key) == "/about"
    page = client.get("/about")
    assert "Sign out" in page.text
    assert page.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", "//["],
)
def test_nobody_is_led_to_another_host(client: TestClient, elsewhere: str) -> None:
    assert sign_in(client, key_of(client, KeyScope.READ), elsewhere) == "/"


def test_the_token_of_before_signing_in_does_not_count_after_it(client: TestClient) -> None:
    before = token_in(client.get("/sign-in").text)
    sign_in(client, key_of(client, KeyScope.READ))
    assert client.post("/sign-out", data={"csrf": before}).status_code == 403
    now = token_in(client.get("/about").text)
    assert now != before
    answer = client.post("/sign-out", data={"csrf": now})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Sign out" not in client.get("/about").text


def test_who_looks_at_the_form_again_stays_signed_in_and_may_take_another_key(
    client: TestClient,
) -> None:
    sign_in(client, key_of(client, KeyScope.READ))
    token = token_in(client.get("/about").text)
    assert set(re.findall(r'name="csrf" value="([^"]+)"', client.get("/sign-in").text)) == {token}
    assert client.post("/sign-in", data={"csrf": token, "key": "cc_mistyped"}).status_code == 422
    assert ">read<" in client.get("/about").text
    sign_in(client, key_of(client, KeyScope.REVIEW))
    assert ">review<" in client.get("/about").text


def test_a_cookie_that_was_altered_or_has_no_key_any_more_signs_nobody_in(
    client: TestClient,
) -> None:
    sign_in(client, key_of(client, KeyScope.CONTRIBUTE))
    cookie = client.cookies["counterclaim"]
    client.cookies.clear()
    client.cookies.set("counterclaim", cookie[:-2] + "xx")
    assert "Sign out" not in client.get("/about").text
    client.cookies.clear()
    client.cookies.set("counterclaim", cookie)
    assert "Sign out" in client.get("/about").text
    engine = client.app.state.engine  # type: ignore[attr-defined]
    with writing(engine) as session:
        writer = open_writer(session, "test")
        key_id = next(row.id for row in list_keys(session) if row.name == "contribute")
        revoke_key(writer, key_id)
    assert "Sign out" not in client.get("/about").text


def test_signing_in_ends_after_its_hours(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, key_of(client, KeyScope.READ))
    for seconds, signed_in in ((3500, True), (3700, False)):
        later = int(time.time()) + seconds
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer, at=later: at)
        assert ("Sign out" in client.get("/about").text) == signed_in


def test_the_cookie_is_no_key_of_the_api(client: TestClient) -> None:
    sign_in(client, key_of(client, KeyScope.ADMIN))
    assert client.post("/v1/events", json={"kind": "strike", "label": "x"}).status_code == 401
    assert client.get("/v1/keys").status_code == 401


def test_where_reads_are_not_public_pages_lead_to_signing_in(sqlite_databases: Databases) -> None:
    name = sqlite_databases.migrated(put_seed)
    settings = Settings(database_url=sqlite_databases.url(name), public_reads=False)
    with TestClient(create_app(settings), follow_redirects=False) as client:
        answer = client.get("/sources/ru-mod", headers=HTML)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sign-in?next=/sources/ru-mod"
        assert sign_in(client, key_of(client, KeyScope.READ), "/sources/ru-mod")
        assert client.get("/sources/ru-mod", headers=HTML).status_code == 200
    sqlite_databases.drop(name)


def test_problems_are_pages_for_people_and_json_for_programs(client: TestClient) -> None:
    page = client.get("/munitions/atacsm", headers=HTML)
    assert page.status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "Perhaps: atacms" in page.text
    assert client.get("/munitions/atacsm").headers["content-type"] == "application/problem+json"
    api = client.get("/v1/munitions/atacsm", headers=HTML)
    assert api.headers["content-type"] == "application/problem+json"
    nowhere = client.get("/no/such/page", headers=HTML)
    assert (nowhere.status_code, nowhere.headers["content-type"]) == (
        404,
        "text/html; charset=utf-8",
    )
    unknown = client.get("/changes?wepon=x", headers=HTML)
    assert unknown.status_code == 422
    assert "wepon" in unknown.text


def test_only_the_files_that_pages_load_are_served_of_the_libraries(client: TestClient) -> None:
    for path in ("package.json", "maplibre-gl/package.json", "../package.json", "files/x.woff2"):
        assert client.get(f"/static/lib/{path}").status_code == 404, path
