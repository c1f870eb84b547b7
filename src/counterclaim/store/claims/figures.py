"""Reads the figures of a claim: munitions, people, objects, other numbers, facts of munitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterclaim.models import Casualty, Damage, InterceptionCount, Munition, MunitionFact, Tally
from counterclaim.store.rows import new_row
from counterclaim.vocabulary import Outcome

if TYPE_CHECKING:
    from counterclaim.db import Base
    from counterclaim.quantity import Quantity
    from counterclaim.store.claims.shapes import Reading


OUTCOMES = tuple(Outcome)


def read_counts(
    reading: Reading, quantities: list[tuple[Quantity, str]]
) -> list[tuple[InterceptionCount, str]]:
    """How many munitions met which outcome, each with its path; checked against each other."""
    counts: list[tuple[InterceptionCount, str]] = []
    known: dict[str | None, list[tuple[InterceptionCount, str]]] = {}
    for place, shape in enumerate(reading.shape.counts):
        munition = reading.find(Munition, shape.munition, f"/counts/{place}/munition")
        munition_id = munition.id if munition else None
        given = [name for name in OUTCOMES if name in shape.model_fields_set]
        for outcome in given or [Outcome.LAUNCHED]:
            path = f"/counts/{place}/{outcome}"
            quantity = reading.quantity(getattr(shape, outcome), path)
            quantities.append((quantity, path))
            said = {"position": len(counts), "munition_id": munition_id, "outcome": outcome}
            row = new_row(InterceptionCount, {**said, **_measured(quantity)})
            counts.append((row, path))
            if munition is not None or shape.munition is None:
                known.setdefault(munition_id, []).append((row, path))
    for same in known.values():
        _check_outcomes_once(reading, same)
        _check_sum(reading, same)
    return counts


def _check_outcomes_once(reading: Reading, counts: list[tuple[InterceptionCount, str]]) -> None:
    seen: set[Outcome] = set()
    for row, path in counts:
        if row.outcome in seen:
            reading.fail(path, f"{row.outcome} stands twice for the same munition.")
        seen.add(row.outcome)


def _check_sum(reading: Reading, counts: list[tuple[InterceptionCount, str]]) -> None:
    launched = next((row for row, _path in counts if row.outcome is Outcome.LAUNCHED), None)
    if launched is None or launched.high is None:
        return
    fates = [(row, path) for row, path in counts if row.outcome is not Outcome.LAUNCHED]
    total = sum(row.low or 0 for row, _path in fates)
    if total > launched.high:
        what = " + ".join(f"{row.outcome} {row.low}" for row, _path in fates if row.low)
        reading.fail(fates[0][1], f"{what} is more than launched {launched.high}.")


def _measured(quantity: Quantity) -> dict[str, Any]:
    return {
        "low": quantity.low,
        "high": quantity.high,
        "said": quantity.said,
        "lexicon": quantity.lexicon,
    }


def read_casualties(reading: Reading, quantities: list[tuple[Quantity, str]]) -> list[Base]:
    """How many people were harmed."""
    rows: list[Base] = []
    for place, shape in enumerate(reading.shape.casualties):
        path = f"/casualties/{place}/count"
        quantity = reading.quantity(shape.count, path)
        quantities.append((quantity, path))
        key = {"side": shape.side, "status": shape.status, "harm": shape.harm}
        rows.append(new_row(Casualty, {"position": place, **key, **_measured(quantity)}))
    _check_once(reading, "casualties", ("side", "status", "harm"))
    return rows


def read_damage(reading: Reading, quantities: list[tuple[Quantity, str]]) -> list[Base]:
    """How many objects were damaged."""
    rows: list[Base] = []
    for place, shape in enumerate(reading.shape.damage):
        path = f"/damage/{place}/count"
        quantity = reading.quantity(shape.count, path)
        quantities.append((quantity, path))
        key = {"object": shape.object, "severity": shape.severity}
        rows.append(new_row(Damage, {"position": place, **key, **_measured(quantity)}))
    _check_once(reading, "damage", ("object", "severity"))
    return rows


def read_tallies(reading: Reading, quantities: list[tuple[Quantity, str]]) -> list[Base]:
    """All other numbers."""
    rows: list[Base] = []
    for place, shape in enumerate(reading.shape.tallies):
        path = f"/tallies/{place}/count"
        quantity = reading.quantity(shape.count, path)
        quantities.append((quantity, path))
        key = {"object": shape.object}
        rows.append(new_row(Tally, {"position": place, **key, **_measured(quantity)}))
    _check_once(reading, "tallies", ("object",))
    return rows


def _check_once(reading: Reading, part: str, key: tuple[str, ...]) -> None:
    seen: set[tuple[Any, ...]] = set()
    for place, shape in enumerate(getattr(reading.shape, part)):
        value = tuple(getattr(shape, name) for name in key)
        if value in seen:
            reading.fail(f"/{part}/{place}", f"{' '.join(map(str, value))} stands twice.")
        seen.add(value)


def read_facts(reading: Reading) -> list[Base]:
    """Properties of munitions."""
    rows: list[Base] = []
    for place, shape in enumerate(reading.shape.munition_facts):
        path = f"/munition_facts/{place}/munition"
        munition = reading.find(Munition, shape.munition, path)
        named = {"position": place, "munition_id": munition.id if munition else None}
        fact = {"property": shape.property, "value": shape.value, "unit": shape.unit}
        rows.append(new_row(MunitionFact, {**named, **fact}))
    return rows
