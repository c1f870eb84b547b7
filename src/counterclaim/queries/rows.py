"""The rows of claims and of what hangs on them, read as plain tuples: what the resolver is fed.

Of words, instants and moments only one copy is made, for the same few come again and again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from counterclaim.db import instant, plain_rows
from counterclaim.moment import Moment
from counterclaim.queries.referents import Span, span
from counterclaim.resolve import inputs
from counterclaim.vocabulary import (
    Basis,
    ClaimKind,
    Credibility,
    Distribution,
    EventKind,
    Harm,
    HarmStatus,
    Outcome,
    PlaceMethod,
    PlacePrecision,
    PlaceRole,
    Precision,
    Scope,
    Severity,
    Stance,
    Status,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.referents import MunitionRow, PlaceRow, Tree


@dataclass(slots=True, eq=False)
class ClaimRow:
    """A claim that was accepted at some time, with when and between whom it says it was."""

    id: str
    event_id: str
    kind: ClaimKind
    claimant_id: str
    document_id: str
    quote_id: str | None
    stance: Stance
    polarity: int
    distribution: Distribution
    said_edtf: str | None
    said_from: datetime | None
    said_to: datetime | None
    recorded_at: datetime
    basis: Basis
    status: Status
    accepted_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    occurred: Moment | None
    attacker: str | None
    defender: str | None
    target: str | None
    attributed: bool


class EventRow(NamedTuple):
    """An event."""

    id: str
    number: int
    kind: EventKind
    scope: Scope
    label: str
    recorded_at: datetime


class DocumentRow(NamedTuple):
    """A document; ``origin`` is the one at the root of its syndication."""

    id: str
    publisher_id: str | None
    published_from: datetime | None
    origin: str


EVENTS = (
    "SELECT CAST(id AS TEXT), number, kind, scope, label, recorded_at FROM event WHERE id IN (:ids)"
)
CLAIMS = (
    "SELECT CAST(c.id AS TEXT), CAST(c.event_id AS TEXT), c.kind, CAST(c.claimant_id AS TEXT),"
    " CAST(c.document_id AS TEXT), CAST(c.quote_id AS TEXT), c.stance, c.polarity, c.distribution,"
    " c.said_edtf, c.said_from, c.said_to, c.recorded_at, c.basis, c.status, c.accepted_at,"
    " c.ended_at, c.end_reason, o.occurred_edtf, o.occurred_from, o.occurred_to, o.precision,"
    " o.attacker, o.defender, o.target, a.source_id IS NOT NULL"
    " FROM claim c LEFT JOIN occurrence o ON o.claim_id = c.id"
    " LEFT JOIN attribution a ON a.claim_id = c.id AND a.position = 0"
    " WHERE c.accepted_at IS NOT NULL AND c.event_id IN (:ids) ORDER BY c.id"
)
DOCUMENTS = (
    "SELECT CAST(id AS TEXT), CAST(publisher_id AS TEXT), published_from,"
    " CAST(syndicated_from_id AS TEXT) FROM document WHERE id IN (:ids)"
)
QUOTES = "SELECT CAST(id AS TEXT), exact FROM quote WHERE id IN (:ids)"
ASSESSMENTS = (
    "SELECT CAST(claim_id AS TEXT), credibility, recorded_at, ended_at FROM assessment"
    " WHERE claim_id IN (:ids)"
)
COUNTS = (
    "SELECT CAST(claim_id AS TEXT), CAST(munition_id AS TEXT), outcome, low, high, said"
    " FROM interception_count WHERE claim_id IN (:ids) ORDER BY claim_id, position"
)
FACTS = (
    "SELECT CAST(claim_id AS TEXT), CAST(munition_id AS TEXT) FROM munition_fact"
    " WHERE claim_id IN (:ids)"
)
CASUALTIES = (
    "SELECT CAST(claim_id AS TEXT), side, status, harm, low, high, said FROM casualty"
    " WHERE claim_id IN (:ids) ORDER BY claim_id, position"
)
DAMAGE = (
    "SELECT CAST(claim_id AS TEXT), object, severity, low, high, said FROM damage"
    " WHERE claim_id IN (:ids) ORDER BY claim_id, position"
)
SITES = (
    "SELECT CAST(claim_id AS TEXT), CAST(place_id AS TEXT), role, said, latitude, longitude,"
    " uncertainty_m, precision, method FROM claim_place"
    " WHERE claim_id IN (:ids) ORDER BY claim_id, position"
)


Word = TypeVar("Word", bound=Term)


def _by_text(vocabulary: type[Word]) -> dict[str, Word]:
    return {str(word): word for word in vocabulary}


EVENT_KINDS, SCOPES, KINDS = _by_text(EventKind), _by_text(Scope), _by_text(ClaimKind)
STANCES, DISTRIBUTIONS = _by_text(Stance), _by_text(Distribution)
BASES, STATUSES, CREDIBILITIES = _by_text(Basis), _by_text(Status), _by_text(Credibility)
OUTCOMES, HARM_STATUSES, HARMS = _by_text(Outcome), _by_text(HarmStatus), _by_text(Harm)
SEVERITIES, ROLES = _by_text(Severity), _by_text(PlaceRole)
PRECISIONS, METHODS = _by_text(PlacePrecision), _by_text(PlaceMethod)


def read_events(session: Session, ids: Iterable[str]) -> Iterator[EventRow]:
    """These events."""
    for id_, number, kind, scope, label, recorded in plain_rows(session, EVENTS, ids):
        yield EventRow(id_, number, EVENT_KINDS[kind], SCOPES[scope], label, instant(recorded))


def read_claims(session: Session, event_ids: Iterable[str]) -> list[ClaimRow]:
    """The claims about these events that were accepted at some time, by id."""
    return [_claim(cells) for cells in plain_rows(session, CLAIMS, event_ids)]


def _claim(cells: tuple[Any, ...]) -> ClaimRow:
    edtf, start, end, precision = cells[18:22]
    occurred = None if edtf is None else _moment(edtf, start, end, precision)
    values: tuple[Any, ...] = (*cells[:18], occurred, *cells[22:])
    row = ClaimRow(*values)
    row.kind, row.stance = KINDS[row.kind], STANCES[row.stance]
    row.distribution = DISTRIBUTIONS[row.distribution]
    row.basis, row.status = BASES[row.basis], STATUSES[row.status]
    row.recorded_at, row.accepted_at = instant(row.recorded_at), instant(row.accepted_at)
    row.said_from = row.said_from and instant(row.said_from)
    row.said_to = row.said_to and instant(row.said_to)
    row.ended_at = row.ended_at and instant(row.ended_at)
    row.attributed = bool(row.attributed)
    return row


@lru_cache(maxsize=8192)
def _moment(
    edtf: str, start: str | datetime | None, end: str | datetime | None, precision: str | None
) -> Moment:
    return Moment(
        edtf,
        None if start is None else instant(start),
        None if end is None else instant(end),
        Precision(precision or Precision.INTERVAL),
    )


def read_documents(session: Session, ids: Iterable[str]) -> dict[str, DocumentRow]:
    """These documents; their texts, which may be long, stay where they are."""
    found: dict[str, tuple[str, str | None, Any, str | None]] = {}
    wanted = asked = set(ids)
    while wanted:
        found.update((row[0], row) for row in plain_rows(session, DOCUMENTS, wanted))
        wanted = {row[3] for row in found.values() if row[3]} - found.keys()
    return {
        key: DocumentRow(key, found[key][1], _maybe(found[key][2]), _root(found, key))
        for key in asked
    }


def _maybe(value: str | datetime | None) -> datetime | None:
    return None if value is None else instant(value)


def _root(found: Mapping[str, tuple[Any, ...]], key: str) -> str:
    seen = {key}
    while (higher := found[key][3]) is not None and higher in found and higher not in seen:
        key = higher
        seen.add(key)
    return key


def read_assessments(
    session: Session, claim_ids: Iterable[str]
) -> dict[str, list[tuple[Credibility, Span]]]:
    """How credible these claims were ever found, and when; only of those that were assessed."""
    found: dict[str, list[tuple[Credibility, Span]]] = {}
    for claim_id, credibility, since, until in plain_rows(session, ASSESSMENTS, claim_ids):
        found.setdefault(claim_id, []).append((CREDIBILITIES[credibility], span(since, until)))
    return found


def read_quotes(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """The words of these quotes, by id."""
    return {key: exact for key, exact in plain_rows(session, QUOTES, ids)}


def read_counts(
    session: Session, claim_ids: Iterable[str], munitions: Tree[MunitionRow]
) -> dict[str, tuple[list[inputs.Count], set[str]]]:
    """What these claims count, and the ids of the munitions they count; reads these, too."""
    rows = plain_rows(session, COUNTS, claim_ids)
    munitions.read({row[1] for row in rows})
    found: dict[str, tuple[list[inputs.Count], set[str]]] = {}
    for claim_id, munition_id, outcome, low, high, said in rows:
        counts, named = found.setdefault(claim_id, ([], set()))
        key = None
        if munition_id is not None:
            named.add(munition_id)
            key = munitions.rows[munition_id].key
        counts.append(inputs.Count(key, OUTCOMES[outcome], low, high, said))
    return found


def read_facts(
    session: Session, claim_ids: Iterable[str], munitions: Tree[MunitionRow]
) -> dict[str, set[str]]:
    """The ids of the munitions of which these claims state properties; reads these, too."""
    found: dict[str, set[str]] = {}
    for claim_id, munition_id in plain_rows(session, FACTS, claim_ids):
        found.setdefault(claim_id, set()).add(munition_id)
    munitions.read(set().union(*found.values()))
    return found


def read_casualties(session: Session, claim_ids: Iterable[str]) -> dict[str, list[inputs.Casualty]]:
    """Whom these claims say to be harmed."""
    found: dict[str, list[inputs.Casualty]] = {}
    for claim_id, side, status, harm, *quantity in plain_rows(session, CASUALTIES, claim_ids):
        harmed = inputs.Casualty(side, HARM_STATUSES[status], HARMS[harm], *quantity)
        found.setdefault(claim_id, []).append(harmed)
    return found


def read_damage(session: Session, claim_ids: Iterable[str]) -> dict[str, list[inputs.Damage]]:
    """What these claims say to be damaged."""
    found: dict[str, list[inputs.Damage]] = {}
    for claim_id, thing, severity, *quantity in plain_rows(session, DAMAGE, claim_ids):
        damaged = inputs.Damage(thing, SEVERITIES[severity], *quantity)
        found.setdefault(claim_id, []).append(damaged)
    return found


def read_sites(
    session: Session, claim_ids: Iterable[str], places: Tree[PlaceRow]
) -> dict[str, tuple[list[inputs.Site], list[str]]]:
    """Where these claims say it was, and the ids of the places they name; reads these, too."""
    rows = plain_rows(session, SITES, claim_ids)
    places.read({row[1] for row in rows})
    found: dict[str, tuple[list[inputs.Site], list[str]]] = {}
    for claim_id, place_id, role, said, latitude, longitude, radius, precision, method in rows:
        sites, named = found.setdefault(claim_id, ([], []))
        place = None
        if place_id is not None:
            named.append(place_id)
            place = places.rows[place_id]
        sites.append(
            inputs.Site(
                ROLES[role],
                place and place.key,
                place and place.name,
                said,
                place and place.country,
                place and place.region,
                latitude,
                longitude,
                radius,
                PRECISIONS[precision],
                method and METHODS[method],
            )
        )
    return found
