"""Tokens with which programs read as a reader."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "access_tokens",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("reader_id", columns.Id, nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("name", columns.PlainText(), nullable=False),
        sa.Column("created_at", columns.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["reader_id"], ["readers.id"], name="fk_access_tokens_reader_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_access_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_access_tokens_token_hash"),
    )
    op.create_index("ix_access_tokens_reader_id", "access_tokens", ["reader_id"])
