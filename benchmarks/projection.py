"""How fast a store's read model is made: events a second by load, resolution, document and rows.

``python benchmarks/projection.py [EVENTS]`` fills a SQLite file in a temporary folder with invented
strikes of one to four claims, and prints the CPU time that each stage takes for an event.
"""

from __future__ import annotations

import random
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.db import make_engine, reading, writing
from counterclaim.migrate import upgrade
from counterclaim.models import Event
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.families import load_families
from counterclaim.queries.versions import family_versions, resolved_versions
from counterclaim.resolve import resolve
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.store.ingest import ingest
from counterclaim.store.ledger import open_writer
from counterclaim.store.rebuild import rebuild

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

EVENTS = 3000
PER_FILE = 50
"""So many events are in one transaction."""
BATCH = 200
PAGE = 50
SIDES = ("AA", "BB")
FIRST = date(2023, 1, 1)

SOURCES: list[dict[str, Any]] = [
    *({"key": f"state-{s.lower()}", "name": f"{s}land", "kind": "state", "side": s} for s in SIDES),
    *(
        {"key": f"body-{n}", "name": f"Staff {n}", "kind": "armed_force", "parent": f"state-{s}"}
        for n, s in enumerate(["aa", "bb"] * 10)
    ),
    *(
        {"key": f"paper-{n}", "name": f"Paper {n}", "kind": "outlet", "side": "neutral"}
        for n in range(40)
    ),
]
MUNITIONS: list[dict[str, Any]] = [
    {"key": "missile", "name": "missile", "category": "family"},
    *(
        {"key": f"type-{n}", "name": f"Type {n}", "category": "cruise_missile", "parent": "missile"}
        for n in range(30)
    ),
    *({"key": f"moth-{n}", "name": f"Moth {n}", "category": "drone"} for n in range(30)),
]
PLACES: list[dict[str, Any]] = [
    {"key": "aaland", "name": "AAland", "kind": "country", "country": "AA"},
    *(
        {
            "key": f"region-{n}",
            "name": f"Region {n}",
            "kind": "region",
            "country": "AA",
            "region": f"AA-{n:02}",
            "parent": "aaland",
        }
        for n in range(30)
    ),
    *(
        {
            "key": f"town-{n}",
            "name": f"Town {n}",
            "kind": "town",
            "country": "AA",
            "region": f"AA-{n % 30:02}",
            "parent": f"region-{n % 30}",
            "latitude": 45 + n / 100,
            "longitude": 30 + n % 97 / 10,
            "uncertainty_m": 3000,
        }
        for n in range(600)
    ),
]


def claim_files(events: int, per_file: int = PER_FILE) -> Iterator[dict[str, Any]]:
    """The reference rows, then documents that speak of so many strikes, a few of each."""
    yield {"sources": SOURCES, "munitions": MUNITIONS, "places": PLACES}
    rng = random.Random(4)
    for start in range(0, events, per_file):
        numbers = range(start, min(events, start + per_file))
        claims = [claim for n in numbers for claim in _claims(rng, n)]
        yield {
            "document": {
                "title": f"Report {start}",
                "text": " ".join(claim["quote"] for claim in claims),
                "publisher": f"paper-{rng.randrange(40)}",
                "published": "2026-01-01",
                "lang": "en",
            },
            "events": [{"ref": f"E{n}", "kind": "strike", "label": f"Strike {n}"} for n in numbers],
            "claims": claims,
        }


def _claims(rng: random.Random, number: int) -> Iterator[dict[str, Any]]:
    """One to four claims by one to three claimants on one strike."""
    speakers = rng.sample([source["key"] for source in SOURCES], rng.randint(1, 3))
    day = (FIRST + timedelta(days=number % 1000)).isoformat()
    towns, munition = rng.sample(range(600), 2), rng.choice(MUNITIONS)["key"]
    launched = rng.randint(1, 40)
    for n in range(rng.randint(1, 4)):
        more = launched + rng.choice((0, 0, 0, 1))
        met = rng.randint(0, more)
        shown = dict(list({"launched": more, "intercepted": met, "hit": 0}.items())[: 1 + n % 3])
        places = [{"place": f"town-{towns[0]}", "said": f"near Town {towns[0]}"}]
        if rng.random() < 0.3:
            places.append({"place": f"town-{towns[1]}", "role": "launch"})
        claim: dict[str, Any] = {
            "ref": f"C{number}-{n}",
            "event": f"E{number}",
            "said_by": [rng.choice(speakers)],
            "quote": (
                f"In strike {number} word {n} was that on {day} {more} flew to Town {towns[0]} "
                f"and {met} of these came down, which {rng.choice(speakers)} had said before."
            ),
            "occurred": day,
            "said": f"{day}T{rng.randrange(10, 20)}:00:00Z",
            "attacker": "BB",
            "defender": "AA",
            "places": places,
            "counts": [{"munition": munition, **shown}],
        }
        if rng.random() < 0.3:
            harmed = {"status": "civilian", "harm": "injured", "count": rng.randint(1, 9)}
            claim["casualties"] = [{"side": "AA", **harmed}]
        yield claim


def fill(engine: Engine, events: int, per_file: int = PER_FILE) -> None:
    """Put the strikes into a store, file by file."""
    for body in claim_files(events, per_file):
        with writing(engine) as session:
            ingest(open_writer(session, "benchmark"), ClaimFile.model_validate(body), accept=True)


def measure(name: str, events: int, work: Callable[[], object]) -> None:
    """Do a piece of work and print what CPU time of this process it takes for an event."""
    begun = process_time()
    work()
    spent = process_time() - begun
    print(f"{name:28} {1e6 * spent / events:10.1f} {events / spent:12.0f}")


def stages(session: Session) -> None:
    """Time the stages apart, then pages of events under another policy."""
    view = View(last_change(session))
    ids = list(session.scalars(select(Event.id).order_by(Event.number)))
    loaded: list[Any] = []
    versions: list[Any] = []

    def load() -> None:
        for start in range(0, len(ids), BATCH):
            loaded.extend(load_families(session, ids[start : start + BATCH], view))

    def pages() -> None:
        for start in range(0, len(ids), PAGE):
            wanted = ids[start : start + PAGE]
            state = View(view.known_at, policy="side:AA")
            made = resolved_versions(session, wanted, state)
            assert all(version.stamped(view.known_at) for version in made.values())  # noqa: S101

    measure("load", len(ids), load)
    measure("resolve", len(ids), lambda: [resolve(one.family) for one in loaded])
    versions.extend(version for one in loaded for version in family_versions(one))
    measure("document", len(ids), lambda: [version.document for version in versions])
    measure("facets", len(ids), lambda: [version.facets for version in versions])
    measure("text", len(ids), lambda: [version.text for version in versions])
    measure("points", len(ids), lambda: [version.points for version in versions])
    measure("content key", len(ids), lambda: [version.content_key for version in versions])
    measure("pages of side:AA", len(ids), pages)


def main() -> None:
    """Fill a store and time it."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'benchmark.db'}")
        upgrade(engine)
        fill(engine, events)
        print(f"Python {sys.version.split()[0]}, {events} events, SQLite")
        print(f"{'stage':28} {'µs an event':>10} {'events a s':>12}")
        with reading(engine) as session:
            stages(session)
        with writing(engine) as session:
            measure("rebuild", events, lambda: rebuild(session))
        engine.dispose()


if __name__ == "__main__":
    main()
