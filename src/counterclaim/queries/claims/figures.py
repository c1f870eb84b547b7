"""Every figure of many claims as columns of a table: one statement a table, no objects in between.

A figure is one count, casualty, damage or tally of one claim. Here it comes with what a table shows
beside it, as texts and numbers. Sources, munitions and documents, which many claims share, are
looked up once for all of them; the rest goes from the driver's rows to columns as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, case, cast, select, type_coerce

from counterclaim.db import among, fetched
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
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View

    Columns = list[Sequence[Any]]
    """A table, by column."""

Line = tuple[Any, ...]

EVENT = ("event", "label", "event_kind", "scope")
OCCURRENCE = ("occurred", "occurred_from", "occurred_to", "attacker", "defender")
KIND = ("figure",)
PEOPLE = ("harmed_side", "harmed_status", "harm")
FIGURE = (*KIND, "munition", "outcome", *PEOPLE, "object", "severity", "low", "high", "said")
CLAIM = ("claim", "claim_kind", "claimant", "side", "said_by", "stance", "polarity", "distribution")
LIFE = ("status", "basis", "said_on", "accepted_at")
PUBLISHED = ("document", "title", "publisher", "url", "published")
QUOTE = ("quote", "start", "end")
FIGURE_COLUMNS = (*EVENT, "shared", *OCCURRENCE, *FIGURE, *CLAIM, *LIFE, *PUBLISHED, *QUOTE)
"""What stands in the columns of figures, in their order."""

Borne = tuple[int, bool, str]
"""The place of an event, a claim that bears on it, and whether that is shared with other events."""
NO_EVENT = (None,) * len(EVENT)
NO_FIGURE = ((None,) * len(FIGURE),)


def figures_of_versions(
    session: Session, sks: Sequence[int], view: View, *, bare: bool = False
) -> Columns:
    """The figures of the counted claims that bear on the events of these versions.

    They are those of ``event_claims``, in the order of the versions, then by claim. One about a
    collection stands at each of its parts. ``bare`` gives a claim without figures one row.
    """
    return _beside(session, _events_of(session, sks), view, bare=bare)


def figures_of_events(session: Session, ids: Sequence[str], view: View) -> Columns:
    """The same of these events, whichever their versions."""
    known = {event[0]: event for event in _events(session, ids, view.known_at)}
    return _beside(session, [known[key] for key in ids], view, bare=False)


def _beside(session: Session, events: Sequence[Line], view: View, *, bare: bool) -> Columns:
    links = _links(session, [event[0] for event in events], view.known_at)
    subjects = {event[0]: event[0] for event in events} | links.stands_for
    own, heads = _about(session, subjects, view)
    borne = [
        (place, shared, claim)
        for place, event in enumerate(events)
        for claim, shared in _bearing(event[0], links, own)
    ]
    return _table(session, events, borne, heads, bare=bare)


def figures_of_claims(
    session: Session, ids: Sequence[str], at: datetime, *, bare: bool = False
) -> Columns:
    """The figures of these claims, each beside the event that it is about, if there is one."""
    heads = {head[0]: head for head in _heads(session, at, among(session, Claim.id, ids))}
    about = {key: head[_EVENT_ID] for key, head in heads.items()}
    events = sorted({event for event in about.values() if event is not None})
    links = _links(session, events, at)
    first = dict(zip(events, events, strict=True)) | links.stands_for
    shown = [NO_EVENT, *_events(session, sorted(set(first.values())), at)]
    place = {event[0]: place for place, event in enumerate(shown)}
    borne = [(place.get(first.get(about[key]), 0), False, key) for key in ids if key in heads]
    return _table(session, shown, borne, heads, bare=bare)


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
    rows = fetched(session, version.where(among(session, EventSummary.sk, sks)))
    found = {row[0]: row[1:] for row in rows}
    return [found[sk] for sk in sks]


def _events(session: Session, ids: Sequence[str], at: datetime) -> list[Line]:
    known = select(*_EVENT).where(Event.recorded_at <= at, among(session, Event.id, ids))
    return fetched(session, known)


def _about(
    session: Session, subjects: Mapping[str, str], view: View
) -> tuple[dict[str, list[str]], dict[str, Line]]:
    """By the event that ``subjects`` gives the claims about its events, and about these claims."""
    counted = counted_claim(view)
    own: dict[str, list[str]] = defaultdict(list)
    found: dict[str, Line] = {}
    frontier, column, place = dict(subjects), Claim.event_id, _EVENT_ID
    while frontier:
        about = among(session, column, sorted(frontier))
        above, frontier = frontier, {}
        for head in _heads(session, view.known_at, counted, about):
            key = head[0]
            if key not in found:
                found[key] = head
                frontier[key] = event = above[head[place]]
                own[event].append(key)
        column, place = Claim.about_id, _ABOUT_ID
    return own, found


_EVENT_ID, _ABOUT_ID, _CLAIMANT_ID, _DOCUMENT_ID = 1, 2, 3, 4
"""Where in a head stand the ids that are no cells."""
_SPOKEN, _QUOTE, _OCCURRENCE = slice(7, 13), slice(13, 16), slice(16, 21)


def _heads(session: Session, at: datetime, *conditions: ColumnElement[bool]) -> list[Line]:
    """Claims with quote and occurrence; their life is that at an instant."""
    status = case(
        (Claim.ended_at <= at, type_coerce(Claim.status, Text)),
        (Claim.accepted_at <= at, str(Status.ACCEPTED)),
        else_=str(Status.PENDING),
    )
    accepted = case((Claim.accepted_at <= at, type_coerce(Claim.accepted_at, Text)))
    ids = (Claim.id, Claim.event_id, Claim.about_id, Claim.claimant_id, Claim.document_id)
    words = (Claim.stance, Claim.polarity, Claim.distribution, status, Claim.basis, Claim.said_edtf)
    quote = (Quote.exact, Quote.start, Quote.end)
    dates = (Occurrence.occurred_edtf, Occurrence.occurred_from, Occurrence.occurred_to)
    sides = (Occurrence.attacker, Occurrence.defender)
    cells = map(_plain, (accepted, Claim.kind, *words, *quote, *dates, *sides))
    query = (
        select(*map(_id, ids), *cells)
        .outerjoin(Quote, Quote.id == Claim.quote_id)
        .outerjoin(Occurrence, Occurrence.claim_id == Claim.id)
    )
    return fetched(session, query.where(*conditions))


def _table(
    session: Session,
    events: Sequence[Line],
    borne: Sequence[Borne],
    heads: Mapping[str, Line],
    *,
    bare: bool,
) -> Columns:
    """The columns of what these claims say, where they stand beside these events."""
    figures = _figures(session, sorted(heads))
    without = NO_FIGURE if bare else ()
    beside_event: list[int] = []
    is_shared: list[bool] = []
    of_claim: list[int] = []
    found: list[Line] = []
    places = dict(zip(heads, range(len(heads)), strict=True))
    for event, shared, claim in borne:
        said = figures.get(claim, without)
        found += said
        beside_event += [event] * len(said)
        is_shared += [shared] * len(said)
        of_claim += [places[claim]] * len(said)
    if not found:
        return [()] * len(FIGURE_COLUMNS)
    occurrence, beside = _claim_columns(session, heads)
    return [
        *(_spread(column, beside_event) for column in zip(*events, strict=True)),
        is_shared,
        *(_spread(column, of_claim) for column in occurrence),
        *zip(*found, strict=True),
        *(_spread(column, of_claim) for column in beside),
    ]


def _spread(column: Sequence[Any], order: Sequence[int]) -> list[Any]:
    return list(map(column.__getitem__, order))


def _claim_columns(session: Session, heads: Mapping[str, Line]) -> tuple[Columns, Columns]:
    """What stands before the figures of these claims, and what stands behind them."""
    columns: Columns = list(zip(*heads.values(), strict=True))
    keys, claimants, sources = columns[0], columns[_CLAIMANT_ID], columns[_DOCUMENT_ID]
    chains = _chains(session, sorted(keys))
    documents = _documents(session, set(sources))
    sides = sides_of(session, set(claimants))
    named = {*claimants, *(source for chain in chains.values() for source in chain)}
    names = _keys(session, Source, named | {one[2] for one in documents.values()} - {None})
    said_by = lru_cache(None)(lambda chain: ";".join(map(names.__getitem__, chain)) or None)
    published = zip(*map(documents.__getitem__, sources), strict=True)
    document, title, publisher, url, date = published
    edtf, first, end, attacker, defender = columns[_OCCURRENCE]
    occurrence = [edtf, _written(first), _written(end), attacker, defender]
    beside = [
        keys,
        columns[6],
        list(map(names.__getitem__, claimants)),
        list(map(sides.get, claimants)),
        [said_by(tuple(chains.get(key, ()))) for key in keys],
        *columns[_SPOKEN],
        _written(columns[5]),
        *(document, title, list(map(names.get, publisher)), url, date),
        *columns[_QUOTE],
    ]
    return occurrence, beside


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
    found = fetched(session, query.where(among(session, one.id, sorted(ids))))
    return {row[0]: row for row in found}


def _keys(session: Session, model: Any, ids: Iterable[str]) -> dict[str | None, str]:
    query = select(_id(model.id), model.key).where(among(session, model.id, sorted(ids)))
    return dict(fetched(session, query))


def _figures(session: Session, ids: Sequence[str]) -> dict[str, list[Line]]:
    """By claim: counts, casualties, damage, tallies, each in the order of the claim."""
    found: dict[str, list[Line]] = defaultdict(list)
    count, harm, damage, tally = InterceptionCount, Casualty, Damage, Tally
    counts = _measured(session, count, ids, _id(count.munition_id), count.outcome)
    munitions = _keys(session, Munition, {row[4] for row in counts} - {None})
    for claim, low, high, said, munition, outcome in counts:
        key = munitions.get(munition)
        found[claim].append(("count", key, outcome, *NOBODY, None, None, low, high, said))
    for claim, *ends, side, status, kind in _measured(
        session, harm, ids, harm.side, harm.status, harm.harm
    ):
        found[claim].append(("casualty", None, None, side, status, kind, None, None, *ends))
    for claim, *ends, thing, severity in _measured(
        session, damage, ids, damage.object, damage.severity
    ):
        found[claim].append(("damage", None, None, *NOBODY, thing, severity, *ends))
    for claim, *ends, thing in _measured(session, tally, ids, tally.object):
        found[claim].append(("tally", None, None, *NOBODY, thing, None, *ends))
    return found


NOBODY = (None,) * len(PEOPLE)


def _measured(session: Session, table: Any, ids: Sequence[str], *columns: Any) -> list[Line]:
    kept = table.low, table.high, table.said, *columns
    return _ordered(session, select(_id(table.claim_id), *map(_plain, kept)), table, ids)


def _ordered(
    session: Session, query: Select[*tuple[Any, ...]], table: Any, ids: Sequence[str]
) -> list[Line]:
    """The rows of these claims; those of one claim come together, in its order."""
    these = query.where(among(session, table.claim_id, ids))
    return fetched(session, these.order_by(table.claim_id, table.position))


def _id(column: Any) -> ColumnElement[str]:
    """An id as text, which it is not for every driver."""
    return cast(column, Text)


def _plain(column: Any) -> ColumnElement[Any]:
    """A column as the driver gives it, without the conversion of each word and instant."""
    return type_coerce(column, Text)


_EVENT = (_id(Event.id), Event.label, _plain(Event.kind), _plain(Event.scope))


def _written(instants: Iterable[str | datetime | None]) -> list[str | None]:
    """Instants as drivers give them, as they are written; few of them differ."""
    told = {instant: _instant(instant) for instant in set(instants)}
    return list(map(told.__getitem__, instants))


def _instant(instant: str | datetime | None) -> str | None:
    if isinstance(instant, str):  # SQLite: 2024-05-01 04:30:00.000000, always UTC.
        return f"{instant.removesuffix('.000000').replace(' ', 'T')}Z"
    return None if instant is None else isoformat_z(instant)
