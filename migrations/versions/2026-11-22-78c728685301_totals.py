"""Totals and disputes: the read model's new columns stay empty until it is rebuilt.

Revision: 78c728685301
Follows: d0ab25187756
"""

import sqlalchemy as sa
from alembic import op

revision = "78c728685301"
down_revision = "d0ab25187756"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_measure",
        sa.Column(
            "cut",
            sa.String(length=20),
            nullable=False,
            comment="How the figures are cut: munitions, category.",
        ),
        sa.Column(
            "sk",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="The version.",
        ),
        sa.Column(
            "subject",
            sa.String(length=100),
            nullable=False,
            comment="Munition, category or side; empty when unnamed.",
        ),
        sa.Column(
            "status",
            sa.String(length=20),
            nullable=False,
            comment="Status of people; empty where not cut by it.",
        ),
        sa.Column(
            "figure",
            sa.String(length=20),
            nullable=False,
            comment="An outcome or a harm: launched, killed.",
        ),
        sa.Column("low", sa.BigInteger(), nullable=True, comment="Least; null when not known."),
        sa.Column(
            "best", sa.BigInteger(), nullable=True, comment="Best value; null when undecided."
        ),
        sa.Column("high", sa.BigInteger(), nullable=True, comment="Greatest; null when open."),
        sa.Column(
            "side",
            sa.String(length=40),
            nullable=True,
            comment="The one side that all of it comes from; null where others gave it too.",
        ),
        sa.PrimaryKeyConstraint(
            "cut", "sk", "subject", "status", "figure", name=op.f("pk_event_measure")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_member",
        sa.Column(
            "sk",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="The version of the whole.",
        ),
        sa.Column(
            "part_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The part.",
        ),
        sa.ForeignKeyConstraint(["part_id"], ["event.id"], name=op.f("fk_event_member_part_id")),
        sa.PrimaryKeyConstraint("sk", "part_id", name=op.f("pk_event_member")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_event_member_part_id"), "event_member", ["part_id"], unique=False)
    op.add_column(
        "event_summary",
        sa.Column(
            "divergence_ppm",
            sa.Integer(),
            nullable=True,
            comment="How far contradicting voices lie apart, millionths; null: a rebuild is due.",
        ),
    )
    op.add_column(
        "event_summary",
        sa.Column(
            "month", sa.String(length=7), nullable=True, comment="Month of occurred_from: 2024-11."
        ),
    )
    op.add_column(
        "event_summary",
        sa.Column(
            "week",
            sa.String(length=8),
            nullable=True,
            comment="ISO week of occurred_from, from Monday: 2024-W48.",
        ),
    )
    op.create_index(
        "ix_event_summary_divergence_ppm_sk",
        "event_summary",
        ["divergence_ppm", "sk"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_event_summary_divergence_ppm_sk", table_name="event_summary")
    op.drop_column("event_summary", "week")
    op.drop_column("event_summary", "month")
    op.drop_column("event_summary", "divergence_ppm")
    op.drop_index(op.f("ix_event_member_part_id"), table_name="event_member")
    op.drop_table("event_member")
    op.drop_table("event_measure")
