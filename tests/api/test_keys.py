from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from counterclaim.db import reading
from counterclaim.models import ApiKey, LedgerEntry
from counterclaim.queries.keys import caller_in, find_caller, key_statement
from counterclaim.store.keys import ensure_admin
from counterclaim.vocabulary import KeyScope
from factories import article, put_key, put_world
from served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Databases
    from served import Served


@pytest.fixture
def world(databases: Databases) -> Iterator[Served]:
    with served(databases, put_world) as made:
        yield made


@pytest.fixture(scope="module")
def refusing(databases: Databases) -> Iterator[Served]:
    """The same for what is refused, and so leaves it as it was."""
    with served(databases, put_world) as made:
        yield made


def test_key_is_shown_once_and_kept_as_hash(world: Served) -> None:
    wanted = {"name": "anna", "scopes": ["contribute"]}
    answer = world.post("/v1/keys", wanted, "admin", idempotency_key="k1")
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    key = answer.json()["key"]
    again = world.post("/v1/keys", wanted, "admin", idempotency_key="k1")
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {**answer.json(), "key": None}
    with reading(world.engine) as session:
        row = session.get_one(ApiKey, answer.json()["id"])
    assert row.sha256 == hashlib.sha256(key.encode()).hexdigest()
    assert key not in world.client.get("/v1/keys", headers=world.key("admin")).text
    created = world.client.post(
        "/v1/sources",
        json={"key": "x", "name": "X", "kind": "outlet"},
        headers={"Authorization": f"Bearer {key}"},
    )
    assert created.status_code == 201
    with reading(world.engine) as session:
        actor = session.scalar(select(LedgerEntry.actor).order_by(LedgerEntry.seq.desc()))
    assert actor == "anna"


@pytest.mark.parametrize(
    ("header", "error"),
    [
        ({}, None),
        ({"Authorization": "Bearer nonsense"}, "invalid_token"),
        ({"Authorization": "Basic bm9uZQ=="}, None),
    ],
)
def test_writing_without_a_valid_key_is_401(
    refusing: Served, header: dict[str, str], error: str | None
) -> None:
    answer = refusing.client.post("/v1/sources", json={}, headers=header)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (error or "error=") in answer.headers["www-authenticate"] or error is None
    assert answer.json()["type"] == "/problems/unauthorized"


def test_reading_with_a_wrong_key_is_401_too(refusing: Served) -> None:
    answer = refusing.client.get("/v1/strikes", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401


def test_each_scope_includes_the_narrower_ones_and_no_more(world: Served) -> None:
    file = article()
    for scope, allowed in (("read", False), ("contribute", True), ("review", True)):
        answer = world.post("/v1/ingest", file, scope)
        assert (answer.status_code in {200, 201}) is allowed, answer.text
        if not allowed:
            assert 'scope="contribute"' in answer.headers["www-authenticate"]
            assert answer.json()["status"] == 403
    assert world.post("/v1/ingest?accept=true", file, "contribute").status_code == 403
    assert world.post("/v1/ingest?accept=true", file, "admin").status_code == 200
    assert world.post("/v1/keys", {"name": "x", "scopes": ["read"]}, "review").status_code == 403


def test_revoked_key_counts_no_more(world: Served) -> None:
    made = world.post("/v1/keys", {"name": "bob", "scopes": ["read"]}, "admin").json()
    header = {"Authorization": f"Bearer {made['key']}"}
    assert world.client.get("/v1/strikes", headers=header).status_code == 200
    revoked = world.post(f"/v1/keys/{made['id']}/revoke", scope="admin")
    assert revoked.json()["revoked_at"] is not None
    assert world.client.get("/v1/strikes", headers=header).status_code == 401
    assert world.post(f"/v1/keys/{made['id']}/revoke", scope="admin").status_code == 409
    assert world.post("/v1/keys/none/revoke", scope="admin").status_code == 404


def test_a_key_is_the_same_caller_on_the_short_way_and_on_the_long_one(refusing: Served) -> None:
    app: Any = refusing.client.app
    portal: Any = refusing.client.portal
    reader = app.state.quick.reader
    refusing.get("/v1/strikes", "admin")  # Its use is noted, which a caller tells.
    for scope in ("read", "contribute", "admin"):
        secret = refusing.key(scope)["Authorization"].removeprefix("Bearer ")
        with reading(refusing.engine) as session:
            long = find_caller(session, secret)
        rows = portal.call(reader.fetch, key_statement(secret, reader.engine_name))
        assert long is not None
        assert caller_in(rows, secret) == long
        assert (long.last_used_at is not None) is (scope == "admin")
    assert caller_in([], "no key") is None


def test_last_use_is_noted(world: Served) -> None:
    world.get("/v1/strikes", "read")
    keys = {key["name"]: key for key in world.get("/v1/keys", "admin")["items"]}
    assert keys["read"]["last_used_at"] is not None
    assert put_key(world.engine, KeyScope.READ, name="unused")
    keys = {key["name"]: key for key in world.get("/v1/keys", "admin")["items"]}
    assert keys["unused"]["last_used_at"] is None


def test_reads_can_be_closed(databases: Databases) -> None:
    with served(databases, put_world, public_reads=False) as closed:
        for path in ("/v1/strikes", "/v1/sources/aland", "/v1/claims", "/v1/places"):
            assert closed.client.get(path).status_code == 401
            assert closed.client.get(path, headers=closed.key("read")).status_code == 200
        for path in ("/healthz", "/readyz", "/about", "/docs", "/codebook", "/openapi.json"):
            assert closed.client.get(path).status_code == 200


def test_first_admin_key_is_made_once(databases: Databases) -> None:
    with served(databases) as empty:
        key = ensure_admin(empty.engine, "operator:me", None)
        assert key is not None
        assert ensure_admin(empty.engine, "operator:me", None) is None
        header = {"Authorization": f"Bearer {key}"}
        assert empty.client.get("/v1/keys", headers=header).status_code == 200
        assert ensure_admin(empty.engine, "operator:me", "chosen by the operator") is None
        chosen = {"Authorization": "Bearer chosen by the operator"}
        assert empty.client.get("/v1/keys", headers=chosen).status_code == 200


@pytest.mark.parametrize(
    "wanted",
    [
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["everything"]},
        {"name": "operator:root", "scopes": ["admin"]},
        {"name": "", "scopes": ["read"]},
        {"scopes": ["read"]},
        {"name": "x", "scopes": ["read"], "key": "mine"},
    ],
)
def test_bad_keys_are_refused(refusing: Served, wanted: dict[str, object]) -> None:
    answer = refusing.post("/v1/keys", wanted, "admin")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/")
