"""What browsers are told of answers, and which pages of other origins may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from counterclaim.app import create_app
from counterclaim.config import Settings
from factories import put_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Databases

MAP = "https://map.example.org"
ELSEWHERE = "https://elsewhere.example.org"


@pytest.fixture(scope="module")
def url(sqlite_databases: Databases) -> Iterator[str]:
    name = sqlite_databases.migrated(put_world)
    yield sqlite_databases.url(name)
    sqlite_databases.drop(name)


def test_every_answer_tells_browsers_to_take_it_for_nothing_else(url: str) -> None:
    with TestClient(
        create_app(Settings(database_url=url, max_body_bytes=100)), raise_server_exceptions=False
    ) as client:

        @client.app.get("/broken")  # type: ignore[attr-defined, untyped-decorator]
        def broken() -> None:
            raise RuntimeError

        for path, status in (
            ("/v1/strikes", 200),
            ("/v1/claims", 200),
            ("/v1/strikes?f=csv", 200),
            ("/v1/nothing", 404),
            ("/v1/keys", 401),
            ("/ogc/collections", 200),
            ("/openapi.json", 200),
            ("/static/style.css", 200),
            ("/about", 200),
            ("/broken", 500),
        ):
            answer = client.get(path)
            assert answer.status_code == status
            policies = answer.headers.get_list("content-security-policy")
            assert len(policies) == 1, path
            assert policies[0].startswith("default-src 'none'")
            assert answer.headers.get_list("x-content-type-options") == ["nosniff"], path
            assert answer.headers["referrer-policy"] == "no-referrer", path
        tag = client.get("/v1/claims").headers["etag"]
        unchanged = client.get("/v1/claims", headers={"If-None-Match": tag})
        assert (unchanged.status_code, unchanged.headers["x-content-type-options"]) == (
            304,
            "nosniff",
        )
        for method, path in (("POST", "/v1/claims"), ("GET", "/v1/strikes")):
            large = client.request(method, path, content=b" " * 200)
            assert (large.status_code, large.headers["x-content-type-options"]) == (413, "nosniff")
        led = client.get("/review", headers={"Accept": "text/html"}, follow_redirects=False)
        assert (led.status_code, led.headers["x-content-type-options"]) == (303, "nosniff")


def test_pages_of_other_origins_read_nothing_unless_they_are_named(url: str) -> None:
    asking = {"Origin": MAP, "Access-Control-Request-Method": "POST"}
    with TestClient(create_app(Settings(database_url=url))) as client:
        assert client.options("/v1/claims", headers=asking).status_code == 405
        answer = client.get("/v1/strikes", headers={"Origin": MAP})
        assert [name for name in answer.headers if name.startswith("access-control")] == []
    named = Settings(database_url=url, cors_origins=f"{MAP} http://localhost:8080", rate_limit="")
    with TestClient(create_app(named)) as client:
        for path in ("/v1/strikes", "/v1/nothing"):
            answer = client.get(path, headers={"Origin": MAP})
            assert answer.headers["access-control-allow-origin"] == MAP
            assert "ETag" in answer.headers["access-control-expose-headers"]
            assert "access-control-allow-credentials" not in answer.headers
            assert "Origin" in answer.headers["vary"]
        other = client.get("/v1/strikes", headers={"Origin": ELSEWHERE})
        assert "access-control-allow-origin" not in other.headers
        wanted = {**asking, "Access-Control-Request-Headers": "authorization, if-match"}
        allowed = client.options("/v1/claims", headers=wanted)
        assert (allowed.status_code, allowed.headers["x-content-type-options"]) == (200, "nosniff")
        refused = client.options("/v1/claims", headers={**wanted, "Origin": ELSEWHERE})
        assert refused.status_code == 400
    with TestClient(create_app(Settings(database_url=url, cors_origins="*"))) as client:
        answer = client.get("/v1/strikes", headers={"Origin": ELSEWHERE})
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("origins", ["map.example.org", "https://a.org/path", "https://*.a.org"])
def test_what_is_no_origin_ends_the_start(origins: str) -> None:
    with pytest.raises(ValidationError, match="is no origin"):
        Settings(cors_origins=origins)
