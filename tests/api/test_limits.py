"""Limits as a client meets them: too many requests, too large bodies, wrong methods and fields."""

from __future__ import annotations

import socket
from http.client import HTTPConnection
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

import pytest
import uvicorn
from fastapi import Body, FastAPI
from fastapi.testclient import TestClient

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.errors import AuthenticationError, SettingsError
from counterclaim.middleware import BodyLimitMiddleware
from counterclaim.problems import add_problem_handlers
from counterclaim.schemas.incoming import LARGEST_TEXT, ClaimFile
from factories import article
from server import command, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx2
    from sqlalchemy import Engine

KEY = {"Authorization": "Bearer a-key"}


OPEN = "/v1/secret?key=right"
"""An address where keys are looked at, and this one will do."""


def guarded(rate_limit: str = "", **settings: Any) -> FastAPI:
    """The application, with a route that wants the key "right" and one that takes a claim file."""
    app = create_app(
        Settings(database_url="sqlite:///unopened.db", rate_limit=rate_limit, **settings)
    )

    @app.get("/v1/secret")
    def secret(key: str = "") -> None:
        if key != "right":
            msg = "Unknown key."
            raise AuthenticationError(msg, given=True)

    @app.post("/file")
    def take(body: Annotated[ClaimFile, Body()]) -> int:
        return len(body.claims)

    return app


def client(app: FastAPI, host: str = "192.0.2.1") -> TestClient:
    return TestClient(app, client=(host, 5000))


def remaining(response: httpx2.Response) -> int:
    return int(response.headers["ratelimit-remaining"])


def test_every_answer_says_how_much_is_left() -> None:
    asking = client(guarded("3/minute"))
    for left in (2, 1, 0):
        response = asking.get("/problems")
        assert response.status_code == 200
        assert response.headers["ratelimit-limit"] == "3"
        assert remaining(response) == left
        assert 1 <= int(response.headers["ratelimit-reset"]) <= 60
        assert response.headers["ratelimit-policy"] == "3;w=60"
    refused = asking.get("/problems")
    assert refused.status_code == 429
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert refused.headers["retry-after"] == refused.headers["ratelimit-reset"]
    assert remaining(refused) == 0
    assert asking.head("/problems").content == b""


def test_the_closest_of_several_limits_is_shown() -> None:
    response = client(guarded("100/minute;2/hour")).get("/problems")
    assert response.headers["ratelimit-limit"] == "2"
    assert response.headers["ratelimit-policy"] == "100;w=60, 2;w=3600"


def test_keys_and_addresses_are_counted_apart() -> None:
    app = guarded("2/minute")
    asking = client(app)
    assert [remaining(asking.get(OPEN, headers=KEY)) for _ in range(2)] == [1, 0]
    assert asking.get(OPEN, headers=KEY).status_code == 429
    assert remaining(asking.get(OPEN, headers={"Authorization": "bearer  other"})) == 1
    assert remaining(asking.get(OPEN, headers={"Authorization": "Basic a-key"})) == 1
    assert remaining(client(app, "192.0.2.2").get(OPEN)) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_an_ipv6_network_is_one_address(one: str, other: str, same: bool) -> None:
    app = guarded("2/minute")
    client(app, one).get("/problems")
    assert remaining(client(app, other).get("/problems")) == (0 if same else 1)


def test_guessing_keys_exhausts_the_address_for_every_key() -> None:
    app = guarded("3/minute")
    asking = client(app)
    for guess in range(3):
        headers = {"Authorization": f"Bearer guess-{guess}"}
        assert asking.get("/v1/secret", headers=headers).status_code == 401
    for headers in (KEY, {}):
        refused = asking.get(OPEN, headers=headers)
        assert refused.status_code == 429
    assert client(app, "192.0.2.2").get(OPEN, headers=KEY).status_code == 200


def test_health_is_never_limited() -> None:
    asking = client(guarded("1/minute"))
    for _ in range(5):
        response = asking.get("/healthz")
        assert response.status_code == 200
        assert "ratelimit-limit" not in response.headers


