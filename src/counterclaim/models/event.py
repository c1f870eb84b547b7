"""Events: identities that claims are about, their parts, and judgements of sameness."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Float, Index, case
from sqlalchemy.orm import Mapped, mapped_column

from counterclaim.db import Base, SerialInteger, reference, term
from counterclaim.models.mixins import Ending, Identified, Recorded, live
from counterclaim.vocabulary import EventKind, Judgement, Scope


class Event(Identified, Recorded, Base):
    """An identity that claims are about; what it "is" gets computed from them."""

    __tablename__ = "event"

    number: Mapped[int] = mapped_column(
        SerialInteger, unique=True, comment="Serial number; breaks ties in every order."
    )
    kind: Mapped[EventKind] = term(EventKind, name="kind", comment="Kind of event.")
    scope: Mapped[Scope] = term(Scope, name="scope", comment="How much the event spans.")
    label: Mapped[str] = mapped_column(comment="A short neutral title.")

    __mapper_args__ = {  # noqa: RUF012 - read once by SQLAlchemy
        "polymorphic_on": case((kind == EventKind.STRIKE, "strike"), else_="event"),
        "polymorphic_identity": "event",
    }


class Strike(Event):
    """An event in which munitions are launched at a target from a distance."""

    __mapper_args__ = {"polymorphic_identity": "strike"}  # noqa: RUF012 - read once by SQLAlchemy


class EventPart(Identified, Ending, Base):
    """One event is part of another: the collection of which a claim speaks, and its members."""

    __tablename__ = "event_part"
    __table_args__ = (
        CheckConstraint("whole_id <> part_id", name="not_itself"),
        Index("uq_event_part_live", "whole_id", "part_id", unique=True, **live("ended_at IS NULL")),
    )

    whole_id: Mapped[str] = reference("event", "The collection or wave.", index=True)
    part_id: Mapped[str] = reference("event", "Its part.", index=True)
    basis: Mapped[str | None] = mapped_column(comment="Why the one is part of the other.")


class EventJudgement(Identified, Ending, Base):
    """A decision whether two events are one; live "same" edges make a merged component."""

    __tablename__ = "event_judgement"
    __table_args__ = (
        CheckConstraint("left_id < right_id", name="left_before_right"),
        CheckConstraint("score BETWEEN 0 AND 1", name="score_range"),
        Index(
            "uq_event_judgement_live",
            "left_id",
            "right_id",
            unique=True,
            **live("ended_at IS NULL"),
        ),
    )

    left_id: Mapped[str] = reference("event", "The event with the smaller id.", index=True)
    right_id: Mapped[str] = reference("event", "The event with the greater id.", index=True)
    judgement: Mapped[Judgement] = term(Judgement, name="judgement", comment="The decision.")
    score: Mapped[float | None] = mapped_column(
        Float, comment="How alike the two looked, 0 to 1, when it was decided."
    )
    reason: Mapped[str] = mapped_column(comment="Why.")
    decided_by: Mapped[str] = mapped_column(comment="Who decided.")
