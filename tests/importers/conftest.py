"""A store with the seed and some invented names, for adapters to look names up in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from counterclaim.db import make_engine, reading
from counterclaim.queries.names import Finder
from factories import put_file, put_seed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Databases

NAMES: dict[str, Any] = {
    "sources": [
        {"key": "gazette", "name": "The Gazette", "kind": "outlet", "side": "neutral"},
        {"key": "north-desk", "name": "The Desk", "kind": "outlet"},
        {"key": "south-desk", "name": "The Desk", "kind": "outlet"},
        {"key": "observers", "name": "Observers of Aland", "kind": "ngo", "side": "neutral"},
    ],
    "munitions": [
        {"key": "moth", "name": "Moth-1", "category": "drone"},
        {"key": "midge", "name": "Midge-7", "category": "drone"},
        {"key": "kh-999", "name": "Kh-999", "category": "cruise_missile"},
        {"key": "left-zeta", "name": "Zeta", "category": "rocket"},
        {"key": "right-zeta", "name": "Zeta", "category": "bomb"},
    ],
    "places": [
        {
            "key": "quarry",
            "name": "Quarry",
            "kind": "town",
            "latitude": 50.0,
            "longitude": 30.0,
        },
        {"key": "ford-a", "name": "Twin Ford", "kind": "town"},
        {"key": "ford-b", "name": "Twin Ford", "kind": "village"},
    ],
}


@pytest.fixture(scope="session")
def names(sqlite_databases: Databases) -> Iterator[Finder]:
    """Looks names up in a store that tests only read."""
    engine = make_engine(sqlite_databases.url(sqlite_databases.migrated(put_seed)))
    put_file(engine, NAMES)
    with reading(engine) as session:
        yield Finder(session)
    engine.dispose()
