"""The equations behind a value, with the bounds that were put into each, as shapes and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.resolve.constraints import derive
from counterclaim.resolve.intervals import Interval, interval_of
from counterclaim.resolve.wording import amount, clause, count_of, sentence
from counterclaim.schemas.explain import EquationOut, TermOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from counterclaim.resolve.constraints import Bound
    from counterclaim.resolve.equations import Equation, Variable
    from counterclaim.resolve.figures import Figure
    from counterclaim.resolve.wording import Names

MOST_STEPS = 8
"""So many of the steps behind one value are told as sentences; the equations list them all."""


class Steps:
    """What one value follows from: bounds, each after those that it follows from."""

    def __init__(
        self, figure: Figure, variable: Variable, known: Mapping[Variable, Figure], names: Names
    ) -> None:
        """Walk back from both ends of a figure; ``known`` holds those of all events around."""
        self.variable, self.known, self.names = variable, known, names
        ends = figure.trace().ends
        self.low, self.high = ends
        self.bounds = _in_order(ends)
        self._low_ends = _low_ends(ends)

    @property
    def leaves_event(self) -> bool:
        """Whether figures of other events are among the causes."""
        return any(bound.variable.event != self.variable.event for bound in self.bounds)

    def equations(self) -> list[EquationOut]:
        """The equations, with the bounds of each figure in them that were used."""
        used: dict[Equation, list[Bound]] = {}
        for bound in self.bounds:
            if bound.equation:
                used.setdefault(bound.equation, []).extend((bound, *bound.causes))
        return [self._equation(equation, bounds) for equation, bounds in used.items()]

    def reason(self) -> str:
        """What the value itself follows from, as the end of a sentence."""
        sums = {self._end(bound): self._sum(bound) for bound in (self.low, self.high) if bound}
        if len(set(sums.values())) == 1:
            return f"that follows from {next(iter(sums.values()))}"
        return "; ".join(f"{end} follows from {text}" for end, text in sums.items())

    def further(self) -> list[str]:
        """What that follows from in turn, but for figures of the event that are explained too."""
        inner = [b for b in reversed(self.bounds) if b.equation and not self._told_elsewhere(b)]
        found = [self._inner(bound) for bound in inner[:MOST_STEPS]]
        if len(inner) > MOST_STEPS:
            found.append(f"{len(inner) - MOST_STEPS} more steps are among the equations.")
        return list(dict.fromkeys(found))

    def _inner(self, bound: Bound) -> str:
        event, key = bound.variable
        end = interval_of(*((bound.value, None) if self._is_low(bound) else (None, bound.value)))
        value = Interval(bound.value, bound.value) if self._is_exact(bound) else end
        what = f"{clause(key, value, self.names)}{self._where(event)}"
        return sentence(f"{what}: that follows from {self._sum(bound)}")

    def _end(self, bound: Bound) -> str:
        if bound is self.low:
            return amount(Interval(bound.value, None))
        return amount(Interval(None, bound.value)) if bound.value else "none"

    def _sum(self, bound: Bound) -> str:
        """What a bound was computed from: "8 launched − 7 intercepted"."""
        equation = bound.equation
        if equation is None:
            return self._cause(bound, bound)
        whole = [c for c in bound.causes if c.variable == equation.whole]
        terms = [c for c in bound.causes if c.variable != equation.whole]
        if bound.variable == equation.whole:
            return " + ".join(self._cause(c, bound) for c in bound.causes)
        return " − ".join(self._cause(c, bound) for c in (*whole, *terms))

    def _cause(self, cause: Bound, of: Bound) -> str:
        event, key = cause.variable
        end = "at least " if self._is_low(cause) else "at most "
        where = self._where(event) if event != of.variable.event else ""
        other = key.subject != of.variable.key.subject
        count = count_of(key, cause.value, self.names if other else None)
        return f"{'' if self._is_exact(cause) else end}{count}{where}"

    def _where(self, event: str) -> str:
        return "" if event == self.variable.event else f" in {self.names.event(event)}"

    def _is_exact(self, bound: Bound) -> bool:
        """Whether the bound is all that there is to its figure: no other number is left."""
        figure = self.known.get(bound.variable)
        return figure is not None and figure.best == bound.value

    def _told_elsewhere(self, bound: Bound) -> bool:
        shown = bound.variable.event == self.variable.event and bound.variable in self.known
        return bound is self.low or bound is self.high or shown

    def _is_low(self, bound: Bound) -> bool:
        return id(bound) in self._low_ends

    def _equation(self, equation: Equation, bounds: list[Bound]) -> EquationOut:
        terms = [self._term(variable, bounds) for variable in (equation.whole, *equation.terms)]
        return EquationOut(text=self._text(equation), whole=terms[0], terms=terms[1:])

    def _term(self, variable: Variable, bounds: Iterable[Bound]) -> TermOut:
        mine = [bound for bound in bounds if bound.variable == variable]
        lows = [b.value for b in mine if self._is_low(b)]
        highs = [b.value for b in mine if not self._is_low(b)]
        return TermOut(
            event=variable.event,
            figure=variable.key.pointer,
            low=max(lows, default=None),
            high=min(highs, default=None),
            claims=list(derive(*mine).claims),
        )

    def _text(self, equation: Equation) -> str:
        keys = [v.key for v in (equation.whole, *equation.terms)]
        brief = len({(key.table, key.subject, key.status) for key in keys}) == 1
        first, *rest = (
            (v.key.measure if brief else str(v.key))
            + (f" of {self.names.event(v.event)}" if equation.links else "")
            for v in (equation.whole, *equation.terms)
        )
        return f"{first} {'=' if equation.exact else '≥'} {' + '.join(rest)}"


def _in_order(ends: Iterable[Bound | None]) -> list[Bound]:
    """All bounds behind these, each after its causes, without recursion."""
    done: dict[int, Bound] = {}
    stack = [(bound, False) for bound in ends if bound]
    while stack:
        bound, ready = stack.pop()
        if ready:
            done.setdefault(id(bound), bound)
        elif id(bound) not in done:
            stack.append((bound, True))
            stack.extend((cause, False) for cause in bound.causes)
    return list(done.values())


def _low_ends(ends: tuple[Bound | None, Bound | None]) -> set[int]:
    """Which of the bounds behind a value are lower ones."""
    found: set[int] = set()
    seen: set[int] = set()
    stack = [(bound, lower) for bound, lower in zip(ends, (True, False), strict=True) if bound]
    while stack:
        bound, lower = stack.pop()
        if id(bound) in seen:
            continue
        seen.add(id(bound))
        if lower:
            found.add(id(bound))
        stack.extend(_kinds(bound, lower=lower))
    return found


def _kinds(bound: Bound, *, lower: bool) -> Iterator[tuple[Bound, bool]]:
    """Each cause with whether it is a lower end: what is taken away counts the other way round."""
    equation = bound.equation
    if equation is None:
        return
    of_whole = bound.variable == equation.whole
    for cause in bound.causes:
        yield cause, lower if of_whole or cause.variable == equation.whole else not lower
