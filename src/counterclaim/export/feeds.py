"""Events, claims and changes as entries of feeds."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import orjson

from counterclaim.export.atom import Entry, Link
from counterclaim.export.telling import (
    claim_sentences,
    claim_title,
    event_sentences,
    figures_of,
)
from counterclaim.queries.callings import call_all, claimants_of
from counterclaim.queries.claims import claims_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy.orm import Session

    from counterclaim.queries.events import Shown
    from counterclaim.resolve.wording import Names
    from counterclaim.schemas.claim import ClaimOut
    from counterclaim.schemas.ledger import ChangeOut

JSON = "application/json"
NAMESPACE = uuid.UUID("5f0f2a36-8a5e-5c07-b1cf-0d6cf6c7a9d1")
MOST_QUOTES = 5


def event_entries(
    session: Session, page: Sequence[Shown], known_at: datetime, base: str
) -> list[Entry]:
    """One entry per event: its figures with who gives them, and the words behind them."""
    events = [orjson.loads(shown.text) for shown in page]
    behind = {event["id"]: _claims_behind(event) for event in events}
    claimants = claimants_of(session, [claim for ids in behind.values() for claim in ids])
    names = call_all(session, claimants.values(), _munitions(events), known_at)
    quoted = [claim for ids in behind.values() for claim in ids[:MOST_QUOTES]]
    claims = {claim.id: claim for claim in claims_out(session, quoted, known_at)}
    return [
        _event_entry(event, behind[event["id"]], claims, claimants, names, base) for event in events
    ]


def claim_entries(
    session: Session, ids: Sequence[str], known_at: datetime, base: str
) -> list[Entry]:
    """One entry per claim; of one that no longer counts it says so, and why."""
    claims = claims_out(session, ids, known_at)
    munitions = [count.munition for claim in claims for count in claim.counts if count.munition]
    names = call_all(session, [claim.claimant for claim in claims], munitions, known_at)
    return [
        Entry(
            urn=f"urn:uuid:{claim.id}",
            title=claim_title(claim, names),
            updated=claim.ended_at or claim.accepted_at or claim.recorded_at,
            published=claim.recorded_at,
            summary="\n".join(claim_sentences(claim, names)),
            link=Link(f"{base}v1/claims/{claim.id}", "alternate", JSON),
            author=_claimant(claim, names),
            terms=(claim.kind, claim.stance, claim.status),
        )
        for claim in claims
    ]


def change_entries(changes: Iterable[ChangeOut], base: str) -> list[Entry]:
    """One entry per write, with the reason where something stopped to count."""
    return [_change_entry(change, base) for change in changes]


def feed_urn(query: str) -> str:
    """The name of the feed of a path with its filters, the same on every page and server."""
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, query)}"


def _event_entry(
    event: Mapping[str, Any],
    behind: Sequence[str],
    claims: Mapping[str, ClaimOut],
    claimants: Mapping[str, str],
    names: Names,
    base: str,
) -> Entry:
    said = [claims[key] for key in behind[:MOST_QUOTES] if key in claims]
    quotes = {
        claim.quote.exact: names.source(claim.claimant) for claim in said if claim.quote is not None
    }
    told = [f"In the words of {who}: “{words}”" for words, who in quotes.items()]
    noun = "strikes" if event["kind"] == "strike" else "events"
    return Entry(
        urn=f"urn:uuid:{event['id']}",
        title=event["label"],
        updated=event["updated_at"],
        summary="\n".join([*event_sentences(event, claimants, names), *told]) or event["label"],
        link=Link(f"{base}v1/{noun}/{event['id']}", "alternate", JSON),
        terms=tuple(filter(None, (event["kind"], event["scope"], event["grade"]))),
    )


def _change_entry(change: ChangeOut, base: str) -> Entry:
    done = change.action.replace("_", " ")
    reason = change.model_dump().get("reason") if change.tombstone else None
    told = [f"Entry {change.seq} of the ledger by {change.actor}: {done} {change.subject or ''}"]
    told += ["It no longer counts." if change.tombstone else ""]
    told += [f"Reason: {reason}" if reason else ""]
    return Entry(
        urn=f"urn:uuid:{uuid.uuid5(NAMESPACE, change.hash)}",
        title=f"{change.seq}: {done}",
        updated=change.at,
        summary="\n".join(filter(None, told)),
        link=Link(f"{base}v1/changes?since={change.seq - 1}&limit=1", "alternate", JSON),
        terms=tuple(
            filter(None, (change.action, change.noun, "tombstone" if change.tombstone else None))
        ),
    )


def _claimant(claim: ClaimOut, names: Names) -> str:
    """The claimant's name without an article."""
    found = (link.name for link in claim.attribution if link.source == claim.claimant)
    return next(found, None) or names.source(claim.claimant)


def _claims_behind(event: Mapping[str, Any]) -> list[str]:
    """Ids of the claims that an event's own figures rest on, then of those that it shares."""
    parts = [event, *event["shared"]]
    figures = (figure for part in parts for _key, figure in figures_of(part))
    return list(dict.fromkeys(claim for figure in figures for claim in figure["claims"]))


def _munitions(events: Iterable[Mapping[str, Any]]) -> list[str]:
    parts = [part for event in events for part in (event, *event["shared"])]
    return [line["key"] for part in parts for line in part["munitions"] if line["key"]]
