"""Which figures of people lie inside others: military and civilian in all, each side in all sides.

Only within one voice: whom a ministry calls "killed" may be others than those whom its enemy calls
"civilians killed". Who says both, of an event and of what is part of it, says that some are among
the others.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from counterclaim.resolve.equations import Equation, Variable
from counterclaim.resolve.intervals import CASUALTY
from counterclaim.vocabulary import HarmStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from counterclaim.resolve.constraints import Facts
    from counterclaim.resolve.intervals import Key
    from counterclaim.resolve.kinship import Kinship
    from counterclaim.resolve.voices import Voices

Said = dict["Variable", set[str]]
"""The claims of one voice that carry the figures of people, by figure."""


def people_equations(kinship: Kinship, facts: Facts, voices: Voices) -> list[Equation]:
    """That people of unknown status or side are at least the others of whom the voice speaks, too.

    They hold at an event where a voice gives the wider figure for it, or for a collection that it
    is in, and the closer ones for it, or for events in it.
    """
    by_voice: Mapping[str, Said] = defaultdict(lambda: defaultdict(set))
    for variable, carriers in facts.items():
        if variable.key.table == CASUALTY:
            for claim in carriers:
                by_voice[voices[claim]][variable].add(claim)
    if all(len(said) == 1 for said in by_voice.values()):
        return []
    return [
        equation for voice in sorted(by_voice) for equation in _of_voice(kinship, by_voice[voice])
    ]


def _of_voice(kinship: Kinship, said: Said) -> Iterator[Equation]:
    closer: dict[Variable, dict[Key, set[str]]] = {}
    for (event, key), claims in sorted(said.items(), key=lambda item: item[0]):
        for wider in _wider(key):
            for place in (event, *kinship.above(event)):
                inside = closer.setdefault(Variable(place, wider), {})
                inside[key] = inside.get(key, set()) | claims
    for whole, inside in sorted(closer.items(), key=lambda item: item[0]):
        around = (whole.event, *kinship.above(whole.event))
        saying = (said.get(Variable(place, whole.key), ()) for place in around)
        if needed := frozenset[str](chain.from_iterable(saying)):
            yield from _covers(whole, needed, inside)


def _wider(key: Key) -> Iterator[Key]:
    """The figures that cover one: for any status, and for any side."""
    if key.status != HarmStatus.UNKNOWN:
        yield key._replace(status=HarmStatus.UNKNOWN.value)
    if key.subject:
        yield key._replace(subject="")


def _covers(
    whole: Variable, claims: frozenset[str], inside: Mapping[Key, set[str]]
) -> Iterator[Equation]:
    """At least the sum of its sorts; and each of them, in case that others fall away.

    By status and by side apart: one who was killed is both of a status and of a side.
    """
    by_status = [key for key in inside if key.subject == whole.key.subject]
    by_side = [key for key in inside if key.subject != whole.key.subject]
    groups: Iterable[list[Key]] = (by_status, by_side, *([key] for key in inside))
    for group in dict.fromkeys(tuple(keys) for keys in groups if keys):
        terms = tuple(Variable(whole.event, key) for key in group)
        needs = (claims, *(frozenset(inside[key]) for key in group))
        yield Equation(whole, terms, exact=False, needs=needs)
