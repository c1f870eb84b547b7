"""Reads a claim as posted into rows; nothing is written.

Every problem is collected with a JSON pointer into the claim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterclaim.db import new_id
from counterclaim.errors import InputError
from counterclaim.models import Attribution, Claim, MunitionFact, Occurrence, Source
from counterclaim.moment import parse_moment
from counterclaim.store.claims.content import Content, say
from counterclaim.store.claims.figures import (
    read_casualties,
    read_counts,
    read_damage,
    read_facts,
    read_tallies,
)
from counterclaim.store.claims.shapes import Draft, Reading, Subject
from counterclaim.store.documents import quote_at
from counterclaim.store.places import read_place
from counterclaim.store.rows import is_of, new_row
from counterclaim.vocabulary import AttributionRole, SourceKind, Speech, Status

if TYPE_CHECKING:
    from counterclaim.db import Base
    from counterclaim.models import Quote
    from counterclaim.quantity import Quantity
    from counterclaim.schemas.imported import ImportedClaim
    from counterclaim.schemas.incoming import ClaimIn


def read_claim(reading: Reading, subject: Subject) -> Draft | None:
    """The rows of a claim, or None with the problems noted."""
    shape = reading.shape
    chain = [
        reading.find(Source, name, f"/said_by/{place}") for place, name in enumerate(shape.said_by)
    ]
    claimant_id = _claimant(reading, chain)
    quote = _quote(reading)
    _check_subject(reading, subject)
    quantities: list[tuple[Quantity, str]] = []
    counts = read_counts(reading, quantities)
    rows: list[Base] = [
        *_attributions(shape, chain),
        *_places(reading),
        *(count for count, _path in counts),
        *read_casualties(reading, quantities),
        *read_damage(reading, quantities),
        *read_tallies(reading, quantities),
        *read_facts(reading),
    ]
    occurrence = _occurrence(reading)
    if reading.problems or claimant_id is None:
        return None
    if occurrence is not None:
        rows.append(occurrence)
    claim, content = _claim(reading, subject, claimant_id, quote, rows)
    return Draft(claim, reading.document, quote, rows, counts, quantities, content)


def _claim(
    reading: Reading, subject: Subject, claimant_id: str, quote: Quote | None, rows: list[Base]
) -> tuple[Claim, Content]:
    shape, document, row = reading.shape, reading.document, reading.row
    said = parse_moment(shape.said) if shape.said else None
    facts: list[Any] = [row for row in rows if is_of(row, MunitionFact)]
    alone = subject.event_id is None and subject.about_id is None
    values: dict[str, Any] = {
        "id": new_id(),
        "kind": shape.told_kind(),
        "event_id": subject.event_id,
        "munition_id": facts[0].munition_id if facts and alone else None,
        "about_id": subject.about_id,
        "claimant_id": claimant_id,
        "document_id": document.id,
        "quote_id": quote.id if quote else None,
        "import_row_id": row.id if row else None,
        "stance": shape.stance,
        "polarity": shape.polarity,
        "distribution": shape.distribution,
        "said_edtf": said.edtf if said else document.published_edtf,
        "said_from": said.start if said else document.published_from,
        "said_to": said.end if said else document.published_to,
        "basis": shape.basis,
        "inference_rule": shape.inference_rule,
        "recorded_at": reading.writer.at,
        "recorded_by": reading.writer.actor,
        "note": shape.note,
        "warnings": [],
        "status": Status.PENDING,
    }
    claim = new_row(Claim, values)
    content = say(claim, quote, rows, row.record if row else None)
    claim.content_key = content.key
    return claim, content


FIGURES = ("occurred", "places", "counts", "casualties", "damage")
"""What only the summary of an event can use."""


def _check_subject(reading: Reading, subject: Subject) -> None:
    shape = reading.shape
    not_found = shape.about is not None and subject.about_id is None
    if shape.event is not None or not_found:
        return
    for part in FIGURES:
        if getattr(shape, part):
            detail = "A claim with figures needs an event: give event, or leave the figures out."
            reading.fail(f"/{part}", detail)


def _claimant(reading: Reading, chain: list[Source | None]) -> str | None:
    if chain:
        return chain[0].id if chain[0] else None
    if reading.document.publisher_id is None:
        detail = "A claim in the document's own voice needs the document's publisher."
        reading.fail("/said_by", detail)
    return reading.document.publisher_id


def _quote(reading: Reading) -> Quote | None:
    found = reading.found
    if isinstance(found, InputError):
        reading.fail("/quote", found.message, found.suggestions)
        return None
    return None if found is None else quote_at(reading.document, found)


def _attributions(shape: ClaimIn | ImportedClaim, chain: list[Source | None]) -> list[Base]:
    own = Speech.INDIRECT if chain else Speech.UNATTRIBUTED
    speech = shape.speech or own
    links: list[Base] = []
    for position, source in enumerate(chain):
        role = AttributionRole.CLAIMANT if position == 0 else _later_role(source)
        source_id = source.id if source else None
        links.append(_link(position, source_id, role, speech))
    role = AttributionRole.PUBLISHER if chain else AttributionRole.CLAIMANT
    last = Speech.INDIRECT if chain else speech
    links.append(_link(len(chain), None, role, last))
    return links


def _link(position: int, source_id: str | None, role: AttributionRole, speech: Speech) -> Base:
    said = {"position": position, "source_id": source_id, "role": role, "speech": speech}
    return new_row(Attribution, said)


def _later_role(source: Source | None) -> AttributionRole:
    speaks = source is not None and source.kind is SourceKind.OFFICIAL
    return AttributionRole.SPOKESPERSON if speaks else AttributionRole.RELAY


def _occurrence(reading: Reading) -> Occurrence | None:
    shape, published = reading.shape, reading.document.published_to
    if not (shape.occurred or shape.attacker or shape.defender or shape.target):
        return None
    moment = parse_moment(shape.occurred) if shape.occurred else None
    said = parse_moment(shape.said) if shape.said else None
    for end, word in ((said.end if said else None, "said"), (published, "published")):
        if moment and moment.start and end and moment.start >= end:
            detail = f"It cannot have occurred on {moment.edtf}, after it was {word}."
            reading.fail("/occurred", detail)
            break
    values = {
        "occurred_edtf": moment.edtf if moment else None,
        "occurred_from": moment.start if moment else None,
        "occurred_to": moment.end if moment else None,
        "precision": moment.precision if moment else None,
        "attacker": shape.attacker,
        "defender": shape.defender,
        "target": shape.target,
    }
    return new_row(Occurrence, values)


def _places(reading: Reading) -> list[Base]:
    rows: list[Base] = []
    for place, shape in enumerate(reading.shape.places):
        path = f"/places/{place}"
        try:
            rows.append(read_place(reading.writer.names, shape, place))
        except InputError as error:
            reading.fail(path, error.message, error.suggestions)
    return rows
