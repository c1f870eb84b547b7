"""The read model depends on the claims alone: rebuilding it makes again what the writes left."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from counterclaim.db import make_engine, reading, writing
from counterclaim.errors import ConflictError, MovedError, NotFoundError, RejectedError
from counterclaim.models import (
    Claim,
    Event,
    EventJudgement,
)
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.events import get_event
from counterclaim.store import lines
from counterclaim.store.ledger import open_writer
from counterclaim.store.lines import renew_lines
from counterclaim.store.rebuild import DERIVED, rebuild
from counterclaim.store.review import (
    accept_claim,
    assess_claim,
    end_judgement,
    judge_events,
    rate_source,
    reject_claim,
    retract_claim,
    supersede_claim,
)
from counterclaim.vocabulary import Credibility, Judgement, Reliability, Status
from factories import ACTOR, REFERENCE, put_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import Engine, Select
    from sqlalchemy.orm import Session

    from conftest import Databases
    from counterclaim.db import Base

TEXT_ROWS = {
    "sqlite": "SELECT rowid, * FROM event_text('zeta OR quarry OR harbour OR moth') ORDER BY 1",
    "postgresql": "SELECT sk, body::text FROM event_text ORDER BY 1",
}


@pytest.fixture(autouse=True)
def lines_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a write left is there to be compared, and not made just before."""
    monkeypatch.setattr(lines, "LOOSE", 1)


def read_model(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with reading(engine) as session:
        found = {
            table.__tablename__: sorted(
                # Since when lines are kept tells of the writes, not of what they left.
                (tuple(row) for row in session.execute(select(*columns_of(table)))),
                key=repr,
            )
            for table in DERIVED
        }
        rows = session.execute(text(TEXT_ROWS[engine.dialect.name]))
        return {**found, "event_text": [tuple(row) for row in rows]}


def columns_of(table: type[Base]) -> list[Any]:
    return [column for column in table.__table__.columns if column.name != "rendered_at"]


def assert_rebuild_changes_nothing(engine: Engine) -> None:
    with writing(engine) as session:
        renew_lines(session)
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


EVENTS = ("E1", "E2", "E3", "E4", "G1", "G2", "G3")
PARTS = {"G1": ["E1", "E2"], "G2": ["G1", "E3"], "G3": ["E4"]}


def put_events(engine: Engine) -> dict[str, str]:
    """Seven events, three of them collections of the others; their ids by ref."""
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


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=files)
def test_any_sequence_of_files_leaves_what_rebuild_makes(
    databases: Databases, steps: list[tuple[int, list[str], str, bool, str | None]]
) -> None:
    with fresh_engine(databases) as engine:
        put_file(engine, REFERENCE)
        events = put_events(engine)
        for number, (count, refs, outcome, accept, renamed) in enumerate(steps):
            chosen = {ref: events[ref] for ref in refs}
            put_file(engine, another_file(number, count, chosen, outcome), accept=accept)
            if renamed is not None:
                put_file(engine, new_name(renamed, number))
        assert_rebuild_changes_nothing(engine)


@contextmanager
def fresh_engine(
    databases: Databases, fill: Callable[[Engine], object] | None = None
) -> Iterator[Engine]:
    """An engine on a database of its own, for one example."""
    name = databases.migrated(fill)
    engine = make_engine(databases.url(name))
    try:
        yield engine
    finally:
        engine.dispose()
        databases.drop(name)


WHY = "The sequence says so."


def decide(engine: Engine, transition: Callable[..., Any], *given: Any) -> None:
    """One decision in a transaction of its own."""
    with writing(engine) as session:
        transition(open_writer(session, ACTOR), *given)


def put_start(engine: Engine) -> None:
    """What is there before anything is decided: claims that count, and claims that wait."""
    put_file(engine, REFERENCE)
    events = put_events(engine)
    for number, (count, refs, accept) in enumerate(
        [(3, ("E1", "G1", "E4"), True), (4, ("E1", "E2", "G3"), False), (5, ("E2", "G2"), True)]
    ):
        chosen = {ref: events[ref] for ref in refs}
        put_file(engine, another_file(number, count, chosen, "launched"), accept=accept)


