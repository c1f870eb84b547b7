"""Plain functions that put rows into a store by the store's own functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterclaim.db import writing
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.seeding import seed
from counterclaim.store.ingest import ingest
from counterclaim.store.keys import make_key
from counterclaim.store.ledger import open_writer

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from counterclaim.store.ingest import Intake
    from counterclaim.vocabulary import KeyScope

ACTOR = "test"


def put_seed(engine: Engine) -> None:
    """The seed, as ``counterclaim seed`` loads it."""
    with writing(engine) as session:
        for _name, _intake in seed(open_writer(session, ACTOR)):
            pass


def put_file(engine: Engine, body: dict[str, Any], *, accept: bool = True) -> Intake:
    """A claim file, given as it would stand in YAML."""
    with writing(engine) as session:
        return ingest(open_writer(session, ACTOR), ClaimFile.model_validate(body), accept=accept)


def put_key(engine: Engine, *scopes: KeyScope, name: str = "key") -> dict[str, str]:
    """A new key, as the header that a request sends it in."""
    with writing(engine) as session:
        _row, key = make_key(open_writer(session, ACTOR), name, scopes)
    return {"Authorization": f"Bearer {key}"}


def put_world(engine: Engine) -> Intake:
    """The reference rows of the small world, and its one document."""
    put_file(engine, REFERENCE)
    return put_file(engine, article())


REFERENCE: dict[str, Any] = {
    "sources": [
        {"key": "aland", "name": "Aland", "kind": "state", "side": "AA"},
        {"key": "aland-mod", "name": "Aland Ministry", "kind": "ministry", "parent": "aland"},
        {"key": "bland", "name": "Bland", "kind": "state", "side": "BB"},
        {"key": "bland-army", "name": "Bland Army", "kind": "armed_force", "parent": "bland"},
        {"key": "gazette", "name": "The Gazette", "kind": "outlet", "side": "neutral"},
        {"key": "courier", "name": "The Courier", "kind": "outlet", "side": "neutral"},
    ],
    "munitions": [
        {"key": "missile", "name": "Missile", "category": "family"},
        {
            "key": "zeta-9",
            "name": "Zeta-9",
            "category": "ballistic_missile",
            "parent": "missile",
            "names": [{"name": "Зета-9", "lang": "ru", "kind": "transliteration"}],
        },
        {"key": "moth", "name": "Moth", "category": "drone"},
    ],
    "places": [
        {"key": "aland", "name": "Aland", "kind": "country", "country": "AA"},
        {
            "key": "quarry",
            "name": "Quarry",
            "kind": "town",
            "country": "AA",
            "region": "AA-Q",
            "parent": "aland",
            "latitude": 50.0,
            "longitude": 30.0,
        },
        {
            "key": "harbour",
            "name": "Harbour",
            "kind": "city",
            "country": "AA",
            "region": "AA-H",
            "parent": "aland",
            "latitude": 51.0,
            "longitude": 33.0,
            "uncertainty_m": 5000,
        },
    ],
}
"""A small invented world with two sides."""

TEXT = (
    "The Aland Ministry said five Zeta-9 missiles were fired at Quarry and three were shot down. "
    "The Bland Army said four of five Zeta-9 missiles hit Quarry. "
    "Two soldiers were injured at Quarry and Harbour, the Aland Ministry admitted."
)


def article(**changes: Any) -> dict[str, Any]:
    """A claim file on one strike of which the two sides give other numbers."""
    body: dict[str, Any] = {
        "document": {
            "title": "A strike on Quarry",
            "text": TEXT,
            "publisher": "gazette",
            "published": "2024-05-02",
            "lang": "en",
        },
        "events": [{"ref": "E1", "kind": "strike", "label": "Zeta-9 strike on Quarry"}],
        "claims": [aland_claim(), bland_claim()],
    }
    return {**body, **changes}


def aland_claim(**changes: Any) -> dict[str, Any]:
    """What the side that was attacked says."""
    claim: dict[str, Any] = {
        "ref": "C1",
        "event": "E1",
        "said_by": ["aland-mod"],
        "quote": "five Zeta-9 missiles were fired at Quarry and three were shot down",
        "occurred": "2024-05-01",
        "attacker": "BB",
        "defender": "AA",
        "places": [{"place": "quarry", "said": "at Quarry"}],
        "counts": [{"munition": "Zeta-9", "launched": "five", "intercepted": "three"}],
    }
    return {**claim, **changes}


def bland_claim(**changes: Any) -> dict[str, Any]:
    """What the side that attacked says."""
    claim: dict[str, Any] = {
        "ref": "C2",
        "event": "E1",
        "said_by": ["bland-army"],
        "quote": "four of five Zeta-9 missiles hit Quarry",
        "occurred": "2024-05-01",
        "attacker": "BB",
        "defender": "AA",
        "places": [{"place": "quarry"}],
        "counts": [{"munition": "Зета-9", "launched": "five", "hit": "four"}],
    }
    return {**claim, **changes}
