"""Claims that wait for review are found by an index of their own, the oldest first.

Revision: 2d94f6a81c35
Follows: e18b52c9f047
"""

import sqlalchemy as sa
from alembic import op

revision = "2d94f6a81c35"
down_revision = "e18b52c9f047"
branch_labels = None
depends_on = None

WAITING = sa.text("status = 'pending'")


def upgrade() -> None:
    op.create_index(
        "ix_claim_pending",
        "claim",
        ["recorded_at", "id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    op.drop_index("ix_claim_pending", table_name="claim")
