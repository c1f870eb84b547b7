"""What must hold for any claims: checked on random families and random true worlds."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterclaim.resolve import Claim, Event, Family, Summary, contradictions, resolve, resolver
from counterclaim.resolve.constraints import propagate, stated
from counterclaim.resolve.equations import MEASURES, System, Variable
from counterclaim.resolve.intervals import MUNITION, NOT_INTERCEPTED, Interval, Key
from counterclaim.resolve.kinship import Kinship
from counterclaim.resolve.people import people_equations
from counterclaim.resolve.voices import find_voices
from counterclaim.vocabulary import Credibility, Distribution, Outcome, Reliability, Stance

from .building import SAID, claim, counts, event, family, injured

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from counterclaim.resolve.constraints import Facts

OUTCOMES = [o.value for o in Outcome]
SPEAKERS = ["ru-mod", "russia", "kremlin", "ua-staff", "outlet", "agency", "ngo"]

some = settings(max_examples=30, deadline=None)
many = settings(max_examples=60, deadline=None)


@st.composite
def graphs(draw: Callable[..., Any], size: int = 6) -> list[Event]:
    """Nested and overlapping collections; parts come after their whole, so there is no circle."""
    names = [f"E{i}" for i in range(draw(st.integers(1, size)))]
    events = []
    for index, name in enumerate(names):
        later = names[index + 1 :]
        parts = draw(st.lists(st.sampled_from(later), unique=True)) if later else []
        events.append(event(name, *parts))
    return events


@st.composite
def quantities(draw: Callable[..., Any]) -> tuple[int | None, int | None]:
    low = draw(st.none() | st.integers(0, 9))
    high = draw(st.none() | st.integers(0, 9))
    if low is not None and high is not None and low > high:
        low, high = high, low
    return low, high


@st.composite
def families(draw: Callable[..., Any], size: int = 5, most: int = 12) -> Family:
    """Any claims, true or not."""
    events = draw(graphs(size))
    claims = [
        _any_claim(draw, f"C{index:02}", draw(st.sampled_from(events)).id)
        for index in range(draw(st.integers(0, most)))
    ]
    return family(events, *claims)


def _any_claim(draw: Callable[..., Any], id_: str, about: str) -> Claim:
    munition = draw(st.sampled_from(["atacms", "ballistic-missile", "storm-shadow", None]))
    figure = {draw(st.sampled_from(OUTCOMES)): draw(quantities())}
    return claim(
        id_,
        about,
        draw(st.sampled_from(SPEAKERS)),
        counts=counts(munition, **figure) if draw(st.booleans()) else (),
        casualties=injured(draw(quantities())) if draw(st.booleans()) else (),
        stance=draw(st.sampled_from(list(Stance))),
        distribution=draw(st.sampled_from(list(Distribution))),
        reliability=draw(st.sampled_from(list(Reliability))),
        credibility=draw(st.sampled_from(list(Credibility))),
        said=draw(st.none() | st.just(SAID) | st.just(SAID + timedelta(days=1))),
        document=draw(st.sampled_from(["d1", "d2", "d3"])),
        occurred=draw(st.none() | st.sampled_from(["2024-11-23", "2024-11", "2024-11-24"])),
        attacker=draw(st.none() | st.sampled_from(["RU", "UA"])),
    )


def documents(of: Family) -> dict[str, str]:
    return {e: json.dumps(s.document()) for e, s in resolve(of).items()}


@some
@given(families(), st.randoms(use_true_random=False))
def test_order_of_input_does_not_matter(of: Family, shuffler: random.Random) -> None:
    claims, events = list(of.claims), list(of.events.items())
    shuffler.shuffle(claims)
    shuffler.shuffle(events)
    again = replace(of, claims=tuple(claims), events=dict(events))
    assert documents(again) == documents(of)
    assert {e: s.dropped for e, s in resolve(again).items()} == {
        e: s.dropped for e, s in resolve(of).items()
    }


@some
@given(families(size=8, most=20))
def test_any_family_resolves_to_sound_shapes(of: Family) -> None:
    summaries = resolve(of)
    assert set(summaries) == set(of.events)
    for summary in summaries.values():
        for low, best, high in summary.totals.values():
            assert low is None or low >= 0
            assert high is None or (low or 0) <= high
            assert best is None or low == best == high
        for figure in summary.figures.values():
            assert figure.interval is None or figure.interval.floor <= figure.interval.top
            if figure.basis == "derived":
                assert figure.interval is not None
                assert figure.interval.low is not None
            assert figure.agreement is None or 0 < figure.agreement <= 1
            assert figure.claims
            assert list(figure.claims) == sorted(set(figure.claims))


@some
@given(families(), st.data())
def test_echo_changes_nothing(of: Family, data: st.DataObject) -> None:
    if not of.claims:
        return
    first = data.draw(st.sampled_from(of.claims))
    echo = replace(first, id="Z99")
    again = replace(of, claims=(*of.claims, echo))
    for event_id, before in resolve(of).items():
        after = resolve(again)[event_id]
        assert essence(after) == essence(before)


def essence(summary: Summary) -> Any:
    figures = {k: (f.interval, f.voices, f.agreement) for k, f in summary.figures.items()}
    same = (summary.grade, summary.disputed, summary.voices, summary.positions, summary.totals)
    return figures, same, summary.occurred, summary.attacker


@dataclass(frozen=True)
class World:
    """What truly happened, and claims that all contain the truth."""

    family: Family
    truth: dict[Variable, int]


TREE = {
    "atacms": ("atacms",),
    "iskander": ("iskander",),
    "ballistic-missile": ("ballistic-missile", "atacms", "iskander"),
    "missile": ("missile", "ballistic-missile", "atacms", "iskander"),
    "storm-shadow": ("storm-shadow",),
}
"""Each munition of a true world with all that is inside it; of each some are named no closer."""


@st.composite
def worlds(draw: Callable[..., Any]) -> World:
    events = draw(graphs())
    kinship = Kinship(family(events))
    named = draw(st.lists(st.sampled_from(sorted(TREE)), min_size=1, max_size=4, unique=True))
    within = sorted({kind for munition in named for kind in TREE[munition]})
    numbers = {(e.id, kind): _leaf(draw) for e in events if not e.parts for kind in within}
    truth = {
        Variable(e.id, Key(MUNITION, munition, "", measure)): sum(
            numbers[leaf, kind][measure] for leaf in kinship.leaves[e.id] for kind in TREE[munition]
        )
        for e in events
        for munition in named
        for measure in map(str, MEASURES)
    }
    stated = draw(st.lists(st.sampled_from(sorted(truth)), max_size=14))
    claims = [
        _true_claim(draw, f"C{i:02}", variable, truth[variable])
        for i, variable in enumerate(stated)
        if variable.key.measure != NOT_INTERCEPTED
    ]
    return World(family(events, *claims), truth)


def _leaf(draw: Callable[..., Any]) -> dict[str, int]:
    numbers = {str(m): draw(st.integers(0, 4)) for m in MEASURES}
    after = sum(numbers[str(m)] for m in MEASURES[3:])
    numbers[NOT_INTERCEPTED] += after
    numbers["launched"] = numbers["intercepted"] + numbers[NOT_INTERCEPTED]
    return numbers


def _true_claim(draw: Callable[..., Any], id_: str, variable: Variable, value: int) -> Claim:
    low = draw(st.none() | st.integers(0, value))
    high = draw(st.none() | st.integers(value, value + 3))
    figure = counts(variable.key.subject, **{variable.key.measure: (low, high)})
    return claim(id_, variable.event, draw(st.sampled_from(SPEAKERS)), counts=figure)


@many
@given(worlds())
def test_truth_is_never_excluded(world: World) -> None:
    for event_id, summary in resolve(world.family).items():
        assert summary.contradictions == ()
        for key, figure in summary.figures.items():
            if figure.interval:
                value = world.truth[Variable(event_id, key)]
                assert figure.interval.floor <= value <= figure.interval.top


@many
@given(worlds())
def test_totals_hold_what_truly_lies_under_the_lines(world: World) -> None:
    for event_id, summary in resolve(world.family).items():
        for measure, (low, best, high) in summary.totals.items():
            named = {key.subject for key in summary.figures if key.measure == measure}
            widest = [m for m in named if not any(m in TREE[n] for n in named - {m})]
            true = sum(
                world.truth[Variable(event_id, Key(MUNITION, munition, "", measure))]
                for munition in widest
            )
            assert (low or 0) <= true
            assert high is None or true <= high
            assert best in {None, true}


@some
@given(worlds())
def test_every_line_shown_is_given_somewhere(world: World) -> None:
    given_of = {c.munition for one in world.family.claims for c in one.counts}
    for summary in resolve(world.family).values():
        assert {key.subject for key in summary.figures} <= given_of


@some
@given(worlds())
def test_facts_only_narrow(world: World) -> None:
    system = System(Kinship(world.family), world.truth, world.family.munitions)
    facts = {v: {"c": Interval(n, n)} for v, n in world.truth.items()}
    few = propagate(stated(dict(sorted(facts.items())[::3])), system)
    more = propagate(stated(dict(sorted(facts.items())[::3] + sorted(facts.items())[1::3])), system)
    for variable in world.truth:
        assert few.low(variable) <= more.low(variable)
        assert more.interval(variable).top <= few.interval(variable).top


@st.composite
def conflicting(draw: Callable[..., Any]) -> Family:
    """One number a claim, so that a set of claims means the same alone as among others."""
    events = draw(graphs(4))
    munitions = st.sampled_from(["atacms", "iskander", "ballistic-missile", "missile", None])
    figures = st.tuples(st.sampled_from(events), munitions, st.sampled_from(OUTCOMES), quantities())
    claims = [
        claim(f"C{i:02}", e.id, counts=counts(munition, **{outcome: quantity}))
        for i, (e, munition, outcome, quantity) in enumerate(draw(st.lists(figures, max_size=12)))
    ]
    return family(events, *claims)


@many
@given(conflicting())
def test_contradictions_are_minimal(of: Family) -> None:
    found = {c.claims for s in resolve(of).values() for c in s.contradictions}
    for claims in found:
        assert contradict(of, claims)
        for left_out in claims:
            assert not contradict(of, tuple(c for c in claims if c != left_out))


def contradict(of: Family, ids: tuple[str, ...]) -> bool:
    few = replace(of, claims=tuple(c for c in of.claims if c.id in ids))
    return any(s.contradictions for s in resolve(few).values())


@st.composite
def nested(draw: Callable[..., Any]) -> Family:
    """Up to forty claims, of one number each, on collections within collections."""
    events = [event("W", "V0", "V1"), *(event(f"V{i}", f"U{i}0", f"U{i}1") for i in range(2))]
    events += [event(f"U{i}{k}", f"S{i}{k}") for i in range(2) for k in range(2)]
    events += [event(f"S{i}{k}") for i in range(2) for k in range(2)]
    places, who = st.sampled_from(events), st.sampled_from(SPEAKERS)
    numbers = draw(st.lists(st.tuples(places, who, st.booleans(), quantities()), max_size=40))
    claims = [
        claim(f"C{i:02}", e.id, by, **_one_figure(draw, quantity, people=people))
        for i, (e, by, people, quantity) in enumerate(numbers)
    ]
    return family(events, *claims)


def _one_figure(
    draw: Callable[..., Any], quantity: tuple[int | None, int | None], *, people: bool
) -> dict[str, Any]:
    if not people:
        return {"counts": counts("atacms", **{draw(st.sampled_from(OUTCOMES)): quantity})}
    status = draw(st.sampled_from(["military", "civilian", "unknown"]))
    return {"casualties": injured(quantity, draw(st.sampled_from(["RU", "UA", ""])), status)}


@many
@given(nested())
def test_nested_collections_settle_within_bounds(of: Family) -> None:
    steps = 0

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal steps
        steps += 1
        return propagate(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contradictions, "propagate", counted)
        summaries = resolve(of)
    assert steps <= contradictions.MAX_STEPS_BACK + contradictions.MAX_REFUTATIONS + 32
    assert set(summaries) == set(of.events)


@many
@given(nested())
def test_the_claims_named_contradict_each_other_and_each_is_needed(of: Family) -> None:
    resolution = resolver._Resolution(of, "graded")  # the facts behind the answer
    facts = {v: c.carriers for v, c in resolution.choices.items() if c.carriers}
    for found in resolution.contradictions:
        assert clashes(of, facts, found.claims)
        for left_out in found.claims:
            assert not clashes(of, facts, tuple(c for c in found.claims if c != left_out))


def clashes(of: Family, facts: Facts, some: tuple[str, ...]) -> bool:
    """Whether these claims alone leave no number, by equations written down for them alone."""
    kept = {v: {c: i for c, i in by.items() if c in some} for v, by in facts.items()}
    few: Facts = {v: by for v, by in kept.items() if by}
    kinship = Kinship(of)
    people = people_equations(kinship, few, find_voices(of.claims))
    system = System(kinship, few, of.munitions, people)
    return propagate(stated(few), system).conflict is not None


@some
@given(conflicting())
def test_contradicted_figures_stay_as_stated(of: Family) -> None:
    for summary in resolve(of).values():
        for found in summary.contradictions:
            for figure in summary.figures.values():
                if set(figure.claims) <= set(found.claims) and figure.basis == "stated":
                    assert figure.narrowed_by == ()
