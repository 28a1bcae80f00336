"""What a feed's last document said beside its entries, and the subscriptions at hubs (WebSub)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns of feeds and make the table."""
    for column in (
        sa.Column("parse_path", sa.String(16), nullable=False, server_default=""),
        sa.Column("dropped_entries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("hub_url", columns.PlainText, nullable=False, server_default=""),
        sa.Column("topic_url", columns.PlainText, nullable=False, server_default=""),
        sa.Column("pushed_until", columns.UtcTime),
    ):
        op.add_column("feeds", column)
    op.create_table(
        "hub_subscriptions",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("feed_id", columns.Id),
        sa.Column("hub_url", columns.PlainText, nullable=False),
        sa.Column("topic_url", columns.PlainText, nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", columns.UtcTime, nullable=False),
        sa.Column("lease_ends_at", columns.UtcTime),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error_code", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hub_subscriptions"),
        sa.UniqueConstraint("feed_id", name="uq_hub_subscriptions_feed_id"),
        sa.UniqueConstraint("token", name="uq_hub_subscriptions_token"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_hub_subscriptions_feed_id", ondelete="SET NULL"),
    )
    op.create_index("ix_hub_subscriptions_due_at", "hub_subscriptions", ["due_at"])
    hubbed = sa.text("hub_url <> ''")
    op.create_index("ix_feeds_hub", "feeds", ["id"], sqlite_where=hubbed, postgresql_where=hubbed)
