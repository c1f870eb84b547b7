"""The figures that an event shows: what voices state of it, and what follows for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from counterclaim.resolve.constraints import derive
from counterclaim.resolve.equations import Variable
from counterclaim.resolve.intervals import MUNITION, NOT_INTERCEPTED, Interval, interval_of
from counterclaim.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from counterclaim.resolve.constraints import Bound, State
    from counterclaim.resolve.equations import Equation, System
    from counterclaim.resolve.intervals import Key
    from counterclaim.resolve.kinship import Kinship
    from counterclaim.resolve.policies import Choice


@dataclass(frozen=True, slots=True)
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
        equations: What the value, or its narrowing, follows from.
        ends: The lower and the upper bound that follow from other figures, None for one that does
            not.
    """

    interval: Interval | None
    basis: Literal["stated", "derived"]
    claims: tuple[str, ...]
    voices: int | None = None
    agreement: float | None = None
    narrowed_by: tuple[str, ...] = ()
    rule: str = "derived"
    equations: tuple[Equation, ...] = field(default=(), compare=False)
    ends: tuple[Bound | None, Bound | None] = field(default=(None, None), compare=False)

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
        low, high = self.interval or (None, None)
        body = {"low": low, "best": self.best, "high": high, "basis": self.basis}
        extra = {
            "voices": self.voices,
            "agreement": None if shared else self.agreement,
            "claims": list(self.claims),
            "narrowed_by": list(self.narrowed_by) or None,
        }
        return body | {name: value for name, value in extra.items() if value is not None}


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
    for event in kinship.bottom_up():
        parts = [shown[part] for part in kinship.parts[event]]
        for key in sorted(bounded[event], key=_dependent_last):
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
    trace = derive(*ends, besides=variable)
    return Figure(
        interval=interval_of(settled.low or given.low, settled.high),
        basis="stated",
        claims=choice.claims,
        voices=choice.voices,
        agreement=choice.agreement,
        narrowed_by=trace.claims,
        rule=choice.rule,
        equations=trace.equations,
        ends=ends,
    )


def _derived(variable: Variable, state: State) -> Figure:
    ends = state.lows.get(variable), state.highs.get(variable)
    trace = derive(*ends)
    return Figure(
        state.interval(variable), "derived", trace.claims, equations=trace.equations, ends=ends
    )


def _dependent_last(key: Key) -> tuple[bool, Key]:
    return key.measure in {NOT_INTERCEPTED, Outcome.HIT}, key


def _worth_showing(
    key: Key, value: Interval, inside: int, event: Figures, parts: list[Figures]
) -> bool:
    """Whether a derived value says enough: "not below 0" or "not more than launched" does not.

    Hits and what was not intercepted do as soon as both figures that they come from are known. That
    a munition is at least what its kinds are, ``inside``, says nothing that these do not, and so
    for people.
    """
    if key.table == MUNITION and key.measure in {NOT_INTERCEPTED, Outcome.HIT}:
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
