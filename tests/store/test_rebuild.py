"""The read model depends on the claims alone: rebuilding it makes again what the writes left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from counterclaim.db import make_engine, reading, writing
from counterclaim.models import EventFacet, EventFigure, EventPoint, EventSummary
from counterclaim.store.rebuild import rebuild
from factories import REFERENCE, put_file

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from conftest import Databases

TEXT_ROWS = {
    "sqlite": "SELECT rowid, * FROM event_text('zeta OR quarry OR harbour OR moth') ORDER BY 1",
    "postgresql": "SELECT sk, body::text FROM event_text ORDER BY 1",
}


def read_model(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with reading(engine) as session:
        found = {
            table.__tablename__: sorted(
                (tuple(row) for row in session.execute(select(table.__table__))), key=repr
            )
            for table in (EventSummary, EventFacet, EventFigure, EventPoint)
        }
        rows = session.execute(text(TEXT_ROWS[engine.dialect.name]))
        return {**found, "event_text": [tuple(row) for row in rows]}


def assert_rebuild_changes_nothing(engine: Engine) -> None:
    left = read_model(engine)
    with writing(engine) as session:
        rebuild(session)
    made = read_model(engine)
    for table, rows in left.items():
        assert made[table] == rows, table


def test_rebuild_equals_what_the_seed_left(seeded_engine: Engine) -> None:
    assert len(read_model(seeded_engine)["event_summary"]) == 9
    assert_rebuild_changes_nothing(seeded_engine)


def test_a_second_document_makes_a_second_version(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    events = put_events(engine)
    put_file(engine, another_file(1, 7, {"G1": events["G1"]}, "hit"))
    put_file(engine, another_file(2, 5, {"E1": events["E1"]}, "hit"))
    versions = [row for row in read_model(engine)["event_summary"] if row[2] == events["G1"]]
    assert len(versions) == 2
    assert_rebuild_changes_nothing(engine)


EVENTS = ("E1", "E2", "E3", "G1", "G2")
PARTS = {"G1": ["E1", "E2"], "G2": ["G1", "E3"]}


def put_events(engine: Engine) -> dict[str, str]:
    """Five events, two of them collections of the others; their ids by ref."""
    events = [
        {
            "ref": ref,
            "kind": "strike",
            "scope": "collection" if ref in PARTS else "single",
            "label": f"Event {ref}",
            "parts": PARTS.get(ref, []),
        }
        for ref in EVENTS
    ]
    intake = put_file(engine, {"events": events})
    return {str(taken.ref): taken.id for taken in intake.events}


def another_file(number: int, count: int, events: dict[str, str], outcome: str) -> dict[str, Any]:
    """A document of its own that speaks of these events."""
    quotes = [f"{ref} {count} Zeta-9" for ref in events]
    return {
        "document": {
            "title": f"Report {number}",
            "text": f"Report {number}: {'; '.join(quotes)}.",
            "publisher": ("gazette", "courier")[number % 2],
            "published": "2024-06-01",
        },
        "claims": [
            {
                "event": event_id,
                "said_by": [("aland-mod", "bland-army", "aland")[number % 3]],
                "quote": quote,
                "occurred": f"2024-05-{1 + count:02d}",
                "attacker": "BB",
                "distribution": "collective" if ref in PARTS else "single",
                "places": [{"place": ("quarry", "harbour")[count % 2]}],
                "counts": [{"munition": ("zeta-9", "moth")[number % 2], outcome: count}],
            }
            for (ref, event_id), quote in zip(events.items(), quotes, strict=True)
        ],
    }


files = st.lists(
    st.tuples(
        st.integers(0, 20),
        st.lists(st.sampled_from(EVENTS), min_size=1, max_size=4, unique=True),
        st.sampled_from(["launched", "intercepted", "hit"]),
        st.booleans(),
        st.sampled_from([None, "zeta-9", "quarry"]),
    ),
    min_size=1,
    max_size=5,
)


def new_name(key: str, number: int) -> dict[str, Any]:
    """The reference row of that key again, with one more name."""
    noun = "munitions" if key == "zeta-9" else "places"
    row = next(row for row in REFERENCE[noun] if row["key"] == key)
    return {noun: [{**row, "names": [{"name": f"Byname {number}"}]}]}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=files)
def test_any_sequence_of_writes_leaves_what_rebuild_makes(
    databases: Databases, steps: list[tuple[int, list[str], str, bool, str | None]]
) -> None:
    name = databases.migrated()
    engine = make_engine(databases.url(name))
    try:
        put_file(engine, REFERENCE)
        events = put_events(engine)
        for number, (count, refs, outcome, accept, renamed) in enumerate(steps):
            chosen = {ref: events[ref] for ref in refs}
            put_file(engine, another_file(number, count, chosen, outcome), accept=accept)
            if renamed is not None:
                put_file(engine, new_name(renamed, number))
        assert_rebuild_changes_nothing(engine)
    finally:
        engine.dispose()
        databases.drop(name)
