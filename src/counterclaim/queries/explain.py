"""Explains how the values of an event came about, as a state shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from counterclaim.models import Claim
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import said_by
from counterclaim.queries.callings import call, call_sides
from counterclaim.queries.events import get_event
from counterclaim.queries.families import load_ended, load_families
from counterclaim.resolve import WEIGHTS_VERSION, resolve
from counterclaim.resolve.explain import Ended, explain_figures
from counterclaim.resolve.kinship import Kinship
from counterclaim.resolve.sentences import ended_sentences, event_sentences
from counterclaim.resolve.wording import Names
from counterclaim.schemas.explain import ExplainOut
from counterclaim.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.families import Loaded
    from counterclaim.resolve.kinship import Bearing


def explain_event(session: Session, event_id: str, view: View) -> ExplainOut:
    """How each value of an event came about, and which claims on it ended.

    Raises:
        NotFoundError: no such event had an accepted claim.
        MovedError: it had been merged into another one.
    """
    get_event(session, event_id, view)
    (loaded,) = load_families(session, [event_id], view)
    (past,) = load_ended(session, [event_id], view)
    summaries = resolve(loaded.family, view.policy)
    bearing = Kinship(past.family).bearings(past.family.claims)[event_id]
    own, everything = _ended(session, past, bearing, view)
    names = _names(session, loaded, past, view)
    claims = {claim.id: claim for claim in loaded.family.claims}
    figures = explain_figures(event_id, summaries, claims, own, names)
    return ExplainOut(
        event=event_id,
        known_at=isoformat_z(view.known_at),
        policy=view.policy,
        policy_version=WEIGHTS_VERSION,
        figures=figures,
        dropped=[one.dropped() for one in everything],
        sentences=event_sentences(
            summaries[event_id],
            figures,
            claims,
            ended_sentences(everything, figures, names),
            names,
        ),
    )


def _ended(
    session: Session, past: Loaded, bearing: Bearing, view: View
) -> tuple[list[Ended], list[Ended]]:
    """The claims on an event itself that ended, and all that bore on it."""
    successors = _successors(session, past.claims, view)
    found = {
        claim.id: Ended(
            claim,
            "superseded" if past.claims[claim.id].status is Status.SUPERSEDED else "retracted",
            successors.get(claim.id),
            past.claims[claim.id].end_reason,
        )
        for claim in bearing.all
    }
    return [found[c.id] for c in bearing.own if c.id in found], list(found.values())


def _successors(session: Session, ended: Iterable[str], view: View) -> dict[str, str]:
    """What replaced claims, as far as the state shows it."""
    query = select(Claim.supersedes_id, Claim.id).where(
        Claim.supersedes_id.in_(list(ended)), Claim.accepted_at <= view.known_at, *said_by(view)
    )
    return {str(old): new for old, new in session.execute(query.order_by(Claim.id))}


def _names(session: Session, loaded: Loaded, past: Loaded, view: View) -> Names:
    lines = [*loaded.sources.values(), *past.sources.values()]
    family, old = loaded.family, past.family
    munitions = [*family.munitions.values(), *old.munitions.values()]
    return Names(
        sources={line[0].key: call(line[0]) for line in lines},
        sides=call_sides(session, view.known_at),
        munitions={munition.key: munition.name for munition in munitions},
        events={key: event.label for key, event in family.events.items()},
    )
