"""A claim in the words of schema.org: a Claim, reviewed where an assessment of it exists.

No rating is made up: a claim that nobody assessed has no review, and one whose truth was judged to
be beyond telling has a review without a number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from counterclaim.db import dumps
from counterclaim.queries.callings import sources_by_key
from counterclaim.vocabulary import Credibility, SourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from counterclaim.models import Source
    from counterclaim.schemas.claim import AssessmentOut, ClaimOut, DocumentRef
    from counterclaim.schemas.fields import MomentOut

MEDIA_TYPE = "application/ld+json"
CONTEXT = "https://schema.org"
BEST, WORST = int(Credibility.CONFIRMED), int(Credibility.IMPROBABLE)
"""The ends of the Admiralty scale; its last step, 6, lies outside: truth cannot be judged."""

PLAIN_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?)?)?")
"""EDTF that is ISO 8601, too: schema.org knows no vague dates."""

Node = dict[str, Any]


def to_jsonld(session: Session, claim: ClaimOut, base: str) -> bytes:
    """A claim as JSON-LD; ``base`` is the server's address, with a slash at its end."""
    keys = filter(None, (claim.claimant, claim.document.publisher))
    sources = sources_by_key(session, keys)
    return dumps({"@context": CONTEXT, **claim_node(claim, sources, base)}).encode()


def claim_node(claim: ClaimOut, sources: Mapping[str, Source], base: str) -> Node:
    """The claim with who claims it, in which words, where, and what was judged of it."""
    address = f"{base}v1/claims/{claim.id}"
    node: Node = {
        "@type": "Claim",
        "@id": address,
        "identifier": f"urn:uuid:{claim.id}",
        "text": claim.quote.exact if claim.quote else None,
        "author": _speaker(sources.get(claim.claimant), base),
        "datePublished": _date(claim.said) or _date(claim.document.published),
        "appearance": _document(claim.document, sources, base),
        "about": _subject(claim, base),
        "sdDatePublished": claim.recorded_at,
        "creativeWorkStatus": str(claim.status),
        "correction": claim.end_reason,
    }
    if claim.assessment is not None:
        node["review"] = _review(claim.assessment, claim, address)
    return _told(node)


def _speaker(source: Source | None, base: str) -> Node | None:
    if source is None:
        return None
    person = source.kind is SourceKind.OFFICIAL
    return _told(
        {
            "@type": "Person" if person else "Organization",
            "@id": f"{base}v1/sources/{source.key}",
            "name": source.name,
            "identifier": source.key,
            "url": source.url,
        }
    )


def _document(document: DocumentRef, sources: Mapping[str, Source], base: str) -> Node:
    return _told(
        {
            "@type": "CreativeWork",
            "@id": f"{base}v1/documents/{document.id}",
            "name": document.title,
            "url": document.url,
            "publisher": _speaker(sources.get(document.publisher or ""), base),
            "datePublished": _date(document.published),
        }
    )


def _subject(claim: ClaimOut, base: str) -> Node | None:
    if claim.event is not None:
        return {"@type": "Event", "@id": f"{base}v1/events/{claim.event}"}
    if claim.about is not None:
        return {"@type": "Claim", "@id": f"{base}v1/claims/{claim.about}"}
    if claim.munition is not None:
        return {"@type": "Thing", "@id": f"{base}v1/munitions/{claim.munition}"}
    return None


def _review(given: AssessmentOut, claim: ClaimOut, address: str) -> Node:
    credibility = given.credibility
    rating: Node = {"@type": "Rating", "alternateName": credibility.definition}
    if credibility is not Credibility.UNJUDGED:
        rating |= {"ratingValue": int(credibility), "bestRating": BEST, "worstRating": WORST}
    return _told(
        {
            "@type": "ClaimReview",
            "claimReviewed": claim.quote.exact if claim.quote else None,
            "itemReviewed": {"@id": address},
            "author": {"name": given.assessed_by},  # Whether a person or a team is not known.
            "datePublished": given.recorded_at,
            "reviewBody": given.rationale,
            "reviewRating": rating,
        }
    )


def _date(moment: MomentOut | None) -> str | None:
    plain = moment is not None and PLAIN_DATE.fullmatch(moment.edtf)
    return moment.edtf if moment is not None and plain else None


def _told(node: Node) -> Node:
    """Without what is not known."""
    return {name: value for name, value in node.items() if value is not None}
