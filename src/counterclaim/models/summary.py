"""The read model: one finished JSON document per event and version, and what finds it.

Derived from the claims; it can be dropped and rebuilt at any time. ``sk`` is the event's time in
whole seconds, shifted, plus the version's serial number: unique, ordered by time, and the cursor.
The side tables are only ever added to; which version counts is said by ``event_summary`` alone.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from counterclaim.db import Base, SerialInteger, reference, term
from counterclaim.models.mixins import live
from counterclaim.vocabulary import EventKind, Grade, Scope

SERIAL_BITS = 30
FARTHEST = 1 << 33
"""Seconds around 1970 that fit beside the serial number: the years 1697 to 2242."""


def sort_key(occurred_from: datetime | None, serial: int) -> int:
    """Seconds of the event's beginning, shifted, plus the serial; no date sorts first of all."""
    seconds = -FARTHEST
    if occurred_from is not None:
        seconds = max(-FARTHEST, min(FARTHEST - 1, int(occurred_from.timestamp())))
    return (seconds << SERIAL_BITS) | serial


def _sk(comment: str) -> Mapped[int]:
    return mapped_column(SerialInteger, primary_key=True, autoincrement=False, comment=comment)


NARROW = "ix_event_summary_narrow"
"""An index that holds all that filters ask of a version, so that none reads its document."""

NARROW_COLUMNS = (
    *("sk", "valid_from", "valid_to", "kind", "scope", "attacker", "defender", "grade"),
    *("disputed", "occurred_from", "occurred_to", "month", "week", "event_id"),
)


def _part(length: int, comment: str) -> Mapped[str]:
    """One column of a key of several."""
    return mapped_column(String(length), primary_key=True, comment=comment)


class EventSummary(Base):
    """One version of what an event "is" under the default policy, valid in [from, to)."""

    __tablename__ = "event_summary"
    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="valid_order"),
        Index("uq_event_summary_live", "event_id", unique=True, **live("valid_to IS NULL")),
        Index("ix_event_summary_event_id_valid_from", "event_id", "valid_from"),
        Index("ix_event_summary_kind_scope_sk", "kind", "scope", "sk"),
        Index(NARROW, *NARROW_COLUMNS),
        Index("ix_event_summary_divergence_ppm_sk", "divergence_ppm", "sk"),
        Index("ix_event_summary_valid_to", "valid_to", **live("valid_to IS NOT NULL")),
    )

    sk: Mapped[int] = _sk("Sort key: seconds of occurred_from shifted by 30 bits, plus serial.")
    serial: Mapped[int] = mapped_column(
        SerialInteger, unique=True, comment="Serial number of the version, from 1."
    )
    event_id: Mapped[str] = reference("event", "The event, or the one that stands for a merge.")
    valid_from: Mapped[datetime] = mapped_column(index=True, comment="Since when it counts, UTC.")
    valid_to: Mapped[datetime | None] = mapped_column(
        comment="Until when it counted, exclusive; null while it counts."
    )
    kind: Mapped[EventKind] = term(EventKind, name="kind", comment="Kind of event.")
    scope: Mapped[Scope] = term(Scope, name="scope", comment="How much the event spans.")
    attacker: Mapped[str | None] = mapped_column(String(40), comment="Resolved attacking side.")
    defender: Mapped[str | None] = mapped_column(String(40), comment="Resolved side attacked.")
    grade: Mapped[Grade | None] = term(
        Grade, name="grade", comment="How well it is established.", nullable=True
    )
    disputed: Mapped[bool] = mapped_column(comment="Whether voices contradict each other.")
    divergence_ppm: Mapped[int | None] = mapped_column(
        comment="How far contradicting voices lie apart, millionths; null: a rebuild is due."
    )
    month: Mapped[str | None] = mapped_column(String(7), comment="Month of occurred_from: 2024-11.")
    week: Mapped[str | None] = mapped_column(
        String(8), comment="ISO week of occurred_from, from Monday: 2024-W48."
    )
    occurred_from: Mapped[datetime | None] = mapped_column(comment="Earliest instant, UTC.")
    occurred_to: Mapped[datetime | None] = mapped_column(comment="End, exclusive, UTC.")
    content_key: Mapped[str] = mapped_column(
        String(64), comment="SHA-256 of the document and of all that finds it, hex."
    )
    document: Mapped[str] = mapped_column(comment="The event as served, JSON.")


