"""Documents and the stretches of their text that claims rest on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from counterclaim.db import Base, reference, term
from counterclaim.models.mixins import Identified, Recorded
from counterclaim.vocabulary import Basis


class Document(Identified, Recorded, Base):
    """One published item, with the text that its quotes are found in."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint(
            "published_basis = 'stated' OR published_rule IS NOT NULL", name="inferred_has_rule"
        ),
        CheckConstraint("published_to > published_from", name="published_order"),
    )

    publisher_id: Mapped[str | None] = reference(
        "source", "Who published it; null when not known.", nullable=True, index=True
    )
    title: Mapped[str] = mapped_column(comment="Its title or, where it has none, its first words.")
    url: Mapped[str | None] = mapped_column(comment="Where it was published.")
    archived_url: Mapped[str | None] = mapped_column(comment="Where a copy is archived.")
    lang: Mapped[str | None] = mapped_column(String(35), comment="BCP 47 tag of the text.")
    translated_from: Mapped[str | None] = mapped_column(
        String(35), comment="BCP 47 tag of the original, when the text is a translation."
    )
    published_edtf: Mapped[str | None] = mapped_column(comment="Publication date, EDTF.")
    published_from: Mapped[datetime | None] = mapped_column(comment="Its earliest instant.")
    published_to: Mapped[datetime | None] = mapped_column(comment="Its end, exclusive.")
    published_basis: Mapped[Basis] = term(
        Basis, name="published_basis", comment="Whether the date is stated or inferred."
    )
    published_rule: Mapped[str | None] = mapped_column(
        comment="By which rule the date was inferred."
    )
    retrieved_at: Mapped[datetime | None] = mapped_column(comment="When the text was fetched.")
    media_type: Mapped[str] = mapped_column(String(100), comment="Media type of the text.")
    licence: Mapped[str | None] = mapped_column(comment="Licence of the text.")
    text: Mapped[str] = mapped_column(comment="The text, exactly as it was hashed.")
    sha256: Mapped[str] = mapped_column(
        String(64), unique=True, comment="SHA-256 of the text's UTF-8 bytes, hex."
    )
    syndicated_from_id: Mapped[str | None] = reference(
        "document", "The document it was taken over from.", nullable=True, index=True
    )
    note: Mapped[str | None] = mapped_column(comment="What else a reader should know.")
    redacted_at: Mapped[datetime | None] = mapped_column(
        sort_order=91, comment="When its text, or a part, was blanked; the hash stays. Null: never."
    )


class Quote(Identified, Base):
    """A stretch of a document's text; ``text[start:end] == exact`` in Unicode code points."""

    __tablename__ = "quote"
    __table_args__ = (
        UniqueConstraint("document_id", "start", "end"),
        CheckConstraint('"start" >= 0 AND "end" > "start"', name="offsets_order"),
        CheckConstraint('length(exact) = "end" - "start"', name="exact_length"),
    )

    document_id: Mapped[str] = reference("document", "The document quoted.")
    exact: Mapped[str] = mapped_column(comment="The words.")
    prefix: Mapped[str] = mapped_column(comment="The text just before them.")
    suffix: Mapped[str] = mapped_column(comment="The text just after them.")
    start: Mapped[int] = mapped_column(comment="Offset of the first code point.")
    end: Mapped[int] = mapped_column(comment="Offset behind the last code point.")
    redacted_at: Mapped[datetime | None] = mapped_column(
        comment="When its words, or some of them, were blanked; null if never."
    )
