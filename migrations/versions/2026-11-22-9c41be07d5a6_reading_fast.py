"""Reading fast: cells of the map, facets of two words, narrow tables; the read model is due anew.

Revision: 9c41be07d5a6
Follows: 78c728685301
"""

import sqlalchemy as sa
from alembic import op

revision = "9c41be07d5a6"
down_revision = "78c728685301"
branch_labels = None
depends_on = None

SK = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NARROW = (
    *("sk", "valid_from", "valid_to", "kind", "scope", "attacker", "defender", "grade"),
    *("disputed", "occurred_from", "occurred_to", "month", "week", "event_id"),
)
REBUILD_IS_DUE = "UPDATE event_summary SET divergence_ppm = NULL"


def sort_key() -> sa.Column[int]:
    return sa.Column("sk", SK, autoincrement=False, nullable=False, comment="The version.")


def edges(east: str) -> list[sa.Column[float]]:
    return [
        sa.Column(
            "west", sa.Double(), nullable=False, comment="West edge of the circle's box, degrees."
        ),
        sa.Column("south", sa.Double(), nullable=False, comment="South edge, degrees."),
        sa.Column("east", sa.Double(), nullable=False, comment=east),
        sa.Column("north", sa.Double(), nullable=False, comment="North edge, degrees."),
    ]


def make_facets(width: int) -> None:
    op.create_table(
        "event_facet",
        sa.Column("facet", sa.String(length=20), nullable=False, comment="Which filter."),
        sa.Column("value", sa.String(length=width), nullable=False, comment="Which value."),
        sort_key(),
        sa.PrimaryKeyConstraint("facet", "value", "sk", name=op.f("pk_event_facet")),
        sqlite_with_rowid=False,
    )


def make_figures(**options: bool) -> None:
    op.create_table(
        "event_figure",
        sa.Column(
            "figure",
            sa.String(length=20),
            nullable=False,
            comment="An outcome or a harm: launched, killed.",
        ),
        sort_key(),
        sa.Column("low", sa.BigInteger(), nullable=True, comment="Least; null when not known."),
        sa.Column(
            "best", sa.BigInteger(), nullable=True, comment="Best value; null when undecided."
        ),
        sa.Column("high", sa.BigInteger(), nullable=True, comment="Greatest; null when open."),
        sa.PrimaryKeyConstraint("figure", "sk", name=op.f("pk_event_figure")),
        **options,
    )


def make_points(**options: bool) -> None:
    op.create_table(
        "event_point",
        sort_key(),
        sa.Column(
            "position",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Order within the version, from 0.",
        ),
        sa.Column("role", sa.String(length=40), nullable=False, comment="What happened there."),
        sa.Column("latitude", sa.Double(), nullable=False, comment="Degrees north, WGS 84."),
        sa.Column("longitude", sa.Double(), nullable=False, comment="Degrees east, WGS 84."),
        sa.Column(
            "uncertainty_m", sa.Integer(), nullable=True, comment="Radius in metres; null: unknown."
        ),
        *(
            sa.Column(
                f"{axis}_m",
                sa.Double(),
                nullable=False,
                comment=f"Earth-centred {axis} of the point, metres.",
            )
            for axis in "xyz"
        ),
        *edges("East edge, degrees; less than west where the box lies across 180 degrees."),
        sa.PrimaryKeyConstraint("sk", "position", name=op.f("pk_event_point")),
        **options,
    )


def upgrade() -> None:
    for table in ("event_facet", "event_figure", "event_point"):
        op.drop_table(table)
    make_facets(110)
    make_figures(sqlite_with_rowid=False)
    op.create_index("ix_event_figure_figure_high_sk", "event_figure", ["figure", "high", "sk"])
    make_points(sqlite_with_rowid=False)
    op.create_table(
        "event_cell",
        sa.Column(
            "cell",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Number of the cell, see grid.",
        ),
        sort_key(),
        sa.Column(
            "position",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="The place within the version, from 0.",
        ),
        *edges("East edge, degrees; less than west across 180."),
        sa.PrimaryKeyConstraint("cell", "sk", "position", name=op.f("pk_event_cell")),
        sqlite_with_rowid=False,
    )
    op.drop_index("ix_event_summary_occurred_to", table_name="event_summary")
    op.create_index("ix_event_summary_narrow", "event_summary", list(NARROW))
    op.execute(REBUILD_IS_DUE)


def downgrade() -> None:
    op.drop_index("ix_event_summary_narrow", table_name="event_summary")
    op.create_index("ix_event_summary_occurred_to", "event_summary", ["occurred_to"])
    for table in ("event_cell", "event_facet", "event_figure", "event_point"):
        op.drop_table(table)
    make_facets(100)
    make_figures()
    make_points()
    op.create_index("ix_event_point_south_north", "event_point", ["south", "north", "west", "east"])
    op.execute(REBUILD_IS_DUE)
