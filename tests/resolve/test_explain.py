"""Explanations of single figures: who counts, who does not and why, and what follows from what."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from counterclaim.resolve import Claim, resolve
from counterclaim.resolve.explain import Ended, explain_figures
from counterclaim.resolve.wording import Names
from counterclaim.vocabulary import ClaimKind, Reliability, Stance

from .building import MUNITIONS, SAID, claim, counts, damaged, event, family, injured
from .test_seed import seed

if TYPE_CHECKING:
    from counterclaim.resolve import Family
    from counterclaim.schemas.explain import DroppedOut, FigureExplained

NAMES = Names(
    sources={"ru-mod": "the Russian ministry", "ua-staff": "the General Staff", "ngo": "An NGO"},
    sides={"RU": "Russia", "UA": "Ukraine"},
    munitions={key: munition.name for key, munition in MUNITIONS.items()},
    events={"S3": "Lotarevka", "S4": "Kursk-Vostochny", "G1": "Kursk region"},
)
LATER = SAID + timedelta(days=1)


def explained(of: Family, id_: str, *ended: Ended) -> dict[str, FigureExplained]:
    claims = {one.id: one for one in of.claims}
    figures = explain_figures(id_, resolve(of), claims, ended, NAMES)
    return {figure.figure: figure for figure in figures}


def launched(*claims: Claim, ended: tuple[Ended, ...] = ()) -> FigureExplained:
    return explained(family([event("E")], *claims), "E", *ended)["/munitions/atacms/launched"]


def said(id_: str, quantity: Any, by: str = "ru-mod", **values: Any) -> Claim:
    return claim(id_, "E", by, counts=counts(launched=quantity), **values)


def reasons(figure: FigureExplained) -> list[tuple[str, str, str | None]]:
    return [(one.claim, one.reason, one.of) for one in figure.dropped]


def test_one_voice_is_told_as_such() -> None:
    figure = launched(said("a", 8))
    assert figure.sentences == [
        "The Russian ministry says that eight ATACMS were launched.",
        "Nobody else gives a number.",
    ]
    (voice,) = figure.voices
    assert (voice.claimants, voice.side, voice.weight) == (["ru-mod"], "RU", 9)
    assert (voice.status, figure.used, figure.dropped) == ("used", ["a"], [])


def test_sides_of_even_weight_leave_it_undecided() -> None:
    figure = launched(said("a", 8), said("b", 6, "ua-staff"))
    assert (figure.low, figure.best, figure.high) == (6, None, 8)
    assert figure.tie_breaks == ["more voices", "narrower interval", "undecided"]
    assert figure.sentences == [
        "The General Staff says that six ATACMS were launched.",
        "The Russian ministry says that eight ATACMS were launched.",
        "The weights are even (9 for six, 9 for eight), and nothing decides between them: "
        "six to eight.",
    ]
    assert [voice.status for voice in figure.voices] == ["used", "used"]


def test_the_heavier_voice_outvotes_the_other() -> None:
    figure = launched(said("a", 8), said("b", 6, "ua-staff", reliability=Reliability.A))
    assert reasons(figure) == [("a", "outvoted", None)]
    assert figure.tie_breaks == []
    assert figure.sentences[-1] == (
        "Weighed by source and claim (15 for six, 9 for eight), the middle is six."
    )


@pytest.mark.parametrize(
    ("second", "breaks", "words"),
    [
        ([said("b", 6, "x"), said("c", 6, "y")], [], "Weighed by"),
        (
            [said("b", 6, by, reliability=Reliability.D) for by in ("x", "y")],
            ["more voices"],
            "The weights are even (12 for six, 12 for eight); more voices give six.",
        ),
        (
            [said("b", (2, None), "x", reliability=Reliability.B)],
            ["more voices", "narrower interval"],
            "The weights are even (12 for at least two, 12 for eight) and so are the voices; "
            "the narrower figure is taken, eight.",
        ),
    ],
)
def test_ties_are_told(second: list[Claim], breaks: list[str], words: str) -> None:
    claims = [
        claim(f"b{place}", "E", one.claimant, counts=one.counts, reliability=one.reliability)
        for place, one in enumerate(second)
    ]
    reliability = Reliability.B if breaks else Reliability.C
    figure = launched(said("a", 8, reliability=reliability), *claims)
    assert figure.tie_breaks == breaks
    assert figure.sentences[-1].startswith(words)


def test_ten_outlets_of_one_wire_are_one_voice_and_nine_echoes() -> None:
    outlets = [said(f"o{i}", 8, f"outlet-{i}", document=f"d{i}", origin="wire") for i in range(10)]
    figure = launched(*(one for one in outlets))
    (voice,) = figure.voices
    assert len(voice.claimants) == len(voice.claims) == 10
    assert {drop.reason for drop in figure.dropped} == {"echo"}
    assert {drop.of for drop in figure.dropped} == {voice.claims[0]}
    assert len(figure.dropped) == 9
    assert "The same voice says it nine more times" in figure.sentences[-1]
    assert figure.sentences[-1].endswith("it counts once.")


def test_earlier_words_of_a_voice_name_the_later_one() -> None:
    figure = launched(said("a", 5), said("b", 7, said=LATER), said("c", None, said=LATER))
    assert reasons(figure) == [("a", "earlier_of_voice", "b"), ("c", "no_number", "b")]
    assert figure.voices[0].claims == ["b", "a", "c"]
    assert figure.sentences == [
        "The Russian ministry says that seven ATACMS were launched.",
        "Nobody else gives a number.",
        "Earlier the Russian ministry said that five ATACMS were launched; the same voice's "
        "later word counts.",
    ]


def test_the_less_full_of_two_words_at_a_time_does_not_count() -> None:
    figure = launched(said("a", 5), said("b", (2, None)))
    assert reasons(figure) == [("b", "less_full", "a")]
    again = launched(said("a", 5), said("b", 7))
    assert reasons(again) == [("a", "earlier_of_voice", "b")]


def test_what_is_negated_forecast_or_said_as_context_does_not_count() -> None:
    figure = launched(
        said("a", 5),
        said("b", 7, "ua-staff", stance=Stance.DENIES),
        said("c", 9, "ngo", stance=Stance.FORECASTS),
        said("d", 3, "outlet", kind=ClaimKind.CONTEXT),
    )
    assert [(c, reason) for c, reason, _of in reasons(figure)] == [
        ("b", "negated"),
        ("c", "forecasts"),
        ("d", "context"),
    ]
    assert figure.sentences[2:] == [
        "The General Staff says that it is not so that seven ATACMS were launched.",
        "An NGO forecasts that nine ATACMS were launched; that reports nothing.",
        "Outlet says that three ATACMS were launched, but as context only.",
    ]


def test_ended_claims_are_named_with_what_replaced_them() -> None:
    ended = (
        Ended(said("x", 4), "superseded", "a", "A slip of the pen."),
        Ended(said("y", 9, "ua-staff"), "retracted", None, "Never said."),
    )
    figure = launched(said("a", 5), ended=ended)
    assert reasons(figure) == [("x", "superseded", "a"), ("y", "retracted", None)]
    assert figure.dropped[1].because == "Never said."
    assert figure.sentences[2:] == [
        "A claim of the Russian ministry that four ATACMS were launched has been replaced "
        "(A slip of the pen).",
        "A claim of the General Staff that nine ATACMS were launched has been retracted "
        "(Never said).",
    ]


def test_a_figure_of_which_no_claim_is_left_is_told() -> None:
    figure = launched(ended=(Ended(said("x", 4), "retracted", None, "Never said."),))
    assert (figure.basis, figure.rule, figure.low) == ("none", "nothing counts", None)
    assert [drop.claim for drop in figure.dropped] == ["x"]


def test_derived_values_show_the_equation_with_the_claims_behind_each_term() -> None:
    claims = [said("a", 8), claim("b", "E", counts=counts(intercepted=7))]
    figure = explained(family([event("E")], *claims), "E")["/munitions/atacms/not_intercepted"]
    (equation,) = figure.equations
    assert equation.text == "launched = intercepted + not_intercepted"
    assert (equation.whole.low, equation.whole.high, equation.whole.claims) == (8, 8, ["a"])
    intercepted, rest = equation.terms
    assert (intercepted.figure, intercepted.low, intercepted.high, intercepted.claims) == (
        "/munitions/atacms/intercepted", 7, 7, ["b"],
    )  # fmt: skip
    assert (rest.low, rest.high, rest.claims) == (1, 1, ["a", "b"])
    assert figure.sentences == [
        "One ATACMS was not intercepted: that follows from 8 launched − 7 intercepted."
    ]
    assert (figure.used, figure.combines) == (["a", "b"], [])


def test_a_value_out_of_two_claimants_numbers_says_so() -> None:
    claims = [said("a", 8), claim("b", "E", "ua-staff", counts=counts(intercepted=7))]
    figure = explained(family([event("E")], *claims), "E")["/munitions/atacms/not_intercepted"]
    assert figure.combines == ["ru-mod", "ua-staff"]
    assert figure.used == ["a", "b"]
    assert figure.sentences == [
        "One ATACMS was not intercepted: that follows from 8 launched − 7 intercepted; this puts "
        "together what the Russian ministry and the General Staff say."
    ]


def test_the_seed_is_told_in_full() -> None:
    assert {k: v.sentences for k, v in explained(seed(), "S3").items()} == {
        "/munitions/atacms/launched": [
            "The Russian ministry says that five ATACMS were launched.",
            "Nobody else gives a number.",
        ],
        "/munitions/atacms/intercepted": [
            "The Russian ministry says that three ATACMS were intercepted.",
            "Nobody else gives a number.",
        ],
        "/munitions/atacms/not_intercepted": [
            "Two ATACMS were not intercepted: that follows from 5 launched − 3 intercepted."
        ],
        "/munitions/atacms/hit": [
            "One or two ATACMS hit: at least one follows from at least 2 hit in “Kursk region” − "
            "at most 1 hit in “Kursk-Vostochny”; at most two follows from 2 not intercepted.",
            "At most one ATACMS hit in “Kursk-Vostochny”: that follows from 1 not intercepted.",
            "One ATACMS was not intercepted in “Kursk-Vostochny”: that follows from 8 launched − "
            "7 intercepted.",
            "All numbers behind this are from the Russian ministry.",
        ],
    }


def test_a_stated_figure_that_others_narrow_says_by_what() -> None:
    figure = explained(seed(), "G1")["/munitions/atacms/hit"]
    assert figure.sentences[:3] == [
        "The Russian ministry admits that at least two ATACMS hit.",
        "Nobody else gives a number.",
        "Other figures narrow this to two or three: that follows from 3 not intercepted.",
    ]
    texts = [equation.text for equation in figure.equations]
    assert "not_intercepted ≥ suppressed + hit + missed + in_flight + unaccounted" in texts
    assert any("launched of “Kursk region” = launched of “Lotarevka”" in text for text in texts)


def test_people_and_objects_have_their_words() -> None:
    people = injured(1) + injured((None, 4), "UA", "civilian") + injured(3, "", "unknown")
    told = explained(
        family([event("E")], claim("a", "E", casualties=people, damage=damaged("radar", 2))), "E"
    )
    assert [figure.sentences[0] for figure in told.values()] == [
        "The Russian ministry says that one member of the military was injured on the side of "
        "Russia.",
        "The Russian ministry says that at most four civilians were injured on the side of "
        "Ukraine.",
        "The Russian ministry says that three people were injured.",
        "The Russian ministry says that two radars were damaged.",
    ]
    assert list(told)[1:] == [
        "/casualties/UA/civilian/injured",
        "/casualties/unknown/unknown/injured",
        "/damage/radar/damaged",
    ]


def test_every_claim_on_a_figure_is_used_or_dropped() -> None:
    claims = [said(f"c{i}", i % 3 + 1, f"s{i % 4}", said=SAID + timedelta(i)) for i in range(9)]
    figure = launched(*claims)
    dropped: list[DroppedOut] = figure.dropped
    assert sorted([*figure.used, *(one.claim for one in dropped)]) == [c.id for c in claims]
