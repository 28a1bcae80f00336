"""What the operator says of a feed (name, category, shortest interval), and what its last polls led to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns of feeds."""
    for column in (
        sa.Column("own_title", columns.PlainText, nullable=False, server_default=""),
        sa.Column("category", columns.PlainText, nullable=False, server_default=""),
        sa.Column("min_interval_s", sa.Integer, nullable=False, server_default="0"),
        sa.Column("outcomes", sa.String(32), nullable=False, server_default=""),
    ):
        op.add_column("feeds", column)
