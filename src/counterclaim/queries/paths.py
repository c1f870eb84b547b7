"""How the values of an event are addressed: JSON pointers (RFC 6901) with natural keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.resolve.intervals import CASUALTY, MUNITION

if TYPE_CHECKING:
    from counterclaim.resolve.intervals import Key

WITHOUT_KEY = {"munitions": "unnamed", "casualties": "unknown", "places": "unnamed"}
"""How a line is called of which nobody named the munition, the side or the place."""


def pointer(steps: tuple[str | None, ...]) -> str:
    """The JSON pointer of these steps."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def figure_path(key: Key) -> str:
    """The path of a figure: /munitions/KEY/OUTCOME, /casualties/SIDE/STATUS/HARM, /damage/….

    It is the one under which the difference between two states names the same figure.
    """
    if key.table == MUNITION:
        return pointer(("munitions", key.subject or WITHOUT_KEY["munitions"], key.measure))
    if key.table == CASUALTY:
        side = key.subject or WITHOUT_KEY["casualties"]
        return pointer(("casualties", side, key.status, key.measure))
    return pointer(("damage", key.subject, key.measure))
