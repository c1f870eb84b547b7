"""Reference rows: sources, munitions and places, each a tree with names in all spellings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from counterclaim.db import Base, reference, term
from counterclaim.models.mixins import Ending, Identified, Recorded, live
from counterclaim.vocabulary import MunitionCategory, NameKind, PlaceKind, Reliability, SourceKind


class Keyed(Identified, Recorded):
    """What every reference row has: a permanent readable key, a name and where it comes from."""

    key: Mapped[str] = mapped_column(
        String(100), unique=True, comment="Permanent readable key, lower-case words and hyphens."
    )
    name: Mapped[str] = mapped_column(comment="The name to show, in English.")
    country: Mapped[str | None] = mapped_column(
        String(2), comment="ISO 3166-1 alpha-2 code of the country it belongs to or comes from."
    )
    origin: Mapped[str | None] = mapped_column(
        comment="Where what the row says comes from, when not from a claim."
    )


class Named(Identified, Ending):
    """What every name has."""

    name: Mapped[str] = mapped_column(comment="The name as it is written.")
    lang: Mapped[str | None] = mapped_column(String(35), comment="BCP 47 language tag.")
    script: Mapped[str | None] = mapped_column(String(4), comment="ISO 15924 code of the script.")
    folded: Mapped[str] = mapped_column(index=True, comment="The name as it is compared.")

    @declared_attr
    @classmethod
    def kind(cls) -> Mapped[NameKind]:
        """How the name relates to the row."""
        return term(NameKind, name="kind", comment="How the name relates to the row.")


def live_name(noun: str) -> Index:
    """One row has one live name of a spelling."""
    columns = f"{noun}_id", "name"
    return Index(f"uq_{noun}_name_live", *columns, unique=True, **live("ended_at IS NULL"))


class Source(Keyed, Base):
    """Whoever speaks or publishes."""

    __tablename__ = "source"

    kind: Mapped[SourceKind] = term(SourceKind, name="kind", comment="Kind of source.")
    side: Mapped[str | None] = mapped_column(
        String(40),
        comment="Side it speaks for, which need not be a party: ISO 3166-1 code or slug; neutral "
        "for outlets and observers; null when not known.",
    )
    parent_id: Mapped[str | None] = reference(
        "source", "The source it speaks for or belongs to.", nullable=True, index=True
    )
    url: Mapped[str | None] = mapped_column(comment="Its own address on the web.")
    redacted_at: Mapped[datetime | None] = mapped_column(
        sort_order=91, comment="When its names and its key were blanked; null if never."
    )


class SourceName(Named, Base):
    """One name of a source."""

    __tablename__ = "source_name"
    __table_args__ = (live_name("source"),)

    source_id: Mapped[str] = reference("source", "The source named.", index=True)


class SourceRating(Identified, Ending, Base):
    """One dated judgement of how reliable a source is."""

    __tablename__ = "source_rating"
    __table_args__ = (
        Index("uq_source_rating_live", "source_id", unique=True, **live("ended_at IS NULL")),
    )

    source_id: Mapped[str] = reference("source", "The source rated.", index=True)
    reliability: Mapped[Reliability] = term(
        Reliability, name="reliability", comment="Admiralty code A to F."
    )
    rationale: Mapped[str] = mapped_column(comment="Why.")
    rated_by: Mapped[str] = mapped_column(comment="Who rated.")


class Munition(Keyed, Base):
    """A type of weapon in a tree: ballistic-missile, below it atacms."""

    __tablename__ = "munition"

    category: Mapped[MunitionCategory] = term(
        MunitionCategory, name="category", comment="Kind of weapon."
    )
    parent_id: Mapped[str | None] = reference(
        "munition", "The wider type it is one of.", nullable=True, index=True
    )


class MunitionName(Named, Base):
    """One name of a munition."""

    __tablename__ = "munition_name"
    __table_args__ = (live_name("munition"),)

    munition_id: Mapped[str] = reference("munition", "The munition named.", index=True)


class Place(Keyed, Base):
    """A place of the gazetteer. Coordinates are known both or not at all, and never made up."""

    __tablename__ = "place"
    __table_args__ = (
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates_both"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude_range"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude_range"),
        CheckConstraint("uncertainty_m >= 0", name="uncertainty_not_negative"),
        Index("ix_place_country", "country"),
    )

    kind: Mapped[PlaceKind] = term(PlaceKind, name="kind", comment="Kind of place.")
    parent_id: Mapped[str | None] = reference(
        "place", "The place it lies in.", nullable=True, index=True
    )
    region: Mapped[str | None] = mapped_column(
        String(6), index=True, comment="ISO 3166-2 code of the first-level subdivision."
    )
    latitude: Mapped[float | None] = mapped_column(comment="Degrees north, WGS 84.")
    longitude: Mapped[float | None] = mapped_column(comment="Degrees east, WGS 84.")
    uncertainty_m: Mapped[int | None] = mapped_column(
        comment="Radius in metres around the point that covers the place; null when not known."
    )
    geonames_id: Mapped[int | None] = mapped_column(unique=True, comment="Id in GeoNames.")


class PlaceName(Named, Base):
    """One name of a place."""

    __tablename__ = "place_name"
    __table_args__ = (live_name("place"),)

    place_id: Mapped[str] = reference("place", "The place named.", index=True)
