"""What the later columns of "Massive Missile Attacks on Ukraine" add: where, and of which how many.

Only what the cell says in figures and names is taken; a cell that cannot be read is remarked and
stays in the original.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from counterclaim.errors import InputError
from counterclaim.importers.cells import read_literal, read_whole
from counterclaim.importers.missile_models import split_and
from counterclaim.importers.missile_places import place_of, places_in
from counterclaim.schemas.incoming import ClaimPlaceIn, TallyIn
from counterclaim.vocabulary import PlaceRole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterclaim.importers.cells import Cells
    from counterclaim.importers.naming import Naming

TALLIES = {
    "cross_border_belarus": "crossed the border of Belarus",
    "back_russia": "flew back to Russia",
    "num_hit_location": "locations hit",
    "num_fall_fragment_location": "locations where debris fell",
    "turbojet": "with a jet engine",
    "turbojet_destroyed": "with a jet engine, intercepted",
}
"""Columns of one number, and what it counts."""

TABLES = {
    "border_crossing": "crossed the border: {}",
    "destroyed_details": "intercepted: {}",
    "launched_details": "launched: {}",
}
"""Columns that hold numbers by name, and what each counts."""

MOST_PLACES = 80


@dataclass(slots=True)
class Details:
    """Places and numbers that a claim gets beside its counts."""

    places: list[ClaimPlaceIn] = field(default_factory=list)
    tallies: list[TallyIn] = field(default_factory=list)


def details_of(cells: Cells, naming: Naming) -> Details:
    """All that the later columns say."""
    found = Details()
    for column, object_ in TALLIES.items():
        number = cells.count(column)
        if number is not None:
            found.tallies.append(TallyIn(object=object_, count=number))
    for column, words in TABLES.items():
        table = _literal(cells, column, naming)
        found.tallies += _tallies(table, words, column, naming)
        if column == "destroyed_details":
            found.places += _intercepts(table, naming)
    found.places += _affected(cells, naming)
    return found


def _literal(cells: Cells, column: str, naming: Naming) -> Any:
    try:
        return read_literal(cells.text(column))
    except InputError as error:
        naming.remark(f"{column} is kept in the original only: {error.message}")
        return None


def _tallies(table: Any, words: str, column: str, naming: Naming) -> Iterator[TallyIn]:
    """One per name that has a number; NaN is a name without one."""
    if not isinstance(table, dict):
        return
    for name, number in table.items():
        if number is None:
            continue
        try:
            count = read_whole(str(number))
        except InputError:
            count = None
        if count is None or count < 0:
            naming.remark(f"{column}: {number!r} for {name!r} is no count, kept in the original.")
            continue
        yield TallyIn(object=words.format(name), count=count)


def _intercepts(table: Any, naming: Naming) -> Iterator[ClaimPlaceIn]:
    """Where munitions were intercepted, whether or not it is said how many."""
    if not isinstance(table, dict):
        return
    named = dict.fromkeys(part for name in table for part in split_and(name))
    for name in list(named)[:MOST_PLACES]:
        yield place_of(name, PlaceRole.INTERCEPT, naming)


def _affected(cells: Cells, naming: Naming) -> Iterator[ClaimPlaceIn]:
    """Regions that were affected, other than the target that is named already."""
    regions = _literal(cells, "affected region", naming)
    target = set(split_and(cells.text("target")))
    if isinstance(regions, str):
        regions = split_and(regions)
    for region in regions if isinstance(regions, list) else ():
        if isinstance(region, str) and region.strip() and region.strip() not in target:
            yield from places_in(region, PlaceRole.TARGET, naming)
