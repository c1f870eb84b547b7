"""Names, ratings, assessments, parts and judgements are found by an index, those that ended too.

Revision: e18b52c9f047
Follows: 4b8e2c71f0d9
"""

from alembic import op

revision = "e18b52c9f047"
down_revision = "4b8e2c71f0d9"
branch_labels = None
depends_on = None

COLUMNS = (
    ("assessment", "claim_id"),
    ("event_judgement", "left_id"),
    ("event_part", "whole_id"),
    ("munition_name", "munition_id"),
    ("place_name", "place_id"),
    ("source_name", "source_id"),
    ("source_rating", "source_id"),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table, column in COLUMNS:
        op.drop_index(f"ix_{table}_{column}", table_name=table)
