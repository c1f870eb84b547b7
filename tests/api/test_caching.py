"""What caches in between may keep, and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.db import now
from counterclaim.moment import isoformat_z
from factories import put_seed
from served import Served, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Databases

PRESENT = ("/v1/strikes", "/v1/claims?f=csv", "/v1/stats/events", "/v1/changes", "/codebook")


@pytest.fixture(scope="module")
def seeded(sqlite_databases: Databases) -> Iterator[Served]:
    with served(sqlite_databases, put_seed) as found:
        yield found


def control(of: Served, path: str, scope: str | None = None) -> str:
    answer = of.client.get(path, headers=of.key(scope), follow_redirects=False)
    return str(answer.headers["cache-control"])


def test_the_present_is_kept_but_asked_after_and_by_key_only_for_its_owner(seeded: Served) -> None:
    for path in PRESENT:
        assert control(seeded, path) == "public, no-cache"
        assert control(seeded, path, "review") == "private, no-cache"
        answer = seeded.client.get(path)
        vary = {one.strip() for one in answer.headers["vary"].split(",")}
        assert vary >= {"Accept", "Accept-Encoding", "Authorization"}
        again = seeded.client.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        for header in ("cache-control", "vary", "etag"):
            assert again.headers[header] == answer.headers[header]


def test_only_what_no_write_can_change_is_handed_on_unasked(seeded: Served) -> None:
    day = "2024-11-23"
    assert control(seeded, f"/v1/strikes?known_at={day}") == "public, max-age=3600"
    assert control(seeded, f"/v1/strikes?known_at={day}", "review") == "private, no-cache"
    for unsettled in (
        isoformat_z(now() - timedelta(minutes=59)),
        isoformat_z(now() + timedelta(days=1)),
        "2999-01",
    ):
        path = f"/v1/strikes?known_at={unsettled}"
        assert control(seeded, path) == "public, no-cache"
    assert control(seeded, "/?known_at=nonsense") == "public, no-cache"
    assert control(seeded, f"/v1/strikes?claimed_by={day}") == "public, no-cache"


def test_refusals_posts_exports_and_streams_are_not_kept(seeded: Served) -> None:
    for path in ("/v1/strikes?wepon=1", "/no-such", "/v1/strikes/none", "/v1/claims?f=ndjson"):
        assert control(seeded, path) == "no-store"
    for path in ("/v1/events", "/v1/keys"):
        assert seeded.post(path, {}).headers["cache-control"] == "no-store"


def test_files_are_kept_for_an_hour(seeded: Served) -> None:
    assert control(seeded, "/docs/assets/swagger-ui.css") == "public, max-age=3600"


def test_the_operator_says_how_long(seeded: Served) -> None:
    url = seeded.engine.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=url, shared_max_age=30, past_max_age=0))
    with TestClient(app) as client:
        patient = Served(client, seeded.engine)
        shared = "public, max-age=0, must-revalidate, s-maxage=30"
        assert control(patient, "/v1/strikes") == shared
        assert control(patient, "/v1/strikes?known_at=2024-11-23") == shared
        assert control(patient, "/v1/strikes", "read") == "private, no-cache"
        assert control(patient, "/codebook") == "public, no-cache"
