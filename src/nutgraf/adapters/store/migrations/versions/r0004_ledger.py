"""Reports of faults, corrections, the daily ledger, and who wrote a brief with what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MEASURES = (
    "briefs",
    "supported",
    "weak",
    "repaired",
    "dropped",
    "reports",
    "upheld",
    "updates",
    "breaking_updates",
    "broken",
)


def upgrade() -> None:
    """Add them. What was published before is not counted: the ledger begins with this version."""
    for name in ("model", "prompt_version"):
        op.add_column("briefs", sa.Column(name, columns.PlainText(), nullable=False, server_default=""))
    op.add_column("briefs", sa.Column("origin", sa.String(length=16), nullable=False, server_default="writer"))
    op.add_column("briefs", sa.Column("broken", sa.JSON(), nullable=False, server_default="[]"))
    _make_reports()
    _make_corrections()
    _make_ledger()


def _make_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("article_id", columns.Id, nullable=False),
        sa.Column("brief_id", columns.Id, nullable=False),
        sa.Column("reader_id", columns.Id, nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("part", sa.String(length=16), nullable=True),
        sa.Column("text", columns.PlainText(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("note", columns.PlainText(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reported_at", columns.UtcTime(), nullable=False),
        sa.Column("decided_at", columns.UtcTime(), nullable=True),
        sa.Column("public_note", columns.PlainText(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_reports_article_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["brief_id"], ["briefs.id"], name="fk_reports_brief_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["reader_id"], ["readers.id"], name="fk_reports_reader_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reports_state_id", "reports", ["state", "id"])
    for name in ("article_id", "brief_id", "reader_id"):
        op.create_index(f"ix_reports_{name}", "reports", [name])


def _make_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("article_id", columns.Id, nullable=False),
        sa.Column("brief_id", columns.Id, nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("published_at", columns.UtcTime(), nullable=False),
        sa.Column("note", columns.PlainText(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_corrections_article_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["brief_id"], ["briefs.id"], name="fk_corrections_brief_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sqlite_autoincrement=True,
    )
    for name in ("article_id", "brief_id"):
        op.create_index(f"ix_corrections_{name}", "corrections", [name])


def _make_ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("publisher_id", columns.Id, autoincrement=False, nullable=False),
        sa.Column("writer", columns.PlainText(), nullable=False),
        sa.Column("model", columns.PlainText(), nullable=False),
        sa.Column("prompt_version", columns.PlainText(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False, server_default="0") for name in _MEASURES),
        sa.PrimaryKeyConstraint("period", "publisher_id", "writer", "model", "prompt_version", name="pk_ledger"),
        sqlite_with_rowid=False,
    )
