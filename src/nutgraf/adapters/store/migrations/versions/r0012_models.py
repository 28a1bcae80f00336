"""Language models: each call, what budgets are kept with, sums by day, answers, wishes, and what a brief took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SUMS = (
    "calls",
    "failed",
    "cached",
    "estimated",
    "unpriced",
    "input_tokens",
    "output_tokens",
    "micro_dollars",
    "milliseconds",
)


def upgrade() -> None:
    """Make the tables and add the columns of feeds and briefs."""
    op.add_column("feeds", sa.Column("model_policy", sa.String(16), nullable=False, server_default=""))
    op.add_column("briefs", sa.Column("usage", sa.JSON(none_as_null=True)))
    _make_calls()
    op.create_table(
        "model_spending",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("key", columns.Key, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("micro_dollars", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "scope", "key", name="pk_model_spending"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "model_days",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("provider", columns.Key, nullable=False),
        sa.Column("model", columns.Key, nullable=False),
        sa.Column("feed_id", columns.Id, nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False, server_default="0") for name in _SUMS),
        sa.PrimaryKeyConstraint("day", "provider", "model", "feed_id", "purpose", name="pk_model_days"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "model_answers",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("stored_at", columns.UtcTime, nullable=False),
        sa.Column("claimed_until", columns.UtcTime),
        sa.Column("text", columns.PlainText),
        sa.Column("provider", columns.PlainText, nullable=False),
        sa.Column("model", columns.PlainText, nullable=False),
        sa.Column("input_tokens", sa.BigInteger, nullable=False),
        sa.Column("output_tokens", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_model_answers"),
    )
    op.create_index("ix_model_answers_stored_at", "model_answers", ["stored_at"])
    op.create_table(
        "model_wishes",
        sa.Column("article_id", columns.Id, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("reader_id", columns.Id),
        sa.Column("wished_at", columns.UtcTime, nullable=False),
        sa.Column("started_at", columns.UtcTime),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_model_wishes_article_id_articles", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["readers.id"], name="fk_model_wishes_reader_id_readers", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name="pk_model_wishes"),
    )
    op.create_index("ix_model_wishes_reader_id", "model_wishes", ["reader_id"])


def _make_calls() -> None:
    op.create_table(
        "model_calls",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("reserved_at", columns.UtcTime, nullable=False),
        sa.Column("expires_at", columns.UtcTime, nullable=False),
        sa.Column("provider", columns.Key, nullable=False),
        sa.Column("model", columns.Key, nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("feed_id", columns.Id),
        sa.Column("article_id", columns.Id),
        sa.Column("reader_id", columns.Id),
        sa.Column("input_tokens", sa.BigInteger, nullable=False),
        sa.Column("output_tokens", sa.BigInteger, nullable=False),
        sa.Column("is_counted", sa.Boolean, nullable=False),
        sa.Column("micro_dollars", sa.BigInteger),
        sa.Column("milliseconds", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("error_code", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_model_calls"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_model_calls_day", "model_calls", ["day"])
    is_open = sa.text("outcome = 'reserved'")
    op.create_index(
        "ix_model_calls_open", "model_calls", ["expires_at"], sqlite_where=is_open, postgresql_where=is_open
    )
