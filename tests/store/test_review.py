from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from sqlalchemy import func, select

from counterclaim.db import new_id, reading, writing
from counterclaim.errors import ConflictError, NotFoundError, RejectedError
from counterclaim.models import (
    Assessment,
    Claim,
    EventSummary,
    SourceRating,
)
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.claims import get_claim
from counterclaim.queries.events import get_event
from counterclaim.store.ledger import open_writer
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
from deciding import (
    REVIEWER,
    WHY,
    claim_of,
    counted,
    decide,
    entries,
    event_of,
    put_event,
    put_pending,
    refused,
    report,
)
from factories import REFERENCE, aland_claim, article, bland_claim, put_file, put_world

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine


# -- A claim's life ------------------------------------------------------------------------------


def test_an_accepted_claim_counts_from_that_instant(engine: Engine) -> None:
    intake = put_pending(engine)
    event_id = intake.events[0].id
    with reading(engine) as session, pytest.raises(NotFoundError):
        get_event(session, event_id, View(last_change(session)))
    claim = decide(engine, accept_claim, intake.claims[0].id)
    assert claim.status is Status.ACCEPTED
    assert claim.recorded_at < claim.accepted_at
    document = event_of(engine, event_id)
    assert document["claims"] == 1
    assert counted(document, "intercepted") == (3, 3, 3)
    assert entries(engine)[-1] == (
        "accept_claim",
        claim.id,
        {"event": event_id, "reason": None},
    )


def test_a_rejected_claim_never_counts_and_keeps_its_reason(engine: Engine) -> None:
    intake = put_pending(engine)
    claim = decide(engine, reject_claim, intake.claims[0].id, f"  {WHY} ")
    stored = claim_of(engine, claim.id)
    assert (stored.status, stored.accepted_at, stored.end_reason) == ("rejected", None, WHY)
    assert stored.ended_at is not None
    with reading(engine) as session, pytest.raises(NotFoundError):
        get_event(session, intake.events[0].id, View(last_change(session)))


def test_what_was_rejected_can_be_posted_again(engine: Engine) -> None:
    intake = put_pending(engine)
    decide(engine, reject_claim, intake.claims[0].id, WHY)
    again = put_file(engine, article(), accept=False)
    assert [claim.created for claim in again.claims] == [True, False]
    decide(engine, accept_claim, again.claims[0].id)
    assert event_of(engine, intake.events[0].id)["claims"] == 1


def test_a_retracted_claim_stays_readable_with_its_reason(engine: Engine) -> None:
    intake = put_world(engine)
    ours, theirs = intake.claims
    decide(engine, retract_claim, theirs.id.upper(), WHY)
    document = event_of(engine, intake.events[0].id)
    assert document["claims"] == 1
    assert document["munitions"][0]["hit"]["basis"] == "derived"
    assert theirs.id not in orjson.dumps(document).decode()
    assert ours.id in orjson.dumps(document).decode()
    with reading(engine) as session:
        tombstone = get_claim(session, theirs.id, View(last_change(session)))
    assert (tombstone.status, tombstone.end_reason) == ("retracted", WHY)
    assert tombstone.ended_at is not None


def test_an_event_without_any_claim_left_is_discounted_and_stays(engine: Engine) -> None:
    intake = put_world(engine)
    for claim in intake.claims:
        decide(engine, retract_claim, claim.id, WHY)
    document = event_of(engine, intake.events[0].id)
    assert (document["grade"], document["claims"], document["munitions"]) == ("discounted", 0, [])
    query = select(EventSummary.grade).where(EventSummary.valid_to.is_(None))
    with reading(engine) as session:
        assert session.scalars(query).all() == ["discounted"]


