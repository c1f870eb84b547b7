"""What a stored document tells of another policy is what the claims tell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from counterclaim.resolve import POLICIES, resolve
from counterclaim.resolve.revision import (
    Revision,
    is_unanimous,
    revise,
    silenced,
    stands_alone,
)
from counterclaim.vocabulary import Outcome

from .building import claim, counts, event, family, injured
from .test_properties import OUTCOMES, SPEAKERS, families, quantities

if TYPE_CHECKING:
    from collections.abc import Callable

    from counterclaim.resolve import Family
    from counterclaim.resolve.revision import Document

many = settings(max_examples=40, deadline=None)
policies = st.sampled_from([*POLICIES, "side:RU", "side:UA", "side:neutral"])


@st.composite
def agreements(draw: Callable[..., Any]) -> Family:
    """One event of which voices give few different numbers, so that many agree."""
    said = st.sampled_from([2, 2, 2, 3, (1, 3), (None, 3)]) | quantities()
    claims = [
        claim(
            f"C{index}",
            "E0",
            draw(st.sampled_from(SPEAKERS)),
            counts=counts("atacms", **{draw(st.sampled_from(OUTCOMES[:3])): draw(said)}),
            casualties=injured(draw(said)) if draw(st.booleans()) else (),
        )
        for index in range(draw(st.integers(1, 5)))
    ]
    return family([event("E0")], *claims)


def stored(of: Family) -> Document:
    document: Document = json.loads(json.dumps(resolve(of)["E0"].document()))
    return document


def assert_same(document: Document, revision: Revision, of: Family, policy: str) -> None:
    summary = resolve(of, policy)["E0"]
    revised = {**document, **revision.members, "policy": policy}
    assert json.dumps(revised) == json.dumps(summary.document())
    assert list(revision.totals.items()) == list(summary.totals.items())


@many
@given(families(size=1, most=5) | agreements(), policies)
def test_figures_alone_are_revised_where_an_event_stands_alone(of: Family, policy: str) -> None:
    document = stored(of)
    assume(stands_alone(document))
    revision = revise(of, policy)
    if revision is None:
        assert resolve(of, policy)["E0"].contradictions
    else:
        assert_same(document, revision, of, policy)


@many
@given(agreements(), st.sampled_from(list(POLICIES)))
def test_where_no_choice_is_left_every_policy_picks_the_same(of: Family, policy: str) -> None:
    document = stored(of)
    assume(stands_alone(document) and is_unanimous(document))
    assert_same(document, Revision({}, resolve(of)["E0"].totals), of, policy)


@many
@given(families(size=1, most=5) | agreements(), st.sampled_from(["side:US", "side:UA"]))
def test_a_side_of_which_there_is_no_claim_leaves_silence(of: Family, policy: str) -> None:
    document = stored(of)
    heard = any(policy == f"side:{one.side}" for one in of.claims)
    assume(stands_alone(document) and not heard)
    assert_same(document, silenced(document), of, policy)


def test_voices_that_agree_on_a_range_or_only_after_it_was_narrowed_leave_a_choice() -> None:
    def told(*numbers: Any, **more: Any) -> Document:
        said = [
            claim(str(index), "E0", by, counts=counts(launched=number, **more))
            for index, (by, number) in enumerate(zip(SPEAKERS[3:], numbers, strict=False))
        ]
        return stored(family([event("E0")], *said))

    assert is_unanimous(told(3, 3, 3))
    assert not is_unanimous(told(3, (3, 4)))
    assert not is_unanimous(told(3, 5))
    assert not is_unanimous(told((2, 4), (2, 4)))
    tied = claim("a", "E0", "outlet", counts=counts(launched=3))
    other = claim("b", "E0", "agency", counts=counts(launched=5))
    parts = claim("c", "E0", "ua-staff", counts=counts(intercepted=5))
    document = stored(family([event("E0")], tied, other, parts))
    launched = document["munitions"][0][str(Outcome.LAUNCHED)]
    assert (launched["best"], len(launched["claims"]), launched["voices"]) == (5, 2, 2)
    assert not is_unanimous(document)


def test_what_hangs_together_with_other_events_does_not_stand_alone() -> None:
    of = family([event("W", "E0"), event("E0")], claim("1", "E0", counts=counts(launched=3)))
    assert not any(stands_alone(one.document()) for one in resolve(of).values())
    at_odds = family([event("E0")], claim("1", "E0", counts=counts(launched=3, intercepted=4)))
    assert not stands_alone(stored(at_odds))
