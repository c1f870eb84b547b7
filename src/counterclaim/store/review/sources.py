"""Rates how far sources are trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from counterclaim.errors import NotFoundError
from counterclaim.models import Source, SourceRating
from counterclaim.names import nearest
from counterclaim.store.review.decisions import fingerprint, given, publish
from counterclaim.store.seals import seal_row

if TYPE_CHECKING:
    from counterclaim.store.ledger import Writer
    from counterclaim.vocabulary import Reliability


def rate_source(
    writer: Writer, source_key: str, reliability: Reliability, rationale: str | None
) -> SourceRating:
    """Grade a source, not those above or below it in the tree; this ends the rating before.

    Every event with a live claim of this claimant is resolved anew.

    Raises:
        RejectedError: no rationale is given.
        NotFoundError: no source has that key, with the nearest.
    """
    why = given(rationale, "rationale")
    session = writer.session
    source = session.scalars(select(Source).where(Source.key == source_key)).one_or_none()
    if source is None:
        near = nearest(source_key, session.scalars(select(Source.key)))
        raise NotFoundError("source", source_key, suggestions=near)
    before = session.scalars(
        select(SourceRating)
        .where(SourceRating.source_id == source.id, SourceRating.ended_at.is_(None))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if before is not None:
        before.ended_at = writer.at
        session.flush()  # The unit of work inserts first, and only one may be live.
    row = SourceRating(
        source_id=source.id,
        reliability=reliability,
        rationale=why,
        rated_by=writer.actor,
        recorded_at=writer.at,
    )
    session.add(row)
    session.flush()
    body = {
        "rating": row.id,
        "ended": before.id if before else None,
        "reliability": str(reliability),
        "rationale": fingerprint(why),
        "sha256": seal_row(row),
    }
    writer.note("rate_source", source.id, body)
    publish(writer)
    return row
