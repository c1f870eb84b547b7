"""redaction

Revision: d0ab25187756
Follows: 5f1c0a7e2b34
"""

import sqlalchemy as sa
from alembic import op

revision = "d0ab25187756"
down_revision = "5f1c0a7e2b34"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "redaction",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "subject_table",
            sa.String(length=20),
            nullable=False,
            comment="What was redacted: document, quote or source.",
        ),
        sa.Column(
            "subject_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="Id of the row redacted.",
        ),
        sa.Column("reason", sa.String(), nullable=False, comment="Why it had to be."),
        sa.Column("redacted_by", sa.String(), nullable=False, comment="Who redacted it."),
        sa.Column(
            "key_sha256",
            sa.String(length=64),
            nullable=True,
            comment="SHA-256 of the key a source had, hex: it is not taken again.",
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.CheckConstraint(
            "subject_table IN ('document', 'quote', 'source')",
            name=op.f("ck_redaction_subject_table_known"),
        ),
        sa.CheckConstraint("length(key_sha256) = 64", name=op.f("ck_redaction_key_sha256_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redaction")),
    )
    op.create_index(op.f("ix_redaction_key_sha256"), "redaction", ["key_sha256"], unique=False)
    op.create_index(op.f("ix_redaction_subject_id"), "redaction", ["subject_id"], unique=False)
    op.add_column(
        "document",
        sa.Column(
            "redacted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When its text, or a part, was blanked; the hash stays. Null: never.",
        ),
    )
    op.add_column(
        "quote",
        sa.Column(
            "redacted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When its words, or some of them, were blanked; null if never.",
        ),
    )
    op.add_column(
        "source",
        sa.Column(
            "redacted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When its names and its key were blanked; null if never.",
        ),
    )


def downgrade() -> None:
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM redaction")):
        msg = "Redactions are on record: without their table redacted sources could come back."
        raise RuntimeError(msg)
    op.drop_column("source", "redacted_at")
    op.drop_column("quote", "redacted_at")
    op.drop_column("document", "redacted_at")
    op.drop_index(op.f("ix_redaction_subject_id"), table_name="redaction")
    op.drop_index(op.f("ix_redaction_key_sha256"), table_name="redaction")
    op.drop_table("redaction")
