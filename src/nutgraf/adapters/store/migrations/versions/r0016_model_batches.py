"""Batches of requests that a language model's host is to answer within a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "model_batches",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("provider", columns.PlainText, nullable=False),
        sa.Column("model", columns.PlainText, nullable=False),
        sa.Column("host_id", columns.PlainText, nullable=False),
        sa.Column("submitted_at", columns.UtcTime, nullable=False),
        sa.Column("lines", columns.PlainText, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_batches")),
    )
