"""An event and its claims as a bundle of STIX 2.1, for those who keep their sources in such tools.

The event is an ``incident``, what holds it together a ``report``. A claim that takes a position on
the event is an ``opinion`` in its exact words, any other one and every number a ``note``; a voice
that says the event took place is a ``sighting``, and its count how often it says so. Munitions are
no ``malware`` and no ``tool``: STIX has no word for them, so they stand in notes and, exactly, in
the extension that the bundle defines.

Ids and times come from the store: one state gives one bundle, byte for byte. STIX sets its own
UUIDv5 namespace aside for cyber observables (2.1, 2.9), so ids made here are of another one.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from counterclaim.db import dumps
from counterclaim.export.telling import (
    claim_title,
    event_sentences,
    numbers_of,
)
from counterclaim.queries.callings import call_all, sources_by_key
from counterclaim.queries.claims import claims_out, event_claims
from counterclaim.vocabulary import ClaimKind, Credibility, SourceKind, Stance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from counterclaim.models import Source
    from counterclaim.queries.asof import View
    from counterclaim.resolve.wording import Names
    from counterclaim.schemas.claim import ClaimOut

MEDIA_TYPE = "application/stix+json;version=2.1"
NAMESPACE = uuid.UUID("3f1d6f7e-0a53-5f0c-8d3a-6b6d1c2e9b40")
EPOCH = "2026-01-01T00:00:00.000Z"
"""When the objects were made that are the same in every bundle."""


def _id(kind: str, *parts: str) -> str:
    """An id that is the same whenever it is made; ids of rows can be UUIDv7, which STIX lacks."""
    return f"{kind}--{uuid.uuid5(NAMESPACE, dumps(parts))}"


MAKER = _id("identity", "counterclaim")
EXTENSION = _id("extension-definition", "claim figures", "1.0.0")
SCHEMA = (
    "Of an incident: occurred (EDTF), attacker, defender. Of a report: grade,"
    " policy. Of a note:"
    " claim (UUID), claimant (key), stance, polarity, figures. Each figure has table (munition,"
    " casualty, damage), subject (key of a munition, side or object), status (of people), measure,"
    " low and high (both inclusive) and said, the words. What is not known is left out and is not"
    " zero: without high a figure is open."
)
OPINIONS = {
    Stance.ASSERTS: "agree",
    Stance.ADMITS: "agree",
    Stance.DENIES: "disagree",
    Stance.DECLINES: "neutral",
}
"""Nobody's opinion is made stronger than their words: the strong values are not used."""

CONFIDENCE = {
    Credibility.CONFIRMED: 90,
    Credibility.PROBABLE: 70,
    Credibility.POSSIBLE: 50,
    Credibility.DOUBTFUL: 30,
    Credibility.IMPROBABLE: 10,
}
"""STIX 2.1, appendix A, admiralty credibility; 6 has no number there either."""

CLASSES = {
    SourceKind.OFFICIAL: "individual",
    SourceKind.GROUP: "group",
    SourceKind.DATA_SET: "system",
    SourceKind.OTHER: "unknown",
}
Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """An event as served, the claims that bear on it, and who is who."""

    event: Mapping[str, Any]
    claims: Sequence[ClaimOut]
    sources: Mapping[str, Source]
    names: Names
    state: str
    base: str

    @property
    def incident(self) -> str:
        """The id of the event's object."""
        return _id("incident", self.event["id"])

    @property
    def times(self) -> tuple[str, str]:
        """Since when the event is told of, and when what is told of it last changed."""
        updated = _time(self.event["updated_at"])
        return min([updated, *map(_accepted, self.claims)]), updated


