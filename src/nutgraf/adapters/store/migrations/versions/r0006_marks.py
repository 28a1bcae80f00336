"""What readers mark, mute and follow, and when they were here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the index of what a reader has read."""
    op.create_table(
        "marks",
        *_of_reader("marks"),
        sa.Column("article_id", columns.Id, nullable=False),
        sa.Column("saved_at", columns.UtcTime()),
        sa.Column("hidden_at", columns.UtcTime()),
        sa.Column("unread_at", columns.UtcTime()),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_marks_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("reader_id", "article_id", name="pk_marks"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_marks_article_id", "marks", ["article_id"])
    is_saved = sa.text("saved_at IS NOT NULL")
    op.create_index(
        "ix_marks_saved",
        "marks",
        ["reader_id", "saved_at", "article_id"],
        sqlite_where=is_saved,
        postgresql_where=is_saved,
    )
    op.create_table(
        "mutes",
        sa.Column("id", columns.Id, nullable=False),
        *_of_reader("mutes"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", columns.Key(), nullable=False),
        sa.Column("effect", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mutes"),
        sa.UniqueConstraint("reader_id", "kind", "value", name="uq_mutes_reader_id_kind_value"),
    )
    op.create_table(
        "follows",
        *_of_reader("follows"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("slug", columns.Key(), nullable=False),
        sa.PrimaryKeyConstraint("reader_id", "kind", "slug", name="pk_follows"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "visits",
        *_of_reader("visits"),
        sa.Column("before_at", columns.UtcTime()),
        sa.Column("last_at", columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("reader_id", name="pk_visits"),
    )
    op.create_index("ix_reads_history", "reads", ["reader_id", "read_at", "article_id"])


def _of_reader(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    name = f"fk_{table}_reader_id"
    return (
        sa.Column("reader_id", columns.Id, nullable=False, autoincrement=False),
        sa.ForeignKeyConstraint(["reader_id"], ["readers.id"], name=name, ondelete="CASCADE"),
    )
