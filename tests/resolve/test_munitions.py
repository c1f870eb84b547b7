"""Lines for a munition and for kinds of it: what they say of each other, and where they clash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from counterclaim.resolve import Munition, resolve
from counterclaim.resolve.intervals import Interval
from counterclaim.resolve.munitions import nearest_below
from counterclaim.vocabulary import Grade, MunitionCategory

from .building import MUNITIONS, Quantity, claim, counts, event, family

if TYPE_CHECKING:
    from counterclaim.resolve import Claim, Summary

ALL = sorted(MUNITIONS)


def said(id_: str, by: str = "ru-mod", about: str = "E", **launched: Quantity) -> Claim:
    """Launched by munition, with _ for the hyphen."""
    lines = (counts(name.replace("_", "-"), launched=q) for name, q in launched.items())
    return claim(id_, about, by, counts=tuple(c for line in lines for c in line))


def summary_of(*claims: Claim) -> Summary:
    return resolve(family([event("E")], *claims))["E"]


def launched(summary: Summary, munition: str) -> dict[str, Any]:
    lines = {line["key"]: line["launched"] for line in summary.document()["munitions"]}
    found: dict[str, Any] = lines[munition]
    return found


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (ALL, {"missile": ("ballistic-missile",), "ballistic-missile": ("atacms", "iskander")}),
        (["atacms", "iskander", "missile"], {"missile": ("atacms", "iskander")}),
        (["atacms", "", "unheard-of"], {}),
    ],
)
def test_each_munition_lies_in_the_nearest_one(
    named: list[str], expected: dict[str, tuple[str, ...]]
) -> None:
    found = nearest_below(named, MUNITIONS)
    assert {above: below for above, below in found.items() if below} == expected


def test_munitions_in_a_circle_lie_in_none_of_it() -> None:
    circle = {
        key: Munition(key, key, MunitionCategory.UNKNOWN, above)
        for key, above in {"a": ("b", "a"), "b": ("a", "b"), "c": ("a", "b")}.items()
    }
    assert nearest_below("abc", circle) == {"a": (), "b": ("c",), "c": ()}


def test_several_of_a_type_are_at_least_its_kinds() -> None:
    summary = summary_of(said("1", ballistic_missile=(2, None), atacms=7))
    several = launched(summary, "ballistic-missile")
    assert (several["low"], several["best"], several["high"]) == (7, None, None)
    assert (several["basis"], several["narrowed_by"]) == ("stated", ["1"])
    assert launched(summary, "atacms")["best"] == 7
    assert summary.totals == {"launched": (7, None, None)}
    assert not summary.disputed


def test_a_type_limits_its_kinds() -> None:
    claims = said("1", ballistic_missile=9), said("2", atacms=(2, None), iskander=(4, None))
    summary = summary_of(*claims)
    found = {m: launched(summary, m) for m in ("atacms", "iskander")}
    assert {m: (f["low"], f["high"]) for m, f in found.items()} == {
        "atacms": (2, 5),
        "iskander": (4, 7),
    }
    assert found["atacms"]["narrowed_by"] == ["1", "2"]


def test_fewer_of_a_type_than_of_its_kinds_is_a_contradiction() -> None:
    summary = summary_of(said("1", ballistic_missile=5, atacms=7))
    (found,) = summary.contradictions
    assert (found.claims, found.low, found.high) == (("1",), 7, 5)
    assert (summary.disputed, summary.grade) == (False, Grade.WEAK)
    assert launched(summary, "ballistic-missile")["best"] == 5
    assert launched(summary, "atacms")["best"] == 7


def test_kinds_clash_with_their_type_only_together() -> None:
    five, three, four = (
        said("1", ballistic_missile=5),
        said("2", "ngo", atacms=3),
        said("3", "ua-staff", iskander=4),
    )
    assert summary_of(five, three).contradictions == ()
    assert summary_of(five, four).contradictions == ()
    (found,) = summary_of(five, three, four).contradictions
    assert found.claims == ("1", "2", "3")


def test_a_clash_reaches_over_a_type_in_between() -> None:
    summary = summary_of(said("1", missile=5), said("2", "ua-staff", atacms=8))
    (found,) = summary.contradictions
    assert str(found.variable.key) == "missile launched"


def test_type_of_one_side_against_kind_of_the_other_is_contested() -> None:
    summary = summary_of(said("1", ballistic_missile=5), said("2", "ua-staff", atacms=8))
    assert (summary.grade, summary.disputed) == (Grade.CONTESTED, True)
    assert [c.claims for c in summary.contradictions] == [("1", "2")]
    assert summary.totals == {"launched": (5, None, 8)}


def test_every_outcome_is_compared() -> None:
    lines = counts("ballistic-missile", hit=1) + counts("atacms", hit=2)
    assert len(summary_of(claim("1", "E", counts=lines)).contradictions) == 1


def test_no_line_is_made_for_a_type_nobody_named_there() -> None:
    kinds = said("1", "ru-mod", "A", atacms=5)
    wide = said("2", "ru-mod", "B", ballistic_missile=4)
    summaries = resolve(family([event("A"), event("B"), event("W", "A", "B")], kinds, wide))
    shown = {e: sorted(key.subject for key in s.figures) for e, s in summaries.items()}
    assert shown == {
        "A": ["atacms"],
        "B": ["ballistic-missile"],
        "W": ["atacms", "ballistic-missile"],
    }
    (both,) = (f for key, f in summaries["W"].figures.items() if key.subject == "ballistic-missile")
    assert (both.interval, both.claims) == (Interval(9, None), ("1", "2"))
    assert summaries["W"].totals == {"launched": (9, None, None)}


def test_a_collection_of_kinds_clashes_with_the_type_of_the_whole() -> None:
    parts = said("1", "ua-staff", "A", atacms=5), said("2", "ua-staff", "B", iskander=4)
    whole = said("3", "ru-mod", "W", missile=8)
    summaries = resolve(family([event("A"), event("B"), event("W", "A", "B")], *parts, whole))
    assert {c.claims for s in summaries.values() for c in s.contradictions} == {("1", "2", "3")}
    assert summaries["W"].grade is Grade.CONTESTED


def test_unnamed_munitions_clash_with_no_named_ones() -> None:
    unnamed = claim("1", "E", counts=counts(None, launched=10))
    summary = summary_of(unnamed, said("2", "ua-staff", atacms=3, storm_shadow=8))
    assert (summary.contradictions, summary.disputed) == ((), False)
    assert summary.totals == {"launched": (11, None, 21)}
