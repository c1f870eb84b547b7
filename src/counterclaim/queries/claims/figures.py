"""Every figure of many claims as plain tuples: one statement a table, and no objects in between.

A figure is one count, casualty, damage or tally of one claim. Here a claim comes with what a table
shows beside each of its figures, as texts and numbers. Sources, munitions and documents, which
many claims share, are looked up once for all of them.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Text, case, cast, select, type_coerce

from counterclaim.db import among
from counterclaim.models import (
    Attribution,
    Casualty,
    Claim,
    Damage,
    Document,
    Event,
    EventSummary,
    InterceptionCount,
    Munition,
    Occurrence,
    Quote,
    Source,
    Tally,
)
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import counted_claim
from counterclaim.queries.claims.rows import sides_of
from counterclaim.queries.components import Links, linked, with_links
from counterclaim.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View

Line = tuple[Any, ...]


class Figure(NamedTuple):
    """One number of one claim; what its kind does not have is None."""

    kind: str | None
    munition: str | None = None
    outcome: str | None = None
    harmed_side: str | None = None
    harmed_status: str | None = None
    harm: str | None = None
    object: str | None = None
    severity: str | None = None
    low: int | None = None
    high: int | None = None
    said: str | None = None


class Stated(NamedTuple):
    """A claim as a table shows it.

    ``occurrence`` is date, its first instant and its end, attacker and defender; ``beside`` what
    stands behind a figure: the claim, its claimant, its life, its document and its quote.
    """

    occurrence: Line
    beside: Line
    figures: Sequence[Figure]


class Bearing(NamedTuple):
    """A claim beside an event that it bears on; ``shared`` with all parts of a collection.

    The event is its id, label, kind and scope, all None where the claim is about none.
    """

    event: Line
    shared: bool
    stated: Stated


NO_EVENT = (None, None, None, None)


def figures_of_versions(session: Session, sks: Sequence[int], view: View) -> list[Bearing]:
    """The counted claims that bear on the events of these versions, in their order, then by id.

    They are those of ``event_claims``. One about a collection stands at each of its parts.
    """
    events = _events_of(session, sks)
    links = _links(session, [event[0] for event in events], view.known_at)
    subjects = {event[0]: event[0] for event in events} | links.stands_for
    own, stated = _about(session, subjects, view)
    return [
        Bearing(event, shared, stated[claim])
        for event in events
        for claim, shared in _bearing(event[0], links, own)
    ]


def figures_of_claims(session: Session, ids: Sequence[str], at: datetime) -> list[Bearing]:
    """These claims in their order, each beside the event that it is about, if there is one."""
    heads = list(_heads(session, at, among(session, Claim.id, ids)))
    about = {head.id: head.event_id for head in heads}
    stated = _stated(session, heads)
    events = {event for event in about.values() if event is not None}
    links = _links(session, sorted(events), at)
    first = {event: event for event in events} | links.stands_for
    shown = {event[0]: event for event in _events(session, sorted(set(first.values())), at)}
    return [
        Bearing(shown.get(first.get(about[key] or "", ""), NO_EVENT), False, stated[key])
        for key in ids
        if key in stated
    ]


def _bearing(event: str, links: Links, own: Mapping[str, list[str]]) -> list[tuple[str, bool]]:
    """The claims that bear on an event, by id, and whether it shares each with other events."""
    claims = dict.fromkeys(own.get(event, ()), False)
    for whole in links.above(event) if links.parts else ():
        for claim in own.get(whole, ()):
            claims.setdefault(claim, True)
    return sorted(claims.items())


def _links(session: Session, events: Sequence[str], at: datetime) -> Links:
    """What hangs together with these; most events hang together with none, and are not in it."""
    found = with_links(session, events, at)
    return linked(session, found, at) if found else Links()


def _events_of(session: Session, sks: Sequence[int]) -> list[Line]:
    version = select(EventSummary.sk, *_EVENT).join(Event, Event.id == EventSummary.event_id)
    found = {
        sk: tuple(event)
        for sk, *event in _fetched(session, version.where(among(session, EventSummary.sk, sks)))
    }
    return [found[sk] for sk in sks]


def _events(session: Session, ids: Sequence[str], at: datetime) -> list[Line]:
    known = select(*_EVENT).where(Event.recorded_at <= at, among(session, Event.id, ids))
    return _fetched(session, known)


def _about(
    session: Session, subjects: Mapping[str, str], view: View
) -> tuple[dict[str, list[str]], dict[str, Stated]]:
    """By the event that ``subjects`` gives the claims about its events, and about these claims."""
    counted = counted_claim(view)
    own: dict[str, list[str]] = defaultdict(list)
    found: dict[str, _Head] = {}
    frontier, column, index = dict(subjects), Claim.event_id, "event_id"
    while frontier:
        about = among(session, column, sorted(frontier))
        above, frontier = frontier, {}
        for head in _heads(session, view.known_at, counted, about):
            if head.id not in found:
                found[head.id] = head
                frontier[head.id] = event = above[getattr(head, index)]
                own[event].append(head.id)
        column, index = Claim.about_id, "about_id"
    return own, _stated(session, list(found.values()))


class _Head(NamedTuple):
    """A claim with its quote and its occurrence, as the columns of ``_columns``."""

    id: str
    event_id: str | None
    about_id: str | None
    claimant_id: str
    document_id: str
    accepted_at: Any
    kind: str
    spoken: Line
    quote: Line
    occurrence: Line


def _columns(at: datetime) -> tuple[ColumnElement[Any], ...]:
    """The life of a claim is that at an instant."""
    known = case((Claim.accepted_at <= at, type_coerce(Claim.accepted_at, Text)))
    status = case(
        (Claim.ended_at <= at, type_coerce(Claim.status, Text)),
        (Claim.accepted_at <= at, str(Status.ACCEPTED)),
        else_=str(Status.PENDING),
    )
    ids = (Claim.id, Claim.event_id, Claim.about_id, Claim.claimant_id, Claim.document_id)
    words = (Claim.stance, Claim.polarity, Claim.distribution, status, Claim.basis, Claim.said_edtf)
    quote = (Quote.exact, Quote.start, Quote.end)
    dates = (Occurrence.occurred_edtf, Occurrence.occurred_from, Occurrence.occurred_to)
    sides = (Occurrence.attacker, Occurrence.defender)
    plain = map(_plain, (Claim.kind, *words, *quote, *dates, *sides))
    return *map(_id, ids), known, *plain


def _heads(session: Session, at: datetime, *conditions: ColumnElement[bool]) -> Iterator[_Head]:
    query = (
        select(*_columns(at))
        .outerjoin(Quote, Quote.id == Claim.quote_id)
        .outerjoin(Occurrence, Occurrence.claim_id == Claim.id)
        .where(*conditions)
    )
    for row in _fetched(session, query):
        date, first, end, attacker, defender = row[16:]
        occurrence = date, written(first), written(end), attacker, defender
        yield _Head(*row[:7], row[7:13], row[13:16], occurrence)


def _stated(session: Session, heads: Sequence[_Head]) -> dict[str, Stated]:
    ids = sorted(head.id for head in heads)
    chains = _chains(session, ids)
    documents = _documents(session, {head.document_id for head in heads})
    sources = {head.claimant_id for head in heads}
    sides = sides_of(session, sources)
    sources.update(source for chain in chains.values() for source in chain)
    sources.update(document[1] for document in documents.values() if document[1])
    keys = _keys(session, Source, sources)
    said_by = lru_cache(None)(lambda chain: ";".join(map(keys.__getitem__, chain)) or None)
    figures = _figures(session, ids)
    found: dict[str, Stated] = {}
    for head in heads:
        key, claimant, document = head.id, head.claimant_id, head.document_id
        title, publisher, url, published = documents[document]
        chain = said_by(tuple(chains.get(key, ())))
        claim = key, head.kind, keys[claimant], sides.get(claimant), chain, *head.spoken
        source = document, title, keys.get(publisher), url, published
        beside = *claim, written(head.accepted_at), *source, *head.quote
        found[key] = Stated(head.occurrence, beside, figures.get(key, ()))
    return found


def _chains(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    """The sources of each claim, root first."""
    link = Attribution
    query = select(_id(link.claim_id), _id(link.source_id)).where(link.source_id.is_not(None))
    found: dict[str, list[str]] = defaultdict(list)
    for claim, source in _ordered(session, query, link, ids):
        found[claim].append(source)
    return found


def _documents(session: Session, ids: set[str]) -> dict[str, Line]:
    one = Document
    query = select(_id(one.id), one.title, _id(one.publisher_id), one.url, one.published_edtf)
    return {
        key: tuple(rest)
        for key, *rest in _fetched(session, query.where(among(session, one.id, sorted(ids))))
    }


def _keys(session: Session, model: Any, ids: Iterable[str]) -> dict[str | None, str]:
    query = select(_id(model.id), model.key).where(among(session, model.id, sorted(ids)))
    return dict(_fetched(session, query))


def _figures(session: Session, ids: Sequence[str]) -> dict[str, list[Figure]]:
    """By claim: counts, casualties, damage, tallies, each in the order of the claim."""
    found: dict[str, list[Figure]] = defaultdict(list)
    count, casualty = InterceptionCount, Casualty
    counts = list(_measured(session, count, ids, _id(count.munition_id), count.outcome))
    munitions = _keys(session, Munition, {row[4] for row in counts} - {None})
    for claim, low, high, said, munition, outcome in counts:
        named = munitions.get(munition), outcome
        found[claim].append(Figure("count", *named, low=low, high=high, said=said))
    of_people = casualty.side, casualty.status, casualty.harm
    for claim, low, high, said, *harmed in _measured(session, casualty, ids, *of_people):
        figure = Figure("casualty", None, None, *harmed, low=low, high=high, said=said)
        found[claim].append(figure)
    for table, name, kept in ((Damage, "damage", ("object", "severity")), (Tally, "tally", _THING)):
        columns = (getattr(table, column) for column in kept)
        for claim, low, high, said, *cells in _measured(session, table, ids, *columns):
            named = dict(zip(kept, cells, strict=True))
            found[claim].append(Figure(name, low=low, high=high, said=said, **named))
    return found


_THING = ("object",)


def _measured(session: Session, table: Any, ids: Sequence[str], *columns: Any) -> Iterator[Line]:
    kept = table.low, table.high, table.said, *columns
    yield from _ordered(session, select(_id(table.claim_id), *map(_plain, kept)), table, ids)


def _ordered(
    session: Session, query: Select[*tuple[Any, ...]], table: Any, ids: Sequence[str]
) -> Iterator[Line]:
    """The rows of these claims; those of one claim come together, in its order."""
    these = query.where(among(session, table.claim_id, ids))
    yield from _fetched(session, these.order_by(table.claim_id, table.position))


def _fetched(session: Session, query: Select[*tuple[Any, ...]]) -> list[Line]:
    """The rows as the driver makes them, without an object around each."""
    with session.connection().execute(query) as result:
        rows: list[Line] = result.cursor.fetchall()
    return rows


def _id(column: Any) -> ColumnElement[str]:
    """An id as text, which it is not for every driver."""
    return cast(column, Text)


def _plain(column: Any) -> ColumnElement[Any]:
    """A column as the driver gives it, without the conversion of each word and instant."""
    return type_coerce(column, Text)


_EVENT = (_id(Event.id), Event.label, _plain(Event.kind), _plain(Event.scope))


@lru_cache(maxsize=65_536)
def written(instant: str | datetime | None) -> str | None:
    """An instant as drivers give it, as it is written; few of them are new, so they are kept."""
    if isinstance(instant, str):  # SQLite: 2024-05-01 04:30:00.000000, always UTC.
        return f"{instant.removesuffix('.000000').replace(' ', 'T')}Z"
    return None if instant is None else isoformat_z(instant)
