"""Totals that are kept: empty until the read model is made anew, but in a store without events.

Revision: c7e41f9a2d60
Follows: 9c41be07d5a6
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "c7e41f9a2d60"
down_revision = "9c41be07d5a6"
branch_labels = None
depends_on = None

GROUPING = (
    "facet = 'claimant' OR facet = 'side' OR facet = 'target_country' OR facet = 'target_region'"
)


def upgrade() -> None:
    op.create_table(
        "event_total",
        sa.Column(
            "grouped_by",
            sa.String(length=20),
            nullable=False,
            comment="The group beside month and attacker: region, claimant.",
        ),
        sa.Column(
            "cut",
            sa.String(length=20),
            nullable=False,
            comment="How the figures are cut; events: the events themselves.",
        ),
        sa.Column(
            "group_value",
            sa.String(length=100),
            nullable=False,
            comment="Which region, claimant; empty where none is known.",
        ),
        sa.Column(
            "subject",
            sa.String(length=100),
            nullable=False,
            comment="Munition, category or side; of events themselves the grade.",
        ),
        sa.Column(
            "status",
            sa.String(length=20),
            nullable=False,
            comment="Status of people; of events themselves disputed, or empty.",
        ),
        sa.Column(
            "figure",
            sa.String(length=20),
            nullable=False,
            comment="An outcome or a harm; empty: all events of the line.",
        ),
        sa.Column(
            "month",
            sa.String(length=7),
            nullable=False,
            comment="Month in which the events began, UTC; empty without a date.",
        ),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="Kind of the events."),
        sa.Column("scope", sa.String(length=40), nullable=False, comment="How much they span."),
        sa.Column(
            "attacker",
            sa.String(length=40),
            nullable=False,
            comment="Resolved attacking side; empty where none is known.",
        ),
        sa.Column(
            "until",
            sa.String(length=7),
            nullable=False,
            comment="Month in which they had ended, UTC; empty without a date.",
        ),
        sa.Column(
            "events", sa.BigInteger(), nullable=False, comment="How many events have the figure."
        ),
        sa.Column(
            "one_sided",
            sa.BigInteger(),
            nullable=False,
            comment="How many rest on one side alone; counted where figure is empty.",
        ),
        sa.Column("low", sa.BigInteger(), nullable=False, comment="Sum of the lower ends."),
        sa.Column("vague", sa.BigInteger(), nullable=False, comment="How many have no lower end."),
        sa.Column("high", sa.BigInteger(), nullable=False, comment="Sum of the upper ends."),
        sa.Column("open", sa.BigInteger(), nullable=False, comment="How many have no upper end."),
        sa.Column("best", sa.BigInteger(), nullable=False, comment="Sum of the best values."),
        sa.Column(
            "settled", sa.BigInteger(), nullable=False, comment="How many have a best value."
        ),
        sa.PrimaryKeyConstraint(
            "grouped_by",
            "cut",
            "group_value",
            "subject",
            "status",
            "figure",
            "month",
            "kind",
            "scope",
            "attacker",
            "until",
            name=op.f("pk_event_total"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_event_total_empty",
        "event_total",
        ["grouped_by"],
        sqlite_where=sa.text("events = 0"),
        postgresql_where=sa.text("events = 0"),
    )
    state = op.create_table(
        "event_total_state",
        sa.Column(
            "known_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="All that was written up to this instant is in the totals, UTC.",
        ),
        sa.PrimaryKeyConstraint("known_at", name=op.f("pk_event_total_state")),
    )
    op.create_index(
        "ix_event_summary_valid_to",
        "event_summary",
        ["valid_to"],
        sqlite_where=sa.text("valid_to IS NOT NULL"),
        postgresql_where=sa.text("valid_to IS NOT NULL"),
    )
    op.create_index(
        "ix_event_facet_sk",
        "event_facet",
        ["sk", "facet", "value"],
        sqlite_where=sa.text(GROUPING),
        postgresql_where=sa.text(GROUPING),
    )
    if op.get_bind().scalar(sa.text("SELECT 1 FROM event_summary LIMIT 1")) is None:
        op.bulk_insert(state, [{"known_at": datetime.min.replace(tzinfo=UTC)}])


def downgrade() -> None:
    op.drop_index("ix_event_facet_sk", table_name="event_facet")
    op.drop_index("ix_event_summary_valid_to", table_name="event_summary")
    op.drop_table("event_total_state")
    op.drop_table("event_total")
