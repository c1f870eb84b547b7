"""What each side says of the figures of many events, summed as the events' own figures are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterclaim.queries.families import load_families
from counterclaim.resolve.grades import STRENGTH
from counterclaim.resolve.intervals import DAMAGE
from counterclaim.resolve.kinship import Kinship
from counterclaim.resolve.sayings import find_cells
from counterclaim.resolve.totals import add_up
from counterclaim.resolve.voices import find_voices
from counterclaim.vocabulary import Position

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.families import Loaded
    from counterclaim.resolve.inputs import Munition
    from counterclaim.resolve.intervals import Key
    from counterclaim.resolve.sayings import Cells, Saying

NUMBERS = frozenset({Position.ASSERTS, Position.ADMITS})


@dataclass(frozen=True, slots=True)
class Word:
    """What one side says of one outcome or harm of an event, over all munitions or people.

    Attributes:
        stance: How it says so; of what it says of several munitions the strongest.
        low: Least number; None with ``high`` None: it gives none.
        high: Greatest number, None is open.
        said: The words, where it speaks of one figure alone.
        whole: The id of the collection of which it says so, where it is silent on the event.
    """

    stance: Position
    low: int | None
    high: int | None
    said: str | None
    whole: str | None = None

    @property
    def gives_number(self) -> bool:
        """Whether the side stands for a number."""
        return self.stance in NUMBERS and (self.low, self.high) != (None, None)


Words = dict[tuple[str, str], Word]
"""By outcome or harm, and side; whoever is silent is left out."""


def words_of_sides(session: Session, event_ids: Iterable[str], view: View) -> dict[str, Words]:
    """What each side says of each outcome and harm of these events, by event.

    Of several voices of a side the strongest counts, figure by figure. The number of statements
    does not grow with that of the events.
    """
    wanted = set(event_ids)
    found: dict[str, Words] = {}
    for loaded in load_families(session, wanted, view):
        found.update(_words_in(loaded, wanted & loaded.family.events.keys()))
    return found


def _words_in(loaded: Loaded, event_ids: Iterable[str]) -> dict[str, Words]:
    family = loaded.family
    kinship = Kinship(family)
    bearings = kinship.bearings(family.claims)
    found: dict[str, Words] = {}
    for event in event_ids:
        voices = find_voices(bearings[event].all)
        words: Words = {}
        for about in (event, *kinship.above(event)):
            cells = find_cells(bearings[about].own, voices)
            whole = None if about == event else about
            for cell, word in _summed(cells, family.munitions, whole).items():
                words.setdefault(cell, word)
        found[event] = words
    return found


def _summed(cells: Cells, munitions: Mapping[str, Munition], whole: str | None) -> Words:
    """The words of each side over all munitions, or over all people."""
    lines: dict[tuple[str, str], dict[Key, Saying]] = defaultdict(dict)
    for (key, side), voices in cells.items():
        if key.table != DAMAGE:
            lines[key.measure, side][key] = voices[0][0]
    return {
        (measure, side): _word(measure, sayings, munitions, whole)
        for (measure, side), sayings in lines.items()
    }


def _word(
    measure: str,
    sayings: Mapping[Key, Saying],
    munitions: Mapping[str, Munition],
    whole: str | None,
) -> Word:
    told: Sequence[Saying] = list(sayings.values())
    stance = min((one.stance for one in told), key=STRENGTH.index)
    given = {key: one.interval for key, one in sayings.items() if one.stance in NUMBERS}
    if not given:  # What is denied is no number of theirs, but it is told which one.
        given = {key: one.interval for key, one in sayings.items()}
    low, _best, high = add_up(given, munitions)[measure]
    said = told[0].words if len(told) == 1 else None
    return Word(stance, low, high, said, whole)
