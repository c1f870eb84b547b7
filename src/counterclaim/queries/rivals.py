"""Which live claims cannot be true together with which, figure by figure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from counterclaim.queries.families import load_families

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.resolve import Claim

MOST_NAMED = 10
"""No more rivals than this are named for one figure of one claim."""


class Figure(NamedTuple):
    """One figure of one claim: what is counted, the bounds and the claim."""

    what: tuple[str, ...]
    low: int
    high: float
    claim: str


def rivals_of(
    session: Session, event_ids: Iterable[str], at: datetime
) -> dict[str, list[tuple[str, list[str]]]]:
    """For each claim about these events what it contradicts: a sentence and the claims' ids."""
    wanted = set(event_ids)
    found: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    if not wanted:
        return found
    for loaded in load_families(session, wanted, at):
        alike: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
        for claim in loaded.family.claims:
            for figure in _figures(claim):
                alike[figure.what].append(figure)
        for figures in alike.values():
            for figure, others in _apart(figures):
                found[figure.claim].append((_sentence(figure, others), [o.claim for o in others]))
    return found


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


def _apart(figures: list[Figure]) -> Iterator[tuple[Figure, list[Figure]]]:
    if max(figure.low for figure in figures) <= min(figure.high for figure in figures):
        return
    for figure in figures:
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
