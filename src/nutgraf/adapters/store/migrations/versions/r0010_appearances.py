"""How readers like pages to be."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "appearances",
        sa.Column("reader_id", columns.Id, nullable=False, autoincrement=False),
        sa.Column("text_size", sa.String(16), nullable=False),
        sa.Column("measure", sa.String(16), nullable=False),
        sa.Column("theme", sa.String(16), nullable=False),
        sa.Column("list_view", sa.String(16), nullable=False),
        sa.Column("has_keys", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("reader_id", name="pk_appearances"),
        sa.ForeignKeyConstraint(["reader_id"], ["readers.id"], name="fk_appearances_reader_id", ondelete="CASCADE"),
    )
