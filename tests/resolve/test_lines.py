"""Short ways to an answer lead where the long one does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from counterclaim.resolve import POLICIES, Family, resolver
from counterclaim.resolve.intervals import Interval
from counterclaim.resolve.policies import choose, find_policy
from counterclaim.resolve.voices import Ballot

from .building import claim, counts, event, family, injured
from .test_properties import families

NAMES = (*POLICIES, "side:RU")


@settings(max_examples=80, deadline=None)
@given(families(size=1, most=6), st.sampled_from(NAMES))
def test_an_event_that_stands_alone_shows_what_all_equations_make_of_it(
    of: Family, policy: str
) -> None:
    resolution = resolver._Resolution(of, policy)
    apart = resolution._settle_apart()
    assume(apart is not None)
    together, contradictions = resolution._together
    assert apart == together
    assert contradictions == ()
    for figures in (apart or {}).values():
        for key, figure in figures.items():
            assert ends(figure) == ends(together["E0"][key])


@settings(max_examples=40, deadline=None)
@given(families(size=4, most=6), st.sampled_from(["side:US", "side:UA"]))
def test_nothing_follows_where_nobody_is_heard(of: Family, policy: str) -> None:
    resolution = resolver._Resolution(of, policy)
    unheard = resolution._unheard()
    assume(unheard is not None)
    assert resolution._together == (unheard, ())


def ends(figure: Any) -> list[tuple[int, tuple[str, ...]] | None]:
    return [bound and (bound.value, bound.claims) for bound in figure.trace().ends]


def test_what_must_be_settled_together_is_not_settled_apart() -> None:
    nested = family(
        [event("E")],
        claim("1", "E", counts=counts("missile", launched=3)),
        claim("2", "E", counts=counts("atacms", launched=2)),
    )
    at_odds = family([event("E")], claim("1", "E", counts=counts(launched=3, intercepted=4)))
    within = family(
        [event("E")],
        claim("1", "E", casualties=injured(3, status="unknown")),
        claim("2", "E", casualties=injured(2)),
    )
    for of in (nested, at_odds, within):
        assert resolver._Resolution(of, "graded")._settle_apart() is None


@pytest.mark.parametrize("name", NAMES)
def test_voices_that_agree_get_what_the_policy_would_decide(name: str) -> None:
    policy, said = find_policy(name), Interval(2, 5)
    for voices in (1, 2, 3):
        ballots = [Ballot(f"v{n}", claim(f"{n}", "E", f"v{n}"), said) for n in range(voices)]
        choice = choose(ballots, policy)
        verdict = policy.decide([(ballot, said) for ballot in ballots])
        assert ((choice.interval,), choice.rule) == verdict
        assert (choice.claims, choice.agreement) == (tuple(choice.carriers), 1.0)
