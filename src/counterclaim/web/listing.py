"""Events as the rows of a list: what each side says of the numbers, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from counterclaim.errors import MovedError
from counterclaim.queries.claims.sides import words_of_sides
from counterclaim.queries.events import Shown, figures_of, get_event
from counterclaim.queries.resolved import figures_in
from counterclaim.queries.versions import resolved_versions
from counterclaim.resolve.inputs import NEUTRAL
from counterclaim.resolve.sayings import UNKNOWN
from counterclaim.vocabulary import EventKind, Harm, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.claims.sides import Word, Words
    from counterclaim.queries.resolutions import Figure

ALWAYS = (str(Outcome.LAUNCHED), str(Outcome.INTERCEPTED), str(Outcome.HIT))
WHERE_SAID = (str(Harm.KILLED), str(Harm.INJURED))
"""Figures that stand in the list only where somebody gives them, or they follow."""

ROLES = ("attacker", "defender")
COLOURED = 3
"""So many sides have a colour of their own."""


@dataclass(frozen=True, slots=True)
class Column:
    """One side of an event: its code, what it is in it, and the number of its colour."""

    side: str
    role: str
    hue: int


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of an event: what each side says, None is silence, and the value resolved."""

    figure: str
    words: tuple[Word | None, ...]
    resolved: dict[str, int | None] | None

    @property
    def is_shared(self) -> bool:
        """Whether all that is said of it is said of several events together."""
        spoken = [one for one in self.words if one is not None]
        return bool(spoken) and all(one.whole for one in spoken)

    @property
    def follows(self) -> bool:
        """Whether the value follows from other figures, since nobody gives a number."""
        given = any(one is not None and one.gives_number for one in self.words)
        return self.resolved is not None and not given


@dataclass(frozen=True, slots=True)
class Row:
    """One event of the list."""

    event: dict[str, Any]
    href: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    @property
    def places(self) -> list[str]:
        """The names of its places, targets first, each once."""
        named = (place["name"] or place["said"] for place in self.event["places"])
        return list(dict.fromkeys(name for name in named if name))

    @property
    def weapons(self) -> list[str]:
        """The names of the munitions that claims name."""
        return [one["name"] for one in self.event["munitions"] if one["name"]]

    @property
    def is_located(self) -> bool:
        """Whether it stands on the map."""
        return any(place["latitude"] is not None for place in self.event["places"])


def href_of(event: Mapping[str, Any]) -> str:
    """The page of an event."""
    noun = "strikes" if event["kind"] == EventKind.STRIKE else "events"
    return f"/{noun}/{event['id']}"


def rows_of(session: Session, shown: Sequence[Shown], view: View) -> list[Row]:
    """The rows of these events in a state; the statements are as many for one as for all."""
    events = [orjson.loads(one.text) for one in shown]
    words = words_of_sides(session, [event["id"] for event in events], view)
    figures = figures_of(session, shown)
    return [
        _row(event, words.get(event["id"], {}), found)
        for event, found in zip(events, figures, strict=True)
    ]


def row_of(session: Session, event_id: str, view: View) -> Row:
    """One event by itself; the id of a merged one finds what it became.

    Raises:
        NotFoundError: there was no such event.
    """
    try:
        text = get_event(session, event_id, view)
    except MovedError as moved:
        return row_of(session, moved.target, view)
    version = resolved_versions(session, [event_id], view)[event_id]
    (row,) = rows_of(session, [Shown(text, 0, figures_in(version))], view)
    return row


def hues_of(event: Mapping[str, Any], others: Iterable[str]) -> dict[str, int]:
    """The colours of an event's sides: its parties in the order of their codes, then a third.

    Whoever is left out has no colour of its own, which is 0.
    """
    parties = sorted({event[role] for role in ROLES if event[role]})
    further = sorted({*others, *event["positions"]} - {*parties, NEUTRAL, UNKNOWN})
    return {side: hue for hue, side in enumerate((*parties, *further)[:COLOURED], 1)}


def _row(event: dict[str, Any], words: Words, figures: Mapping[str, Figure]) -> Row:
    columns = tuple(_columns(event, words))
    return Row(event, href_of(event), columns, tuple(_lines(event, columns, words, figures)))


def _columns(event: Mapping[str, Any], words: Words) -> Iterator[Column]:
    """Attacker and defender, silent or not, then whoever else speaks of numbers, neutrals last."""
    roles = {event[role]: role for role in ROLES if event[role]}
    shown = {*ALWAYS, *WHERE_SAID}
    others = {side for figure, side in words if figure in shown} - roles.keys()
    hues = hues_of(event, others)
    for side in (*roles, *sorted(others, key=lambda side: (side in {NEUTRAL, UNKNOWN}, side))):
        yield Column(side, roles.get(side, ""), hues.get(side, 0))


def _lines(
    event: Mapping[str, Any],
    columns: Sequence[Column],
    words: Words,
    figures: Mapping[str, Figure],
) -> Iterator[Line]:
    told = {figure for figure, _side in words} | figures.keys()
    always = ALWAYS if event["kind"] == EventKind.STRIKE else ()
    for figure in (*ALWAYS, *WHERE_SAID):
        if figure in always or figure in told:
            said = tuple(words.get((figure, column.side)) for column in columns)
            yield Line(figure, said, _resolved(figures.get(figure)))


def _resolved(figure: Figure | None) -> dict[str, int | None] | None:
    return None if figure is None else dict(zip(("low", "best", "high"), figure, strict=True))
