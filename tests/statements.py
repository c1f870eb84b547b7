"""Invented statements of two sides, and of what stands between them, about invented strikes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from factories import REFERENCE, put_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

PARTS = {"G1": ["E1", "E2"]}
"""Two strikes that one claim may speak of together."""
SPEAKERS = [
    {"key": "aland-navy", "name": "Aland Navy", "kind": "armed_force", "parent": "aland"},
    {"key": "drifter", "name": "Drifter", "kind": "official"},
]


def said(by: str | None, *counts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A claim about E1 by one source, by the document's own voice where that is None."""
    given = {"event": "E1", "said_by": [by] if by else [], "counts": list(counts), **fields}
    return {name: value for name, value in given.items() if value != []}


def zetas(**outcomes: Any) -> dict[str, Any]:
    """So many Zeta-9."""
    return {"munition": "zeta-9", **outcomes}


def killed(count: Any, side: str = "AA") -> dict[str, Any]:
    """So many soldiers of one side killed."""
    return {"side": side, "status": "military", "harm": "killed", "count": count}


def put_speakers(engine: Engine) -> None:
    """The small world, with a navy beside the ministry, and somebody of no known side."""
    put_file(engine, REFERENCE)
    put_file(engine, {"sources": SPEAKERS})


def put_statements(
    engine: Engine, claims: Sequence[dict[str, Any]], **document: Any
) -> tuple[dict[str, str], list[str]]:
    """One document with these claims: the ids of the events by their ref, and of the claims."""
    title = str(document.get("title", "Statements"))
    quotes = [f"{title}, statement {place}." for place in range(len(claims))]
    refs = sorted({claim["event"] for claim in claims})
    refs += [part for ref in refs for part in PARTS.get(ref, ()) if part not in refs]
    refs = [ref for ref in sorted(refs) if "-" not in ref]
    body = {
        "document": {
            "title": title,
            "text": " ".join(quotes),
            "publisher": "gazette",
            "published": "2024-05-09",
            **document,
        },
        "events": [
            {
                "ref": ref,
                "kind": "strike",
                "scope": "collection" if ref in PARTS else "single",
                "label": f"Strike {ref}",
                "parts": PARTS.get(ref, []),
            }
            for ref in refs
        ],
        "claims": [{**claim, "quote": quote} for claim, quote in zip(claims, quotes, strict=True)],
    }
    intake = put_file(engine, body)
    ids = dict(zip(refs, (event.id for event in intake.events), strict=True))
    return ids, [claim.id for claim in intake.claims]