def test_no_limit_where_none_is_set() -> None:
    response = client(guarded("")).get("/problems")
    assert "ratelimit-limit" not in response.headers


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"rate_limit": "many"}, "COUNTERCLAIM_RATE_LIMIT is 'many'"),
        ({"rate_limit": "0/minute"}, "600/minute"),
        ({"rate_limit": "5/minute", "rate_limit_storage": "mysql://x"}, "neither memory:// nor"),
    ],
)
def test_a_wrong_setting_ends_the_start(settings: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        create_app(Settings(database_url="sqlite:///unopened.db", **settings))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An application that reads bodies of up to a hundred bytes and answers with their length."""
    app = FastAPI()
    add_problem_handlers(app)
    app.add_middleware(BodyLimitMiddleware, max_body_bytes=100)

    @app.post("/")
    def take(body: Annotated[bytes, Body(media_type="text/plain")]) -> int:
        return len(body)

    with TestClient(app) as made:
        yield made


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("size", "status"), [(100, 200), (101, 413), (100_000, 413)])
def test_a_body_is_read_up_to_its_limit(
    small: TestClient, size: int, status: int, *, chunked: bool
) -> None:
    content = (b"x" for _ in range(size)) if chunked else b"x" * size
    response = small.post("/", content=content, headers={"Content-Type": "text/plain"})
    assert response.status_code == status
    if status == 413:
        assert response.json()["type"] == "/problems/content-too-large"


def test_a_text_that_is_too_long_is_told_with_its_place() -> None:
    asking = client(guarded())
    text = "я" * (LARGEST_TEXT // 2)
    for given, status in ((text, 200), (text + "x", 413)):
        body = {"document": {"title": "T", "text": given}}
        response = asking.post("/file", json=body)
        assert response.status_code == status
    (error,) = response.json()["errors"]
    assert error["pointer"] == "/document/text"
    assert str(LARGEST_TEXT) in error["detail"]


def test_a_body_is_judged_as_a_claim_file_is() -> None:
    asking = client(guarded())
    body = article()
    body["claims"][0] |= {"stanse": "denies", "counts": [{"launched": -1}]}
    response = asking.post("/file", json=body)
    assert response.status_code == 422
    found = {one["pointer"]: one for one in response.json()["errors"]}
    assert found["/claims/0/stanse"]["suggestions"] == ["stance"]
    assert "/claims/0/counts/0/launched" in found
    for content, status in (("{", 400), ("", 422), ("3", 422), ('"\\ud800"', 422)):
        headers = {"Content-Type": "application/json"}
        assert asking.post("/file", content=content, headers=headers).status_code == status


def test_allow_names_the_methods_of_all_routes_of_an_address() -> None:
    app = guarded()

    @app.get("/file")
    def show() -> None: ...

    @app.delete("/file")
    def drop() -> None: ...

    asking = client(app)
    for path, allowed in (
        ("/file", "GET, HEAD, POST, DELETE"),
        ("/v1/strikes", "GET, HEAD"),
        ("/v1/strikes/x", "GET, HEAD"),
        ("/static/style.css", "GET, HEAD"),
    ):
        response = asking.put(path)
        assert response.status_code == 405, path
        assert response.headers["allow"] == allowed


@pytest.fixture(scope="module")
def listening(small: TestClient) -> Iterator[int]:
    """The port of a real server of the small application."""
    server = uvicorn.Server(uvicorn.Config(small.app, port=0, log_level="error"))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield int(listener.getsockname()[1])
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize("chunked", [False, True])
def test_the_connection_outlives_a_body_that_is_refused(listening: int, *, chunked: bool) -> None:
    connection = HTTPConnection("127.0.0.1", listening, timeout=20)
    connection.connect()
    first = connection.sock
    for size, status in ((50, 200), (3_000_000, 413), (101, 413), (100, 200)):
        body = b"x" * size
        parts = (body[at : at + 10_000] for at in range(0, size, 10_000)) if chunked else body
        connection.request(
            "POST", "/", parts, {"Content-Type": "text/plain"}, encode_chunked=chunked
        )
        response = connection.getresponse()
        content = response.read()
        assert response.status == status
        assert content == str(size).encode() or b"/problems/content-too-large" in content
        assert connection.sock is first
    connection.close()


def test_an_announced_body_is_refused_before_it_is_sent(listening: int) -> None:
    with socket.create_connection(("127.0.0.1", listening), timeout=20) as connection:
        head = "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_the_served_application_keeps_its_limits(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERCLAIM_MAX_BODY_BYTES", "100000")
    monkeypatch.setenv("COUNTERCLAIM_RATE_LIMIT", "3/minute")
    url = sqlite_engine.url.render_as_string(hide_password=False)
    with running_server(url, tmp_path) as asking:
        assert asking.post("/v1/strikes", content=b"x" * 5_000_000).status_code == 413
        assert asking.get("/v1/strikes").json()["items"] == []
        assert remaining(asking.get("/v1/strikes")) == 0
        assert asking.get("/v1/strikes").status_code == 429
        assert asking.get("/readyz").status_code == 200


def test_a_wrong_rate_ends_the_command_with_a_message(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERCLAIM_RATE_LIMIT", "some")
    url = sqlite_engine.url.render_as_string(hide_password=False)
    done = command("serve", "--port", "0", database_url=url, folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("COUNTERCLAIM_RATE_LIMIT is 'some', which is no rate")
