"""Moves a claim through its life and assesses it; what it says is never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from counterclaim.errors import ConflictError, Problem, RejectedError
from counterclaim.models import Assessment, Claim
from counterclaim.moment import isoformat_z
from counterclaim.queries.rivals import Rivals
from counterclaim.store.checks import check_resolved
from counterclaim.store.ledger import fresh
from counterclaim.store.review.decisions import fingerprint, given, publish
from counterclaim.store.seals import seal_row
from counterclaim.vocabulary import Status

if TYPE_CHECKING:
    from counterclaim.store.ledger import Writer
    from counterclaim.vocabulary import Credibility


def accept_claim(writer: Writer, claim_id: str, reason: str | None = None) -> Claim:
    """Let a pending claim count. Of a reason only the digest is kept, in the ledger.

    Raises:
        NotFoundError: no claim has that id.
        ConflictError: the claim is not pending.
    """
    claim = fresh(writer, Claim, claim_id, "claim")
    _must_be(claim, "accepted", Status.PENDING)
    claim.status, claim.accepted_at = Status.ACCEPTED, writer.at
    body = {"event": claim.event_id, "reason": fingerprint(reason)}
    writer.note("accept_claim", claim.id, body)
    _publish_accepted(writer, claim)
    return claim


def reject_claim(writer: Writer, claim_id: str, reason: str | None) -> Claim:
    """Refuse a pending claim; it never counts, and the reason is kept.

    Raises:
        RejectedError: no reason is given.
        NotFoundError: no claim has that id.
        ConflictError: the claim is not pending.
    """
    why = given(reason)
    claim = fresh(writer, Claim, claim_id, "claim")
    _must_be(claim, "rejected", Status.PENDING)
    _end(writer, claim, Status.REJECTED, why)
    writer.note("reject_claim", claim.id, {"event": claim.event_id, "reason": fingerprint(why)})
    publish(writer)
    return claim


def retract_claim(writer: Writer, claim_id: str, reason: str | None) -> Claim:
    """Withdraw an accepted claim; it stays readable as a tombstone with the reason.

    Raises:
        RejectedError: no reason is given.
        NotFoundError: no claim has that id.
        ConflictError: the claim is not accepted.
    """
    why = given(reason)
    claim = fresh(writer, Claim, claim_id, "claim")
    _must_be(claim, "retracted", Status.ACCEPTED)
    _end(writer, claim, Status.RETRACTED, why)
    writer.note("retract_claim", claim.id, {"event": claim.event_id, "reason": fingerprint(why)})
    publish(writer)
    return claim


def supersede_claim(writer: Writer, old_id: str, new_id: str, reason: str | None) -> Claim:
    """Put a recorded claim in the place of an accepted one; the one that counts from now on.

    The new one is accepted at the same instant if it is pending.

    Raises:
        RejectedError: no reason is given, or the two are one claim or have different subjects.
        NotFoundError: no claim has one of the ids.
        ConflictError: the old claim is not accepted, or the new one has ended or supersedes
            another claim already.
    """
    why = given(reason)
    old = fresh(writer, Claim, old_id, "claim")
    new = fresh(writer, Claim, new_id, "claim")
    _must_be(old, "superseded", Status.ACCEPTED)
    _check_successor(old, new)
    accepted = new.status is Status.PENDING
    if accepted:
        new.status, new.accepted_at = Status.ACCEPTED, writer.at
    new.supersedes_id = old.id
    _end(writer, old, Status.SUPERSEDED, why)
    body = {"event": old.event_id, "by": new.id, "accepted": accepted, "reason": fingerprint(why)}
    writer.note("supersede_claim", old.id, body)
    if accepted:
        _publish_accepted(writer, new)
    else:
        publish(writer)
    return new


def assess_claim(
    writer: Writer, claim_id: str, credibility: Credibility, rationale: str | None
) -> Assessment:
    """Say how credible a pending or accepted claim is; this ends the assessment before.

    Raises:
        RejectedError: no rationale is given.
        NotFoundError: no claim has that id.
        ConflictError: the claim has ended.
    """
    why = given(rationale, "rationale")
    claim = fresh(writer, Claim, claim_id, "claim")
    _must_be(claim, "assessed", Status.PENDING, Status.ACCEPTED)
    before = writer.session.scalars(
        select(Assessment).where(Assessment.claim_id == claim.id, Assessment.ended_at.is_(None))
    ).one_or_none()
    if before is not None:
        before.ended_at = writer.at
        writer.session.flush()  # The unit of work inserts first, and only one may be live.
    row = Assessment(
        claim_id=claim.id,
        credibility=credibility,
        rationale=why,
        assessed_by=writer.actor,
        recorded_at=writer.at,
    )
    writer.session.add(row)
    writer.session.flush()
    body = {
        "event": claim.event_id,
        "assessment": row.id,
        "ended": before.id if before else None,
        "credibility": str(credibility),
        "rationale": fingerprint(why),
        "sha256": seal_row(row),
    }
    writer.note("assess_claim", claim.id, body)
    publish(writer)
    return row


def _publish_accepted(writer: Writer, claim: Claim) -> None:
    """Publish, and remark on a claim what it contradicts now that it counts.

    Each remark has its instant, so that what was answered before can be answered again.
    """
    rivals = Rivals({claim.id})
    publish(writer, rivals.look)
    known = {(warning["code"], warning["detail"]) for warning in claim.warnings}
    fresh = [
        {**remark.as_json(), "at": isoformat_z(writer.at)}
        for _claim, remarks in check_resolved(writer, [claim], rivals)
        for remark in remarks
        if (remark.code, remark.detail) not in known
    ]
    if fresh:
        claim.warnings = [*claim.warnings, *fresh]
        writer.session.flush()


def _must_be(claim: Claim, done: str, *allowed: Status) -> None:
    if claim.status not in allowed:
        states = " or ".join(allowed)
        msg = f"Claim {claim.id} is {claim.status}; only a claim that is {states} can be {done}."
        raise ConflictError(msg)


def _end(writer: Writer, claim: Claim, status: Status, reason: str) -> None:
    claim.status, claim.ended_at, claim.end_reason = status, writer.at, reason


def _check_successor(old: Claim, new: Claim) -> None:
    """Refuse what would fork or close the chain of succession, or lead it to another subject.

    A claim that others stand in place of has ended, so no longer circle than of one can arise.
    """
    if new.id == old.id:
        raise RejectedError([Problem("/by", "A claim cannot supersede itself.")])
    if new.status not in {Status.PENDING, Status.ACCEPTED}:
        msg = f"Claim {new.id} is {new.status}; only a claim that is pending or accepted can"
        raise ConflictError(f"{msg} supersede another one.")
    if new.supersedes_id is not None:
        msg = f"Claim {new.id} is {new.status} and supersedes claim {new.supersedes_id} already."
        raise ConflictError(msg)
    if _subject(new) != _subject(old):
        detail = f"Claim {new.id} is about {_subject(new)}, claim {old.id} about {_subject(old)}."
        raise RejectedError([Problem("/by", detail)])


def _subject(claim: Claim) -> str:
    subjects = {"event": claim.event_id, "munition": claim.munition_id, "claim": claim.about_id}
    named = (f"{noun} {key}" for noun, key in subjects.items() if key is not None)
    return next(named, "no subject")
