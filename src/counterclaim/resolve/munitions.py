"""How types of munitions lie inside one another: a line for one type covers those of its kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from counterclaim.resolve.inputs import Munition


def nearest_below(
    keys: Iterable[str], munitions: Mapping[str, Munition]
) -> dict[str, tuple[str, ...]]:
    """For each of these munitions those of them that are below it with none in between.

    Each stands below one at most, so that nothing counts twice; munitions in a circle, which no
    store should hold, stand below none of it.
    """
    given = set(keys)

    def above(key: str) -> set[str]:
        known = munitions.get(key)
        return given.intersection(known.ancestors) if known else set()

    below: dict[str, list[str]] = {key: [] for key in sorted(given)}
    for key in sorted(given):
        wider = [other for other in above(key) if key not in above(other)]
        if wider:
            below[max(wider, key=lambda other: (len(above(other)), other))].append(key)
    return {key: tuple(inside) for key, inside in below.items()}
