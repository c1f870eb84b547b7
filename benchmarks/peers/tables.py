"""The tables a sensible user of another tool would make of the same data, with ordinary indexes.

An event is a row with its first figures beside it; claims refer to it, and counts to claims. The
text of all its quotes stands in a table of its own for the tool's text search.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Plain(DeclarativeBase):
    """The root of the plain tables."""


class Strike(Plain):
    """One event."""

    __tablename__ = "strike"
    __table_args__ = (
        Index("strike_time", "occurred_from", "number"),
        Index("strike_region_time", "region", "occurred_from"),
        Index("strike_weapon_time", "weapon", "occurred_from"),
        Index("strike_point", "latitude", "longitude"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    occurred_from: Mapped[date]
    occurred_to: Mapped[date]
    attacker: Mapped[str]
    defender: Mapped[str]
    region: Mapped[str]
    weapon: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    launched: Mapped[int] = mapped_column(index=True)
    intercepted: Mapped[int | None]
    claims: Mapped[list[Claim]] = relationship(back_populates="strike", order_by="Claim.number")


class Claim(Plain):
    """What one claimant said of an event."""

    __tablename__ = "claim"

    number: Mapped[int] = mapped_column(primary_key=True)
    strike_number: Mapped[int] = mapped_column(ForeignKey("strike.number"), index=True)
    id: Mapped[str]
    claimant: Mapped[str] = mapped_column(index=True)
    publisher: Mapped[str]
    said: Mapped[date]
    stance: Mapped[str]
    status: Mapped[str]
    quote: Mapped[str]
    place_said: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    recorded_at: Mapped[str]
    strike: Mapped[Strike] = relationship(back_populates="claims")
    counts: Mapped[list[Count]] = relationship(back_populates="claim", order_by="Count.number")


class Count(Plain):
    """How many munitions met one outcome."""

    __tablename__ = "count"

    number: Mapped[int] = mapped_column(primary_key=True)
    claim_number: Mapped[int] = mapped_column(ForeignKey("claim.number"), index=True)
    munition: Mapped[str]
    outcome: Mapped[str]
    low: Mapped[int | None]
    high: Mapped[int | None]
    said: Mapped[str]
    claim: Mapped[Claim] = relationship(back_populates="counts")


class StrikeText(Plain):
    """The words of an event: label and quotes."""

    __tablename__ = "strike_text"

    number: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str]
