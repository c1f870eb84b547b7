"""What the resolver answers: one summary an event, and its JSON document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from counterclaim.moment import isoformat_z
from counterclaim.resolve.intervals import CASUALTY, DAMAGE, MUNITION, NOT_INTERCEPTED
from counterclaim.resolve.weights import WEIGHTS_VERSION
from counterclaim.vocabulary import MunitionCategory, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from counterclaim.moment import Moment
    from counterclaim.resolve.clashes import Clash
    from counterclaim.resolve.contradictions import Contradiction
    from counterclaim.resolve.cuts import Measure
    from counterclaim.resolve.figures import Figures
    from counterclaim.resolve.inputs import Claim, Event, Munition, Site
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
WIRE_NAMES = tuple(map(str, WIRE_ORDER))


@dataclass(slots=True)
class Shared:
    """Figures that belong to a collection as a whole and are not split between its parts."""

    event: Event
    figures: Figures


@dataclass(slots=True)
class Dropped:
    """A claim whose word on one figure did not count, and why.

    ``reason`` is superseded (by a later word of the same voice), denied, or the stance or the kind
    that gives no figures.
    """

    key: Key
    claim: str
    reason: str


@dataclass(slots=True)
class Summary:
    """The resolved state of one event under one policy.

    ``totals`` are low, best and high of each outcome and harm over all lines, for filters.
    ``measures`` are the same along every cut, for the totals over many events; they are made when
    asked for. ``dropped``, ``ballots`` and the rules and equations of the figures explain the
    result; they are not part of the document. ``bearing`` are the claims that bear on the event.
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
    bearing: tuple[Claim, ...]
    documents: int
    totals: Mapping[str, Total]
    measure: Callable[[], tuple[Measure, ...]]
    clashes: tuple[Clash, ...]
    dropped: tuple[Dropped, ...]
    ballots: Mapping[Key, Ballots]
    munitions: Mapping[str, Munition]
    labels: Mapping[str, str]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What totals over many events are made of, anew each time."""
        return self.measure()

    @property
    def claims(self) -> int:
        """How many claims bear on the event."""
        return len(self.bearing)

    def document(self) -> dict[str, Any]:
        """The wire shape of an event, ready for JSON; keys in the order of the wire."""
        event = self.event
        return {
            "id": event.id,
            "kind": str(event.kind),
            "scope": str(event.scope),
            "label": event.label,
            "occurred": _moment(self.occurred) if self.occurred else None,
            "attacker": self.attacker,
            "defender": self.defender,
            "places": [_site(site) for site in self.places],
            **shown_figures(self.figures, self.munitions),
            "shared": [_shared(entry) for entry in self.shared],
            "part_of": list(self.part_of),
            "parts": list(self.parts),
            "grade": str(self.grade) if self.grade else None,
            "disputed": self.disputed,
            "contradictions": [_contradiction(c, self.labels) for c in self.contradictions],
            "positions": {side: str(said) for side, said in self.positions.items()},
            "voices": self.voices,
            "claims": len(self.bearing),
            "documents": self.documents,
            "policy": self.policy,
            "policy_version": WEIGHTS_VERSION,
        }


def shown_figures(
    figures: Figures, munitions: Mapping[str, Munition]
) -> dict[str, list[dict[str, Any]]]:
    """The members of an event's document that hold its figures."""
    return {
        "munitions": _munition_lines(figures, munitions),
        "casualties": _rows(figures, CASUALTY),
        "damage": _rows(figures, DAMAGE),
    }


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else isoformat_z(instant)


def _moment(moment: Moment) -> dict[str, str | None]:
    return {
        "edtf": moment.edtf,
        "from": _instant(moment.start),
        "to": _instant(moment.end),
        "precision": str(moment.precision),
    }


def _site(site: Site) -> dict[str, Any]:
    values = site._asdict()
    values["role"], values["precision"] = str(site.role), str(site.precision)
    values["method"] = site.method and str(site.method)
    return values


def _munition_lines(figures: Figures, munitions: Mapping[str, Munition]) -> list[dict[str, Any]]:
    lines = []
    for key, counts in _counts(figures):
        known = munitions.get(key or "")
        line: dict[str, Any] = {
            "key": key,
            "name": known.name if known else key,
            "category": str(known.category if known else MunitionCategory.UNKNOWN),
        }
        for name, k in counts:
            line[name] = figures[k].document()
        lines.append(line)
    return lines


def _counts(figures: Figures) -> Iterator[tuple[str | None, list[tuple[str, Key]]]]:
    """Each munition with its figures by outcome, in the order of the wire; the unnamed last."""
    found: dict[str, dict[str, Key]] = {}
    for key in figures:
        if key.table == MUNITION:
            found.setdefault(key.subject, {})[key.measure] = key
    for subject in sorted(found, key=lambda subject: (not subject, subject)):
        of = found[subject]
        yield subject or None, [(m, of[m]) for m in WIRE_NAMES if m in of]


def _rows(figures: Figures, table: str, *, shared: bool = False) -> list[dict[str, Any]]:
    keys = [k for k in figures if k.table == table]
    if len(keys) > 1:
        keys.sort(key=_unnamed_last)
    return [key.fields | figures[key].document(shared=shared) for key in keys]


def _unnamed_last(key: Key) -> tuple[bool, Key]:
    return not key.subject, key


def _shared(entry: Shared) -> dict[str, Any]:
    figures = entry.figures
    return {
        "event": entry.event.id,
        "label": entry.event.label,
        "casualties": _rows(figures, CASUALTY, shared=True),
        "damage": _rows(figures, DAMAGE, shared=True),
        "munitions": [
            {"key": key} | {name: figures[k].document(shared=True) for name, k in counts}
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
