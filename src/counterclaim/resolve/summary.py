"""What the resolver answers: one summary an event, and its JSON document."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import groupby
from typing import TYPE_CHECKING, Any

from counterclaim.moment import isoformat_z
from counterclaim.resolve.intervals import CASUALTY, DAMAGE, MUNITION, NOT_INTERCEPTED
from counterclaim.resolve.weights import WEIGHTS_VERSION
from counterclaim.vocabulary import MunitionCategory, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from counterclaim.moment import Moment
    from counterclaim.resolve.clashes import Clash
    from counterclaim.resolve.contradictions import Contradiction
    from counterclaim.resolve.cuts import Measure
    from counterclaim.resolve.figures import Figures
    from counterclaim.resolve.inputs import Event, Munition, Site
    from counterclaim.resolve.intervals import Key
    from counterclaim.resolve.totals import Total
    from counterclaim.resolve.voices import Ballots
    from counterclaim.vocabulary import Grade, Position

WIRE_ORDER = (
    Outcome.LAUNCHED,
    Outcome.INTERCEPTED,
    Outcome.SUPPRESSED,
    NOT_INTERCEPTED,
    Outcome.HIT,
    Outcome.MISSED,
    Outcome.IN_FLIGHT,
    Outcome.UNACCOUNTED,
)


@dataclass(frozen=True, slots=True)
class Shared:
    """Figures that belong to a collection as a whole and are not split between its parts."""

    event: Event
    figures: Figures


@dataclass(frozen=True, slots=True)
class Dropped:
    """A claim whose word on one figure did not count, and why.

    ``reason`` is superseded (by a later word of the same voice), denied, or the stance or the kind
    that gives no figures.
    """

    key: Key
    claim: str
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The resolved state of one event under one policy.

    ``totals`` are low, best and high of each outcome and harm over all lines, for filters.
    ``measures`` are the same along every cut, for the totals over many events. ``dropped``,
    ``ballots`` and the rules and equations of the figures explain the result; they are not part of
    the document.
    """

    event: Event
    policy: str
    occurred: Moment | None
    attacker: str | None
    defender: str | None
    places: tuple[Site, ...]
    figures: Figures
    shared: tuple[Shared, ...]
    part_of: tuple[str, ...]
    parts: tuple[str, ...]
    grade: Grade | None
    disputed: bool
    contradictions: tuple[Contradiction, ...]
    positions: Mapping[str, Position]
    voices: int
    claims: int
    documents: int
    totals: Mapping[str, Total]
    measures: tuple[Measure, ...]
    clashes: tuple[Clash, ...]
    dropped: tuple[Dropped, ...]
    ballots: Mapping[Key, Ballots]
    munitions: Mapping[str, Munition]
    labels: Mapping[str, str]

    def document(self) -> dict[str, Any]:
        """The wire shape of an event, ready for JSON; keys in the order of the wire."""
        event = self.event
        return {
            "id": event.id,
            "kind": event.kind.value,
            "scope": event.scope.value,
            "label": event.label,
            "occurred": _moment(self.occurred) if self.occurred else None,
            "attacker": self.attacker,
            "defender": self.defender,
            "places": [_site(site) for site in self.places],
            "munitions": list(_munition_lines(self.figures, self.munitions)),
            "casualties": list(_rows(self.figures, CASUALTY)),
            "damage": list(_rows(self.figures, DAMAGE)),
            "shared": [_shared(entry) for entry in self.shared],
            "part_of": list(self.part_of),
            "parts": list(self.parts),
            "grade": self.grade.value if self.grade else None,
            "disputed": self.disputed,
            "contradictions": [_contradiction(c, self.labels) for c in self.contradictions],
            "positions": {side: said.value for side, said in self.positions.items()},
            "voices": self.voices,
            "claims": self.claims,
            "documents": self.documents,
            "policy": self.policy,
            "policy_version": WEIGHTS_VERSION,
        }


def _moment(moment: Moment) -> dict[str, str | None]:
    return {
        "edtf": moment.edtf,
        "from": isoformat_z(moment.start) if moment.start else None,
        "to": isoformat_z(moment.end) if moment.end else None,
        "precision": str(moment.precision),
    }


def _site(site: Site) -> dict[str, Any]:
    values = {f.name: getattr(site, f.name) for f in fields(site)}
    terms = {name: values[name] and values[name].value for name in ("role", "precision", "method")}
    return values | terms


def _munition_lines(
    figures: Figures, munitions: Mapping[str, Munition]
) -> Iterator[dict[str, Any]]:
    for key, counts in _counts(figures):
        known = munitions.get(key or "")
        yield {
            "key": key,
            "name": known.name if known else key,
            "category": (known.category if known else MunitionCategory.UNKNOWN).value,
        } | {name: figures[k].document() for name, k in counts.items()}


def _counts(figures: Figures) -> Iterator[tuple[str | None, dict[str, Key]]]:
    """Each munition with its figures by outcome, in the order of the wire; the unnamed last."""
    keys = sorted((k for k in figures if k.table == MUNITION), key=_unnamed_last)
    for subject, group in groupby(keys, key=lambda k: k.subject):
        of = {k.measure: k for k in group}
        yield subject or None, {str(m): of[m] for m in WIRE_ORDER if m in of}


def _rows(figures: Figures, table: str, *, shared: bool = False) -> Iterator[dict[str, Any]]:
    for key in sorted((k for k in figures if k.table == table), key=_unnamed_last):
        yield key.fields | figures[key].document(shared=shared)


def _unnamed_last(key: Key) -> tuple[bool, Key]:
    return not key.subject, key


def _shared(entry: Shared) -> dict[str, Any]:
    figures = entry.figures
    return {
        "event": entry.event.id,
        "label": entry.event.label,
        "casualties": list(_rows(figures, CASUALTY, shared=True)),
        "damage": list(_rows(figures, DAMAGE, shared=True)),
        "munitions": [
            {"key": key} | {name: figures[k].document(shared=True) for name, k in counts.items()}
            for key, counts in _counts(figures)
        ],
    }


def _contradiction(found: Contradiction, labels: Mapping[str, str]) -> dict[str, Any]:
    event, key = found.variable
    figure = {MUNITION: key.measure, CASUALTY: "casualties", DAMAGE: "damage"}[key.table]
    return {
        "figure": figure,
        **key.fields,
        "event": event,
        "claims": list(found.claims),
        "detail": in_words(found, labels),
    }


def in_words(found: Contradiction, labels: Mapping[str, str]) -> str:
    """What claims that contradict each other come to, as a sentence."""
    event, key = found.variable
    bounds = f"at least {found.low} and at most {found.high}"
    return f"Together these claims make {key} {bounds} for {labels[event]}."
