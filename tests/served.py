"""An application on a store of its own, asked through the test client, and keys to write with."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi.testclient import TestClient

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.vocabulary import KeyScope
from factories import put_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from httpx2 import Response
    from sqlalchemy import Engine

    from conftest import Databases

Answer = dict[str, Any]


@dataclass
class Served:
    """A client with keys of every scope; the name of a scope is the name of its key."""

    client: TestClient
    engine: Engine
    keys: dict[str, dict[str, str]] = field(default_factory=dict)

    def key(self, scope: str | None) -> dict[str, str]:
        """The header of a key with one scope."""
        if scope is None:
            return {}
        if scope not in self.keys:
            self.keys[scope] = put_key(self.engine, KeyScope(scope), name=scope)
        return self.keys[scope]

    def post(
        self, path: str, body: Any = None, scope: str | None = "contribute", **headers: str
    ) -> Response:
        """POST as JSON; underscores in the names of headers are hyphens."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, json=body, headers={**self.key(scope), **given})

    def get(self, path: str, scope: str | None = None, **query: Any) -> Answer:
        """A good answer."""
        response = self.client.get(path, params=query, headers=self.key(scope))
        assert response.status_code == 200, response.text
        answer: Answer = response.json()
        return answer

    def decide(self, claim_id: str, what: str, body: Any = None, **headers: str) -> Response:
        """A decision on a claim as it is now."""
        if "if_match" not in headers:
            shown = self.client.get(f"/v1/claims/{claim_id}", headers=self.key("review"))
            headers["if_match"] = shown.headers["etag"]
        return self.post(f"/v1/claims/{claim_id}/{what}", body, "review", **headers)


@contextmanager
def served(
    databases: Databases, fill: Callable[[Engine], object] | None = None, **settings: Any
) -> Iterator[Served]:
    """An application on a new store."""
    name = databases.migrated(fill)
    app = create_app(Settings(database_url=databases.url(name), **settings))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Served(client, app.state.engine)
    databases.drop(name)