class Play:
    """A store in which writes of all kinds happen, and what it answered after each of them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.answers: dict[datetime, dict[str, str]] = {}
        self.done: list[str] = []
        self.number = 100
        with reading(engine) as session:
            events = session.scalars(select(Event).order_by(Event.number))
            self.events = {event.label.removeprefix("Event "): event.id for event in events}
        self.remember()

    def step(self, move: str, which: int, value: int) -> None:
        """One write, or its refusal; then all events are asked for."""
        try:
            getattr(self, move)(which, value)
            self.done.append(move)
        except (ConflictError, RejectedError):
            self.done.append(f"{move} refused")
        self.remember()

    def remember(self) -> None:
        with reading(self.engine) as session:
            at = last_change(session)
            answers = self.answers_at(session, at)
        assert self.answers.setdefault(at, answers) == answers

    def answers_at(self, session: Session, at: datetime) -> dict[str, str]:
        return {ref: _answer(session, key, at) for ref, key in self.events.items()}

    def assert_the_past_is_as_it_was(self) -> None:
        with reading(self.engine) as session:
            for at, answers in self.answers.items():
                assert self.answers_at(session, at) == answers, at

    def file(self, which: int, value: int, *, accept: bool = True) -> None:
        self.number += 1
        refs = {EVENTS[value % len(EVENTS)], EVENTS[(value + 3) % len(EVENTS)]}
        chosen = {ref: self.events[ref] for ref in sorted(refs)}
        outcome = ("launched", "intercepted", "hit")[value % 3]
        put_file(self.engine, another_file(self.number, which, chosen, outcome), accept=accept)

    def post(self, which: int, value: int) -> None:
        self.file(which, value, accept=False)

    def name(self, which: int, _value: int) -> None:
        put_file(self.engine, new_name(("zeta-9", "quarry")[which % 2], self.number))

    def accept(self, which: int, _value: int) -> None:
        decide(self.engine, accept_claim, self.claim(which, Status.PENDING))

    def reject(self, which: int, _value: int) -> None:
        decide(self.engine, reject_claim, self.claim(which, Status.PENDING), WHY)

    def retract(self, which: int, _value: int) -> None:
        decide(self.engine, retract_claim, self.claim(which, Status.ACCEPTED), WHY)

    def supersede(self, which: int, value: int) -> None:
        old = self.claim(which, Status.ACCEPTED)
        with reading(self.engine) as session:
            event = session.get_one(Claim, old).event_id
        live = Claim.event_id == event, Claim.ended_at.is_(None), Claim.id != old
        new = self.one_of(value, select(Claim.id).where(*live)) or old
        decide(self.engine, supersede_claim, old, new, WHY)

    def assess(self, which: int, value: int) -> None:
        credibility = list(Credibility)[value % len(Credibility)]
        decide(self.engine, assess_claim, self.claim(which, Status.ACCEPTED), credibility, WHY)

    def rate(self, which: int, value: int) -> None:
        source = ("aland-mod", "bland-army", "aland", "bland")[which % 4]
        reliability = list(Reliability)[value % len(Reliability)]
        decide(self.engine, rate_source, source, reliability, WHY)

    def judge(self, which: int, value: int) -> None:
        singles, wholes = EVENTS[:4], EVENTS[4:]
        left = singles[which % 4]
        right = wholes[value % 3] if value > 18 else singles[(which + 1 + value % 3) % 4]
        judgement = list(Judgement)[max(0, which - 18)]
        pair = self.events[left], self.events[right]
        decide(self.engine, judge_events, *pair, judgement, WHY)

    def end(self, which: int, _value: int) -> None:
        live = select(EventJudgement.id).where(EventJudgement.ended_at.is_(None))
        judgement = self.one_of(which, live)
        if judgement is not None:
            decide(self.engine, end_judgement, judgement)

    def claim(self, which: int, status: Status) -> str:
        """A claim in this status; where there is none any claim, to be refused."""
        fitting = self.one_of(which, select(Claim.id).where(Claim.status == status))
        return fitting or str(self.one_of(which, select(Claim.id)))

    def one_of(self, which: int, query: Select[str]) -> str | None:
        with reading(self.engine) as session:
            found = session.scalars(query.order_by("id")).all()
        return found[which % len(found)] if found else None


def _answer(session: Session, event_id: str, at: datetime) -> str:
    try:
        return get_event(session, event_id, View(at))
    except MovedError as error:
        return f"moved to {error.target}"
    except NotFoundError:
        return "not found"


MOVES = (
    *("file", "post", "name", "accept", "reject", "retract"),
    *("supersede", "assess", "rate", "judge", "judge", "end"),
)
moves = st.lists(
    st.tuples(st.sampled_from(MOVES), st.integers(0, 20), st.integers(0, 20)),
    min_size=6,
    max_size=10,
)


def assert_every_past_answer_is_given_again(databases: Databases, steps: Any) -> None:
    with fresh_engine(databases, put_start) as engine:
        play = Play(engine)
        for step in steps:
            play.step(*step)
        play.assert_the_past_is_as_it_was()
        assert_rebuild_changes_nothing(engine)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=moves)
def test_every_past_answer_is_given_again_by_sqlite(
    sqlite_databases: Databases, steps: list[tuple[str, int, int]]
) -> None:
    assert_every_past_answer_is_given_again(sqlite_databases, steps)


@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=moves)
def test_every_past_answer_is_given_again_by_postgresql(
    postgresql_databases: Databases, steps: list[tuple[str, int, int]]
) -> None:
    assert_every_past_answer_is_given_again(postgresql_databases, steps)