class EventFigure(Base):
    """The resolved interval of one outcome or harm of a version, over all munitions or sides."""

    __tablename__ = "event_figure"
    __table_args__ = (
        Index("ix_event_figure_figure_high_sk", "figure", "high", "sk"),
        {"sqlite_with_rowid": False},
    )

    figure: Mapped[str] = mapped_column(
        String(20), primary_key=True, comment="An outcome or a harm: launched, killed."
    )
    sk: Mapped[int] = _sk("The version.")
    low: Mapped[int | None] = mapped_column(BigInteger, comment="Least; null when not known.")
    best: Mapped[int | None] = mapped_column(BigInteger, comment="Best value; null when undecided.")
    high: Mapped[int | None] = mapped_column(BigInteger, comment="Greatest; null when open.")


class EventMeasure(Base):
    """One outcome or harm of a version along one cut: what totals over events are made of."""

    __tablename__ = "event_measure"
    __table_args__ = ({"sqlite_with_rowid": False},)

    cut: Mapped[str] = mapped_column(
        String(20), primary_key=True, comment="How the figures are cut: munitions, category."
    )
    sk: Mapped[int] = _sk("The version.")
    subject: Mapped[str] = mapped_column(
        String(100), primary_key=True, comment="Munition, category or side; empty when unnamed."
    )
    status: Mapped[str] = mapped_column(
        String(20), primary_key=True, comment="Status of people; empty where not cut by it."
    )
    figure: Mapped[str] = mapped_column(
        String(20), primary_key=True, comment="An outcome or a harm: launched, killed."
    )
    low: Mapped[int | None] = mapped_column(BigInteger, comment="Least; null when not known.")
    best: Mapped[int | None] = mapped_column(BigInteger, comment="Best value; null when undecided.")
    high: Mapped[int | None] = mapped_column(BigInteger, comment="Greatest; null when open.")
    side: Mapped[str | None] = mapped_column(
        String(40), comment="The one side that all of it comes from; null where others gave it too."
    )


SPANNING = "ix_event_total_spanning"
"""An index of the totals of events that reach from one month into another."""


class EventTotal(Base):
    """What one outcome or harm of one line comes to over the events that have all of the key.

    Totals without a further filter are read off it. ``event_total_state`` says of which instant.
    Where events of several months, kinds, scopes or attackers hang together, a row of them all is
    what they add if all are selected: these words then stand beside each other, with bars between.
    """

    __tablename__ = "event_total"
    __table_args__ = (
        Index("ix_event_total_empty", "grouped_by", **live("events = 0")),
        Index(SPANNING, "grouped_by", "cut", **live("month <> until")),
        {"sqlite_with_rowid": False},
    )

    grouped_by: Mapped[str] = _part(20, "The group beside month and attacker: region, claimant.")
    cut: Mapped[str] = _part(20, "How the figures are cut; events: the events themselves.")
    group_value: Mapped[str] = _part(100, "Which region, claimant; empty where none is known.")
    subject: Mapped[str] = _part(100, "Munition, category or side; of events themselves the grade.")
    status: Mapped[str] = _part(20, "Status of people; of events themselves disputed, or empty.")
    figure: Mapped[str] = _part(20, "An outcome or a harm; empty: all events of the line.")
    month: Mapped[str] = _part(7, "Month in which the first began, UTC; empty without a date.")
    month_last: Mapped[str] = _part(7, "Month in which the last of them began.")
    kind: Mapped[str] = _part(200, "Kind of the events.")
    scope: Mapped[str] = _part(200, "How much they span; whole: a collection that has parts.")
    attacker: Mapped[str] = _part(200, "Resolved attacking side; empty where none is known.")
    until: Mapped[str] = _part(7, "Month in which the first had ended, UTC; empty without a date.")
    until_last: Mapped[str] = _part(7, "Month in which the last of them had ended.")
    events: Mapped[int] = mapped_column(BigInteger, comment="How many events have the figure.")
    one_sided: Mapped[int] = mapped_column(
        BigInteger, comment="How many rest on one side alone; counted where figure is empty."
    )
    low: Mapped[int] = mapped_column(BigInteger, comment="Sum of the lower ends.")
    vague: Mapped[int] = mapped_column(BigInteger, comment="How many have no lower end.")
    high: Mapped[int] = mapped_column(BigInteger, comment="Sum of the upper ends.")
    open: Mapped[int] = mapped_column(BigInteger, comment="How many have no upper end.")
    best: Mapped[int] = mapped_column(BigInteger, comment="Sum of the best values.")
    settled: Mapped[int] = mapped_column(BigInteger, comment="How many have a best value.")
    unknown: Mapped[int] = mapped_column(BigInteger, comment="How many have none.")


class EventTotalState(Base):
    """The instant whose state ``event_total`` shows: one row; none while totals are not kept."""

    __tablename__ = "event_total_state"

    known_at: Mapped[datetime] = mapped_column(
        primary_key=True, comment="All that was written up to this instant is in the totals, UTC."
    )


