"""Publishers' icons and articles' lead pictures: what is wanted, and the pictures that are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "pictures",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("owner_id", columns.Id, autoincrement=False, nullable=False),
        sa.Column("url", columns.PlainText, nullable=False),
        sa.Column("due_at", columns.UtcTime),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error_code", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("kind", "owner_id", name="pk_pictures"),
        sqlite_with_rowid=False,
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_pictures_due", "pictures", ["due_at"], sqlite_where=due, postgresql_where=due)
    held = sa.text("digest IS NOT NULL")
    op.create_index("ix_pictures_digest", "pictures", ["digest"], sqlite_where=held, postgresql_where=held)
    op.create_table(
        "picture_bodies",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(32), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("stored_at", columns.UtcTime, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_picture_bodies"),
    )
    op.create_index("ix_picture_bodies_stored_at", "picture_bodies", ["stored_at", "size_bytes"])
