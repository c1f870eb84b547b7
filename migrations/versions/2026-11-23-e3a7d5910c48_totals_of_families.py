"""Kept totals of families, and facets by which events are found by how great a figure may be.

The totals are empty until ``db upgrade`` makes them anew, but in a store without events.

Revision: e3a7d5910c48
Follows: c7e41f9a2d60
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "e3a7d5910c48"
down_revision = "c7e41f9a2d60"
branch_labels = None
depends_on = None

KEY = (
    ("grouped_by", 20, "The group beside month and attacker: region, claimant."),
    ("cut", 20, "How the figures are cut; events: the events themselves."),
    ("group_value", 100, "Which region, claimant; empty where none is known."),
    ("subject", 100, "Munition, category or side; of events themselves the grade."),
    ("status", 20, "Status of people; of events themselves disputed, or empty."),
    ("figure", 20, "An outcome or a harm; empty: all events of the line."),
)
OLD_KEY = (
    *KEY,
    ("month", 7, "Month in which the events began, UTC; empty without a date."),
    ("kind", 40, "Kind of the events."),
    ("scope", 40, "How much they span."),
    ("attacker", 40, "Resolved attacking side; empty where none is known."),
    ("until", 7, "Month in which they had ended, UTC; empty without a date."),
)
NEW_KEY = (
    *KEY,
    ("month", 7, "Month in which the first began, UTC; empty without a date."),
    ("month_last", 7, "Month in which the last of them began."),
    ("kind", 200, "Kind of the events."),
    ("scope", 200, "How much they span; whole: a collection that has parts."),
    ("attacker", 200, "Resolved attacking side; empty where none is known."),
    ("until", 7, "Month in which the first had ended, UTC; empty without a date."),
    ("until_last", 7, "Month in which the last of them had ended."),
)
NUMBERS = (
    ("events", "How many events have the figure."),
    ("one_sided", "How many rest on one side alone; counted where figure is empty."),
    ("low", "Sum of the lower ends."),
    ("vague", "How many have no lower end."),
    ("high", "Sum of the upper ends."),
    ("open", "How many have no upper end."),
    ("best", "Sum of the best values."),
    ("settled", "How many have a best value."),
)
MAGNITUDES = 14
OF_FIGURES = f"""
INSERT INTO event_facet (facet, value, sk)
SELECT 'most_' || figure, CASE WHEN high IS NULL THEN 'open'
{" ".join(f"WHEN high < {1 << digits} THEN '{digits:02d}'" for digits in range(MAGNITUDES))}
ELSE '{MAGNITUDES}' END, sk
FROM event_figure WHERE low IS NOT NULL OR high IS NOT NULL
"""
UNKNOWN = ("unknown", "How many have none.")


def upgrade() -> None:
    _renew(NEW_KEY, (*NUMBERS, UNKNOWN))
    op.create_index(
        "ix_event_total_spanning",
        "event_total",
        ["grouped_by", "cut"],
        sqlite_where=sa.text("month <> until"),
        postgresql_where=sa.text("month <> until"),
    )
    op.create_table(
        "event_total_apart",
        sa.Column(
            "event_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The event.",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_total_apart_event_id")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_total_apart")),
    )
    op.execute(OF_FIGURES)


def downgrade() -> None:
    op.execute("DELETE FROM event_facet WHERE facet LIKE 'most|_%' ESCAPE '|'")
    op.drop_table("event_total_apart")
    _renew(OLD_KEY, NUMBERS)


def _renew(key: tuple[tuple[str, int, str], ...], numbers: tuple[tuple[str, str], ...]) -> None:
    """Make the table of totals anew: all in it is derived, and made again by ``db upgrade``."""
    op.drop_table("event_total")
    op.create_table(
        "event_total",
        *(
            sa.Column(name, sa.String(length=length), nullable=False, comment=comment)
            for name, length, comment in key
        ),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False, comment=comment)
            for name, comment in numbers
        ),
        sa.PrimaryKeyConstraint(*(name for name, *_ in key), name=op.f("pk_event_total")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_event_total_empty",
        "event_total",
        ["grouped_by"],
        sqlite_where=sa.text("events = 0"),
        postgresql_where=sa.text("events = 0"),
    )
    state = sa.table("event_total_state", sa.column("known_at", sa.DateTime(timezone=True)))
    op.execute(state.delete())
    if op.get_bind().scalar(sa.text("SELECT 1 FROM event_summary LIMIT 1")) is None:
        op.bulk_insert(state, [{"known_at": datetime.min.replace(tzinfo=UTC)}])
