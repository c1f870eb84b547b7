"""Errors of the package as they go over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from counterclaim.errors import (
    AuthenticationError,
    ConflictError,
    CounterclaimError,
    MediaTypeError,
    PermissionDeniedError,
    PreconditionFailedError,
    PreconditionRequiredError,
    ReusedKeyError,
)
from counterclaim.problems import PROBLEMS, add_problem_handlers

if TYPE_CHECKING:
    import httpx2

BEARER = 'Bearer realm="counterclaim"'


def answer(error: Exception) -> httpx2.Response:
    """What a route that raises this is answered with."""
    app = FastAPI()
    add_problem_handlers(app)

    @app.get("/")
    def fail() -> None:
        raise error

    response: httpx2.Response = TestClient(app, raise_server_exceptions=False).get("/")
    assert response.headers["content-type"] == "application/problem+json"
    return response


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (AuthenticationError("Who are you?"), 401, "unauthorized"),
        (PermissionDeniedError("review"), 403, "forbidden"),
        (PreconditionRequiredError("Send If-Match."), 428, "precondition-required"),
        (PreconditionFailedError("It changed."), 412, "precondition-failed"),
        (MediaTypeError("Not XML."), 415, "unsupported-media-type"),
        (ReusedKeyError("Used before."), 422, "idempotency-key-reused"),
        (ConflictError("Taken."), 409, "conflict"),
    ],
)
def test_every_error_has_its_status_and_its_page(
    error: CounterclaimError, status: int, slug: str
) -> None:
    response = answer(error)
    assert response.status_code == response.json()["status"] == status
    assert response.json()["type"] == f"/problems/{slug}"
    assert response.json()["title"] == PROBLEMS[slug].title
    assert response.json()["detail"] == str(error)


def test_whoever_lacks_a_key_or_a_scope_is_told_what_is_wanted() -> None:
    for error, challenge in (
        (AuthenticationError("A key is needed."), BEARER),
        (AuthenticationError("Unknown key.", given=True), f'{BEARER}, error="invalid_token"'),
        (PermissionDeniedError("admin"), f'{BEARER}, error="insufficient_scope", scope="admin"'),
    ):
        assert answer(error).headers["www-authenticate"] == challenge


def test_a_media_type_that_is_not_read_names_those_that_are() -> None:
    response = answer(MediaTypeError("Not XML.", suggestions=["application/json"]))
    assert response.headers["accept-post"] == "application/json"
