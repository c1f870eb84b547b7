"""Which live claims cannot be true together with which, figure by figure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from counterclaim.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from counterclaim.queries.families import Loaded
    from counterclaim.resolve import Claim
    from counterclaim.schemas.claim import ClaimOut
    from counterclaim.schemas.fields import QuantityOut

MOST_NAMED = 10
"""No more rivals than this are named for one figure of one claim."""


class Figure(NamedTuple):
    """One figure of one claim: what is counted, the bounds and the claim."""

    what: tuple[str, ...]
    low: int
    high: float
    claim: str


@dataclass(slots=True)
class Rivals:
    """What some claims contradict: a sentence and the ids of the rivals, by claim."""

    wanted: set[str]
    found: dict[str, list[tuple[str, list[str]]]] = field(default_factory=lambda: defaultdict(list))

    def look(self, loaded: Loaded) -> None:
        """Look through one family."""
        alike: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
        for claim in loaded.family.claims:
            for figure in _figures(claim):
                alike[figure.what].append(figure)
        for figures in alike.values():
            for figure, others in _apart(figures, self.wanted):
                ids = [other.claim for other in others]
                self.found[figure.claim].append((_sentence(figure, others), ids))


def _figures(claim: Claim) -> Iterator[Figure]:
    if claim.polarity < 0:
        return
    what: tuple[str, ...]
    for count in claim.counts:
        what = claim.event, count.outcome, count.munition or "unnamed munitions"
        yield Figure(what, count.low or 0, _top(count.high), claim.id)
    for harm in claim.casualties:
        what = claim.event, harm.harm, harm.status, harm.side or "unknown side"
        yield Figure(what, harm.low or 0, _top(harm.high), claim.id)
    for damage in claim.damage:
        what = claim.event, damage.severity, damage.object
        yield Figure(what, damage.low or 0, _top(damage.high), claim.id)


def _top(high: int | None) -> float:
    return float("inf") if high is None else high


def _apart(figures: list[Figure], wanted: set[str]) -> Iterator[tuple[Figure, list[Figure]]]:
    if max(figure.low for figure in figures) <= min(figure.high for figure in figures):
        return
    for figure in (one for one in figures if one.claim in wanted):
        others = [o for o in figures if o.low > figure.high or o.high < figure.low]
        if others:
            yield figure, others[:MOST_NAMED]


def _sentence(figure: Figure, others: list[Figure]) -> str:
    what = " ".join(figure.what[1:]).replace("_", " ")
    said = ", ".join(sorted({_interval(other) for other in others}))
    return f"{what}: {_interval(figure)} here against {said}"


def _interval(figure: Figure) -> str:
    if figure.high == float("inf"):
        return f"at least {figure.low}"
    return str(figure.low) if figure.low == figure.high else f"{figure.low} to {figure.high:.0f}"


def rivals_of(claim: ClaimOut, others: Iterable[ClaimOut]) -> list[tuple[str, list[str]]]:
    """Which of some claims about the same event cannot be true together with one, figure by figure.

    For a claim that does not count yet, and so belongs to no family.
    """
    alike: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
    for one in (claim, *(other for other in others if other.id != claim.id)):
        for figure in _figures_out(one):
            alike[figure.what].append(figure)
    return [
        (_sentence(figure, rivals), [rival.claim for rival in rivals])
        for figures in alike.values()
        for figure, rivals in _apart(figures, {claim.id})
    ]


def _figures_out(claim: ClaimOut) -> Iterator[Figure]:
    """The same figures as ``_figures`` gives, of the shape that is given out."""
    if claim.polarity < 0:
        return
    for count in claim.counts:
        for outcome in Outcome:
            quantity: QuantityOut | None = getattr(count, outcome)
            if quantity is not None:
                yield _figure(claim, quantity, outcome, count.munition or "unnamed munitions")
    for harm in claim.casualties:
        yield _figure(claim, harm.count, harm.harm, harm.status, harm.side or "unknown side")
    for damage in claim.damage:
        yield _figure(claim, damage.count, damage.severity, damage.object)


def _figure(claim: ClaimOut, quantity: QuantityOut, *what: str) -> Figure:
    return Figure(("", *what), quantity.low or 0, _top(quantity.high), claim.id)
