"""A small store in which every kind of write has been made, for what must hold of them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterclaim.schemas.imported import ImportedClaim, ImportedEvent, Record, Reject
from counterclaim.schemas.incoming import CasualtyIn, DocumentIn
from counterclaim.store.imports import finish_import, start_import, take_rows
from counterclaim.store.keys import make_key, revoke_key
from counterclaim.store.redaction import redact_source
from counterclaim.store.releases import freeze_release
from counterclaim.store.review import (
    accept_claim,
    assess_claim,
    end_judgement,
    judge_events,
    rate_source,
    reject_claim,
    retract_claim,
    supersede_claim,
)
from counterclaim.store.review.decisions import publish
from counterclaim.vocabulary import Credibility, EventKind, Harm, Judgement, KeyScope, Reliability
from deciding import WHY, decide
from factories import REFERENCE, aland_claim, article, bland_claim, put_file

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from counterclaim.store.ledger import Writer


def put_everything(engine: Engine) -> None:
    """Rows of every table that a claim file fills, and each decision at least once."""
    put_file(engine, REFERENCE)
    first = put_file(engine, article(events=EVENTS, claims=CLAIMS))
    claims = {str(taken.ref): taken.id for taken in first.claims}
    events = {str(taken.ref): taken.id for taken in first.events}
    pending = put_file(engine, second(events["E1"]), accept=False)
    accepted, rejected, successor = (taken.id for taken in pending.claims)
    decide(engine, accept_claim, accepted, WHY)
    decide(engine, reject_claim, rejected, WHY)
    decide(engine, retract_claim, accepted, WHY)
    decide(engine, supersede_claim, claims["C2"], successor, WHY)
    decide(engine, assess_claim, claims["C1"], Credibility.DOUBTFUL, WHY)
    decide(engine, assess_claim, claims["C1"], Credibility.CONFIRMED, WHY)
    decide(engine, rate_source, "gazette", Reliability.B, WHY)
    decide(engine, rate_source, "gazette", Reliability.C, WHY)
    pair = events["E1"], events["E2"]
    decide(engine, judge_events, *pair, Judgement.UNSURE, WHY, 0.5)
    judged = decide(engine, judge_events, *pair, Judgement.SAME, WHY)
    decide(engine, end_judgement, judged.id, WHY)
    key, _secret = decide(engine, make_key, "anna", [KeyScope.CONTRIBUTE])
    decide(engine, revoke_key, key.id)
    decide(engine, make_key, "boris", [KeyScope.REVIEW])
    put_file(engine, {"sources": [{"key": "old-desk", "name": "Old Desk", "kind": "outlet"}]})
    decide(engine, redact_source, "old-desk", WHY)
    decide(engine, import_rows)
    decide(engine, freeze_release, "first", "For a paper.")


def import_rows(writer: Writer) -> None:
    """A batch of one row that became a claim, and one that was rejected."""
    batch = start_import(writer, "toy", "v1", "toy.csv", "0" * 64)
    record = Record(
        line=2,
        key="t1",
        original={"id": "t1", "dead": "2"},
        documents=[DocumentIn(title="Count t1", text="Two died.", publisher="gazette")],
        events=[ImportedEvent(key="t1", kind=EventKind.BATTLE, label="Fight t1")],
        claims=[ImportedClaim(event="t1", casualties=[CasualtyIn(harm=Harm.KILLED, count=2)])],
    )
    take_rows(writer, batch, [record, Reject(3, "t2", {"id": "t2"}, "dead", None, "None is told.")])
    finish_import(writer, batch)
    publish(writer)


EVENTS: list[dict[str, Any]] = [
    {"ref": "E1", "kind": "strike", "label": "Zeta-9 strike on Quarry"},
    {"ref": "E2", "kind": "strike", "label": "Another strike on Quarry"},
    {
        "ref": "G",
        "kind": "strike",
        "scope": "collection",
        "label": "Two strikes",
        "parts": ["E1", "E2"],
        "parts_basis": "They are told of together.",
    },
]

CLAIMS: list[dict[str, Any]] = [
    aland_claim(
        note="As the ministry's page has it.",
        places=[
            {"place": "quarry", "said": "at Quarry"},
            {
                "role": "launch",
                "said": "from the sea",
                "relative": {"anchor": "harbour", "distance_km": 12, "bearing": "northwest"},
            },
        ],
    ),
    bland_claim(),
    {
        "ref": "C3",
        "event": "G",
        "said_by": ["aland", "aland-mod"],
        "stance": "admits",
        "distribution": "collective",
        "quote": "Two soldiers were injured at Quarry and Harbour",
        "casualties": [{"side": "AA", "status": "military", "harm": "injured", "count": "two"}],
        "damage": [{"object": "radar", "severity": "damaged", "count": 1}],
        "tallies": [{"object": "places", "count": 2}],
    },
    {
        "ref": "C4",
        "said_by": ["bland-army"],
        "quote": "four of five Zeta-9 missiles",
        "munition_facts": [
            {"munition": "zeta-9", "property": "range_km", "value": "300", "unit": "km"}
        ],
    },
    {"ref": "C5", "about": "C1", "said_by": ["bland-army"], "quote": "The Bland Army said"},
]


def second(event_id: str) -> dict[str, Any]:
    """A second paper with three claims about one event."""
    return {
        "document": {
            "title": "The count",
            "text": "Six Zeta-9 missiles came to Quarry, then seven, then four.",
            "publisher": "courier",
            "published": {"edtf": "2024-05-03", "basis": "inferred", "rule": "By its place."},
            "url": "https://courier.example/count",
            "note": "A late edition.",
        },
        "claims": [
            {
                "event": event_id,
                "quote": quote,
                "counts": [{"munition": "Zeta-9", "launched": launched}],
            }
            for quote, launched in (
                ("Six Zeta-9 missiles came", 6),
                ("then seven", 7),
                ("then four", 4),
            )
        ],
    }
