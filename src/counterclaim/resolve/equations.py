"""Which figures of a family must add up.

Within an event, per munition: launched = intercepted + not intercepted, and what was not
intercepted covers all other outcomes. Per outcome: a munition covers the kinds of it that are named
too, and may be more than they are. Per harm: people of unknown status or side cover the others,
where one voice speaks of both. Between events: a collection is the sum over its parts; any other
whole, such as a wave with reports from its regions, covers them and may be more than they are.
Munitions that nobody named are a line of their own, which says nothing about the named ones: it may
be all of them together, or further ones.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from counterclaim.resolve.intervals import MUNITION, NOT_INTERCEPTED, Key, key_of
from counterclaim.resolve.munitions import nearest_below
from counterclaim.vocabulary import Outcome, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Set

    from counterclaim.resolve.inputs import Munition
    from counterclaim.resolve.kinship import Kinship

AFTER_DEFENCE = (
    Outcome.SUPPRESSED,
    Outcome.HIT,
    Outcome.MISSED,
    Outcome.IN_FLIGHT,
    Outcome.UNACCOUNTED,
)
MEASURES = (Outcome.LAUNCHED, Outcome.INTERCEPTED, NOT_INTERCEPTED, *AFTER_DEFENCE)


Nests = dict[str, dict[str, tuple[str, ...]]]
"""For each event and munition there the kinds of it, see ``nearest_below``."""


class Variable(NamedTuple):
    """One figure of one event."""

    event: str
    key: Key


@dataclass(slots=True, eq=False)
class Equation:
    """``whole`` equals the sum of ``terms``, or is at least that where it is not ``exact``.

    ``needs`` are sets of claims: it holds as long as of each set one counts.
    """

    whole: Variable
    terms: tuple[Variable, ...]
    exact: bool
    needs: tuple[frozenset[str], ...] = ()

    @property
    def links(self) -> bool:
        """Whether it links a collection to its parts, rather than the figures of one event."""
        return any(term.event != self.whole.event for term in self.terms)

    def __str__(self) -> str:
        """The equation in words, for explanations."""
        name = _located if self.links else _measure
        return f"{name(self.whole)} {'=' if self.exact else '>='} {_sum(map(name, self.terms))}"


class System:
    """All equations of a family, in an order of its own, and which of them touch a figure."""

    def __init__(
        self,
        kinship: Kinship,
        given: Iterable[Variable],
        munitions: Mapping[str, Munition],
        people: Iterable[Equation] = (),
    ) -> None:
        """Write down the equations that the figures given for some event can take part in.

        ``people`` are those between figures of people, which depend on who said what.
        """
        given = tuple(given)
        self.conditional = tuple(people)
        self._nests: Nests = {
            event: nearest_below(named, munitions)
            for event, named in _named(kinship, given).items()
        }
        keys = _complete(variable.key for variable in given)
        self._equations = (*_equations(kinship, keys, self._nests), *self.conditional)
        self._covered: Mapping[Variable, list[Equation]] = defaultdict(list)
        for equation in self.conditional:
            self._covered[equation.whole].append(equation)
        touching: Mapping[Variable, list[int]] = defaultdict(list)
        for index, equation in enumerate(self._equations):
            for variable in {equation.whole, *equation.terms}:
                touching[variable].append(index)
        self._touching = touching

    def touching(self, variables: Iterable[Variable]) -> list[Equation]:
        """The equations that hold one of these figures, in the order of the system."""
        found = {i for v in variables if v in self._touching for i in self._touching[v]}
        return [self._equations[i] for i in sorted(found)]

    def inside(self, whole: Variable) -> list[tuple[Variable, ...]]:
        """The figures that one covers: the kinds of a munition, people told more closely."""
        event, key = whole
        kinds = self._nests[event].get(key.subject, ()) if key.table == MUNITION else ()
        covered = [equation.terms for equation in self._covered.get(whole, ())]
        return [tuple(_count(event, kind, key.measure) for kind in kinds), *covered]

    def unheld(self, claims: Set[str]) -> set[Equation]:
        """The equations that do not hold by these claims alone."""
        return {e for e in self.conditional if not all(need & claims for need in e.needs)}


def _complete(keys: Iterable[Key]) -> list[Key]:
    """The keys, sorted, with every outcome of each munition."""
    found = set(keys)
    munitions = {k.subject for k in found if k.table == MUNITION}
    found.update(key_of(MUNITION, m, "", measure) for m in munitions for measure in MEASURES)
    return sorted(found)


def _named(kinship: Kinship, given: Iterable[Variable]) -> dict[str, set[str]]:
    """For each event the munitions of which figures are given for it or within its collections."""
    named: dict[str, set[str]] = {event: set() for event in kinship.events}
    for event, key in given:
        if key.table == MUNITION:
            named[event].add(key.subject)
    order = kinship.bottom_up
    for event in order:
        named[event].update(*(named[part] for part in kinship.parts[event]))
    for event in reversed(order):
        named[event].update(*(named[whole] for whole in kinship.wholes[event]))
    return named


def _equations(kinship: Kinship, keys: list[Key], nests: Nests) -> Iterator[Equation]:
    munitions = sorted({k.subject for k in keys if k.table == MUNITION})
    for event in kinship.bottom_up:
        for munition in munitions:
            yield from _line(event, munition)
        for munition, kinds in nests[event].items():
            if kinds:
                yield from _nest(event, munition, kinds)
        for whole, parts, exact in _sums(kinship, event):
            for key in keys:
                terms = tuple(Variable(part, key) for part in parts)
                yield Equation(Variable(whole, key), terms, exact)


def _line(event: str, munition: str) -> Iterator[Equation]:
    def of(measure: str) -> Variable:
        return _count(event, munition, measure)

    left = of(NOT_INTERCEPTED)
    yield Equation(of(Outcome.LAUNCHED), (of(Outcome.INTERCEPTED), left), exact=True)
    yield Equation(left, tuple(of(outcome) for outcome in AFTER_DEFENCE), exact=False)


def _nest(event: str, munition: str, kinds: tuple[str, ...]) -> Iterator[Equation]:
    """A munition is at least the sum of its kinds, each outcome by itself."""
    for measure in MEASURES:
        terms = tuple(_count(event, kind, measure) for kind in kinds)
        yield Equation(_count(event, munition, measure), terms, exact=False)


def _count(event: str, munition: str, measure: str) -> Variable:
    return Variable(event, key_of(MUNITION, munition, "", measure))


def _sums(kinship: Kinship, whole: str) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """How a whole adds up: over its parts or, where parts overlap, over what is in them.

    Only a collection is nothing but its parts.
    """
    parts = kinship.parts[whole]
    exact = kinship.events[whole].scope is Scope.COLLECTION
    if not parts:
        return
    leaves = [kinship.leaves[part] for part in parts]
    inside = frozenset[str]().union(*leaves)
    if sum(map(len, leaves)) == len(inside):
        yield whole, parts, exact
        return
    yield whole, tuple(sorted(inside)), exact
    for part in parts:
        yield whole, (part,), False


def _measure(variable: Variable) -> str:
    return str(variable.key)


def _located(variable: Variable) -> str:
    return f"{variable.key} of {variable.event}"


def _sum(names: Iterable[str]) -> str:
    return " + ".join(names)