def event_bundle(session: Session, event: Mapping[str, Any], view: View, base: str) -> bytes:
    """The bundle of an event as served in a state; ``base`` is the server's address."""
    from stix2 import v21  # noqa: PLC0415 - a third of a second that only its readers wait for

    claims = claims_out(session, event_claims(session, event["id"], view), view.known_at)
    speaking = {claim.claimant for claim in claims}
    publishing = {claim.document.publisher for claim in claims if claim.document.publisher}
    munitions = [count.munition for claim in claims for count in claim.counts if count.munition]
    told = Told(
        event,
        claims,
        sources_by_key(session, speaking | publishing),
        call_all(session, speaking, munitions, view.known_at),
        f"{view.policy} {view.claimed_by or ''}",
        base,
    )
    nodes = list(bundle_nodes(told))
    made = v21.Bundle(
        objects=[v21.OBJ_MAP[node["type"]](**node) for node in nodes],
        id=_id("bundle", dumps(nodes)),
    )
    found: str = made.serialize()
    return found.encode()


def bundle_nodes(told: Told) -> Iterator[Node]:
    """The objects of a bundle, what is referred to before what refers to it."""
    yield from _ground()
    inside = [
        *map(_identity, told.sources.values()),
        _incident(told),
        *_places(told),
        *(node for claim in told.claims for node in _claim(claim, told)),
        *_sightings(told),
    ]
    yield from inside
    yield _report(told, [node["id"] for node in inside])


def _ground() -> Iterator[Node]:
    yield _node("identity", MAKER, EPOCH, name="Counterclaim", identity_class="system") | {
        "created_by_ref": MAKER
    }
    yield _node(
        "extension-definition",
        EXTENSION,
        EPOCH,
        name="Sourced figures of claims",
        description="What claims say exactly of an event: who, how, and each number as interval.",
        schema=SCHEMA,
        version="1.0.0",
        extension_types=["property-extension"],
    )


def _identity(source: Source) -> Node:
    return _node(
        "identity",
        _id("identity", source.id),
        _time(source.recorded_at.isoformat()),
        name=source.name,
        identity_class=CLASSES.get(source.kind, "organization"),
        labels=[str(source.kind)],
        external_references=_references(("counterclaim", source.url, source.key, None)),
    )


def _incident(told: Told) -> Node:
    event = told.event
    return _node(
        "incident",
        told.incident,
        *told.times,
        name=event["label"],
        labels=[event["kind"], event["scope"]],
        external_references=_references(
            ("counterclaim", f"{told.base}v1/events/{event['id']}", event["id"], None)
        ),
        extensions=_extension(
            occurred=(event["occurred"] or {}).get("edtf"),
            attacker=event["attacker"],
            defender=event["defender"],
        ),
    )


def _places(told: Told) -> Iterator[Node]:
    """Places that STIX can hold, with coordinates or a country, and what they are to the event."""
    for place in told.event["places"]:
        known = place["latitude"] is not None
        if not known and place["country"] is None:
            continue
        name = place["name"] or place["said"]
        parts = told.event["id"], dumps(place)
        at = told.times[0]
        precision = place["uncertainty_m"] if known else None
        yield _node(
            "location",
            _id("location", *parts),
            at,
            name=name,
            latitude=place["latitude"],
            longitude=place["longitude"],
            precision=None if precision is None else float(precision),
            country=place["country"],
            administrative_area=place["region"],
        )
        yield _node(
            "relationship",
            _id("relationship", *parts),
            at,
            relationship_type="related-to",
            description=place["role"],
            source_ref=told.incident,
            target_ref=_id("location", *parts),
        )


def _claim(claim: ClaimOut, told: Told) -> Iterator[Node]:
    """A claim as an opinion if it takes a position on the event, and a note of its numbers."""
    opinion = _opinion(claim)
    common: Node = {
        "authors": [told.sources[claim.claimant].name],
        "object_refs": [told.incident],
        "labels": [str(claim.kind), str(claim.stance)],
        "external_references": _documented(claim, told),
        "confidence": CONFIDENCE.get(claim.assessment.credibility) if claim.assessment else None,
    }
    at = {"at": _accepted(claim), "modified": _changed(claim)}
    words = claim.quote.exact if claim.quote else None
    if opinion is not None:
        yield _node(
            "opinion", _id("opinion", claim.id), opinion=opinion, explanation=words, **at, **common
        )
    figures = [
        _known(said.key._asdict() | said.quantity.model_dump()) for said in numbers_of(claim)
    ]
    if figures or opinion is None:
        title = claim_title(claim, told.names)
        yield _node(
            "note",
            _id("note", claim.id),
            abstract=title,
            content=words or title,
            extensions=_extension(
                claim=claim.id,
                claimant=claim.claimant,
                stance=str(claim.stance),
                polarity=claim.polarity,
                figures=figures,
            ),
            **at,
            **common,
        )


