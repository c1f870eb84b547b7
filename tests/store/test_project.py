from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from counterclaim.db import reading, writing
from counterclaim.errors import RejectedError
from counterclaim.models import Claim, EventFigure, EventSummary
from counterclaim.store import project, rebuild
from counterclaim.store.ledger import open_writer
from counterclaim.store.review import judge_events
from counterclaim.vocabulary import Judgement
from factories import REFERENCE, aland_claim, article, bland_claim, put_file, put_world
from store.test_rebuild import (
    another_file,
    assert_rebuild_changes_nothing,
    new_name,
    put_events,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine


def test_rebuild_does_not_depend_on_where_batches_end(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "BATCH", 2)
    monkeypatch.setattr(rebuild, "STRETCH", 8)
    put_file(sqlite_engine, REFERENCE)
    events = put_events(sqlite_engine)
    put_file(sqlite_engine, another_file(2, 7, {"E1": events["E1"], "E3": events["E3"]}, "hit"))
    put_file(sqlite_engine, new_name("zeta-9", 1))
    put_file(sqlite_engine, another_file(4, 5, events, "launched"))
    put_file(sqlite_engine, new_name("quarry", 2))
    assert_rebuild_changes_nothing(sqlite_engine)


def test_a_family_over_two_batches_is_remarked_on_once(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "BATCH", 1)
    put_file(sqlite_engine, REFERENCE)
    events = put_events(sqlite_engine)
    put_file(sqlite_engine, another_file(2, 7, {"E1": events["E1"], "E2": events["E2"]}, "hit"))
    body = another_file(4, 5, {"E1": events["E1"], "E2": events["E2"]}, "hit")
    for taken in put_file(sqlite_engine, body).claims:
        assert [warning["code"] for warning in taken.warnings] == ["contradicts"]


def test_a_new_name_finds_what_was_there_before(engine: Engine) -> None:
    put_world(engine)
    with reading(engine) as session:
        before = session.scalars(select(EventSummary.document)).one()
    put_file(engine, new_name("quarry", 1))
    with reading(engine) as session:
        old, new = session.scalars(select(EventSummary).order_by(EventSummary.serial))
    assert old.valid_to == new.valid_from
    assert old.document == before
    assert before.split('"updated_at"')[0] == new.document.split('"updated_at"')[0]


def test_the_same_text_from_another_publisher_is_refused(engine: Engine) -> None:
    put_world(engine)
    body = article()
    body["document"]["publisher"] = "courier"
    with pytest.raises(RejectedError) as caught:
        put_file(engine, body)
    assert [problem.pointer for problem in caught.value.problems] == ["/document/publisher"]


def test_a_reference_row_that_says_otherwise_is_refused(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    row = {"key": "gazette", "name": "The Gazette", "kind": "outlet", "side": "AA"}
    with pytest.raises(RejectedError) as caught:
        put_file(engine, {"sources": [row]})
    (problem,) = caught.value.problems
    assert problem.pointer == "/sources/0"
    assert "another side" in problem.detail


def test_refs_may_stand_once(sqlite_engine: Engine) -> None:
    put_file(sqlite_engine, REFERENCE)
    with pytest.raises(RejectedError) as caught:
        put_file(sqlite_engine, article(claims=[aland_claim(), bland_claim(ref="C1")]))
    assert [problem.pointer for problem in caught.value.problems] == ["/claims/1/ref"]
    event = {"kind": "strike", "label": "Twice"}
    with pytest.raises(RejectedError) as caught:
        put_file(sqlite_engine, article(events=[event, event], claims=[]))
    assert [problem.pointer for problem in caught.value.problems] == ["/events/1"]


def test_events_without_document_or_ref_are_made_once(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    body = {"events": [{"kind": "strike", "label": "An event"}]}
    first, second = put_file(engine, body), put_file(engine, body)
    assert (first.created["events"], second.created["events"]) == (1, 0)
    assert first.events[0].id == second.events[0].id


def test_long_quotes_of_one_event_can_be_stored(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    text = " ".join(f"word{number:06d}" for number in range(120_000))
    claims = [
        aland_claim(
            ref=f"C{start}",
            quote={"exact": text[start : start + 19_000], "start": start},
            counts=[],
        )
        for start in range(0, 1_300_000, 19_000)
    ]
    document = {"title": "Long", "text": text, "publisher": "courier", "published": "2024-06-01"}
    put_file(engine, article(document=document, claims=claims))
    with reading(engine) as session:
        assert len(session.scalars(select(Claim.id)).all()) == len(claims)
        assert session.scalars(select(EventFigure)).all() == []


def test_a_circle_over_a_merge_is_refused(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    events = [{"ref": ref, "kind": "strike", "scope": "collection", "label": ref} for ref in "ABC"]
    ids = {taken.ref: taken.id for taken in put_file(engine, {"events": events}).events}
    with writing(engine) as session:
        judge_events(
            open_writer(session, "reviewer"), ids["A"], ids["B"], Judgement.SAME, "one event"
        )
    put_file(engine, {"events": [{**events[1], "parts": [ids["C"]]}]})
    with pytest.raises(RejectedError) as caught:
        put_file(engine, {"events": [{**events[2], "parts": [ids["A"]]}]})
    assert [problem.pointer for problem in caught.value.problems] == ["/events/0/parts/0"]
