"""Rule by rule: who is one voice, which value wins, what follows, how an event is graded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from counterclaim.errors import FilterError
from counterclaim.resolve import Claim, resolve
from counterclaim.resolve.intervals import Interval
from counterclaim.resolve.voices import find_voices
from counterclaim.vocabulary import (
    ClaimKind,
    Credibility,
    Distribution,
    Grade,
    Position,
    Reliability,
    Scope,
    Stance,
)

from .building import SAID, Quantity, claim, counts, damaged, event, family, injured

RELIABLE: dict[str, Any] = {"reliability": Reliability.A}
ADMITS: dict[str, Any] = {"stance": Stance.ADMITS}
DENIES: dict[str, Any] = {"stance": Stance.DENIES}
IMPROBABLE: dict[str, Any] = {"credibility": Credibility.IMPROBABLE}
LATER: dict[str, Any] = {"said": SAID + timedelta(hours=1)}


NUMBERS = count(1)


def said(launched: Quantity, by: str = "ru-mod", **values: Any) -> Claim:
    return claim(f"c{next(NUMBERS):04}", "E", by, counts=counts(launched=launched), **values)


def launched_of(*claims: Claim) -> dict[str, Any]:
    body = resolve(family([event("E")], *claims))["E"].document()
    figure: dict[str, Any] = body["munitions"][0]["launched"]
    return figure


def voices_of(*claims: Claim) -> int:
    return len(set(find_voices(claims).values()))


def test_source_above_is_the_same_voice_and_a_sibling_is_not() -> None:
    ministry, russia, kremlin = (claim(n, "E", n) for n in ("ru-mod", "russia", "kremlin"))
    assert voices_of(ministry, russia) == 1
    assert voices_of(ministry, kremlin) == 2
    assert voices_of(ministry, kremlin, russia) == 1


def test_syndicated_documents_are_one_voice_and_the_quoted_side_is_another() -> None:
    wire = claim("1", "E", "agency", document="d1", origin="d1")
    copy = claim("2", "E", "outlet", document="d2", origin="d1")
    ministry = claim("3", "E", "ru-mod", document="d2", origin="d1")
    quoted = claim("4", "E", "ngo", document="d2", origin="d1", attributed=True)
    assert voices_of(wire, copy) == 1
    assert voices_of(wire, copy, ministry, quoted) == 3


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        pytest.param([said(5), said(7, **LATER)], (7, 7, 7), id="latest word of one voice"),
        pytest.param([said(5), said(None, **LATER)], (5, 5, 5), id="mention replaces nothing"),
        pytest.param([said(5), said((2, None))], (5, 5, 5), id="fuller of two at a time"),
        pytest.param([said(5), said(7, "ua-staff", **RELIABLE)], (7, 7, 7), id="heavier"),
        pytest.param([said(5), said(7, "ua-staff")], (5, None, 7), id="undecided"),
        pytest.param([said((2, None)), said(5, "ua-staff")], (5, 5, 5), id="narrower"),
        pytest.param([said(5), said(7, "a"), said(7, "b")], (7, 7, 7), id="two against one"),
        pytest.param([said(3), said(4, "a"), said(9, "b")], (4, 4, 4), id="median"),
        pytest.param([said(None), said(None, "a")], (None, None, None), id="number unknown"),
        pytest.param([said((None, 4))], (None, None, 4), id="up to four"),
        pytest.param([said((0, 4))], (0, None, 4), id="none to four"),
        pytest.param([said((None, 4)), said((0, 4), "a")], (0, None, 4), id="one of two said none"),
        pytest.param([said((None, 0))], (0, 0, 0), id="at most none is none"),
        pytest.param([said((None, 4)), said(6, "a", **LATER)], (6, 6, 6), id="narrower, far off"),
        pytest.param([said(5), said(7, "a", **DENIES)], (5, 5, 5), id="denied number"),
        pytest.param([said(5), said(7, "a", stance=Stance.FORECASTS)], (5, 5, 5), id="forecast"),
        pytest.param(
            [said(5, reliability=Reliability.E), said(7, "a", reliability=Reliability.F)],
            (7, 7, 7),
            id="unknown is not bad",
        ),
    ],
)  # fmt: skip
def test_value(claims: list[Claim], expected: tuple[int | None, ...]) -> None:
    figure = launched_of(*claims)
    assert (figure["low"], figure["best"], figure["high"]) == expected


def test_more_voices_break_a_tie_of_weights() -> None:
    heavy = said(5, reliability=Reliability.B)
    light = [said(7, by, reliability=Reliability.D) for by in ("a", "b")]
    assert launched_of(heavy, *light)["best"] == 7


def test_explanation_names_what_was_dropped() -> None:
    claims = [
        claim("old", "E", counts=counts(hit=1)),
        claim("new", "E", counts=counts(hit=2), **LATER),
    ]
    denial = claim("no", "E", "ua-staff", counts=counts(hit=3), **DENIES)
    summary = resolve(family([event("E")], *claims, denial))["E"]
    reasons = {(d.claim, d.reason) for d in summary.dropped}
    assert reasons == {("old", "superseded"), ("no", "denied")}
    hit = next(f for key, f in summary.figures.items() if key.measure == "hit")
    assert (hit.claims, hit.rule) == (("new",), "weighted median")


def test_unknown_policy_is_a_filter_error() -> None:
    with pytest.raises(FilterError) as caught:
        resolve(family([event("E")]), "grade")
    assert (caught.value.parameter, caught.value.suggestions) == ("policy", ("graded",))


@pytest.mark.parametrize(
    ("claims", "grade", "disputed"),
    [
        pytest.param([], None, False, id="nothing said"),
        pytest.param([said(5)], Grade.WEAK, False, id="one voice"),
        pytest.param([said(5), said(5, "a")], Grade.FAIR, False, id="two voices"),
        pytest.param([said(5, **ADMITS)], Grade.CONFIRMED, False, id="admitted"),
        pytest.param([said(5, "ngo", **ADMITS)], Grade.WEAK, False, id="no party admits"),
        pytest.param(
            [said(5, credibility=Credibility.CONFIRMED)], Grade.CONFIRMED, False, id="credible"
        ),
        pytest.param([said(5), said(9, "ua-staff")], Grade.CONTESTED, True, id="two sides"),
        pytest.param([said(5), said(9, "outlet")], Grade.FAIR, True, id="side and outlet"),
        pytest.param(
            [said(5), said(None, "ua-staff", **DENIES)], Grade.CONTESTED, True, id="denied"
        ),
        pytest.param([said(None, **DENIES)], Grade.DISCOUNTED, False, id="only denied"),
        pytest.param([said(5, **IMPROBABLE)], Grade.DISCOUNTED, False, id="only improbable"),
        pytest.param([said(5, kind=ClaimKind.CONTEXT)], None, False, id="only context"),
    ],
)
def test_grade(claims: list[Claim], grade: Grade | None, *, disputed: bool) -> None:
    sides = claim("zz", "E", kind=ClaimKind.CONTEXT)
    summary = resolve(family([event("E")], *(_with_parties(c) for c in claims), sides))["E"]
    assert (summary.grade, summary.disputed) == (grade, disputed)


def _with_parties(one: Claim) -> Claim:
    return claim(
        one.id, "E", one.claimant, counts=one.counts, stance=one.stance, kind=one.kind,
        credibility=one.credibility, attacker="UA", defender="RU",
    )  # fmt: skip


def test_withdrawn_event_is_discounted() -> None:
    assert resolve(family([event("E", withdrawn=True)]))["E"].grade is Grade.DISCOUNTED


@pytest.mark.parametrize(
    ("stances", "expected"),
    [
        ([], None),
        ([Stance.DECLINES], Position.DECLINES),
        ([Stance.DECLINES, Stance.DENIES], Position.DENIES),
        ([Stance.ASSERTS, Stance.DENIES], Position.ASSERTS),
        ([Stance.ADMITS, Stance.ASSERTS], Position.ADMITS),
        ([Stance.THREATENS], None),
    ],
)
def test_position(stances: list[Stance], expected: Position | None) -> None:
    claims = [claim(str(i), "E", "ua-staff", stance=s) for i, s in enumerate(stances)]
    assert resolve(family([event("E")], *claims))["E"].positions.get("UA") is expected


def test_more_intercepted_than_launched_is_a_contradiction() -> None:
    claims = [said(5), claim("i", "E", "ua-staff", counts=counts(intercepted=7))]
    body = resolve(family([event("E")], *claims, said(5, "ngo"), damage_claim()))["E"].document()
    (found,) = body["contradictions"]
    assert found == {
        "figure": "launched",
        "munition": "atacms",
        "event": "E",
        "claims": sorted([claims[0].id, "i"]),
        "detail": (
            "Together these claims make atacms launched at least 7 and at most 5 for event E."
        ),
    }
    assert body["disputed"]
    assert body["munitions"][0]["launched"]["best"] == 5
    assert "not_intercepted" not in body["munitions"][0]


def damage_claim() -> Claim:
    return claim("d", "E", damage=damaged("radar", 1))


def test_contradiction_elsewhere_leaves_the_rest_derived() -> None:
    claims = [
        claim("1", "A", counts=counts(launched=5)),
        claim("2", "A", counts=counts(intercepted=7)),
        claim("3", "B", counts=counts(launched=6)),
        claim("4", "B", counts=counts(intercepted=4)),
    ]
    summaries = resolve(family([event("A"), event("B"), event("W", "A", "B")], *claims))
    assert [len(s.contradictions) for s in summaries.values()] == [1, 0, 0]
    (line,) = summaries["B"].document()["munitions"]
    assert line["not_intercepted"]["best"] == 2


def test_each_counts_for_the_parts_and_not_for_the_whole() -> None:
    each = claim("1", "W", counts=counts(launched=5), distribution=Distribution.EACH)
    summaries = resolve(family([event("A"), event("B"), event("W", "A", "B")], each))
    launched = {e: s.totals["launched"][1] for e, s in summaries.items()}
    assert launched == {"A": 5, "B": 5, "W": 10}
    (whole,) = summaries["W"].figures.values()
    assert (whole.basis, whole.claims) == ("derived", ("1",))


def test_what_the_parts_determine_is_not_shared() -> None:
    shared = {"distribution": Distribution.COLLECTIVE}
    claims = [
        claim("1", "W", casualties=injured(2), **shared),
        claim("2", "A", casualties=injured(1)),
    ]
    summaries = resolve(family([event("A"), event("B"), event("W", "A", "B")], *claims))
    assert summaries["A"].shared == summaries["B"].shared == ()
    (derived,) = summaries["B"].figures.values()
    assert (derived.interval, derived.basis) == (Interval(1, 1), "derived")


def test_overlapping_parts_are_not_added_twice() -> None:
    events = [event("A"), event("B"), event("V", "A"), event("W", "A", "B", "V")]
    claims = [claim(e, e, counts=counts(launched=5)) for e in "AB"]
    assert resolve(family(events, *claims))["W"].totals["launched"] == (10, 10, 10)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ([("atacms", 5), ("storm-shadow", 2)], (7, 7, 7)),
        ([("atacms", 5), ("ballistic-missile", 8)], (8, 8, 8)),
        ([("atacms", 7), ("ballistic-missile", (2, None))], (7, None, None)),
        ([("atacms", (2, None)), ("ballistic-missile", 5)], (5, 5, 5)),
        ([("atacms", 5), ("iskander", 2), ("ballistic-missile", (6, 9))], (7, None, 9)),
        ([("atacms", 5), ("iskander", 2), ("missile", (6, 9))], (7, None, 9)),
        ([("atacms", 5), ("ballistic-missile", (2, None)), ("missile", 9)], (9, 9, 9)),
        ([("atacms", 5), ("ballistic-missile", None)], (5, None, None)),
        ([("atacms", 7), ("ballistic-missile", 5)], (5, None, 7)),
        ([("atacms", 5), ("storm-shadow", None)], (5, None, None)),
        ([("atacms", 5), (None, 9)], (9, None, 14)),
        ([("atacms", 5), (None, (2, None))], (5, None, None)),
        ([("atacms", 5), (None, 3)], (5, None, 8)),
        ([("atacms", None)], (None, None, None)),
        ([("atacms", (None, 4))], (None, None, 4)),
        ([("atacms", (None, 4)), ("storm-shadow", (None, 3))], (None, None, 7)),
        ([("atacms", (None, 4)), ("storm-shadow", 3)], (3, None, 7)),
    ],
)
def test_munition_totals(
    figures: list[tuple[str | None, Quantity]], expected: tuple[int | None, ...]
) -> None:
    lines = tuple(c for munition, q in figures for c in counts(munition, launched=q))
    summary = resolve(family([event("E")], claim("1", "E", counts=lines)))["E"]
    assert summary.totals == {"launched": expected}


def test_people_of_unknown_status_include_the_others() -> None:
    people = injured(9, status="unknown") + injured(4) + injured(2, status="civilian")
    both = people + injured(3, side="UA")
    summary = resolve(family([event("E")], claim("1", "E", casualties=both)))["E"]
    assert summary.totals == {"injured": (12, 12, 12)}


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ([("2024-11", "a"), ("2024-11-23", "b")], "2024-11-23"),
        ([("2024-11-23", "a"), ("2024-11-24", "b"), ("2024-11-24", "c")], "2024-11-24"),
        ([("2024-11-24", "a"), ("2024-11-23", "b")], "2024-11-23"),
    ],
)
def test_occurred(moments: list[tuple[str, str]], expected: str) -> None:
    claims = [claim(by, "E", by, occurred=moment) for moment, by in moments]
    occurred = resolve(family([event("E")], *claims))["E"].occurred
    assert occurred is not None
    assert occurred.edtf == expected


def test_part_takes_sides_and_collection_takes_time_from_the_other() -> None:
    claims = [
        claim("1", "W", attacker="UA", defender="RU"),
        claim("2", "A", occurred="2024-11-23"),
        claim("3", "B", occurred="2024-11-25", attacker="XX"),
    ]
    summaries = resolve(family([event("A"), event("B"), event("W", "A", "B")], *claims))
    assert [(s.attacker, s.defender) for s in summaries.values()] == [
        ("UA", "RU"), ("XX", "RU"), ("UA", "RU"),
    ]  # fmt: skip
    assert summaries["W"].occurred is not None
    assert summaries["W"].occurred.edtf == "2024-11-23/2024-11-25"


def test_collection_takes_a_side_only_from_agreeing_parts() -> None:
    claims = [claim("1", "A", attacker="UA"), claim("2", "B")]
    summaries = resolve(family([event("A"), event("B"), event("W", "A", "B")], *claims))
    assert [s.attacker for s in summaries.values()] == ["UA", None, None]


@pytest.mark.parametrize(("regions", "contradicts"), [((30, 40), False), ((80, 40), True)])
def test_a_wave_may_be_more_than_the_regions_that_report(
    regions: tuple[int, int], contradicts: bool
) -> None:
    wave = replace(event("W", "A", "B"), scope=Scope.WAVE)
    claims = [
        claim("1", "W", counts=counts(launched=100)),
        *(claim(e, e, counts=counts(launched=n)) for e, n in zip("AB", regions, strict=True)),
    ]
    found = resolve(family([event("A"), event("B"), wave], *claims))["W"]
    assert bool(found.contradictions) is contradicts
    assert found.totals["launched"] == (100, 100, 100)


def test_circle_of_parts_ends() -> None:
    events = [event("A", "B"), event("B", "C"), event("C", "A", "D"), event("D")]
    claims = [claim(e, e, counts=counts(launched=int(n))) for n, e in enumerate("ABCD", 2)]
    assert len(resolve(family(events, *claims))) == 4


def test_two_thousand_claims_resolve() -> None:
    claims = [
        claim(f"{i:04}", "E", f"s{i % 700}", counts=counts(launched=(i % 9, i % 9 + 5)))
        for i in range(2000)
    ]
    summary = resolve(family([event("E")], *claims))["E"]
    assert (summary.claims, summary.voices) == (2000, 700)


def test_more_contradictions_than_can_be_named_narrow_nothing() -> None:
    events = [event(f"E{i:02}") for i in range(40)]
    claims = [claim(e.id, e.id, counts=counts(launched=1, intercepted=3)) for e in events]
    summaries = resolve(family([event("W", *(e.id for e in events)), *events], *claims))
    assert sum(len(s.contradictions) for s in summaries.values()) == 32
    assert summaries["W"].figures == {}


def test_a_state_that_speaks_joins_its_ministries_into_one_voice_that_is_in_no_dispute() -> None:
    apart = [
        claim("c1", "E", "ru-mod", counts=counts(launched=5)),
        claim("c2", "E", "kremlin", counts=counts(intercepted=7)),
    ]
    joined = [*apart, claim("c3", "E", "russia")]
    for claims, disputed, voices in ((apart, True, 2), (joined, False, 1)):
        summary = resolve(family([event("E")], *claims))["E"]
        assert len(summary.contradictions) == 1
        assert (summary.disputed, summary.voices) == (disputed, voices)
