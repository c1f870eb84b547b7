"""The figures of an event that nothing links to others: each munition is settled by itself.

What follows for a munition from its own numbers depends on nothing but these, and the same few come
again with event after event: it is worked out once, by the rules that hold for all, and remembered.
"""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from counterclaim.resolve.contradictions import settle
from counterclaim.resolve.equations import System, Variable
from counterclaim.resolve.figures import SILENT, Figure, Figures, dependent_last, show_figures
from counterclaim.resolve.inputs import Event, Family
from counterclaim.resolve.intervals import MUNITION, Interval, interval_of, key_of
from counterclaim.resolve.kinship import Kinship
from counterclaim.resolve.policies import Choice
from counterclaim.vocabulary import EventKind, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from counterclaim.resolve.constraints import Facts
    from counterclaim.resolve.figures import Trace
    from counterclaim.resolve.inputs import Munition
    from counterclaim.resolve.intervals import Key

ALONE = Kinship(Family({"": Event("", EventKind.STRIKE, Scope.SINGLE, "")}, (), {}))
"""The part-of graph of one event."""

REMEMBERED = 1 << 14
"""So many lines of numbers are remembered, a few megabytes."""

Line = tuple[tuple[str, Interval], ...]
"""The figures given for one munition, by outcome; open at both ends where no number was given."""


class Settled(NamedTuple):
    """One figure of a line.

    ``behind`` are the outcomes whose claims it follows from, or by whose claims it is narrowed.
    """

    measure: str
    interval: Interval | None
    behind: tuple[str, ...]
    follows: bool


Found = dict["Key", Settled]


def settle_lines(
    choices: Mapping[Key, Choice],
    munitions: Mapping[str, Munition],
    trace: Callable[[Key], Trace],
) -> Figures | None:
    """The figures of an event without parts or wholes, of whose people none lie inside others.

    None where munitions lie inside one another, or where figures of one contradict each other: then
    all must be settled together. ``trace`` tells what a figure follows from.
    """
    lines: dict[str, list[tuple[str, Interval]]] = {}
    for key, choice in choices.items():
        if key.table == MUNITION:
            line = lines.setdefault(key.subject, [])
            if choice.voices:
                line.append((key.measure, choice.interval or Interval()))
    if len(lines) > 1 and _are_nested(lines, munitions):
        return None
    found: Found = {}
    for munition, given in lines.items():
        settled = settle_line(tuple(given))
        if settled is None:
            return None
        for one in settled:
            found[_count(munition, one.measure)] = one
    return _show(choices, found, trace)


def _are_nested(named: Collection[str], munitions: Mapping[str, Munition]) -> bool:
    known = (munitions.get(key) for key in named)
    return any(above in named for one in known if one for above in one.ancestors)


@lru_cache(maxsize=REMEMBERED)
def settle_line(given: Line) -> tuple[Settled, ...] | None:
    """All figures of a line that are worth showing; None where they contradict each other."""
    choices = {
        Variable("", _count("", measure)): Choice(interval, {}, (measure,), 1, None, "")
        for measure, interval in given
    }
    facts: Facts = {
        variable: {variable.key.measure: choice.interval}
        for variable, choice in choices.items()
        if choice.interval
    }
    system = System(ALONE, choices, {})
    state, contradictions = settle(facts, system)
    if contradictions:
        return None
    figures = show_figures(ALONE, choices, state, system)[""]
    return tuple(
        Settled(
            key.measure,
            figure.interval,
            figure.narrowed_by if figure.basis == "stated" else figure.claims,
            any(figure.trace().ends),
        )
        for key, figure in figures.items()
    )


def _show(choices: Mapping[Key, Choice], found: Found, trace: Callable[[Key], Trace]) -> Figures:
    """Stated figures first, then derived ones, then those of which nobody who is heard spoke."""
    shown: Figures = {}
    for key, choice in choices.items():
        if choice.voices:
            line = found.pop(key, None)
            shown[key] = (
                _narrowed(key, line, choices, partial(trace, key))
                if line and line.follows
                else _as_stated(choice)
            )
    for key in sorted(found, key=dependent_last):
        claims = _behind(key, found[key], choices)
        interval = found[key].interval
        shown[key] = Figure(interval, "derived", claims, trace=partial(trace, key))
    for key in choices:
        if key not in shown:
            shown[key] = SILENT
    return shown


def _as_stated(choice: Choice) -> Figure:
    interval = interval_of(*choice.interval) if choice.interval else None
    voices, agreement = choice.voices, choice.agreement
    return Figure(interval, "stated", choice.claims, voices, agreement, rule=choice.rule)


def _narrowed(
    key: Key, line: Settled, choices: Mapping[Key, Choice], trace: Callable[[], Trace]
) -> Figure:
    choice = choices[key]
    return Figure(
        interval=line.interval,
        basis="stated",
        claims=choice.claims,
        voices=choice.voices,
        agreement=choice.agreement,
        narrowed_by=_behind(key, line, choices),
        rule=choice.rule,
        trace=trace,
    )


def _behind(key: Key, line: Settled, choices: Mapping[Key, Choice]) -> tuple[str, ...]:
    """The claims that carry the figures that one follows from, sorted."""
    carriers = [choices[_count(key.subject, measure)].claims for measure in line.behind]
    if len(carriers) == 1:
        return carriers[0]
    return tuple(sorted(set(chain.from_iterable(carriers))))


def _count(munition: str, measure: str) -> Key:
    return key_of(MUNITION, munition, "", measure)
