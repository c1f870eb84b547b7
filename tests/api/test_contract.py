"""The API keeps its own description: every read, with arguments of every kind, on both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from counterclaim.app import create_app
from counterclaim.config import Settings
from factories import put_seed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Databases


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def schema(request: pytest.FixtureRequest) -> Iterator[Any]:
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    name = databases.migrated(put_seed)
    app = create_app(Settings(database_url=databases.url(name)))
    yield schemathesis.openapi.from_asgi("/openapi.json", app)
    app.state.engine.dispose()
    databases.drop(name)


described = schemathesis.pytest.from_fixture("schema")


@described.parametrize()
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_every_answer_fits_its_description(case: schemathesis.Case) -> None:
    case.call_and_validate()
