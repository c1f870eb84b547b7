"""Events as they are under policies whose answers are not stored: as little as can be is resolved.

Most of it the stored document tells; of the rest the claims are asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from sqlalchemy import String, bindparam, select

from counterclaim.db import among_given, dumps
from counterclaim.models import EventFacet
from counterclaim.queries.asof import store_version
from counterclaim.queries.families import load_families
from counterclaim.queries.resolutions import AS_STORED, Resolution, State, resolutions_in
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

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.families import Loaded
    from counterclaim.queries.referents import Referents
    from counterclaim.queries.resolutions import Figure
    from counterclaim.queries.versions import Version
    from counterclaim.resolve.revision import Document, Revision


def resolved_events(
    session: Session, view: View, documents: Mapping[int, str]
) -> dict[int, Resolution]:
    """What the policy of a state makes of versions that count in it, given with their documents.

    All claims are heard that were known then: ``claimed_by`` is to be None.
    """
    known = resolutions_in(session.connection().engine)
    known.catch_up(session)
    state = State(store_version(session), view.known_at, view.policy)
    found = known.find(state, documents)
    missing = {sk: document for sk, document in documents.items() if sk not in found}
    if missing:
        behind = known.lend(session)
        made = _resolved(session, view, missing, behind)
        known.take_back(behind, state)
        known.keep(state, made)
        found |= made
    return found


def _resolved(
    session: Session, view: View, documents: Mapping[int, str], behind: Referents
) -> dict[int, Resolution]:
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
    for loaded in load_families(session, left, view, behind=behind):
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
