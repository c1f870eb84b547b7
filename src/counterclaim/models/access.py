"""Who may do what: API keys, stored hashed, and the requests that are safe to repeat."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from counterclaim.db import Base, reference
from counterclaim.models.mixins import Identified


class ApiKey(Identified, Base):
    """A key's hash, never the key."""

    __tablename__ = "api_key"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256_length"),)

    sha256: Mapped[str] = mapped_column(
        String(64), unique=True, comment="SHA-256 of the key, hex; the key itself is not kept."
    )
    name: Mapped[str] = mapped_column(comment="Whose key it is; named as actor in the ledger.")
    scopes: Mapped[list[str]] = mapped_column(
        JSON, comment="What it may do: read, contribute, review, admin."
    )
    created_at: Mapped[datetime] = mapped_column(comment="When it was made.")
    last_used_at: Mapped[datetime | None] = mapped_column(comment="When it was last used.")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="When it was revoked.")


class IdempotencyKey(Base):
    """The answer to a write, kept so that a repeated request gets it again."""

    __tablename__ = "idempotency_key"
    __table_args__ = (CheckConstraint("length(request_sha256) = 64", name="sha256_length"),)

    caller_id: Mapped[str] = reference("api_key", "Whose request.", primary_key=True)
    key: Mapped[str] = mapped_column(
        String(255), primary_key=True, comment="The Idempotency-Key header."
    )
    request_sha256: Mapped[str] = mapped_column(
        String(64), comment="SHA-256 of method, path and body, hex."
    )
    status: Mapped[int | None] = mapped_column(comment="Status answered; null while under way.")
    headers: Mapped[dict[str, Any] | None] = mapped_column(JSON, comment="Headers answered.")
    body: Mapped[bytes | None] = mapped_column(LargeBinary, comment="Body answered.")
    created_at: Mapped[datetime] = mapped_column(comment="When it was first seen.")
    expires_at: Mapped[datetime] = mapped_column(index=True, comment="When it may be forgotten.")
