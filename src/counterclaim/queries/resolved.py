"""Events as they are under policies whose answers are not stored: resolved, and then remembered.

What an event is under a policy may change with any write, though its stored version stays: a grade
that weighs nothing for the one decides for the other. So what is remembered holds for one state.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import String, bindparam, select

from counterclaim.db import among_given, dumps
from counterclaim.models import EventFacet
from counterclaim.queries.asof import STORED_POLICY, store_version
from counterclaim.queries.families import load_families
from counterclaim.queries.versions import family_versions
from counterclaim.resolve.policies import find_policy
from counterclaim.resolve.revision import (
    is_unanimous,
    revise,
    silenced,
    stands_alone,
)
from counterclaim.statements import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Engine, Pool
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.families import Loaded
    from counterclaim.queries.versions import Version
    from counterclaim.resolve.revision import Document, Revision

Figure = tuple[int | None, int | None, int | None]
"""Low, best and high."""

BESIDE = 600
"""About so many bytes an entry takes beside its text, with the figures."""


class Resolution(NamedTuple):
    """What a policy makes of a stored version.

    Attributes:
        figures: The figures over all munitions and sides; None where they are as stored.
        members: The members of the document that hold figures, as JSON; None where they stay.
        whole: The whole document, where more than its figures is another.
    """

    figures: Mapping[str, Figure] | None = None
    members: str | None = None
    whole: str | None = None

    def shown(self, document: str, policy: str) -> str:
        """The JSON text of the event under the policy, given the stored one."""
        if self.whole is not None:
            return self.whole
        if self.members is not None:
            begin = document.index(FIGURES_BEGIN)
            end = document.index(FIGURES_END, begin)
            document = f"{document[:begin]}{self.members}{document[end:]}"
        return document.replace(STORED, f'"policy":{dumps(policy)}', 1)


FIGURES_BEGIN, FIGURES_END = '"munitions":[', ',"shared":['
STORED = f'"policy":"{STORED_POLICY}"'
"""So they stand in a document once, since quotation marks within words bear a backslash."""

AS_STORED = Resolution()


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

    def find(self, state: State, sks: Iterable[int]) -> dict[int, Resolution]:
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
    return BESIDE + len(resolution.members or "") + len(resolution.whole or "")


_RESOLUTIONS: WeakKeyDictionary[Pool, Resolutions] = WeakKeyDictionary()


def resolutions_in(engine: Engine) -> Resolutions:
    """What is remembered of a store."""
    return _RESOLUTIONS.setdefault(engine.pool, Resolutions())


def resolved_events(
    session: Session, view: View, documents: Mapping[int, str]
) -> dict[int, Resolution]:
    """What the policy of a state makes of versions that count in it, given with their documents.

    All claims are heard that were known then: ``claimed_by`` is to be None.
    """
    known = resolutions_in(session.connection().engine)
    state = State(store_version(session), view.known_at, view.policy)
    found = known.find(state, documents)
    missing = {sk: document for sk, document in documents.items() if sk not in found}
    if missing:
        made = _resolved(session, view, missing)
        known.keep(state, made)
        found |= made
    return found


def _resolved(session: Session, view: View, documents: Mapping[int, str]) -> dict[int, Resolution]:
    """As little is resolved anew as can be."""
    heard = _heard(session, view.policy, documents)
    made: dict[int, Resolution] = {}
    left: dict[str, tuple[int, Document]] = {}
    for sk, text in documents.items():
        document = orjson.loads(text)
        told = _told(document, None if heard is None else sk in heard)
        if told is None:
            left[document["id"]] = sk, document
        else:
            made[sk] = told
    for loaded in load_families(session, left, view):
        for event_id in left.keys() & loaded.family.events.keys():
            sk, document = left[event_id]
            found = _weighed(loaded, document, view.policy)
            if found is not None:
                made[sk] = found
    return made


_OF_SIDE = Prepared(
    select(EventFacet.sk).where(
        EventFacet.facet == "side",
        EventFacet.value == bindparam("side", type_=String()),
        among_given(EventFacet.sk),
    )
)


def _heard(session: Session, policy: str, sks: Iterable[int]) -> set[int] | None:
    """Those of these versions of which the side speaks that a policy hears; None: it hears all."""
    side = find_policy(policy).side
    if side is None:
        return None
    return {sk for (sk,) in _OF_SIDE.rows(session, side=side, ids=list(sks))}


def _told(document: Document, heard: bool | None) -> Resolution | None:
    """What the stored document tells of another policy; None where the claims must be asked."""
    if not stands_alone(document):
        return None
    if heard is None:
        return AS_STORED if is_unanimous(document) else None
    return None if heard else _resolution(silenced(document))


def _weighed(loaded: Loaded, document: Document, policy: str) -> Resolution | None:
    """What a policy makes of an event whose claims are at hand; None where it is not served."""
    if len(loaded.family.events) == 1 and stands_alone(document):
        revision = revise(loaded.family, policy)
        if revision is not None:
            return _resolution(revision)
    for version in family_versions(loaded, policy):
        if version.event_id == document["id"]:
            text = dumps({**version.body, "updated_at": document["updated_at"]})
            return Resolution(figures_in(version), whole=text)
    return None


def _resolution(revision: Revision) -> Resolution:
    return Resolution(revision.totals, dumps(revision.members)[1:-1])


def figures_in(version: Version) -> dict[str, Figure]:
    """The resolved intervals of a version, over all munitions or sides, by figure."""
    return {row["figure"]: (row["low"], row["best"], row["high"]) for row in version.figures}
