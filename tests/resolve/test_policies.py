"""What each policy picks, how its ties end, and what holds under all of them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterclaim.errors import FilterError
from counterclaim.resolve import POLICIES, Claim, resolve
from counterclaim.resolve.intervals import Interval, hull
from counterclaim.resolve.policies import choose, find_policy
from counterclaim.resolve.voices import Ballot
from counterclaim.vocabulary import Credibility, Grade, Harm, Outcome, Reliability, Stance

from .building import SAID, claim, counts, event, family, injured
from .test_properties import families, quantities, some

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from counterclaim.resolve import Family

NAMES = [*POLICIES, "side:RU"]
DOCUMENT = Path(__file__).parents[2] / "docs" / "resolution.md"

named = st.sampled_from(NAMES)
numbers = quantities().filter(lambda ends: ends != (None, None))


@st.composite
def ballots(draw: Callable[..., Any], side: str | None = None) -> list[Ballot]:
    """One ballot of each of some voices, all with numbers."""
    found = []
    for index, (low, high) in enumerate(draw(st.lists(numbers, min_size=1, max_size=6))):
        one = claim(
            f"C{index}",
            "E",
            f"voice-{index}",
            side=side or draw(st.sampled_from(["RU", "UA", "neutral"])),
            reliability=draw(st.sampled_from(list(Reliability))),
            credibility=draw(st.sampled_from(list(Credibility))),
            said=draw(st.none() | st.just(SAID) | st.just(SAID + timedelta(days=1))),
        )
        found.append(Ballot(one.claimant, one, Interval(low, high)))
    return found


# -- what holds under all of them ----------------------------------------------------------------


@given(ballots(), st.sampled_from(list(POLICIES)))
def test_the_value_lies_within_what_voices_say(given_: list[Ballot], name: str) -> None:
    around = hull(b.interval for b in given_ if b.interval)
    value = choose(given_, find_policy(name)).interval
    assert value is not None
    assert around.floor <= value.floor <= value.top <= around.top


@given(ballots(), named, st.randoms(use_true_random=False))
def test_the_order_of_voices_does_not_matter(
    given_: list[Ballot], name: str, shuffler: random.Random
) -> None:
    shuffled = list(given_)
    shuffler.shuffle(shuffled)
    assert choose(shuffled, find_policy(name)) == choose(given_, find_policy(name))


@some
@given(families(), named, st.randoms(use_true_random=False))
def test_the_order_of_claims_does_not_matter(
    of: Family, name: str, shuffler: random.Random
) -> None:
    claims = list(of.claims)
    shuffler.shuffle(claims)
    assert bodies(replace(of, claims=tuple(claims)), name) == bodies(of, name)


def bodies(of: Family, policy: str) -> dict[str, str]:
    return {key: json.dumps(one.document()) for key, one in resolve(of, policy).items()}


@given(numbers, named, st.sampled_from(list(Reliability)))
def test_a_single_voice_is_always_chosen(
    ends: tuple[int | None, int | None], name: str, reliability: Reliability
) -> None:
    only = claim("1", "E", counts=counts(hit=ends), reliability=reliability)
    summary = resolve(family([event("E")], only), name)["E"]
    (hit,) = [one for key, one in summary.figures.items() if key.measure == Outcome.HIT]
    low, high = ends
    assert hit.interval == (Interval(0, 0) if high == 0 else Interval(low, high))
    assert (hit.claims, hit.voices, hit.agreement) == (("1",), 1, 1)


@pytest.mark.parametrize("name", ["informative", "representative"])
@given(given_=ballots())
def test_a_voice_that_agrees_changes_no_value(name: str, given_: list[Ballot]) -> None:
    before = choose(given_, find_policy(name))
    assert before.interval is not None
    for grade in (Reliability.A, Reliability.E):
        agreeing = claim("Z", "E", "one-more", reliability=grade)
        after = choose([*given_, Ballot("Z", agreeing, before.interval)], find_policy(name))
        assert after.interval == before.interval
        assert "Z" in after.claims or after.rule == "undecided"


@given(ballots())
def test_only_graded_and_ties_look_at_grades(given_: list[Ballot]) -> None:
    bad = [replace(b, claim=replace(b.claim, reliability=Reliability.E)) for b in given_]
    for name in ("conservative", "latest"):
        found, other = (choose(some_, find_policy(name)) for some_ in (given_, bad))
        assert found == other


@some
@given(families())
def test_grade_place_time_and_positions_do_not_depend_on_figures_alone(of: Family) -> None:
    stored = resolve(of)
    for name in NAMES:
        for key, one in resolve(of, name).items():
            same = stored[key]
            assert (one.occurred, one.attacker, one.places) == (
                same.occurred,
                same.attacker,
                same.places,
            )
            assert (one.positions, one.voices, one.claims) == (
                same.positions,
                same.voices,
                same.claims,
            )
            if not one.contradictions and not same.contradictions:
                assert (one.grade, one.disputed) == (same.grade, same.disputed)


accounts = st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=5)


@given(accounts)
def test_accounts_that_add_up_do_not_contradict_each_other_at_their_lowest(
    told: list[list[int]],
) -> None:
    claims = [
        claim(
            f"C{index}",
            "E",
            f"voice-{index}",
            counts=counts(launched=sum(parts), intercepted=parts[0], hit=parts[1], missed=parts[2]),
        )
        for index, parts in enumerate(told)
    ]
    summary = resolve(family([event("E")], *claims), "conservative")["E"]
    assert summary.contradictions == ()
    lowest = {key.measure: f.best for key, f in summary.figures.items() if f.basis == "stated"}
    assert lowest["launched"] == min(map(sum, told))
    assert lowest["hit"] == min(parts[1] for parts in told)


# -- rule by rule --------------------------------------------------------------------------------


def said(launched: Any, by: str, **values: Any) -> Claim:
    return claim(f"{by}-said", "E", by, counts=counts(launched=launched), **values)


def value_of(policy: str, *claims: Claim) -> dict[str, Any]:
    body = resolve(family([event("E")], *claims), policy)["E"].document()
    figure: dict[str, Any] = body["munitions"][0]["launched"]
    return figure


LATER: dict[str, Any] = {"said": SAID + timedelta(hours=1)}
RELIABLE: dict[str, Any] = {"reliability": Reliability.A}


@pytest.mark.parametrize(
    ("policy", "claims", "expected", "rule"),
    [
        ("conservative", [said(7, "a", **RELIABLE), said(5, "b")], (5, 5), "lowest"),
        ("conservative", [said((2, None), "a"), said((2, 4), "b")], (2, 4), "lowest"),
        ("informative", [said((2, None), "a"), said(5, "b"), said(1, "c")], (5, 5), "narrower"),
        ("informative", [said((3, 6), "a"), said((4, 9), "b"), said(9, "c")], (4, 9),
         "most voices fit"),
        ("informative", [said(5, "a"), said(7, "b", **RELIABLE)], (7, 7), "more weight"),
        ("informative", [said(5, "a"), said(7, "b")], (5, 7), "undecided"),
        ("representative", [said(5, "a"), said(5, "b"), said(9, "c", **RELIABLE)], (5, 5),
         "more voices"),
        ("representative", [said(5, "a"), said((1, 9), "b", **RELIABLE)], (1, 9), "more weight"),
        ("representative", [said(5, "a"), said((1, 9), "b")], (5, 5), "narrower"),
        ("representative", [said(5, "a"), said(7, "b")], (5, 7), "undecided"),
        ("latest", [said(5, "a", **RELIABLE), said(7, "b", **LATER)], (7, 7), "said last"),
        ("latest", [said(5, "a"), said((1, 9), "b"), said(1, "c", said=None)], (5, 5), "narrower"),
        ("latest", [said(5, "a"), said(7, "b")], (5, 7), "undecided"),
        ("side:RU", [said(5, "ru-mod"), said(9, "kremlin", **RELIABLE), said(7, "ua-staff")],
         (9, 9), "weighted median"),
        ("side:UA", [said(5, "ru-mod"), said(9, "kremlin"), said(7, "ua-staff")], (7, 7),
         "weighted median"),
        ("side:neutral", [said(5, "ru-mod"), said(6, "outlet")], (6, 6), "weighted median"),
    ],
)  # fmt: skip
def test_value(
    policy: str, claims: list[Claim], expected: tuple[int | None, int | None], rule: str
) -> None:
    figure = value_of(policy, *claims)
    assert (figure["low"], figure["high"]) == expected
    summary = resolve(family([event("E")], *claims), policy)["E"]
    assert [f.rule for f in summary.figures.values()] == [rule]


def test_a_source_that_cannot_be_judged_outweighs_a_bad_one() -> None:
    unjudged = said(7, "a", reliability=Reliability.F, credibility=Credibility.UNJUDGED)
    bad = said(5, "b", reliability=Reliability.E, credibility=Credibility.IMPROBABLE)
    for policy in ("graded", "informative", "representative"):
        assert value_of(policy, unjudged, bad)["best"] == 7


def test_where_a_side_is_silent_a_figure_is_unknown_and_not_left_out() -> None:
    ours = claim("1", "E", "ru-mod", counts=counts(launched=5, intercepted=3))
    theirs = claim("2", "E", "ua-staff", counts=counts(launched=8), casualties=injured(2))
    summary = resolve(family([event("E")], ours, theirs), "side:UA")["E"]
    body = summary.document()
    (line,) = body["munitions"]
    assert line["launched"]["best"] == 8
    unknown = {"low": None, "best": None, "high": None, "basis": "stated"}
    assert line["intercepted"] == {**unknown, "voices": 0, "claims": []}
    assert "not_intercepted" not in line
    assert summary.totals["intercepted"] == (None, None, None)
    body = resolve(family([event("E")], ours, theirs), "side:RU")["E"].document()
    assert body["munitions"][0]["not_intercepted"]["best"] == 2
    assert body["casualties"][0]["low"] is None
    # What both say stays known, and is what the grade rests on.
    assert (body["grade"], body["disputed"], body["voices"]) == (Grade.CONTESTED, True, 2)


def test_a_silent_figure_that_follows_from_others_is_derived() -> None:
    ours = claim("1", "G", "ru-mod", counts=counts(hit=3))
    part = claim("2", "A", "ru-mod", counts=counts(hit=1))
    theirs = claim("3", "B", "ua-staff", counts=counts(hit=4))
    of = family([event("G", "A", "B"), event("A"), event("B")], ours, part, theirs)
    hit = resolve(of, "side:RU")["B"].document()["munitions"][0]["hit"]
    assert (hit["best"], hit["basis"], hit["claims"]) == (2, "derived", ["1", "2"])


def test_a_side_is_heard_though_its_voice_last_spoke_through_another() -> None:
    lineage = ("agency", "russia")
    state = claim("1", "E", "russia", counts=counts(hit=3))
    agency = claim(
        "2", "E", "agency", lineage=lineage, side="neutral", counts=counts(hit=5), **LATER
    )
    of = family([event("E")], state, agency)
    assert resolve(of)["E"].document()["munitions"][0]["hit"]["best"] == 5
    assert resolve(of, "side:RU")["E"].document()["munitions"][0]["hit"]["best"] == 3


def test_a_denied_figure_is_heard_under_no_policy() -> None:
    denied = claim("1", "E", "ua-staff", counts=counts(launched=9), stance=Stance.DENIES)
    for policy in NAMES:
        assert value_of(policy, denied, said(5, "ru-mod"))["best"] == 5


def test_every_figure_has_its_direction() -> None:
    directions = POLICIES["conservative"].directions
    assert directions is not None
    assert set(directions) == {*map(str, Outcome), *map(str, Harm), "damage"}
    assert {takes for takes, _why in directions.values()} == {"lowest"}


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("grade", "graded"),
        ("lastest", "latest"),
        ("conservativ", "conservative"),
        ("side", "side:XX"),
        ("side:", "side:XX"),
        ("Graded", "graded"),
    ],
)
def test_a_policy_that_there_is_not_is_refused_with_the_nearest(name: str, near: str) -> None:
    with pytest.raises(FilterError) as caught:
        find_policy(name)
    assert caught.value.parameter == "policy"
    assert near in caught.value.suggestions


# -- the example of docs/resolution.md -----------------------------------------------------------


def test_the_example_in_the_documentation_is_what_the_policies_answer() -> None:
    voices, values = tables(DOCUMENT.read_text())
    of = family([event("E")], *(told(f"C{index}", row) for index, row in enumerate(voices)))
    assert {row["policy"] for row in values} == {*POLICIES, "side:XA", "side:XB"}
    for row in values:
        figures = resolve(of, row["policy"])["E"].figures
        found = {str(key.measure): (f.interval, f.rule) for key, f in figures.items()}
        for outcome in ("launched", "intercepted"):
            expected = interval(row[outcome]), row[f"rule of {outcome}"]
            assert found[outcome] == expected, (row["policy"], outcome)


def told(id_: str, row: dict[str, str]) -> Claim:
    given_ = {outcome: interval(row[outcome]) for outcome in ("launched", "intercepted")}
    return claim(
        id_,
        "E",
        row["voice"],
        side=row["side"],
        reliability=Reliability(row["grade"][0]),
        credibility=Credibility(row["grade"][1]),
        said=SAID.replace(day=int(row["said"])),
        counts=counts("atacms", **{outcome: ends for outcome, ends in given_.items() if ends}),
    )


def interval(words: str) -> Interval | None:
    """What a cell of the example means; None where nothing is said or known."""
    bounds = [int(number) for number in re.findall(r"\d+", words)]
    return Interval(bounds[0], bounds[-1]) if bounds else None


def tables(text: str) -> list[list[dict[str, str]]]:
    """The tables of the section on one event under all policies, each row by its columns."""
    section = text.split("### One event under all policies")[1].split("\n## ")[0]
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE):
        head, _rule, *rows = ([c.strip(" `") for c in line.split("|")[1:-1]] for line in
                              block.splitlines())  # fmt: skip
        found.append([dict(zip(head, row, strict=True)) for row in rows])
    return found
