"""Events as the rows of a list: what each side says of the numbers, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from counterclaim.queries.claims.sides import words_of_sides
from counterclaim.queries.events import figures_of
from counterclaim.resolve.inputs import NEUTRAL
from counterclaim.resolve.sayings import UNKNOWN
from counterclaim.vocabulary import EventKind, Harm, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.claims.sides import Word, Words
    from counterclaim.queries.events import Figure, Shown

ALWAYS = (str(Outcome.LAUNCHED), str(Outcome.INTERCEPTED), str(Outcome.HIT))
WHERE_SAID = (str(Harm.KILLED), str(Harm.INJURED))
"""Figures that stand in the list only where somebody gives them, or they follow."""

COLOURED = 3
"""So many sides have a colour of their own."""

SMALL_WORDS = 16
"""Words of a number are shown in its place up to so many letters."""


@dataclass(frozen=True, slots=True)
class Column:
    """One side of an event: its code, what it is in it, and the class of its colour."""

    side: str
    role: str
    colour: str


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of an event: what each side says, None is silence, and the value resolved."""

    figure: str
    words: tuple[Word | None, ...]
    resolved: dict[str, int | None] | None


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
    colours = side_colours(side for event in events for side in event["positions"])
    figures = figures_of(session, shown)
    return [
        _row(event, words.get(event["id"], {}), found, colours)
        for event, found in zip(events, figures, strict=True)
    ]


def side_colours(sides: Iterable[str | None]) -> dict[str, str]:
    """The classes of sides, in the order of their codes; whoever is neutral has none."""
    parties = sorted({side for side in sides if side} - {NEUTRAL, UNKNOWN})
    return {side: f"side-{place}" for place, side in enumerate(parties[:COLOURED], 1)}


def _row(
    event: dict[str, Any],
    words: Words,
    figures: Mapping[str, Figure],
    colours: Mapping[str, str],
) -> Row:
    columns = tuple(_columns(event, words, colours))
    return Row(event, href_of(event), columns, tuple(_lines(event, columns, words, figures)))


def _columns(
    event: Mapping[str, Any], words: Words, colours: Mapping[str, str]
) -> Iterable[Column]:
    """Attacker and defender, silent or not, then whoever else speaks of numbers."""
    roles = {event[role]: role for role in ("attacker", "defender") if event[role]}
    if not roles:
        roles = dict.fromkeys(side for side in event["positions"] if side != NEUTRAL) or {}
    others = {side for figure, side in words if figure in {*ALWAYS, *WHERE_SAID}} - roles.keys()
    for side in (*roles, *sorted(others, key=lambda side: (side in {NEUTRAL, UNKNOWN}, side))):
        yield Column(side, roles.get(side) or "", colours.get(side, "side-0"))


def _lines(
    event: Mapping[str, Any],
    columns: Sequence[Column],
    words: Words,
    figures: Mapping[str, Figure],
) -> Iterable[Line]:
    told = {figure for figure, _side in words} | figures.keys()
    always = ALWAYS if event["kind"] == EventKind.STRIKE else ()
    for figure in (*ALWAYS, *WHERE_SAID):
        if figure in always or figure in told:
            said = tuple(words.get((figure, column.side)) for column in columns)
            yield Line(figure, said, _resolved(figures.get(figure)))


def _resolved(figure: Figure | None) -> dict[str, int | None] | None:
    return None if figure is None else dict(zip(("low", "best", "high"), figure, strict=True))
