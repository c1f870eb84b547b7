"""Events as they are under policies whose answers are not stored: resolved, and then remembered.

What an event is under a policy may change with any write, though its stored version stays: a grade
that weighs nothing for the one decides for the other. So what is remembered holds for one state.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import String, bindparam, select

from counterclaim.db import among_given, dumps
from counterclaim.models import EventFacet, EventSummary
from counterclaim.queries.asof import store_version
from counterclaim.queries.families import load_families
from counterclaim.queries.versions import family_versions
from counterclaim.resolve.policies import find_policy
from counterclaim.resolve.revision import (
    Revision,
    is_unanimous,
    revise,
    silenced,
    stands_alone,
    unrevised,
)
from counterclaim.statements import Prepared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Engine, Pool
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.families import Loaded
    from counterclaim.queries.versions import Version

Figure = tuple[int | None, int | None, int | None]
"""Low, best and high."""

BESIDE = 1000
"""About so many bytes an entry takes beside its text."""


class Resolution(NamedTuple):
    """An event under a policy: its JSON text and its figures over all munitions and sides.

    The figures are None where they are those of the stored version.
    """

    text: str
    figures: Mapping[str, Figure] | None


class State(NamedTuple):
    """What a resolution holds for: a version of the store as of an instant, under a policy."""

    store: str
    known_at: datetime
    policy: str


class Resolutions:
    """The events resolved last, by state and version; several threads may ask."""

    def __init__(self, most_bytes: int = 32 * 1024 * 1024) -> None:
        self._most, self._held = most_bytes, 0
        self._known: OrderedDict[tuple[State, int], Resolution] = OrderedDict()
        self._lock = Lock()

    def find(self, state: State, sks: Sequence[int]) -> dict[int, Resolution]:
        """Those of these versions that are remembered."""
        found: dict[int, Resolution] = {}
        with self._lock:
            for sk in sks:
                if (state, sk) in self._known:
                    self._known.move_to_end((state, sk))
                    found[sk] = self._known[state, sk]
        return found

    def keep(self, state: State, made: Mapping[int, Resolution]) -> None:
        """Remember these, and forget what was not asked for longest beyond so many bytes."""
        with self._lock:
            for sk, resolution in made.items():
                if (state, sk) not in self._known:
                    self._held += _size(resolution)
                    self._known[state, sk] = resolution
            while self._held > self._most:
                self._held -= _size(self._known.popitem(last=False)[1])


def _size(resolution: Resolution) -> int:
    return BESIDE + len(resolution.text)


_RESOLUTIONS: WeakKeyDictionary[Pool, Resolutions] = WeakKeyDictionary()


def resolutions_in(engine: Engine) -> Resolutions:
    """What is remembered of a store."""
    return _RESOLUTIONS.setdefault(engine.pool, Resolutions())


def resolved_events(session: Session, view: View, sks: Sequence[int]) -> dict[int, Resolution]:
    """The events of these stored versions, which count in a state, under its policy.

    All claims are heard that were known then: ``claimed_by`` is to be None.
    """
    known = resolutions_in(session.connection().engine)
    state = State(store_version(session), view.known_at, view.policy)
    found = known.find(state, sks)
    missing = [sk for sk in sks if sk not in found]
    if missing:
        made = _resolved(session, view, missing)
        known.keep(state, made)
        found |= made
    return found


def _resolved(session: Session, view: View, sks: Sequence[int]) -> dict[int, Resolution]:
    """What a policy makes of each version: as little is resolved anew as can be."""
    heard = _heard(session, view.policy, sks)
    made: dict[int, Resolution] = {}
    left: dict[str, tuple[int, dict[str, Any], datetime]] = {}
    for sk, event_id, since, text in _STORED.rows(session, ids=list(sks)):
        document = orjson.loads(text)
        revision = _told(document, view.policy, None if heard is None else sk in heard)
        if revision is None:
            left[event_id] = sk, document, since
        else:
            made[sk] = _resolution(revision)
    for loaded in load_families(session, left, view):
        for event_id in left.keys() & loaded.family.events.keys():
            sk, document, since = left[event_id]
            found = _weighed(loaded, event_id, view.policy, document, since)
            if found is not None:
                made[sk] = found
    return made


_STORED = Prepared(
    select(
        EventSummary.sk, EventSummary.event_id, EventSummary.valid_from, EventSummary.document
    ).where(among_given(EventSummary.sk))
)
_OF_SIDE = Prepared(
    select(EventFacet.sk).where(
        EventFacet.facet == "side",
        EventFacet.value == bindparam("side", type_=String()),
        among_given(EventFacet.sk),
    )
)


def _heard(session: Session, policy: str, sks: Sequence[int]) -> set[int] | None:
    """Those of these versions of which the side speaks that a policy hears; None: it hears all."""
    side = find_policy(policy).side
    if side is None:
        return None
    return {sk for (sk,) in _OF_SIDE.rows(session, side=side, ids=list(sks))}


def _told(document: dict[str, Any], policy: str, heard: bool | None) -> Revision | None:
    """What the stored document tells of another policy; None where the claims must be asked."""
    if not stands_alone(document):
        return None
    if heard is None:
        return unrevised(document, policy) if is_unanimous(document) else None
    return None if heard else silenced(document, policy)


def _weighed(
    loaded: Loaded, event_id: str, policy: str, document: dict[str, Any], since: datetime
) -> Resolution | None:
    """What a policy makes of an event whose claims are at hand."""
    if len(loaded.family.events) == 1 and stands_alone(document):
        revision = revise(document, policy, loaded.family)
        if revision is not None:
            return _resolution(revision)
    for version in family_versions(loaded, policy):
        if version.event_id == event_id:
            return resolution_of(version, since)
    return None


def _resolution(revision: Revision) -> Resolution:
    return Resolution(dumps(revision.document), revision.totals)


def resolution_of(version: Version, updated_at: datetime) -> Resolution:
    """A version with the instant since when the stored one counts."""
    return Resolution(version.stamped(updated_at), figures_in(version))


def figures_in(version: Version) -> dict[str, Figure]:
    """The resolved intervals of a version, over all munitions or sides, by figure."""
    return {row["figure"]: (row["low"], row["best"], row["high"]) for row in version.figures}
