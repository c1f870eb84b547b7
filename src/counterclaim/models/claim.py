"""Claims: one assertion by one claimant in one quote about one subject, and what it says.

Rows are append-only: of a claim only the columns of its life (status, accepted, ended) change.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from counterclaim.db import Base, reference, term
from counterclaim.models.mixins import Ending, Identified, Measured, Recorded, interval_checks, live
from counterclaim.vocabulary import (
    AttributionRole,
    Basis,
    ClaimKind,
    Credibility,
    Distribution,
    Harm,
    HarmStatus,
    Outcome,
    PlaceMethod,
    PlacePrecision,
    PlaceRole,
    Precision,
    Severity,
    Speech,
    Stance,
    Status,
)


class Claim(Identified, Recorded, Base):
    """One assertion by one claimant in one quote about one subject."""

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint(
            "quote_id IS NOT NULL OR (basis = 'imported' AND import_row_id IS NOT NULL)",
            name="has_quote_or_import_row",
        ),
        CheckConstraint(
            "(CASE WHEN event_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN munition_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN about_id IS NULL THEN 0 ELSE 1 END)"
            " BETWEEN (CASE WHEN kind = 'context' THEN 0 ELSE 1 END) AND 1",
            name="one_subject",
        ),
        CheckConstraint("polarity IN (-1, 1)", name="polarity_sign"),
        CheckConstraint("basis <> 'inferred' OR inference_rule IS NOT NULL", name="inferred_rule"),
        CheckConstraint("said_to > said_from", name="said_order"),
        CheckConstraint("about_id <> id AND supersedes_id <> id", name="not_itself"),
        CheckConstraint(
            "(status IN ('pending', 'rejected')) = (accepted_at IS NULL)", name="accepted_status"
        ),
        CheckConstraint(
            "(status IN ('rejected', 'superseded', 'retracted')) = (ended_at IS NOT NULL)",
            name="ended_status",
        ),
        CheckConstraint(
            "ended_at IS NULL OR status = 'superseded' OR end_reason IS NOT NULL",
            name="ended_reason",
        ),
        CheckConstraint("accepted_at >= recorded_at", name="accepted_after_recorded"),
        CheckConstraint("ended_at >= recorded_at", name="ended_after_recorded"),
        CheckConstraint("ended_at >= accepted_at", name="ended_after_accepted"),
        Index("ix_claim_recorded_at_id", "recorded_at", "id"),
        Index("ix_claim_pending", "recorded_at", "id", **live("status = 'pending'")),
        Index("uq_claim_content_key_live", "content_key", unique=True, **live("ended_at IS NULL")),
    )

    kind: Mapped[ClaimKind] = term(ClaimKind, name="kind", comment="What it is about.")
    event_id: Mapped[str | None] = reference(
        "event", "Subject: an event.", nullable=True, index=True
    )
    munition_id: Mapped[str | None] = reference(
        "munition", "Subject: a munition.", nullable=True, index=True
    )
    about_id: Mapped[str | None] = reference(
        "claim", "Subject: another claim.", nullable=True, index=True
    )
    claimant_id: Mapped[str] = reference(
        "source", "Root of the attribution chain; the publisher for its own voice.", index=True
    )
    document_id: Mapped[str] = reference("document", "The document it stands in.", index=True)
    quote_id: Mapped[str | None] = reference(
        "quote", "The words it rests on.", nullable=True, index=True
    )
    import_row_id: Mapped[str | None] = reference(
        "import_row", "The data set's row it rests on.", nullable=True, index=True
    )
    stance: Mapped[Stance] = term(Stance, name="stance", comment="How the claimant stands to it.")
    polarity: Mapped[int] = mapped_column(comment="+1: it is so; -1: it is not so.")
    distribution: Mapped[Distribution] = term(
        Distribution, name="distribution", comment="How it applies to the parts of a collection."
    )
    said_edtf: Mapped[str | None] = mapped_column(comment="When the claimant said it, EDTF.")
    said_from: Mapped[datetime | None] = mapped_column(comment="Its earliest instant.")
    said_to: Mapped[datetime | None] = mapped_column(comment="Its end, exclusive.")
    basis: Mapped[Basis] = term(Basis, name="basis", comment="Where the values come from.")
    inference_rule: Mapped[str | None] = mapped_column(
        comment="What was inferred, by which rule; null when all is stated."
    )
    status: Mapped[Status] = term(Status, name="status", comment="Where it is in its life.")
    supersedes_id: Mapped[str | None] = reference(
        "claim", "The claim it replaces.", nullable=True, index=True
    )
    accepted_at: Mapped[datetime | None] = mapped_column(
        index=True, comment="When it began to count, UTC."
    )
    ended_at: Mapped[datetime | None] = mapped_column(comment="When it stopped to count, UTC.")
    end_reason: Mapped[str | None] = mapped_column(comment="Why it was rejected or ended.")
    recorded_by: Mapped[str] = mapped_column(comment="Who entered it.")
    content_key: Mapped[str] = mapped_column(
        String(64), comment="SHA-256 of what it says; unique among live claims."
    )
    note: Mapped[str | None] = mapped_column(comment="The analyst's remark.")
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON, comment="What the checks on entry remarked."
    )


class Attribution(Base):
    """One link of the chain from the claimant to the document."""

    __tablename__ = "attribution"

    claim_id: Mapped[str] = reference("claim", "The claim.", primary_key=True)
    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="Place in the chain; 0 is the root."
    )
    source_id: Mapped[str | None] = reference(
        "source", "Who; null for the document's own voice.", nullable=True, index=True
    )
    role: Mapped[AttributionRole] = term(AttributionRole, name="role", comment="What it does.")
    speech: Mapped[Speech] = term(Speech, name="speech", comment="How its words are reported.")


class Occurrence(Base):
    """When, by whom and against whom the event happened, as one claim says."""

    __tablename__ = "occurrence"
    __table_args__ = (CheckConstraint("occurred_to > occurred_from", name="occurred_order"),)

    claim_id: Mapped[str] = reference("claim", "The claim.", primary_key=True)
    occurred_edtf: Mapped[str | None] = mapped_column(comment="When, EDTF.")
    occurred_from: Mapped[datetime | None] = mapped_column(
        index=True, comment="Its earliest instant."
    )
    occurred_to: Mapped[datetime | None] = mapped_column(comment="Its end, exclusive.")
    precision: Mapped[Precision | None] = term(
        Precision, name="precision", comment="How long a stretch the date names.", nullable=True
    )
    attacker: Mapped[str | None] = mapped_column(String(40), comment="Side said to attack.")
    defender: Mapped[str | None] = mapped_column(String(40), comment="Side said to be attacked.")
    target: Mapped[str | None] = mapped_column(comment="What was aimed at, as said.")


class ClaimPlace(Base):
    """Where, as one claim says; a relative place keeps its anchor, distance and bearing."""

    __tablename__ = "claim_place"
    __table_args__ = (
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates_both"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude_range"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude_range"),
        CheckConstraint("uncertainty_m >= 0", name="uncertainty_not_negative"),
        CheckConstraint("method IS NULL OR latitude IS NOT NULL", name="method_of_coordinates"),
        CheckConstraint(
            "method <> 'relative' OR (anchor_id IS NOT NULL AND distance_km IS NOT NULL"
            " AND bearing_deg IS NOT NULL)",
            name="relative_complete",
        ),
        CheckConstraint("distance_km >= 0", name="distance_not_negative"),
        CheckConstraint("bearing_deg >= 0 AND bearing_deg < 360", name="bearing_range"),
    )

    claim_id: Mapped[str] = reference("claim", "The claim.", primary_key=True)
    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="Order within the claim, from 0."
    )
    role: Mapped[PlaceRole] = term(PlaceRole, name="role", comment="What happened there.")
    place_id: Mapped[str | None] = reference(
        "place", "The place of the gazetteer.", nullable=True, index=True
    )
    said: Mapped[str | None] = mapped_column(comment="The words as said.")
    latitude: Mapped[float | None] = mapped_column(comment="Degrees north, WGS 84.")
    longitude: Mapped[float | None] = mapped_column(comment="Degrees east, WGS 84.")
    uncertainty_m: Mapped[int | None] = mapped_column(
        comment="Radius in metres that covers the place meant; null when not known."
    )
    precision: Mapped[PlacePrecision] = term(
        PlacePrecision, name="precision", comment="How precisely it is known."
    )
    method: Mapped[PlaceMethod | None] = term(
        PlaceMethod,
        name="method",
        comment="How the coordinates came about; null where there are none.",
        nullable=True,
    )
    anchor_id: Mapped[str | None] = reference(
        "place", "Relative: the place measured from.", nullable=True
    )
    distance_km: Mapped[float | None] = mapped_column(comment="Relative: distance in kilometres.")
    bearing_deg: Mapped[float | None] = mapped_column(
        comment="Relative: bearing from the anchor, degrees clockwise from north."
    )


class InterceptionCount(Measured, Base):
    """How many munitions met one outcome, as one claim says."""

    __tablename__ = "interception_count"
    __table_args__ = (
        *interval_checks(),
        UniqueConstraint("claim_id", "munition_id", "outcome"),
        Index(
            "uq_interception_count_unnamed",
            "claim_id",
            "outcome",
            unique=True,
            **live("munition_id IS NULL"),
        ),
    )

    claim_id: Mapped[str] = reference("claim", "The claim.", primary_key=True)
    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="Order within the claim, from 0."
    )
    munition_id: Mapped[str | None] = reference(
        "munition", "The munition; null when unnamed.", nullable=True, index=True
    )
    outcome: Mapped[Outcome] = term(Outcome, name="outcome", comment="What became of them.")


class Casualty(Measured, Base):
    """How many people were harmed, as one claim says."""

    __tablename__ = "casualty"
    __table_args__ = (
        *interval_checks(),
        UniqueConstraint("claim_id", "side", "status", "harm"),
        Index(
            "uq_casualty_unnamed",
            "claim_id",
            "status",
            "harm",
            unique=True,
            **live("side IS NULL"),
        ),
    )

    claim_id: Mapped[str] = reference("claim", "The claim.", primary_key=True)
    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="Order within the claim, from 0."
    )
    side: Mapped[str | None] = mapped_column(String(40), comment="Side they belong to.")
    status: Mapped[HarmStatus] = term(HarmStatus, name="status", comment="Combatants or not.")
    harm: Mapped[Harm] = term(Harm, name="harm", comment="What happened to them.")


class Damage(Measured, Base):
    """How many objects were damaged, as one claim says."""

    __tablename__ = "damage"
    __table_args__ = (*interval_checks(), UniqueConstraint("claim_id", "object", "severity"))

    claim_id: Mapped[str] = reference("claim", "The claim.", primary_key=True)
    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="Order within the claim, from 0."
    )
    object: Mapped[str] = mapped_column(comment="What was damaged: radar, building, ship.")
    severity: Mapped[Severity] = term(Severity, name="severity", comment="How badly.")


class Tally(Measured, Base):
    """Any other number a claim states: troops, villages, strikes, photographs."""

    __tablename__ = "tally"
    __table_args__ = (*interval_checks(), UniqueConstraint("claim_id", "object"))

    claim_id: Mapped[str] = reference("claim", "The claim.", primary_key=True)
    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="Order within the claim, from 0."
    )
    object: Mapped[str] = mapped_column(comment="What is counted.")


class MunitionFact(Base):
    """A property of a munition, as one claim says."""

    __tablename__ = "munition_fact"

    claim_id: Mapped[str] = reference("claim", "The claim.", primary_key=True)
    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="Order within the claim, from 0."
    )
    munition_id: Mapped[str] = reference("munition", "The munition.", index=True)
    property: Mapped[str] = mapped_column(
        String(60), comment="Which property: range_km, warhead, status."
    )
    value: Mapped[str] = mapped_column(comment="Its value, as text.")
    unit: Mapped[str | None] = mapped_column(String(20), comment="Unit of the value, if any.")


class Assessment(Identified, Ending, Base):
    """One dated judgement of how credible a claim is, never mixed with its source's grade."""

    __tablename__ = "assessment"
    __table_args__ = (
        Index("uq_assessment_live", "claim_id", unique=True, **live("ended_at IS NULL")),
    )

    claim_id: Mapped[str] = reference("claim", "The claim.", index=True)
    credibility: Mapped[Credibility] = term(
        Credibility, name="credibility", comment="Admiralty code 1 to 6."
    )
    rationale: Mapped[str] = mapped_column(comment="Why.")
    assessed_by: Mapped[str] = mapped_column(comment="Who assessed.")
