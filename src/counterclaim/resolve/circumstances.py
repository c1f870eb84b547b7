"""When, where and between whom: what claims say of an event besides numbers.

Each voice counts once, with its latest word, under the weights that figures have.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from counterclaim.moment import hull
from counterclaim.resolve.voices import LONG_AGO, by_voice, recency
from counterclaim.resolve.weights import weigh
from counterclaim.vocabulary import PlacePrecision, PlaceRole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from counterclaim.moment import Moment
    from counterclaim.resolve.inputs import Claim, Site
    from counterclaim.resolve.kinship import Bearing, Kinship
    from counterclaim.resolve.voices import Voices

FAR_AHEAD = datetime.max.replace(tzinfo=UTC)
T = TypeVar("T")
ROLES = {role: place for place, role in enumerate(PlaceRole)}
PRECISIONS = {precision: place for place, precision in enumerate(PlacePrecision)}


class Circumstances(NamedTuple):
    """When and where an event took place and between whom, as far as known."""

    occurred: Moment | None
    attacker: str | None
    defender: str | None
    places: tuple[Site, ...]


def find_circumstances(
    kinship: Kinship, bearings: Mapping[str, Bearing], voices: Mapping[str, Voices]
) -> dict[str, Circumstances]:
    """The circumstances of every event.

    A collection of which nobody says so itself takes them from its parts; a part takes attacker and
    defender, but neither time nor place, from its collections.
    """
    found = {event: _stated(bearings[event], voices[event]) for event in bearings}
    if len(found) == 1:
        return found
    for event in kinship.bottom_up:
        if kinship.parts[event]:
            found[event] = _with_parts(found[event], [found[p] for p in kinship.parts[event]])
    for event in reversed(kinship.bottom_up):
        wholes = [found[whole] for whole in kinship.wholes[event]]
        if wholes:
            found[event] = _with_wholes(found[event], wholes)
    return found


def _stated(bearing: Bearing, voices: Voices) -> Circumstances:
    claims = [c for c in bearing.own if c.affirms] or [c for c in bearing.own if c.denies]
    return Circumstances(
        _occurred(claims, voices),
        _side(claims, voices, attrgetter("attacker")),
        _side(claims, voices, attrgetter("defender")),
        _places([(c, site) for c in claims for site in c.places]),
    )


def _with_parts(whole: Circumstances, parts: list[Circumstances]) -> Circumstances:
    moments = [p.occurred for p in parts if p.occurred]
    return Circumstances(
        whole.occurred or hull(moments),
        whole.attacker or _common(p.attacker for p in parts),
        whole.defender or _common(p.defender for p in parts),
        whole.places or _distinct(sorted((s for p in parts for s in p.places), key=_rank)),
    )


def _with_wholes(part: Circumstances, wholes: list[Circumstances]) -> Circumstances:
    return part._replace(
        attacker=part.attacker or next(filter(None, (w.attacker for w in wholes)), None),
        defender=part.defender or next(filter(None, (w.defender for w in wholes)), None),
    )


def _common(values: Iterable[str | None]) -> str | None:
    """The value, where all agree; one that is unknown agrees with none."""
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _occurred(claims: list[Claim], voices: Voices) -> Moment | None:
    """The best supported of the narrowest moments; a moment supports all that it overlaps."""
    moments = [claim.occurred for claim in claims if claim.occurred is not None]
    if _alike(moments):
        return moments[0] if moments else None
    latest = _latest(claims, voices, attrgetter("occurred"), _shortness)
    said = dict.fromkeys(moment for _, moment in latest)
    narrowest = [m for m in said if not any(_strictly_inside(other, m) for other in said)]

    def rank(moment: Moment) -> tuple[object, ...]:
        behind = [weigh(claim) for claim, other in latest if moment.overlaps(other)]
        return -sum(behind), -len(behind), *_span(moment), moment.edtf

    return min(narrowest, key=rank, default=None)


def _side(
    claims: list[Claim], voices: Voices, attribute: Callable[[Claim], str | None]
) -> str | None:
    """The value with the most weight behind it, then with the most voices."""
    values = [value for claim in claims if (value := attribute(claim)) is not None]
    if _alike(values):
        return values[0] if values else None
    behind: dict[str, list[int]] = defaultdict(list)
    for claim, value in _latest(claims, voices, attribute, lambda _: 0):
        behind[value].append(weigh(claim))
    return min(behind, key=lambda v: (-sum(behind[v]), -len(behind[v]), v), default=None)


def _alike(values: list[T]) -> bool:
    """Whether there is nothing to weigh: all values are the same, or there is none."""
    return all(value is values[0] or value == values[0] for value in values[1:])


def _latest(
    claims: list[Claim],
    voices: Voices,
    attribute: Callable[[Claim], T | None],
    fullness: Callable[[T], object],
) -> list[tuple[Claim, T]]:
    """Each voice's latest word on one attribute; of two at the same time the fuller."""
    found = []
    for spoken in by_voice(claims, voices):
        words = [(c, value) for c in spoken if (value := attribute(c)) is not None]
        if words:
            found.append(max(words, key=lambda w: recency(w[0], str(w[1]), fullness(w[1]))))
    return found


def _strictly_inside(inner: Moment, outer: Moment) -> bool:
    return inner.within(outer) and not outer.within(inner)


def _span(moment: Moment) -> tuple[datetime, datetime]:
    return moment.start or LONG_AGO, moment.end or FAR_AHEAD


def _shortness(moment: Moment) -> timedelta:
    start, end = _span(moment)
    return start - end


def _places(candidates: list[tuple[Claim, Site]]) -> tuple[Site, ...]:
    """One site for each role and place, the best located; targets first."""
    sites = dict.fromkeys([site for _, site in candidates])
    if len(sites) < 2:
        return tuple(sites)
    if len({_spot(site) for site in sites}) == len(sites):
        return tuple(sorted(sites, key=_rank))
    ranked = sorted(candidates, key=lambda c: (*_rank(c[1]), -weigh(c[0]), c[0].id))
    return _distinct([site for _, site in ranked])


def _spot(site: Site) -> tuple[str, str]:
    """What makes sites one: role and place. Of different ones the ranks differ, too."""
    return site.role, site.key or site.said or site.name or ""


def _distinct(sites: Iterable[Site]) -> tuple[Site, ...]:
    """The first site of each role and place, in the order given: they sort as they are ranked."""
    first: dict[tuple[str, str], Site] = {}
    for site in sites:
        first.setdefault(_spot(site), site)
    return tuple(first.values())


def _rank(site: Site) -> tuple[object, ...]:
    """Sorts targets first, then the best located."""
    return (
        ROLES[site.role],
        site.latitude is None,
        math.inf if site.uncertainty_m is None else site.uncertainty_m,
        PRECISIONS[site.precision],
        site.key or "",
        site.said or "",
        site.name or "",
    )
