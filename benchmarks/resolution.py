"""How long resolution takes at its worst: families of 2,000 claims made to be hard.

``python benchmarks/resolution.py`` prints the median and the slowest of some runs for each; the
last column is the ratio to as many claims that agree.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from counterclaim.resolve import Casualty, Claim, Count, Event, Family, Munition, resolve
from counterclaim.vocabulary import (
    ClaimKind,
    Credibility,
    Distribution,
    EventKind,
    Harm,
    HarmStatus,
    MunitionCategory,
    Outcome,
    Reliability,
    Scope,
    Stance,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CLAIMS = 2000
RUNS = 5
START = datetime(2024, 1, 1, tzinfo=UTC)
KINDS = ("missile", "ballistic-missile", "iskander", "iskander-m")
MUNITIONS = {
    key: Munition(key, key, MunitionCategory.BALLISTIC_MISSILE, KINDS[:depth])
    for depth, key in enumerate(KINDS)
}


def claim(number: int, event: str = "E", **says: Any) -> Claim:
    """One claim of a claimant of its own."""
    values: dict[str, Any] = {
        "kind": ClaimKind.OCCURRENCE,
        "lineage": (f"s{number}",),
        "side": ("RU", "UA", "neutral")[number % 3],
        "stance": Stance.ASSERTS,
        "polarity": 1,
        "distribution": Distribution.SINGLE,
        "said": START + timedelta(minutes=number),
        "recorded_at": START,
        "document": f"d{number}",
        "origin": f"d{number}",
        "reliability": Reliability.C,
        "credibility": Credibility.POSSIBLE,
        "occurred": None,
    }
    return Claim(id=f"c{number:05}", event=event, claimant=f"s{number}", **(values | says))


def counts(munition: str, **outcomes: int) -> tuple[Count, ...]:
    """Exact counts of one munition."""
    return tuple(Count(munition, Outcome(name), n, n) for name, n in outcomes.items())


def single(*claims: Claim) -> Family:
    """A family of one event."""
    event = Event("E", EventKind.STRIKE, Scope.SINGLE, "E", ())
    return Family({"E": event}, claims, MUNITIONS)


def agreeing() -> Family:
    """All say the same of one figure."""
    said = counts("iskander", launched=5, intercepted=3)
    return single(*(claim(n, counts=said) for n in range(CLAIMS)))


def one_figure() -> Family:
    """Every voice gives another number."""
    return single(*(claim(n, counts=counts("iskander", launched=n)) for n in range(CLAIMS)))


def contradicting() -> Family:
    """Kinds that exceed their types, and fates that exceed the launched, at every level."""
    outcomes = list(Outcome)
    return single(
        *(
            claim(n, counts=counts(KINDS[n % 4], **{outcomes[n // 4 % len(outcomes)]: n % 97}))
            for n in range(CLAIMS)
        )
    )


def many_munitions() -> Family:
    """Each claim names a munition of its own below one type."""
    family = single(
        *(claim(n, counts=counts(f"m{n}", launched=3, intercepted=2, hit=2)) for n in range(CLAIMS))
    )
    made = {
        f"m{n}": Munition(f"m{n}", f"m{n}", MunitionCategory.DRONE, ("missile",))
        for n in range(CLAIMS)
    }
    return Family(family.events, family.claims, {**MUNITIONS, **made})


def nested() -> Family:
    """Sixty collections inside one another, each with a single event beside the next."""
    depth = 60
    events, claims = {}, []
    for level in range(depth):
        inner = (f"w{level + 1}",) if level < depth - 1 else ()
        events[f"w{level}"] = Event(
            f"w{level}", EventKind.STRIKE, Scope.COLLECTION, f"w{level}", (*inner, f"e{level}")
        )
        events[f"e{level}"] = Event(f"e{level}", EventKind.STRIKE, Scope.SINGLE, f"e{level}", ())
    names = list(events)
    for n in range(CLAIMS):
        said = counts(KINDS[n % 4], launched=5 + n % 11, intercepted=n % 7)
        claims.append(claim(n, names[n % len(names)], counts=said))
    return Family(events, tuple(claims), MUNITIONS)


def people() -> Family:
    """One voice speaks of everybody and of each group, again and again, ever otherwise."""
    own: dict[str, Any] = {"lineage": ("ministry",)}
    statuses, sides = list(HarmStatus), ("RU", "UA", None)
    return single(
        *(
            claim(
                n,
                casualties=(
                    Casualty(sides[n % 3], statuses[n // 3 % 3], Harm.KILLED, n % 41, n % 41, "n"),
                ),
                **own,
            )
            for n in range(CLAIMS)
        )
    )


FAMILIES: tuple[Callable[[], Family], ...] = (
    agreeing,
    one_figure,
    contradicting,
    many_munitions,
    nested,
    people,
)


def main() -> None:
    """Time each family and print a table."""
    print(f"Python {sys.version.split()[0]}, {CLAIMS} claims, {RUNS} runs each")
    print(f"{'family':16} {'median s':>9} {'worst s':>9} {'ratio':>7}")
    base = 0.0
    for make in FAMILIES:
        family = make()
        times = []
        for _run in range(RUNS):
            begun = perf_counter()
            resolve(family)
            times.append(perf_counter() - begun)
        base = base or median(times)
        name = make.__name__
        print(f"{name:16} {median(times):9.3f} {max(times):9.3f} {median(times) / base:7.1f}")


if __name__ == "__main__":
    main()
