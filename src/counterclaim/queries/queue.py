"""The claims that await review, each with what a reviewer weighs it against."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import and_, func, or_, select

from counterclaim.db import is_id
from counterclaim.errors import MovedError, NotFoundError
from counterclaim.models import Claim, Document, Event
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.claim_filters import ClaimFilter, page_claim_ids
from counterclaim.queries.claims import claims_out
from counterclaim.queries.events import get_event
from counterclaim.queries.pages import Window
from counterclaim.queries.rivals import rivals_of
from counterclaim.queries.similar import Likeness, similar_events
from counterclaim.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.schemas.claim import ClaimOut

AROUND = 400
"""So many code points of the text are shown before a quote, and behind it."""

COMPARED = 200
"""With so many claims about its event a claim is compared at most."""

ALIKE = 0.6
"""From this score on an event is shown as a possible duplicate."""

MOST_ALIKE = 4


@dataclass(frozen=True, slots=True)
class Rivalry:
    """A figure of a claim that other claims contradict."""

    detail: str
    claims: tuple[ClaimOut, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One claim as a reviewer weighs it.

    ``event`` is the id of its event, or of the one it was merged into; ``answer`` is what is said
    of the event now, None where nothing counts yet.
    """

    claim: ClaimOut
    lang: str | None
    before: str
    after: str
    event: str | None
    label: str | None
    kind: str | None
    answer: dict[str, Any] | None
    rivals: tuple[Rivalry, ...]
    similar: tuple[Likeness, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the claims that wait, the oldest first; ``next`` is behind which to go on."""

    items: list[Waiting]
    total: int
    next: str | None


def page_queue(session: Session, limit: int, after: str | None = None) -> Queue:
    """The pending claims behind one of them, which may have been decided since.

    Raises:
        NotFoundError: no claim has the id to go on behind.
    """
    query = select(Claim.id).where(Claim.status == Status.PENDING)
    if after is not None:
        last = session.get(Claim, after.lower()) if is_id(after) else None
        if last is None:
            raise NotFoundError("claim", after)
        at_once = and_(Claim.recorded_at == last.recorded_at, Claim.id > last.id)
        query = query.where(or_(Claim.recorded_at > last.recorded_at, at_once))
    ids = list(session.scalars(query.order_by(Claim.recorded_at, Claim.id).limit(limit + 1)))
    total = session.scalar(select(func.count()).where(Claim.status == Status.PENDING)) or 0
    items = weigh_claims(session, ids[:limit])
    return Queue(items, total, ids[limit - 1] if len(ids) > limit else None)


def weigh_claims(session: Session, ids: list[str]) -> list[Waiting]:
    """These claims, in whatever state they are, with what they are weighed against."""
    view = View(last_change(session), unreviewed=True)
    return [_weigh(session, claim, view) for claim in claims_out(session, ids, view.known_at)]


def _weigh(session: Session, claim: ClaimOut, view: View) -> Waiting:
    lang, before, after = _context(session, claim)
    event = session.get(Event, claim.event) if claim.event else None
    answer = _answer(session, claim.event, view) if claim.event else None
    served = answer["id"] if answer else claim.event
    rivals = _rivals(session, claim, view) if claim.event else ()
    similar = _similar(session, served, claim, view.known_at) if served else []
    similar = [one for one in similar if one.id not in {served, claim.event}]
    label = answer["label"] if answer else event.label if event else None
    kind = str(event.kind) if event else None
    return Waiting(claim, lang, before, after, served, label, kind, answer, rivals, tuple(similar))


def _context(session: Session, claim: ClaimOut) -> tuple[str | None, str, str]:
    """The document's language and the text around the quote."""
    lang = Document.lang
    if claim.quote is None:
        query = select(lang).where(Document.id == claim.document.id)
        return session.scalar(query), "", ""
    start = max(0, claim.quote.start - AROUND)
    before = func.substr(Document.text, start + 1, claim.quote.start - start)
    after = func.substr(Document.text, claim.quote.end + 1, AROUND)
    query_all = select(lang, before, after).where(Document.id == claim.document.id)
    lang_is, left, right = session.execute(query_all).one()
    if start:
        left = f"… {left.split(' ', 1)[-1]}"
    if len(right) == AROUND:
        right = f"{right.rsplit(' ', 1)[0]} …"
    return lang_is, left, right


def _answer(session: Session, event_id: str, view: View) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = orjson.loads(get_event(session, event_id, view))
    except MovedError as moved:
        return _answer(session, moved.target, view)
    except NotFoundError:
        return None
    return found


def _rivals(session: Session, claim: ClaimOut, view: View) -> tuple[Rivalry, ...]:
    window = Window({}, COMPARED, None)
    ids = page_claim_ids(session, ClaimFilter(event=[str(claim.event)]), window).items
    others = {other.id: other for other in claims_out(session, ids, view.known_at)}
    return tuple(
        Rivalry(
            detail[:1].upper() + detail[1:], tuple(others[key] for key in keys if key in others)
        )
        for detail, keys in rivals_of(claim, others.values())
    )


def _similar(session: Session, event_id: str, claim: ClaimOut, at: datetime) -> list[Likeness]:
    """Events that look the same; for an event of which nothing counts yet, those remarked."""
    found = similar_events(session, event_id, at, least=ALIKE)
    return (found or list(_remarked(claim)))[:MOST_ALIKE]


_LOOKS_SAME = re.compile(r"Event (\S+) \((.*)\) looks the same: score ([0-9.]+)\.")


def _remarked(claim: ClaimOut) -> Iterator[Likeness]:
    for warning in claim.warnings:
        match = _LOOKS_SAME.fullmatch(warning.detail)
        if match:
            yield Likeness(match[1], match[2], float(match[3]), {})
