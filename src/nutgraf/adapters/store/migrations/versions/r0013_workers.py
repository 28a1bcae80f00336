"""Work on several machines: the processes that are there, and which of them may ask a host."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "workers",
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("queues", sa.JSON, nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("started_at", columns.UtcTime, nullable=False),
        sa.Column("seen_at", columns.UtcTime, nullable=False),
        sa.Column("feeds_under_way", sa.Integer, nullable=False),
        sa.Column("articles_under_way", sa.Integer, nullable=False),
        sa.Column("is_scheduler", sa.Boolean, nullable=False),
        sa.Column("totals", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_workers"),
    )
    op.create_table(
        "host_leases",
        sa.Column("origin", columns.Key, nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("held_until", columns.UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_host_leases"),
    )
