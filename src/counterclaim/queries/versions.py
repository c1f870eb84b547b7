"""Versions of events: a resolved event as it is served, with all that finds it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from counterclaim.db import dumps
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import STORED_POLICY
from counterclaim.queries.facets import facets_of, points_of, text_of
from counterclaim.queries.families import load_families
from counterclaim.resolve import resolve
from counterclaim.vocabulary import PlaceRole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.families import Loaded
    from counterclaim.resolve import Claim, Summary
    from counterclaim.resolve.clashes import Clash
    from counterclaim.resolve.cuts import Measure


@dataclass
class Version:
    """One event as it is to be served, with all that finds it, made when it is asked for."""

    event_id: str
    number: int
    summary: Summary
    columns: dict[str, Any]
    figures: list[dict[str, Any]]
    parts: tuple[str, ...]
    clashes: tuple[Clash, ...]
    loaded: Loaded
    bearing: Sequence[Claim]

    @cached_property
    def body(self) -> dict[str, Any]:
        """The wire shape, without the instant since when it counts."""
        return self.summary.document()

    @cached_property
    def document(self) -> str:
        """The body as JSON."""
        return dumps(self.body)

    @cached_property
    def facets(self) -> set[tuple[str, str]]:
        """Each filter and value that finds it."""
        found = facets_of(self.loaded, self.event_id, self.bearing)
        return found | _shown(self.body) | _struck(self.body)

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """What totals over many events are made of."""
        return self.summary.measures

    @cached_property
    def points(self) -> list[dict[str, Any]]:
        """Its located places."""
        return points_of(self.body)

    @cached_property
    def text(self) -> str:
        """The folded words that find it."""
        return text_of(self.loaded, self.body["label"], self.bearing)

    @property
    def content_key(self) -> str:
        """SHA-256 of the document and of all that finds it, hex."""
        found_by = f"{sorted(self.facets)}{self.figures}{self._counted_by}"
        return hashlib.sha256(f"{self.document}{found_by}{self.text}".encode()).hexdigest()

    @cached_property
    def measure_rows(self) -> list[tuple[Any, ...]]:
        """The measures as rows: cut, subject, status, figure, low, best, high and side."""
        return [(*line, *rest) for line, *rest in self.measures]

    @property
    def _counted_by(self) -> str:
        return f"{self.measure_rows}{self.columns['divergence_ppm']}"

    def stamped(self, updated_at: datetime) -> str:
        """The document with the instant since when it counts."""
        return f'{self.document[:-1]},"updated_at":"{isoformat_z(updated_at)}"}}'


def resolved_versions(session: Session, event_ids: Iterable[str], view: View) -> dict[str, Version]:
    """These events resolved as a state shows them, by id; those that it does not show are left out.

    An id that was merged into another one is left out, too.
    """
    wanted = set(event_ids)
    return {
        version.event_id: version
        for loaded in load_families(session, wanted, view)
        for version in family_versions(loaded, view.policy)
        if version.event_id in wanted
    }


def family_versions(loaded: Loaded, policy: str = STORED_POLICY) -> Iterator[Version]:
    """The versions of a family's events, but of those that no claim ever bore on."""
    for event_id, summary in resolve(loaded.family, policy).items():
        if summary.bearing or loaded.family.events[event_id].withdrawn:
            yield _version(loaded, event_id, summary)


def _version(loaded: Loaded, event_id: str, summary: Summary) -> Version:
    occurred = summary.occurred
    event = loaded.family.events[event_id]
    return Version(
        event_id=event_id,
        number=loaded.numbers[event_id],
        summary=summary,
        columns={
            "event_id": event_id,
            "kind": event.kind,
            "scope": event.scope,
            "attacker": summary.attacker,
            "defender": summary.defender,
            "grade": summary.grade,
            "disputed": summary.disputed,
            "divergence_ppm": max((clash.divergence_ppm for clash in summary.clashes), default=0),
            **_calendar(occurred.start if occurred else None),
            "occurred_from": occurred.start if occurred else None,
            "occurred_to": occurred.end if occurred else None,
        },
        figures=[
            {"figure": str(name), "low": low, "best": best, "high": high}
            for name, (low, best, high) in summary.totals.items()
        ],
        parts=summary.parts,
        clashes=summary.clashes,
        loaded=loaded,
        bearing=summary.bearing,
    )


def _calendar(start: datetime | None) -> dict[str, str | None]:
    """The month and the ISO week in which an event began, in UTC."""
    if start is None:
        return {"month": None, "week": None}
    year, week, _day = start.isocalendar()
    return {"month": f"{start.year:04d}-{start.month:02d}", "week": f"{year:04d}-W{week:02d}"}


def _struck(document: dict[str, Any]) -> set[tuple[str, str]]:
    """Where its targets lie, by which totals are grouped."""
    targets = [place for place in document["places"] if place["role"] == PlaceRole.TARGET]
    return {
        (f"target_{facet}", place[facet])
        for facet in ("region", "country")
        for place in targets
        if place[facet]
    }


def _shown(document: dict[str, Any]) -> set[tuple[str, str]]:
    """A collection is found by the places that it shows, which may be those of its parts."""
    shown = {("place", place["key"]) for place in document["places"] if place["key"]}
    for facet in ("region", "country"):
        shown |= {(facet, place[facet]) for place in document["places"] if place[facet]}
    return shown
