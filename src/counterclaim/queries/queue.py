"""The claims that await review, each with what a reviewer weighs it against."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import and_, bindparam, func, or_, select

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
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from counterclaim.schemas.claim import ClaimOut

AROUND = 400
"""So many code points of the text are shown before a quote, and behind it."""

COMPARED = 200
"""With so many claims about its event a claim is compared at most."""

ALIKE = 0.6
"""From this score on an event is shown as a possible duplicate."""

MOST_ALIKE = 4

_WAITS = Claim.status == bindparam(None, Status.PENDING, literal_execute=True)
"""Written out, because only so SQLite sees that the index of such claims serves it."""


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
    query = select(Claim.id).where(_WAITS)
    if after is not None:
        last = session.get(Claim, after.lower()) if is_id(after) else None
        if last is None:
            raise NotFoundError("claim", after)
        at_once = and_(Claim.recorded_at == last.recorded_at, Claim.id > last.id)
        query = query.where(or_(Claim.recorded_at > last.recorded_at, at_once))
    ids = list(session.scalars(query.order_by(Claim.recorded_at, Claim.id).limit(limit + 1)))
    total = session.scalar(select(func.count()).where(_WAITS)) or 0
    items = weigh_claims(session, ids[:limit])
    return Queue(items, total, ids[limit - 1] if len(ids) > limit else None)


def weigh_claims(session: Session, ids: list[str]) -> list[Waiting]:
    """These claims, in whatever state they are, with what they are weighed against."""
    view = View(last_change(session), unreviewed=True)
    claims = claims_out(session, ids, view.known_at)
    subjects = {
        event: _subject(session, event, view)
        for event in dict.fromkeys(claim.event for claim in claims)
        if event is not None
    }
    about = {key for subject in subjects.values() for key in subject.claims}
    others = {claim.id: claim for claim in claims_out(session, sorted(about), view.known_at)}
    return [_weigh(session, claim, subjects.get(claim.event or ""), others) for claim in claims]


@dataclass(frozen=True, slots=True)
class _Subject:
    """The event of some claims: the id it is served by, what is said of it, what is alike."""

    served: str
    label: str
    kind: str
    answer: dict[str, Any] | None
    claims: list[str]
    similar: list[Likeness]


def _subject(session: Session, event_id: str, view: View) -> _Subject:
    event = session.get_one(Event, event_id)
    answer = _answer(session, event_id, view)
    served, label = (answer["id"], answer["label"]) if answer else (event_id, event.label)
    window = Window({}, COMPARED, None)
    claims = page_claim_ids(session, ClaimFilter(event=[event_id]), window).items
    similar = similar_events(session, served, view.known_at, least=ALIKE)
    return _Subject(served, label, str(event.kind), answer, list(claims), similar)


def _weigh(
    session: Session, claim: ClaimOut, subject: _Subject | None, others: Mapping[str, ClaimOut]
) -> Waiting:
    lang, before, after = _context(session, claim)
    if subject is None:
        return Waiting(claim, lang, before, after, None, None, None, None, (), ())
    alike = subject.similar or list(_remarked(claim))
    similar = [one for one in alike if one.id not in {subject.served, claim.event}]
    return Waiting(
        claim,
        lang,
        before,
        after,
        event=subject.served,
        label=subject.label,
        kind=subject.kind,
        answer=subject.answer,
        rivals=_rivals(claim, [others[key] for key in subject.claims if key in others]),
        similar=tuple(similar[:MOST_ALIKE]),
    )


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


def _rivals(claim: ClaimOut, others: Sequence[ClaimOut]) -> tuple[Rivalry, ...]:
    known = {other.id: other for other in others}
    return tuple(
        Rivalry(f"{detail[:1].upper()}{detail[1:]}", tuple(known[key] for key in keys))
        for detail, keys in rivals_of(claim, others)
    )


_LOOKS_SAME = re.compile(r"Event (\S+) \((.*)\) looks the same: score ([0-9.]+)\.")


def _remarked(claim: ClaimOut) -> Iterator[Likeness]:
    for warning in claim.warnings:
        match = _LOOKS_SAME.fullmatch(warning.detail)
        if match:
            yield Likeness(match[1], match[2], float(match[3]), {})
