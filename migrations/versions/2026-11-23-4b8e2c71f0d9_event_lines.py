"""Versions as lines of exports: all are due until they are made.

Revision: 4b8e2c71f0d9
Follows: e3a7d5910c48
"""

import sqlalchemy as sa
from alembic import op

revision = "4b8e2c71f0d9"
down_revision = "e3a7d5910c48"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_line",
        sa.Column(
            "sk",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="The version.",
        ),
        sa.Column(
            "rendered_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The state that the lines show: so it has been since, UTC; null: they are due.",
        ),
        sa.Column(
            "exact",
            sa.Boolean(),
            nullable=True,
            comment="Whether no line takes an empty text for null, or an apostrophe for a mark.",
        ),
        sa.Column(
            "figure_rows", sa.Integer(), nullable=True, comment="How many lines figures has."
        ),
        sa.Column(
            "event", sa.LargeBinary(), nullable=True, comment="The version as a line, UTF-8."
        ),
        sa.Column(
            "figures",
            sa.LargeBinary(),
            nullable=True,
            comment="The figures of the claims that bear on it as lines, UTF-8.",
        ),
        sa.PrimaryKeyConstraint("sk", name=op.f("pk_event_line")),
    )
    op.create_index(
        "ix_event_line_due",
        "event_line",
        ["sk"],
        sqlite_where=sa.text("rendered_at IS NULL"),
        postgresql_where=sa.text("rendered_at IS NULL"),
    )
    op.execute("INSERT INTO event_line (sk) SELECT sk FROM event_summary WHERE valid_to IS NULL")


def downgrade() -> None:
    op.drop_index("ix_event_line_due", table_name="event_line")
    op.drop_table("event_line")
