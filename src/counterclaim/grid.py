"""The grid by which events are found on the map: fine cells, coarse ones, and one for all the rest.

A box, such as that around an uncertainty circle, lies in the few cells that it touches. A search
looks into few cells, too: fine ones for a small box, coarse ones for a large one. What is too wide
for a kind of cell stands in the next coarser one, where every search looks as well.
"""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Box = tuple[float, float, float, float]
"""West, south, east and north in degrees; west is greater than east across 180 degrees."""

FINE, COARSE = 0.5, 8.0
"""Degrees along the side of a cell."""

SPREAD = 4
"""In so many cells of one kind a box stands at most."""

SEARCHED = 32
"""Into so many cells of one kind a search looks at most."""

IN_FINE, WITH_FINE, IN_COARSE, WORLDWIDE = range(4)
"""What a cell holds: boxes in fine cells; the same in coarse ones; those too wide for fine cells;
those too wide for any."""


def cells_of(box: Box) -> list[int]:
    """The cells in which a box stands, sorted."""
    coarse = _touched(COARSE, box, SPREAD)
    if coarse is None:
        return [_number(WORLDWIDE, 0, 0)]
    fine = _touched(FINE, box, SPREAD)
    if fine is None:
        return sorted(_number(IN_COARSE, *place) for place in coarse)
    found = {_number(IN_FINE, *place) for place in fine}
    return sorted(found | {_number(WITH_FINE, *place) for place in coarse})


def cells_around(box: Box) -> list[int] | None:
    """The cells in which all boxes stand that touch a box; None where they would be too many."""
    coarse = _touched(COARSE, box, SEARCHED)
    if coarse is None:
        return None
    fine = _touched(FINE, box, SEARCHED)
    kind, places = (WITH_FINE, coarse) if fine is None else (IN_FINE, fine)
    found = {_number(kind, *place) for place in places} | {_number(WORLDWIDE, 0, 0)}
    return sorted(found | {_number(IN_COARSE, *place) for place in coarse})


def _touched(side: float, box: Box, most: int) -> set[tuple[int, int]] | None:
    """Rows and columns of the cells that a box touches; None if they are more than so many."""
    west, south, east, north = box
    rows = range(math.floor((south + 90) / side), math.floor((north + 90) / side) + 1)
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    columns = {column for span in spans for column in _columns(side, *span)}
    if len(rows) * len(columns) > most:
        return None
    return set(product(rows, columns))


def _columns(side: float, west: float, east: float) -> Iterator[int]:
    """Columns from the date line on, which is the first as well as the last degree."""
    first, last = (math.floor((degrees + 180) / side) for degrees in (west, east))
    around = round(360 / side)
    return (column % around for column in range(first, last + 1))


def _number(kind: int, row: int, column: int) -> int:
    return kind << 20 | row << 10 | column