def test_a_part_stays_when_what_was_said_of_its_whole_is_retracted(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    part = put_event(engine, "Part")
    whole = put_event(engine, "Whole", scope="collection", parts=[part])
    intake = put_file(engine, report("gazette", 4, whole, distribution="collective"))
    assert event_of(engine, part)["claims"] == 1
    decide(engine, retract_claim, intake.claims[0].id, WHY)
    for event_id in (part, whole):
        assert (event_of(engine, event_id)["grade"]) == "discounted"


def in_status(engine: Engine, status: Status) -> str:
    """A claim in this status, of an event that others speak of too."""
    intake = put_pending(engine)
    claim, other = (taken.id for taken in intake.claims)
    if status is Status.REJECTED:
        decide(engine, reject_claim, claim, WHY)
    elif status is not Status.PENDING:
        decide(engine, accept_claim, claim)
    if status is Status.RETRACTED:
        decide(engine, retract_claim, claim, WHY)
    if status is Status.SUPERSEDED:
        decide(engine, supersede_claim, claim, other, WHY)
    return claim


ALLOWED: dict[Any, set[Status]] = {
    accept_claim: {Status.PENDING},
    reject_claim: {Status.PENDING},
    retract_claim: {Status.ACCEPTED},
    assess_claim: {Status.PENDING, Status.ACCEPTED},
}
GIVEN: dict[Any, tuple[Any, ...]] = {
    accept_claim: (),
    reject_claim: (WHY,),
    retract_claim: (WHY,),
    assess_claim: (Credibility.DOUBTFUL, WHY),
}


@pytest.mark.parametrize("status", Status)
def test_a_claim_moves_only_as_its_status_allows(engine: Engine, status: Status) -> None:
    claim = in_status(engine, status)
    for transition, allowed in ALLOWED.items():
        if status not in allowed:
            words = refused(engine, ConflictError, transition, claim, *GIVEN[transition])
            assert f"Claim {claim} is {status};" in words
    if status is not Status.ACCEPTED:
        other = put_file(engine, article()).claims[1].id
        words = refused(engine, ConflictError, supersede_claim, claim, other, WHY)
        assert f"Claim {claim} is {status};" in words


@pytest.mark.parametrize("key", ["", "no-id", "0193aaaa-0000-7000-8000-000000000000"])
def test_what_does_not_exist_is_not_found(engine: Engine, key: str) -> None:
    intake = put_world(engine)
    claim, event = intake.claims[0].id, intake.events[0].id
    same = Judgement.SAME
    for transition, given in (
        (accept_claim, (key,)),
        (reject_claim, (key, WHY)),
        (retract_claim, (key, WHY)),
        (supersede_claim, (key, claim, WHY)),
        (supersede_claim, (claim, key, WHY)),
        (assess_claim, (key, Credibility.DOUBTFUL, WHY)),
        (rate_source, (key, Reliability.A, WHY)),
        (judge_events, (event, key, same, WHY)),
        (judge_events, (key, event, same, WHY)),
        (end_judgement, (key,)),
    ):
        assert f"'{key}'" in refused(engine, NotFoundError, transition, *given)


def test_the_keys_nearest_to_an_unknown_source_are_named(sqlite_engine: Engine) -> None:
    put_file(sqlite_engine, REFERENCE)
    with pytest.raises(NotFoundError) as caught:
        decide(sqlite_engine, rate_source, "gazete", Reliability.A, WHY)
    assert caught.value.suggestions == ("gazette",)


@pytest.mark.parametrize("reason", [None, "", " \n\t"])
def test_every_decision_needs_a_reason(engine: Engine, reason: str | None) -> None:
    intake = put_pending(engine)
    claim, other = (taken.id for taken in intake.claims)
    event = intake.events[0].id
    for transition, given, pointer in (
        (reject_claim, (claim,), "/reason"),
        (retract_claim, (claim,), "/reason"),
        (supersede_claim, (claim, other), "/reason"),
        (judge_events, (event, new_id(), Judgement.SAME), "/reason"),
        (assess_claim, (claim, Credibility.DOUBTFUL), "/rationale"),
        (rate_source, ("gazette", Reliability.A), "/rationale"),
    ):
        with pytest.raises(RejectedError) as caught:
            decide(engine, transition, *given, reason)
        assert [problem.pointer for problem in caught.value.problems] == [pointer]


def test_the_ledger_holds_the_digest_of_a_reason_and_no_word_of_it(engine: Engine) -> None:
    first, second = (taken.id for taken in put_pending(engine).claims)
    event = put_event(engine, "Another")
    known = len(entries(engine))
    decide(engine, accept_claim, first, WHY)
    decide(engine, supersede_claim, first, second, WHY)
    decide(engine, assess_claim, second, Credibility.DOUBTFUL, WHY)
    decide(engine, retract_claim, second, WHY)
    decide(engine, rate_source, "gazette", Reliability.A, WHY)
    event_id = str(claim_of(engine, first).event_id)
    judged = decide(engine, judge_events, event_id, event, Judgement.UNSURE, WHY, 0.5)
    decide(engine, end_judgement, judged.id, WHY)
    noted = entries(engine)[known:]
    sha256 = hashlib.sha256(WHY.encode()).hexdigest()
    assert [action for action, _subject, _body in noted] == [
        "accept_claim",
        "supersede_claim",
        "assess_claim",
        "retract_claim",
        "rate_source",
        "judge_events",
        "end_judgement",
    ]
    for _action, _subject, body in noted:
        assert sha256 in {body.get("reason"), body.get("rationale")}
        assert "ministry" not in str(body)


def test_claims_about_munitions_and_claims_move_alike(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    fact = {"munition": "Zeta-9", "property": "range_km", "value": "300", "unit": "km"}
    about = [
        {
            "ref": "F1",
            "said_by": ["aland-mod"],
            "quote": "five Zeta-9 missiles were fired",
            "munition_facts": [fact],
        },
        {
            "ref": "F2",
            "about": "F1",
            "kind": "evidence",
            "said_by": ["bland-army"],
            "quote": "The Bland Army said",
        },
    ]
    intake = put_file(engine, article(events=[], claims=about), accept=False)
    first, second = (taken.id for taken in intake.claims)
    words = refused(engine, ConflictError, supersede_claim, first, second, WHY)
    assert "is pending" in words
    for claim in (first, second):
        decide(engine, accept_claim, claim)
        decide(engine, assess_claim, claim, Credibility.CONFIRMED, WHY)
    words = refused(engine, RejectedError, supersede_claim, first, second, WHY)
    assert f"about claim {first}" in words
    decide(engine, retract_claim, first, WHY)
    assert claim_of(engine, second).status is Status.ACCEPTED
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(EventSummary)) == 0


# -- Superseding ---------------------------------------------------------------------------------


def corrected(engine: Engine, event: str, launched: int, *, accept: bool) -> str:
    return put_file(engine, report("gazette", launched, event), accept=accept).claims[0].id


@pytest.mark.parametrize("accept", [True, False])
def test_the_new_claim_counts_in_place_of_the_old_one(engine: Engine, accept: bool) -> None:
    put_file(engine, REFERENCE)
    event = put_event(engine, "Strike")
    old = corrected(engine, event, 4, accept=True)
    new = corrected(engine, event, 7, accept=accept)
    given = decide(engine, supersede_claim, old, new, WHY)
    ended, begun = claim_of(engine, old), claim_of(engine, new)
    assert (given.id, begun.status, begun.supersedes_id) == (new, "accepted", old)
    assert (ended.status, ended.end_reason) == ("superseded", WHY)
    assert (begun.accepted_at == ended.ended_at) is not accept
    document = event_of(engine, event)
    assert (document["claims"], counted(document)) == (1, (7, 7, 7))
    with reading(engine) as session:
        at = last_change(session)
        assert get_claim(session, old, View(at)).superseded_by == new
        assert get_claim(session, new, View(at)).supersedes == old


def test_a_claim_is_superseded_once_and_by_one_that_supersedes_no_other(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    event = put_event(engine, "Strike")
    first, second, third = (corrected(engine, event, n, accept=True) for n in (4, 5, 6))
    decide(engine, supersede_claim, first, second, WHY)
    assert "is superseded" in refused(engine, ConflictError, supersede_claim, first, third, WHY)
    words = refused(engine, ConflictError, supersede_claim, third, second, WHY)
    assert f"supersedes claim {first} already" in words
    decide(engine, supersede_claim, second, third, WHY)
    assert counted(event_of(engine, event)) == (6, 6, 6)


def test_succession_is_shown_from_the_instant_it_happened(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    event = put_event(engine, "Strike")
    old, new = (corrected(engine, event, n, accept=True) for n in (4, 5))
    with reading(engine) as session:
        before = last_change(session)
        earlier = [get_claim(session, key, View(before)) for key in (old, new)]
    decide(engine, supersede_claim, old, new, WHY)
    with reading(engine) as session:
        assert [get_claim(session, key, View(before)) for key in (old, new)] == earlier
        after = last_change(session)
        assert get_claim(session, old, View(after)).superseded_by == new
        assert get_claim(session, new, View(after)).supersedes == old


def test_claims_do_not_supersede_each_other_in_a_circle(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    event = put_event(engine, "Strike")
    first, second, third = (corrected(engine, event, n, accept=True) for n in (4, 5, 6))
    assert "itself" in refused(engine, RejectedError, supersede_claim, first, first, WHY)
    decide(engine, supersede_claim, first, second, WHY)
    decide(engine, supersede_claim, second, third, WHY)
    for ended in (first, second):
        words = refused(engine, ConflictError, supersede_claim, third, ended, WHY)
        assert f"Claim {ended} is superseded" in words


def test_a_claim_about_another_event_does_not_supersede(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    here, there = put_event(engine, "Here"), put_event(engine, "There")
    old, new = corrected(engine, here, 4, accept=True), corrected(engine, there, 5, accept=True)
    words = refused(engine, RejectedError, supersede_claim, old, new, WHY)
    assert f"about event {there}" in words
    assert f"about event {here}" in words


# -- Assessing and rating ------------------------------------------------------------------------


def test_an_assessment_ends_the_one_before_and_changes_the_grade(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    event = put_event(engine, "Strike")
    claim = corrected(engine, event, 4, accept=True)
    grades = {}
    for credibility in (Credibility.IMPROBABLE, Credibility.CONFIRMED, Credibility.POSSIBLE):
        decide(engine, assess_claim, claim, credibility, WHY)
        grades[credibility] = event_of(engine, event)["grade"]
    assert grades == {"5": "discounted", "1": "confirmed", "3": "weak"}
    with reading(engine) as session:
        rows = session.scalars(select(Assessment).order_by(Assessment.recorded_at)).all()
    assert [row.credibility for row in rows] == ["5", "1", "3"]
    assert [row.ended_at for row in rows] == [rows[1].recorded_at, rows[2].recorded_at, None]
    assert {(row.assessed_by, row.rationale) for row in rows} == {(REVIEWER, WHY)}


def test_an_assessment_made_before_acceptance_counts_after_it(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    event = put_event(engine, "Strike")
    claim = corrected(engine, event, 4, accept=False)
    decide(engine, assess_claim, claim, Credibility.CONFIRMED, WHY)
    decide(engine, accept_claim, claim)
    assert event_of(engine, event)["grade"] == "confirmed"


def test_the_better_source_carries_the_figure(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    event = put_event(engine, "Strike")
    put_file(engine, report("gazette", 3, event))
    put_file(engine, report("courier", 9, event))
    assert counted(event_of(engine, event)) == (3, None, 9)
    decide(engine, rate_source, "gazette", Reliability.A, WHY)
    assert counted(event_of(engine, event)) == (3, 3, 3)
    decide(engine, rate_source, "courier", Reliability.A, WHY)
    decide(engine, rate_source, "gazette", Reliability.E, WHY)
    assert counted(event_of(engine, event)) == (9, 9, 9)
    with reading(engine) as session:
        live = select(SourceRating.reliability).where(SourceRating.ended_at.is_(None))
        assert sorted(session.scalars(live)) == ["A", "E"]
        assert session.scalar(select(func.count()).select_from(SourceRating)) == 3


# -- Several writers -----------------------------------------------------------------------------


def test_of_two_deciders_one_comes_first_and_the_other_is_told(engine: Engine) -> None:
    intake = put_pending(engine)
    claim = intake.claims[0].id
    barrier = threading.Barrier(2)
    outcomes: list[object] = []

    def decide_at_once(transition: Callable[..., Any], *given: Any) -> None:
        barrier.wait(timeout=30)
        try:
            outcomes.append(decide(engine, transition, *given))
        except ConflictError as error:
            outcomes.append(error)

    threads = [
        threading.Thread(target=decide_at_once, args=(accept_claim, claim)),
        threading.Thread(target=decide_at_once, args=(reject_claim, claim, WHY)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    (done,) = [outcome for outcome in outcomes if isinstance(outcome, Claim)]
    (told,) = [outcome for outcome in outcomes if isinstance(outcome, ConflictError)]
    assert f"is {done.status};" in str(told)
    assert claim_of(engine, claim).status is done.status


def test_a_row_that_the_session_holds_is_read_again(engine: Engine) -> None:
    claim = put_world(engine).claims[0].id
    with writing(engine) as session:
        writer = open_writer(session, REVIEWER)
        held = session.get_one(Claim, claim)
        held.__dict__["status"] = Status.PENDING  # As a row read before the lock would say.
        with pytest.raises(ConflictError, match="is accepted"):
            accept_claim(writer, claim)


def test_a_file_does_not_bring_back_what_was_retracted(engine: Engine) -> None:
    intake = put_world(engine)
    event = intake.events[0].id
    assert event_of(engine, event)["voices"] == 2
    decide(engine, retract_claim, intake.claims[0].id, WHY)
    assert event_of(engine, event)["voices"] == 1
    again = put_file(engine, article(claims=[aland_claim(note="again"), bland_claim()]))
    assert [taken.created for taken in again.claims] == [False, False]
    assert event_of(engine, event)["voices"] == 1


def test_a_rejected_claim_can_be_entered_again(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    pending = put_file(engine, article(claims=[aland_claim()]), accept=False)
    decide(engine, reject_claim, pending.claims[0].id, WHY)
    again = put_file(engine, article(claims=[aland_claim()]))
    assert [taken.created for taken in again.claims] == [True]
