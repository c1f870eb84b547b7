"""What was written, redacted, imported and frozen: ledger, redactions, batches and releases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from counterclaim.db import Base, Id, SerialInteger, reference, term
from counterclaim.models.mixins import Identified, Recorded
from counterclaim.vocabulary import RowFate


class LedgerEntry(Base):
    """One write: ``hash`` = SHA-256(prev_hash + canonical JSON of the other columns)."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("seq > 0", name="seq_positive"),
        CheckConstraint("length(hash) = 64 AND length(prev_hash) = 64", name="hash_length"),
    )

    seq: Mapped[int] = mapped_column(
        SerialInteger, primary_key=True, autoincrement=False, comment="Place in the chain, from 1."
    )
    at: Mapped[datetime] = mapped_column(
        index=True, comment="Instant of the transaction; later than that of every one before."
    )
    actor: Mapped[str] = mapped_column(comment="Who wrote.")
    action: Mapped[str] = mapped_column(String(60), comment="What was done, as verb_noun.")
    subject: Mapped[str | None] = mapped_column(
        Id, index=True, comment="Id of the row that was written."
    )
    body: Mapped[str] = mapped_column(comment="What was written, as canonical JSON (RFC 8785).")
    prev_hash: Mapped[str] = mapped_column(String(64), comment="Hash of the entry before.")
    hash: Mapped[str] = mapped_column(String(64), unique=True, comment="Hash of this entry.")


class Release(Identified, Recorded, Base):
    """A named frozen state that can be cited."""

    __tablename__ = "release"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256_length"),)

    name: Mapped[str] = mapped_column(String(100), unique=True, comment="Its name.")
    known_at: Mapped[datetime] = mapped_column(comment="The instant it shows the store at.")
    sha256: Mapped[str] = mapped_column(String(64), comment="SHA-256 of its export, hex.")
    note: Mapped[str | None] = mapped_column(comment="What it is for.")


class Redaction(Identified, Recorded, Base):
    """What law demanded to blank, and why; the words themselves are gone."""

    __tablename__ = "redaction"
    __table_args__ = (
        CheckConstraint(
            "subject_table IN ('document', 'quote', 'source')", name="subject_table_known"
        ),
        CheckConstraint("length(key_sha256) = 64", name="key_sha256_length"),
    )

    subject_table: Mapped[str] = mapped_column(
        String(20), comment="What was redacted: document, quote or source."
    )
    subject_id: Mapped[str] = mapped_column(Id, index=True, comment="Id of the row redacted.")
    reason: Mapped[str] = mapped_column(comment="Why it had to be.")
    redacted_by: Mapped[str] = mapped_column(comment="Who redacted it.")
    key_sha256: Mapped[str | None] = mapped_column(
        String(64),
        index=True,
        comment="SHA-256 of the key a source had, hex: it is not taken again.",
    )


class ImportBatch(Identified, Recorded, Base):
    """One run of an importer over one file."""

    __tablename__ = "import_batch"

    data_set: Mapped[str] = mapped_column(String(60), index=True, comment="Name of the data set.")
    version: Mapped[str | None] = mapped_column(String(60), comment="Its version, if it has one.")
    filename: Mapped[str] = mapped_column(comment="Name of the file.")
    sha256: Mapped[str] = mapped_column(String(64), comment="SHA-256 of the file, hex.")
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, comment="Rows by what became of them.")
    finished_at: Mapped[datetime | None] = mapped_column(
        comment="When all rows were done; null while under way or interrupted."
    )


class ImportRow(Identified, Base):
    """One row of an imported file as it was, and what became of it."""

    __tablename__ = "import_row"
    __table_args__ = (
        UniqueConstraint("batch_id", "line"),
        CheckConstraint("(fate = 'rejected') = (reason IS NOT NULL)", name="rejected_reason"),
    )

    batch_id: Mapped[str] = reference("import_batch", "The run.")
    line: Mapped[int] = mapped_column(comment="Line of the file, from 1.")
    record_key: Mapped[str | None] = mapped_column(
        index=True, comment="Id of the record in its data set."
    )
    original: Mapped[dict[str, Any]] = mapped_column(JSON, comment="The row, unchanged.")
    fate: Mapped[RowFate] = term(RowFate, name="fate", comment="What became of it.")
    reason: Mapped[str | None] = mapped_column(comment="Why it was rejected.")
