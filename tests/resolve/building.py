"""Short ways to write events and claims in tests; every claim has harmless defaults."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from counterclaim.moment import parse_moment
from counterclaim.resolve import Casualty, Claim, Count, Damage, Event, Family, Munition
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
    Severity,
    Stance,
)

SAID = datetime(2024, 11, 26, tzinfo=UTC)
RECORDED = datetime(2024, 11, 27, tzinfo=UTC)

SIDES = {"ru-mod": "RU", "russia": "RU", "kremlin": "RU", "ua-staff": "UA", "ukraine": "UA"}
LINEAGES = {"ru-mod": ("ru-mod", "russia"), "kremlin": ("kremlin", "russia")}

MUNITIONS = {
    "missile": Munition("missile", "missile", MunitionCategory.FAMILY),
    "iskander": Munition(
        "iskander",
        "Iskander",
        MunitionCategory.BALLISTIC_MISSILE,
        ("ballistic-missile", "missile"),
    ),
    "atacms": Munition(
        "atacms", "ATACMS", MunitionCategory.BALLISTIC_MISSILE, ("missile", "ballistic-missile")
    ),
    "ballistic-missile": Munition(
        "ballistic-missile", "ballistic missile", MunitionCategory.BALLISTIC_MISSILE, ("missile",)
    ),
    "storm-shadow": Munition("storm-shadow", "Storm Shadow", MunitionCategory.CRUISE_MISSILE),
    "oreshnik": Munition("oreshnik", "Oreshnik", MunitionCategory.BALLISTIC_MISSILE),
}

Quantity = int | tuple[int | None, int | None] | None


def ends(quantity: Quantity) -> tuple[int | None, int | None]:
    if isinstance(quantity, tuple):
        return quantity
    return quantity, quantity


def counts(munition: str | None = "atacms", **outcomes: Quantity) -> tuple[Count, ...]:
    return tuple(Count(munition, Outcome(o), *ends(q)) for o, q in outcomes.items())


def injured(quantity: Quantity, side: str = "RU", status: str = "military") -> tuple[Casualty, ...]:
    return (Casualty(side, HarmStatus(status), Harm.INJURED, *ends(quantity)),)


def damaged(thing: str, quantity: Quantity) -> tuple[Damage, ...]:
    return (Damage(thing, Severity.DAMAGED, *ends(quantity)),)


def claim(id_: str, event: str, by: str = "ru-mod", **changes: Any) -> Claim:
    occurred = changes.pop("occurred", None)
    values: dict[str, Any] = {
        "kind": ClaimKind.OCCURRENCE,
        "lineage": LINEAGES.get(by, (by,)),
        "side": SIDES.get(by, "neutral"),
        "stance": Stance.ASSERTS,
        "polarity": 1,
        "distribution": Distribution.SINGLE,
        "said": SAID,
        "recorded_at": RECORDED,
        "document": f"doc-{by}",
        "origin": changes.get("document", f"doc-{by}"),
        "reliability": Reliability.C,
        "credibility": Credibility.POSSIBLE,
        "occurred": parse_moment(occurred) if occurred else None,
    }
    return Claim(id=id_, event=event, claimant=by, **(values | changes))


def event(id_: str, *parts: str, withdrawn: bool = False) -> Event:
    scope = Scope.COLLECTION if parts else Scope.SINGLE
    return Event(id_, EventKind.STRIKE, scope, f"event {id_}", parts, withdrawn)


def family(events: list[Event], *claims: Claim) -> Family:
    return Family({e.id: e for e in events}, tuple(claims), MUNITIONS)