class EventTotalApart(Base):
    """An event of a family that is left out of ``event_total``: it has too many kinds of events.

    Such a family is added up whenever totals are asked for.
    """

    __tablename__ = "event_total_apart"

    event_id: Mapped[str] = reference("event", "The event.", primary_key=True)


class EventLine(Base):
    """A version that counts as lines of CSV: its own, and those of the figures of its claims.

    It has a row as soon as it counts, and its lines when so many are due that they are made
    together. Whatever may change them makes them due again.
    """

    __tablename__ = "event_line"
    __table_args__ = (Index("ix_event_line_due", "sk", **live("rendered_at IS NULL")),)

    sk: Mapped[int] = _sk("The version.")
    rendered_at: Mapped[datetime | None] = mapped_column(
        comment="The state that the lines show: so it has been since, UTC; null: they are due."
    )
    exact: Mapped[bool | None] = mapped_column(
        comment="Whether no line takes an empty text for null, or an apostrophe for a mark."
    )
    figure_rows: Mapped[int | None] = mapped_column(comment="How many lines figures has.")
    event: Mapped[bytes | None] = mapped_column(comment="The version as a line, UTF-8.")
    figures: Mapped[bytes | None] = mapped_column(
        comment="The figures of the claims that bear on it as lines, UTF-8."
    )


class EventMember(Base):
    """One event that a version is made of, so that totals count whole and parts once."""

    __tablename__ = "event_member"
    __table_args__ = ({"sqlite_with_rowid": False},)

    sk: Mapped[int] = _sk("The version of the whole.")
    part_id: Mapped[str] = reference("event", "The part.", primary_key=True, index=True)


GROUPING = " OR ".join(
    f"facet = '{facet}'" for facet in ("claimant", "side", "target_country", "target_region")
)
"""The facets by which totals are grouped; SQLite sees that it fits ``facet = 'side'``."""


class EventFacet(Base):
    """One word by which a version is found: a munition, region, claimant and their ancestors.

    Of what is often asked for together there is a facet of both: ``region+weapon``.
    """

    __tablename__ = "event_facet"
    __table_args__ = (
        Index("ix_event_facet_sk", "sk", "facet", "value", **live(GROUPING)),
        {"sqlite_with_rowid": False},
    )

    facet: Mapped[str] = mapped_column(String(20), primary_key=True, comment="Which filter.")
    value: Mapped[str] = mapped_column(String(110), primary_key=True, comment="Which value.")
    sk: Mapped[int] = _sk("The version.")


class EventPoint(Base):
    """One place of a version on the map, with the box around its uncertainty circle."""

    __tablename__ = "event_point"
    __table_args__ = ({"sqlite_with_rowid": False},)

    sk: Mapped[int] = _sk("The version.")
    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="Order within the version, from 0."
    )
    role: Mapped[str] = mapped_column(String(40), comment="What happened there.")
    latitude: Mapped[float] = mapped_column(comment="Degrees north, WGS 84.")
    longitude: Mapped[float] = mapped_column(comment="Degrees east, WGS 84.")
    uncertainty_m: Mapped[int | None] = mapped_column(comment="Radius in metres; null: unknown.")
    x_m: Mapped[float] = mapped_column(comment="Earth-centred x of the point, metres.")
    y_m: Mapped[float] = mapped_column(comment="Earth-centred y of the point, metres.")
    z_m: Mapped[float] = mapped_column(comment="Earth-centred z of the point, metres.")
    west: Mapped[float] = mapped_column(comment="West edge of the circle's box, degrees.")
    south: Mapped[float] = mapped_column(comment="South edge, degrees.")
    east: Mapped[float] = mapped_column(
        comment="East edge, degrees; less than west where the box lies across 180 degrees."
    )
    north: Mapped[float] = mapped_column(comment="North edge, degrees.")


class EventCell(Base):
    """One cell of the map in which the box around a place of a version stands, with that box."""

    __tablename__ = "event_cell"
    __table_args__ = ({"sqlite_with_rowid": False},)

    cell: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="Number of the cell, see grid."
    )
    sk: Mapped[int] = _sk("The version.")
    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="The place within the version, from 0."
    )
    west: Mapped[float] = mapped_column(comment="West edge of the circle's box, degrees.")
    south: Mapped[float] = mapped_column(comment="South edge, degrees.")
    east: Mapped[float] = mapped_column(comment="East edge, degrees; less than west across 180.")
    north: Mapped[float] = mapped_column(comment="North edge, degrees.")
