"""The track record of a source, counted from a store with two sides, and from the seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.db import reading, writing
from counterclaim.errors import NotFoundError
from counterclaim.moment import isoformat_z
from counterclaim.queries import record as queries
from counterclaim.queries.asof import View, last_change, read_instant
from counterclaim.queries.record import source_record
from counterclaim.store.ledger import open_writer
from counterclaim.store.review import judge_events, supersede_claim
from counterclaim.vocabulary import Judgement
from factories import put_file
from statements import killed, put_speakers, put_statements, said, zetas

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from counterclaim.schemas.record import RecordOut

OWN_LOSSES = "/casualties/AA/military/killed"


@pytest.fixture
def told(engine: Engine) -> Engine:
    """A ministry that says 63 and then 89, against 400 of the other side; all of it invented."""
    put_speakers(engine)
    put_statements(
        engine,
        [
            said("aland-mod", casualties=[killed(63)], said="2024-05-01"),
            said("aland-mod", casualties=[killed(89)], said="2024-05-03"),
            said("bland-army", casualties=[killed(400)], said="2024-05-02"),
            said("aland-mod", zetas(launched=5), said="2024-05-01"),
            said(None, zetas(launched="several"), said="2024-05-04"),
            said("aland-mod", zetas(intercepted=3), said="2024-05-01"),
        ],
    )
    return engine


def record(engine: Engine, key: str, known_at: datetime | None = None, **given: Any) -> RecordOut:
    until = read_instant("claimed_by", given.pop("claimed_by", "2030"))
    with reading(engine) as session:
        view = View(known_at or last_change(session), until)
        return source_record(session, key, view, **given)


def classes(found: RecordOut) -> tuple[int, int, int, int]:
    return found.figures, found.alone, found.confirmed, found.contradicted


def test_a_ministry_that_says_63_then_89_against_400(told: Engine) -> None:
    found = record(told, "aland-mod")
    assert classes(found) == (3, 1, 1, 1)
    assert found.revised.model_dump() == {"up": 1, "down": 0, "narrowed": 0, "widened": 0}
    (odd,) = found.examples.contradicted.items
    assert (odd.figure, odd.low) == (OWN_LOSSES, 89)
    assert [(one.claimant, one.low, one.by) for one in odd.others] == [("bland-army", 400, 311)]
    (step,) = found.examples.revised.items
    assert (step.direction, step.before.low, step.after.low) == ("up", 63, 89)
    assert [step.after.claim, step.before.claim] == odd.claims
    (agreed,) = found.examples.confirmed.items
    assert (agreed.figure, agreed.order) == ("/munitions/zeta-9/launched", "confirmed_later")
    assert (found.confirmed_later, found.confirms_others, found.no_order) == (1, 0, 0)


def test_the_other_side_is_counted_by_the_same_rules(told: Engine) -> None:
    army, paper = record(told, "bland-army"), record(told, "gazette")
    assert classes(army) == (1, 0, 0, 1)
    assert [one.by for one in army.examples.contradicted.items[0].others] == [-311]
    assert (classes(paper), paper.confirms_others) == ((1, 0, 1, 0), 1)


def test_shares_are_intervals_over_what_others_speak_of(told: Engine) -> None:
    shares = record(told, "aland-mod").shares
    assert shares.of == 2
    assert shares.confirmed == shares.contradicted
    assert shares.confirmed is not None
    assert (shares.confirmed.low, shares.confirmed.high) == (0.0945, 0.9055)


def test_counts_by_outcome_add_up(told: Engine) -> None:
    found = record(told, "aland-mod")
    assert list(found.by_outcome) == ["intercepted", "killed", "launched"]
    for name in ("figures", "alone", "confirmed", "contradicted", "confirmed_later"):
        parts = [getattr(tally, name) for tally in found.by_outcome.values()]
        assert sum(parts) == getattr(found, name)
    assert found.by_outcome["killed"].revised.up == 1


def test_harm_to_its_own_side_is_an_admission_and_harm_to_others_is_none(told: Engine) -> None:
    found = record(told, "aland-mod")
    (admission,) = found.admissions
    assert (admission.figure, admission.claimant) == (OWN_LOSSES, "aland-mod")
    assert admission.quote == "Statements, statement 0."
    assert record(told, "bland-army").admissions_total == 0


def test_the_tree_below_is_counted_unless_told_not_to(told: Engine) -> None:
    assert classes(record(told, "aland")) == classes(record(told, "aland-mod"))
    assert classes(record(told, "aland", below=False)) == (0, 0, 0, 0)
    assert record(told, "aland", below=False).shares.confirmed is None
    with pytest.raises(NotFoundError) as caught:
        record(told, "aland-mood")
    assert "aland-mod" in caught.value.suggestions


def test_the_record_of_a_past_day_is_told_again(told: Engine) -> None:
    assert record(told, "aland-mod", claimed_by="2024-05-01").contradicted == 0
    assert classes(record(told, "aland-mod", claimed_by="2024-05-02")) == (3, 2, 0, 1)
    with reading(told) as session:
        before = last_change(session)
    old = record(told, "aland-mod", before)
    put_statements(told, [said("bland-army", zetas(intercepted=0))], title="Another strike")
    assert record(told, "aland-mod", before) == old
    assert old.known_at == isoformat_z(before)


def test_a_later_statement_revises_and_a_new_reading_of_the_same_does_not(told: Engine) -> None:
    moths = {"munition": "moth", "launched": 4}
    again = [said("aland-mod", moths), said("aland-mod", {**moths, "launched": 6})]
    events, (old, new) = put_statements(told, again, title="Moths")
    late = said("aland-mod", {**moths, "launched": 2}, event=events["E1"], said="2024-05-20")
    _events, (last,) = put_statements(told, [late], title="Later", published="2024-05-21")
    for before, after in ((old, new), (new, last)):
        with writing(told) as session:
            supersede_claim(open_writer(session, "reviewer"), before, after, "It is so.")
    found = record(told, "aland-mod")
    assert (found.revised.up, found.revised.down) == (1, 1)
    assert [step.before.claim for step in found.examples.revised.items if step.after.claim == last]
    assert not [step for step in found.examples.revised.items if step.before.claim == old]


def test_merged_events_are_one_and_families_are_counted_once(
    told: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = said("aland-mod", event="G1", distribution="each", casualties=[killed(2)])
    parts = [said("aland-mod", zetas(launched=n), event=f"E{n}") for n in (1, 2)]
    events, _ids = put_statements(told, [both, *parts], title="Two strikes")
    copy, _ids = put_statements(told, [said("bland-army", zetas(launched=1))], title="A copy")
    with writing(told) as session:
        ends = events["E1"], copy["E1"]
        judge_events(open_writer(session, "reviewer"), *ends, Judgement.SAME, "One strike.")
    whole = record(told, "aland-mod")
    assert classes(whole) == (7, 4, 2, 1)
    monkeypatch.setattr(queries, "BATCH", 1)
    assert record(told, "aland-mod") == whole


def test_examples_are_capped_and_counted(told: Engine, query_counter: Any) -> None:
    put_file(
        told,
        {"munitions": [{"key": f"m{n}", "name": f"M{n}", "category": "drone"} for n in range(25)]},
    )
    counts = []
    for number, size in enumerate((1, 24)):
        claims = [said("aland-navy", {"munition": f"m{n}", "launched": 3}) for n in range(size)]
        put_statements(told, claims, title=f"Drones {number}")
        with query_counter(told) as selects:
            found = record(told, "aland-navy")
        counts.append(len(selects))
    assert (found.examples.alone.total, len(found.examples.alone.items)) == (25, 20)
    assert counts[0] == counts[1]


def test_in_the_seed_the_ministry_stands_alone(seed_to_read: Engine) -> None:
    found = record(seed_to_read, "ru-mod")
    assert found.figures == found.alone == 7
    assert (found.shares.of, found.shares.confirmed) == (0, None)
    assert [(one.figure, one.claimant) for one in found.admissions] == [
        ("/casualties/RU/military/injured", "ru-mod"),
        ("/damage/radar/damaged", "ru-mod"),
        ("/munitions/atacms/hit", "ru-mod"),
    ]


def test_it_is_told_over_http(told: Engine) -> None:
    url = told.url.render_as_string(hide_password=False)
    with TestClient(create_app(Settings(database_url=url))) as client:
        answer = client.get("/v1/sources/aland/record", params={"below": True})
        assert answer.status_code == 200
        body = answer.json()
        assert list(body)[:4] == ["source", "below", "known_at", "figures"]
        assert body["note"] == "Counts of agreement, not of truth; no grade is given by this."
        assert client.get("/v1/sources/nobody/record").status_code == 404
        assert client.get("/v1/sources/aland/record", params={"down": 1}).status_code == 422
        tag = {"If-None-Match": answer.headers["etag"]}
        assert client.get("/v1/sources/aland/record?below=true", headers=tag).status_code == 304
