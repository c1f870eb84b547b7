"""The figures that an event shows: what voices state of it, and what follows for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from counterclaim.resolve.constraints import derive
from counterclaim.resolve.equations import Variable
from counterclaim.resolve.intervals import MUNITION, NOT_INTERCEPTED, Interval, interval_of
from counterclaim.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from counterclaim.resolve.constraints import Bound, State
    from counterclaim.resolve.equations import Equation, System
    from counterclaim.resolve.intervals import Key
    from counterclaim.resolve.kinship import Kinship
    from counterclaim.resolve.policies import Choice

DEPENDENT = frozenset({NOT_INTERCEPTED, str(Outcome.HIT)})


class Trace(NamedTuple):
    """What a value, or its narrowing, follows from.

    ``ends`` are the lower and the upper bound that follow from other figures, None for one that
    does not.
    """

    equations: tuple[Equation, ...] = ()
    ends: tuple[Bound | None, Bound | None] = (None, None)


@dataclass(slots=True)
class Figure:
    """One resolved value.

    Attributes:
        interval: None where the figure was mentioned and nothing gives a number. Its low is None
            where it is stated without a lower end and none above 0 follows.
        voices: How many voices gave a value, None for one that is derived; 0 where none of those
            that the policy hears spoke of the figure.
        agreement: The share of those voices that the value is compatible with.
        claims: The claims that carry the value or that it follows from, sorted.
        narrowed_by: The claims that a stated value was narrowed by, sorted.
        rule: Which rule of the policy decided, or ``derived``.
        trace: Tells what it follows from, which is looked for when it is asked for.
    """

    interval: Interval | None
    basis: Literal["stated", "derived"]
    claims: tuple[str, ...]
    voices: int | None = None
    agreement: float | None = None
    narrowed_by: tuple[str, ...] = ()
    rule: str = "derived"
    trace: Callable[[], Trace] = field(default=Trace, compare=False)

    @property
    def best(self) -> int | None:
        """The one number left, if one is."""
        return self.interval.best if self.interval else None

    @property
    def bounded(self) -> bool:
        """Whether the value has both ends."""
        return self.interval is not None and self.interval.high is not None

    def document(self, *, shared: bool = False) -> dict[str, Any]:
        """The wire shape. A figure shared with other events says nothing of agreement."""
        interval = self.interval
        low, high = interval or (None, None)
        body: dict[str, Any] = {
            "low": low,
            "best": low if low == high else None,
            "high": high,
            "basis": self.basis,
        }
        if self.voices is not None:
            body["voices"] = self.voices
        if self.agreement is not None and not shared:
            body["agreement"] = self.agreement
        body["claims"] = list(self.claims)
        if self.narrowed_by:
            body["narrowed_by"] = list(self.narrowed_by)
        return body


SILENT = Figure(None, "stated", (), voices=0, rule="silent")
"""A figure of which others speak, but none of the voices that the policy hears."""

Figures = dict["Key", Figure]


def show_figures(
    kinship: Kinship, choices: Mapping[Variable, Choice], state: State, system: System
) -> dict[str, Figures]:
    """The figures of every event, by event."""
    heard = {variable: choice for variable, choice in choices.items() if choice.voices}
    bounded: Mapping[str, set[Key]] = defaultdict(set)
    for variable in (*state.lows, *state.highs):
        if variable not in heard:
            bounded[variable.event].add(variable.key)
    shown: dict[str, Figures] = {event: {} for event in kinship.events}
    for variable, choice in heard.items():
        shown[variable.event][variable.key] = _stated(variable, choice, state)
    for event in kinship.bottom_up:
        if event not in bounded:
            continue
        parts = [shown[part] for part in kinship.parts[event]]
        for key in sorted(bounded[event], key=dependent_last):
            variable = Variable(event, key)
            inside = max(sum(map(state.low, terms)) for terms in system.inside(variable))
            if _worth_showing(key, state.interval(variable), inside, shown[event], parts):
                shown[event][key] = _derived(variable, state)
    for variable in choices:
        shown[variable.event].setdefault(variable.key, SILENT)
    return shown


def _stated(variable: Variable, choice: Choice, state: State) -> Figure:
    given, settled = choice.interval or Interval(), state.interval(variable)
    ends = (
        state.lows.get(variable) if settled.low != given.floor else None,
        state.highs.get(variable) if settled.high != given.high else None,
    )
    found = derive(*ends, besides=variable)
    return Figure(
        interval=interval_of(settled.low or given.low, settled.high),
        basis="stated",
        claims=choice.claims,
        voices=choice.voices,
        agreement=choice.agreement,
        narrowed_by=found.claims,
        rule=choice.rule,
        trace=partial(Trace, found.equations, ends),
    )


def _derived(variable: Variable, state: State) -> Figure:
    ends = state.lows.get(variable), state.highs.get(variable)
    found = derive(*ends)
    trace = partial(Trace, found.equations, ends)
    return Figure(state.interval(variable), "derived", found.claims, trace=trace)


def dependent_last(key: Key) -> tuple[bool, Key]:
    """Sorts what depends on other derived figures after them."""
    return key.measure in DEPENDENT, key


def _worth_showing(
    key: Key, value: Interval, inside: int, event: Figures, parts: list[Figures]
) -> bool:
    """Whether a derived value says enough: "not below 0" or "not more than launched" does not.

    Hits and what was not intercepted do as soon as both figures that they come from are known. That
    a munition is at least what its kinds are, ``inside``, says nothing that these do not, and so
    for people.
    """
    if key.table == MUNITION and key.measure in DEPENDENT:
        sources = [key._replace(measure=o.value) for o in (Outcome.LAUNCHED, Outcome.INTERCEPTED)]
        if all(source in event and event[source].bounded for source in sources):
            return True
    if key.measure == NOT_INTERCEPTED:
        return False
    in_parts = [key in part for part in parts]
    if any(in_parts):
        return value.floor > 0 or (value.high is not None and all(in_parts))
    return value.floor > inside


def undetermined(keys: Iterable[Key], whole: Figures, parts: list[Figures]) -> Figures:
    """A collection's stated figures that its parts do not already add up to."""

    def known(key: Key, part: Figures) -> bool:
        return key in part and part[key].best is not None

    return {k: whole[k] for k in keys if not all(known(k, part) for part in parts)}
