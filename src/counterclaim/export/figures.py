"""One line per figure, claim and event that the claim bears on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.queries.claims import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from counterclaim.export.batches import Line
    from counterclaim.queries.claims import Bearing

NO_FIGURE = (Figure(None),)


def figure_lines(found: Iterable[Bearing], *, bare: bool = False) -> list[Line]:
    """The lines of these claims; ``bare`` gives a claim without figures one without a figure."""
    return [
        (*event, shared, *stated.occurrence, *figure, *stated.beside)
        for event, shared, stated in found
        for figure in stated.figures or (NO_FIGURE if bare else ())
    ]
