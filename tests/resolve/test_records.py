"""How a source's figures stand against others': by example, and for any claims at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterclaim.resolve.intervals import Interval
from counterclaim.resolve.kinship import Kinship
from counterclaim.resolve.records import (
    Agreement,
    Direction,
    Order,
    Tally,
    compare,
    direction_of,
    distance,
    find_admissions,
)
from counterclaim.resolve.shares import wilson
from counterclaim.vocabulary import ClaimKind, Stance

from .building import RECORDED, SAID, claim, counts, damaged, event, family, injured

if TYPE_CHECKING:
    import random
    from collections.abc import Collection

    from counterclaim.resolve import Claim
    from counterclaim.resolve.records import Compared

MINISTRY = frozenset({"ru-mod"})
DAY = timedelta(days=1)


def said(id_: str, number: Any, by: str = "ru-mod", day: int = 0, **changes: Any) -> Claim:
    """So many launched, said on some day."""
    given = {"said": SAID + day * DAY, "counts": counts(launched=number)}
    return claim(id_, "E", by, **(given | changes))


def compared(
    claims: Collection[Claim],
    speakers: frozenset[str] = MINISTRY,
    superseded: frozenset[str] = frozenset(),
) -> list[Compared]:
    events = [event("E"), event("F"), event("G", "E", "F")]
    made = family(events, *claims)
    return [
        found
        for key, bearing in Kinship(made).bearings(made.claims).items()
        for found in compare(key, bearing, speakers, superseded)
    ]


def tally(*given: Any, **more: Any) -> dict[str, int]:
    counted = Tally()
    for one in compared(*given, **more):
        counted.count(one)
    return dict(counted)


@pytest.mark.parametrize(
    ("others", "agreement", "order"),
    [
        ([], Agreement.ALONE, None),
        ([("ua-staff", 5, 1)], Agreement.CONFIRMED, Order.CONFIRMED_LATER),
        ([("ngo", 5, -1)], Agreement.CONFIRMED, Order.CONFIRMS_OTHERS),
        ([("ngo", (2, None), 0)], Agreement.CONFIRMED, Order.NO_ORDER),
        ([("ua-staff", 9, 1)], Agreement.CONTRADICTED, None),
        ([("ua-staff", 9, 1), ("ngo", 5, 1)], Agreement.CONTRADICTED, None),
        ([("kremlin", 5, 1)], Agreement.ALONE, None),
        ([("kremlin", 9, 1)], Agreement.CONTRADICTED, None),
        ([("russia", 9, -1)], Agreement.ALONE, None),
        ([("ua-staff", None, 1)], Agreement.ALONE, None),
    ],
)
def test_agreement(others: list[Any], agreement: Agreement, order: Order | None) -> None:
    claims = [said("1", 5), *(said(by, number, by, day) for by, number, day in others)]
    (found,) = compared(claims)
    assert (found.agreement, found.order) == (agreement, order)
    independent = {word.claim.claimant for word in found.others}
    assert independent <= {by for by, _number, _day in others} - {"russia"}


def test_denied_numbers_and_forecasts_are_neither_figures_nor_contradictions() -> None:
    not_so = said("2", 9, "ua-staff", polarity=-1)
    forecast = said("3", 9, "ngo", stance=Stance.FORECASTS)
    (found,) = compared([said("1", 5), not_so, forecast])
    assert found.agreement is Agreement.ALONE
    assert compared([replace(not_so, claimant="ru-mod"), said("4", 1, "ngo")]) == []


def test_who_contradicts_and_by_how_much() -> None:
    (found,) = compared([said("1", 89), said("2", 400, "ua-staff"), said("3", 89, "ngo")])
    (other,) = found.others
    assert (other.claim.claimant, distance(found.own[0].interval, other.interval)) == (
        "ua-staff",
        311,
    )


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        ((63, 63), (89, 89), Direction.UP),
        ((89, 89), (63, 63), Direction.DOWN),
        ((2, None), (5, 5), Direction.NARROWED),
        ((5, 5), (5, None), Direction.WIDENED),
        ((2, 6), (4, 8), Direction.UP),
        ((None, 4), (0, 4), None),
    ],
)
def test_direction(before: Any, after: Any, direction: Direction | None) -> None:
    assert direction_of(Interval(*before), Interval(*after)) is direction


@pytest.mark.parametrize(
    ("own", "other", "by"), [((5, 5), (7, 9), 2), ((5, None), (1, 2), -3), ((2, 5), (5, 9), 0)]
)
def test_distance(own: Any, other: Any, by: int) -> None:
    assert distance(Interval(*own), Interval(*other)) == by


def test_revisions_follow_the_days_on_which_they_were_said() -> None:
    claims = [said("3", 70, day=2), said("1", 63), said("2", 89, day=1), said("4", 70, day=3)]
    (found,) = compared(claims)
    assert [(s.direction, s.before.claim.id, s.after.claim.id) for s in found.steps] == [
        (Direction.UP, "1", "2"),
        (Direction.DOWN, "2", "3"),
    ]
    assert found.own[0].claim.id == "4"


def test_two_numbers_at_one_time_are_no_revision_unless_one_was_superseded() -> None:
    claims = [said("1", 63), said("2", 89)]
    assert compared(claims)[0].steps == ()
    (found,) = compared(claims, superseded=frozenset({"2"}))
    assert [step.direction for step in found.steps] == [Direction.DOWN]
    assert found.own[0].claim.id == "1"


def test_what_others_took_back_neither_confirms_nor_contradicts() -> None:
    claims = [said("1", 5), said("2", 9, "ua-staff", -1), said("3", 5, "ua-staff", 1)]
    (found,) = compared(claims, superseded=frozenset({"2"}))
    assert (found.agreement, found.order) == (Agreement.CONFIRMED, Order.CONFIRMED_LATER)


def test_ministries_of_one_state_are_one_source_where_the_state_is_asked_for() -> None:
    claims = [said("1", 5), said("2", 9, "kremlin", 1)]
    (found,) = compared(claims, frozenset({"russia", "ru-mod", "kremlin"}))
    assert (found.agreement, found.steps) == (Agreement.ALONE, ())
    assert found.own[0].interval == Interval(9, 9)


def test_admissions() -> None:
    claims = [
        claim("hit", "E", stance=Stance.ADMITS, counts=counts(hit=2)),
        claim("bare", "F", stance=Stance.ADMITS),
        claim("own", "E", casualties=injured(3)),
        claim("again", "E", casualties=injured(3), said=SAID + DAY),
        claim("theirs", "E", casualties=injured(3, side="UA")),
        claim("none", "F", casualties=injured(0)),
        claim("not", "F", casualties=injured(2), polarity=-1),
        claim("radar", "E", damage=damaged("radar", 1), defender="RU"),
        claim("target", "F", damage=damaged("radar", 1), defender="UA"),
        claim("other", "F", "ua-staff", stance=Stance.ADMITS),
        claim("context", "G", casualties=injured(3), kind=ClaimKind.CONTEXT),
        claim("old", "G", stance=Stance.ADMITS),
    ]
    found = find_admissions(reversed(claims), MINISTRY, frozenset({"old"}))
    assert {(one.claim.id, one.key and one.key.measure) for one in found} == {
        ("hit", "hit"),
        ("bare", None),
        ("own", "injured"),
        ("radar", "damaged"),
    }


@pytest.mark.parametrize(
    ("successes", "trials", "bounds"),
    [(0, 10, (0.0, 0.2775)), (10, 10, (0.7225, 1.0)), (5, 10, (0.2366, 0.7634))],
)
def test_wilson_gives_the_tabled_bounds(
    successes: int, trials: int, bounds: tuple[float, float]
) -> None:
    assert wilson(successes, trials) == pytest.approx(bounds, abs=1e-4)
    assert wilson(0, 0) is None


@st.composite
def told(draw: st.DrawFn) -> tuple[list[Claim], frozenset[str]]:
    """Any claims on three events, and which of them were superseded."""
    claims = [_any_claim(draw, f"C{place:02}") for place in range(draw(st.integers(0, 9)))]
    ended = draw(st.sets(st.sampled_from([c.id for c in claims]))) if claims else set()
    return claims, frozenset(ended)


def _any_claim(draw: st.DrawFn, id_: str) -> Claim:
    low = draw(st.none() | st.integers(0, 5))
    high = draw(st.none() | st.integers(low or 0, 9))
    figure = draw(st.sampled_from(["counts", "casualties"]))
    number = (low, high)
    return claim(
        id_,
        draw(st.sampled_from("EFG")),
        draw(st.sampled_from(["ru-mod", "russia", "kremlin", "ua-staff", "ngo", "outlet"])),
        said=draw(st.none() | st.integers(0, 3).map(lambda day: SAID + day * DAY)),
        recorded_at=RECORDED + draw(st.integers(0, 3)) * DAY,
        stance=draw(st.sampled_from([Stance.ASSERTS, Stance.ASSERTS, Stance.ADMITS])),
        **{figure: counts(launched=number) if figure == "counts" else injured(number)},
    )


speakers = st.sampled_from([MINISTRY, frozenset({"russia", "ru-mod", "kremlin"}), {"ngo"}]).map(
    frozenset
)


@given(told(), speakers)
def test_each_figure_is_of_one_class(
    given_: tuple[list[Claim], frozenset[str]], by: frozenset[str]
) -> None:
    claims, superseded = given_
    counted = Counter(tally(claims, by, superseded))
    figures = {
        (c.event, "launched" if c.counts else "injured")
        for c in claims
        if c.claimant in by
        and any((n.low, n.high) != (None, None) for n in c.counts + c.casualties)
    }
    assert counted["figures"] == len(figures) == sum(counted[name] for name in Agreement)
    assert counted["confirmed"] == sum(counted[name] for name in Order)


@given(told(), speakers, st.randoms(use_true_random=False))
def test_order_does_not_matter(
    given_: tuple[list[Claim], frozenset[str]], by: frozenset[str], draw: random.Random
) -> None:
    claims, superseded = given_
    shuffled = draw.sample(claims, len(claims))
    assert compared(shuffled, by, superseded) == compared(claims, by, superseded)


@given(told(), speakers, st.data())
def test_an_echo_changes_nothing(
    given_: tuple[list[Claim], frozenset[str]], by: frozenset[str], data: st.DataObject
) -> None:
    claims, superseded = given_
    if not claims:
        return
    first = data.draw(st.sampled_from(claims))
    echo = replace(first, id="echo", document="again", recorded_at=RECORDED + 9 * DAY)
    ended = superseded | {"echo"} if first.id in superseded else superseded
    assert tally([*claims, echo], by, ended) == tally(claims, by, superseded)
    assert find_admissions([*claims, echo], by, ended) == find_admissions(claims, by, superseded)
