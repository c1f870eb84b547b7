"""Events as they are under policies whose answers are not stored: resolved, and then remembered.

What an event is under a policy may change with any write, though its stored version stays: a grade
that weighs nothing for the one decides for the other. So what is remembered holds for one state.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import select

from counterclaim.models import EventSummary
from counterclaim.queries.asof import store_version
from counterclaim.queries.versions import resolved_versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Engine, Pool
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.versions import Version

Figure = tuple[int | None, int | None, int | None]
"""Low, best and high."""

BESIDE = 1000
"""About so many bytes an entry takes beside its text."""


class Resolution(NamedTuple):
    """An event under a policy: its JSON text and its figures over all munitions and sides."""

    text: str
    figures: Mapping[str, Figure]


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
    e = EventSummary
    query = select(e.event_id, e.sk, e.valid_from).where(e.sk.in_(sks))
    rows: Sequence[Any] = session.execute(query).all()
    versions = resolved_versions(session, [row.event_id for row in rows], view)
    return {
        row.sk: resolution_of(versions[row.event_id], row.valid_from)
        for row in rows
        if row.event_id in versions
    }


def resolution_of(version: Version, updated_at: datetime) -> Resolution:
    """A version with the instant since when the stored one counts."""
    return Resolution(version.stamped(updated_at), figures_in(version))


def figures_in(version: Version) -> dict[str, Figure]:
    """The resolved intervals of a version, over all munitions or sides, by figure."""
    return {row["figure"]: (row["low"], row["best"], row["high"]) for row in version.figures}
