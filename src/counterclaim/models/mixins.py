"""Columns that several tables share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from counterclaim.db import Id, new_id


class Identified:
    """A row with a UUIDv7 of its own."""

    id: Mapped[str] = mapped_column(
        Id, primary_key=True, default=new_id, sort_order=-1, comment="UUID; the public id."
    )


class Recorded:
    """A row that says when it was written."""

    recorded_at: Mapped[datetime] = mapped_column(
        sort_order=90, comment="When the row was written, UTC."
    )


class Ending(Recorded):
    """A row that is never changed but can be ended."""

    ended_at: Mapped[datetime | None] = mapped_column(
        sort_order=91, comment="When the row stopped to count, UTC; null while it counts."
    )


class Measured:
    """An interval with the words that were said."""

    low: Mapped[int | None] = mapped_column(comment="Least number meant; null when not known.")
    high: Mapped[int | None] = mapped_column(comment="Greatest number meant; null when open.")
    said: Mapped[str | None] = mapped_column(comment="The words or digits as they were given.")
    lexicon: Mapped[str | None] = mapped_column(
        comment="Version of the lexicon that read the words; null when given as numbers."
    )


def interval_checks() -> tuple[CheckConstraint, ...]:
    """The checks of ``Measured``: nothing below zero, no end before its beginning."""
    return (
        CheckConstraint("low >= 0", name="low_not_negative"),
        CheckConstraint("high >= 0 AND (low IS NULL OR high >= low)", name="high_not_below_low"),
    )


def live(condition: str) -> dict[str, Any]:
    """The options that make an index cover only the rows that meet a condition."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