def _opinion(claim: ClaimOut) -> str | None:
    """What a claim thinks of the event; None where it speaks of something else."""
    if claim.kind not in {ClaimKind.OCCURRENCE, ClaimKind.POSITION}:
        return None
    if claim.polarity < 0 and claim.stance is Stance.ASSERTS:
        return "disagree"
    return OPINIONS.get(claim.stance)


def _sightings(told: Told) -> Iterator[Node]:
    """One for each claimant who says that the event took place."""
    seen: dict[str, list[ClaimOut]] = defaultdict(list)
    for claim in told.claims:
        if claim.kind is ClaimKind.OCCURRENCE and _opinion(claim) == "agree":
            seen[claim.claimant].append(claim)
    for claimant, claims in sorted(seen.items()):
        documents = {claim.document.id: claim for claim in claims}
        yield _node(
            "sighting",
            _id("sighting", told.event["id"], told.state, claimant),
            *told.times,
            sighting_of_ref=told.incident,
            where_sighted_refs=[_id("identity", told.sources[claimant].id)],
            count=len(claims),
            summary=True,
            description="How many claims of this source say that the event took place.",
            external_references=[
                one for claim in documents.values() for one in _documented(claim, told)
            ],
        )


def _report(told: Told, inside: list[str]) -> Node:
    event = told.event
    claimants = {claim.id: claim.claimant for claim in told.claims}
    documents = {claim.document.id: claim for claim in told.claims}
    return _node(
        "report",
        _id("report", told.event["id"], told.state),
        *told.times,
        name=event["label"],
        published=_time(event["updated_at"]),
        description="\n".join(event_sentences(event, claimants, told.names)) or None,
        object_refs=inside,
        extensions=_extension(grade=event["grade"], policy=event["policy"]),
        external_references=[
            one for claim in documents.values() for one in _documented(claim, told)
        ],
    )


def _node(kind: str, key: str, at: str, modified: str | None = None, **members: Any) -> Node:
    """An object with what all have; members that are None or empty are left out."""
    told = _known(members)
    head = {"type": kind, "spec_version": "2.1", "id": key, "created_by_ref": MAKER}
    return {**head, "created": at, "modified": modified or at, **told}


def _extension(**members: Any) -> Node:
    return {EXTENSION: {"extension_type": "property-extension", **_known(members)}}


def _known(members: Mapping[str, Any]) -> Node:
    """Without what is not known or empty: STIX has no null."""
    return {name: value for name, value in members.items() if value not in (None, [], "")}


def _documented(claim: ClaimOut, told: Told) -> list[Node]:
    document = claim.document
    publisher = told.sources.get(document.publisher or "")
    name = publisher.name if publisher else "document"
    return _references((name, document.url, document.id, document.title))


def _references(*given: tuple[str, str | None, str, str | None]) -> list[Node]:
    named = ("source_name", "url", "external_id", "description")
    return [{name: value for name, value in zip(named, one, strict=True) if value} for one in given]


def _accepted(claim: ClaimOut) -> str:
    return _time(claim.accepted_at or claim.recorded_at)


def _changed(claim: ClaimOut) -> str:
    judged = _time(claim.assessment.recorded_at) if claim.assessment else ""
    return max(_accepted(claim), judged)


def _time(instant: str) -> str:
    """An instant in UTC as STIX writes it, to the millisecond."""
    whole, _, rest = instant.removesuffix("Z").removesuffix("+00:00").partition(".")
    return f"{whole}.{rest[:3]:0<3}Z"
