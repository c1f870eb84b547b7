"""Two events judged to be one: what they tell together, and when they come apart again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from counterclaim.db import reading
from counterclaim.errors import ConflictError, MovedError, RejectedError
from counterclaim.models import EventJudgement
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.events import get_event
from counterclaim.store.review import end_judgement, judge_events
from counterclaim.vocabulary import Judgement
from deciding import WHY, decide, event_of, figures, put_event, refused, report
from factories import REFERENCE, put_file

if TYPE_CHECKING:
    from sqlalchemy import Engine


def test_a_merge_makes_one_event_of_two_and_can_be_undone(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    older, newer = put_event(engine, "Older"), put_event(engine, "Newer")
    claims = [
        put_file(engine, report(paper, launched, event)).claims[0].id
        for paper, launched, event in (("gazette", 4, older), ("courier", 7, newer))
    ]
    before = [figures(event_of(engine, event)) for event in (older, newer)]
    judged = decide(engine, judge_events, newer, older, Judgement.SAME, WHY, 0.9)
    assert judged.left_id < judged.right_id
    merged = event_of(engine, older)
    assert merged["claims"] == 2
    assert (merged["id"], merged["label"]) == (older, "Older")
    assert merged["munitions"][0]["launched"]["claims"] == claims
    with reading(engine) as session, pytest.raises(MovedError) as caught:
        get_event(session, newer, View(last_change(session)))
    assert caught.value.target == older
    decide(engine, end_judgement, judged.id)
    assert [figures(event_of(engine, event)) for event in (older, newer)] == before
    assert "has ended" in refused(engine, ConflictError, end_judgement, judged.id)


def test_merged_events_take_their_parts_and_wholes_with_them(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    lone, part = put_event(engine, "Lone"), put_event(engine, "Part")
    whole = put_event(engine, "Whole", scope="collection", parts=[part])
    put_file(engine, report("gazette", 4, whole, distribution="collective"))
    put_file(engine, report("courier", 3, lone))
    judged = decide(engine, judge_events, lone, part, Judgement.SAME, WHY)
    assert event_of(engine, whole)["parts"] == [lone]
    assert event_of(engine, lone)["part_of"] == [whole]
    decide(engine, judge_events, lone, part, Judgement.DIFFERENT, WHY)
    assert event_of(engine, whole)["parts"] == [part]
    assert event_of(engine, lone)["part_of"] == []
    assert "has ended" in refused(engine, ConflictError, end_judgement, judged.id)
    with reading(engine) as session:
        live = select(EventJudgement).where(EventJudgement.ended_at.is_(None))
        assert [row.judgement for row in session.scalars(live)] == ["different"]


def test_events_that_cannot_be_one_are_not_merged(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    part, other = put_event(engine, "Part"), put_event(engine, "Other")
    night = put_event(engine, "Night", scope="wave", parts=[part])
    weeks = put_event(engine, "Weeks", scope="collection", parts=[night])
    battle = put_event(engine, "Battle", kind="battle")
    same = Judgement.SAME
    refusals = {
        (part, battle): "cannot be the same event",
        (part, night): "'Part' is part of 'Night'",
        (weeks, night): "collection",
        (other, weeks): "collection",
        (part, part): "one with itself",
    }
    for (left, right), words in refusals.items():
        assert words in refused(engine, RejectedError, judge_events, left, right, same, WHY)
    decide(engine, judge_events, part, other, same, WHY)
    words = refused(engine, RejectedError, judge_events, night, other, same, WHY)
    assert "'Part' is part of 'Night'" in words
    assert "0 and 1" in refused(
        engine, RejectedError, judge_events, part, battle, Judgement.UNSURE, WHY, 1.5
    )
    decide(engine, judge_events, part, battle, Judgement.DIFFERENT, WHY)


def test_judgements_do_not_contradict_each_other(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    a, b, c = (put_event(engine, label) for label in "ABC")
    same, different = Judgement.SAME, Judgement.DIFFERENT
    decide(engine, judge_events, a, b, same, WHY)
    apart = decide(engine, judge_events, a, c, different, WHY)
    assert apart.id in refused(engine, ConflictError, judge_events, b, c, same, WHY)
    decide(engine, end_judgement, apart.id)
    decide(engine, judge_events, b, c, same, WHY)
    for judgement in (different, Judgement.UNSURE):
        words = refused(engine, ConflictError, judge_events, a, c, judgement, WHY)
        assert "by way of other judgements" in words
    decide(engine, judge_events, c, b, different, WHY)
    decide(engine, judge_events, a, c, Judgement.UNSURE, WHY)
