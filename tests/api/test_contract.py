"""The API keeps its own description: every address, with arguments of every kind."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import Flaky
from pydantic import SecretStr
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.store.keys import ensure_admin
from counterclaim.vocabulary import KeyScope
from factories import put_key, put_seed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

    from conftest import Databases

ADMIN = "an admin key made up for this test"

# Many values name rows of the store or exclude each other: no schema can say which are refused. And
# without a key the second check asks another application, that of the description below.
EXCLUDED = [positive_data_acceptance, ignored_auth]
undescribed = create_app(Settings(database_url="sqlite:///unopened.db"))
schema = schemathesis.openapi.from_dict(undescribed.openapi())
# Every boundary of every parameter is some 20,000 requests, which take longer than all other tests.
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
schema.config.phases.coverage.enabled = THOROUGH


CHAINED = settings(
    max_examples=5,
    stateful_step_count=8,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest) -> Iterator[FastAPI]:
    with seeded_app(request.getfixturevalue(f"{request.param}_databases")) as made:
        yield made


@contextmanager
def seeded_app(databases: Databases) -> Iterator[FastAPI]:
    name = databases.migrated(put_seed)
    made = create_app(Settings(database_url=databases.url(name), admin_key=SecretStr(ADMIN)))
    ensure_admin(made.state.engine, "test", ADMIN)
    yield made
    made.state.engine.dispose()
    databases.drop(name)


@schema.exclude(method="POST").parametrize()
@settings(max_examples=100 if THOROUGH else 8, suppress_health_check=list(HealthCheck))
def test_every_answer_to_a_read_fits_its_description(
    case: schemathesis.Case[Any], app: FastAPI
) -> None:
    if case.query:
        case.query.pop("wait", None)  # Nobody writes meanwhile: it would only take its time.
    case.validate_response(case.call(app=app), excluded_checks=EXCLUDED)


@schema.include(method="POST").parametrize()
@settings(max_examples=100 if THOROUGH else 4, suppress_health_check=list(HealthCheck))
def test_every_answer_to_a_write_fits_its_description(
    case: schemathesis.Case[Any], app: FastAPI
) -> None:
    response = case.call(app=app, headers={"Authorization": f"Bearer {ADMIN}"})
    case.validate_response(response, excluded_checks=EXCLUDED)


def test_answers_in_a_row_fit_their_description(
    sqlite_databases: Databases,
) -> None:
    """Ids and keys go from answers into what follows: what is made is read, decided on, undone."""
    failures: list[FailureGroup] = []
    with seeded_app(sqlite_databases) as app:

        class Chains(schema.as_state_machine()):  # type: ignore[misc]  # made at run time
            def setup(self) -> None:  # A chain may have revoked the key of the one before.
                self.headers = {**put_key(app.state.engine, KeyScope.ADMIN), "If-Match": "*"}

            def get_call_kwargs(self, case: schemathesis.Case[Any]) -> dict[str, Any]:
                return {"app": app, "headers": self.headers}

            def validate_response(
                self, response: schemathesis.Response, case: schemathesis.Case[Any], **_more: Any
            ) -> None:
                try:
                    case.validate_response(
                        response, excluded_checks=EXCLUDED, recorder=self.recorder
                    )
                except FailureGroup as error:
                    failures.append(error)

        for number in range(100 if THOROUGH else 2):
            # The store is another one after each chain, which Hypothesis must not take for chance.
            with suppress(Flaky):
                seed(number)(Chains).run(settings=CHAINED)
    assert failures == []
