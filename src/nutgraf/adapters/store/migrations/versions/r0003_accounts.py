"""Accounts: what a reader may do, passwords, sessions and one-time links. The reader there is becomes the operator."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen readers; make sessions and tickets."""
    op.add_column("readers", sa.Column("name_key", columns.Key()))
    op.add_column("readers", sa.Column("role", sa.String(length=16)))
    op.add_column("readers", sa.Column("password_hash", columns.PlainText()))
    op.add_column("readers", sa.Column("created_at", columns.UtcTime()))
    op.add_column("readers", sa.Column("disabled_at", columns.UtcTime()))
    readers = sa.table(
        "readers", sa.column("role"), sa.column("password_hash"), sa.column("created_at", columns.UtcTime())
    )
    op.execute(readers.update().values(role="operator", password_hash="", created_at=datetime.now(UTC)))
    with op.batch_alter_table("readers") as batch:
        batch.alter_column("role", existing_type=sa.String(length=16), nullable=False)
        batch.alter_column("password_hash", existing_type=columns.PlainText(), nullable=False)
        batch.alter_column("created_at", existing_type=columns.UtcTime(), nullable=False)
        batch.create_unique_constraint("uq_readers_name_key", ["name_key"])
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("reader_id", columns.Id, nullable=False),
        sa.Column("opened_at", columns.UtcTime(), nullable=False),
        sa.Column("expires_at", columns.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["reader_id"], ["readers.id"], name="fk_sessions_reader_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_reader_id", "sessions", ["reader_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "tickets",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("reader_id", columns.Id),
        sa.Column("expires_at", columns.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["reader_id"], ["readers.id"], name="fk_tickets_reader_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_tickets"),
    )
    op.create_index("ix_tickets_reader_id", "tickets", ["reader_id"])
