"""People, places and organisations that briefs name. Those of briefs that are there are found later, in turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the column in which a brief says whom and what it names."""
    op.add_column("briefs", sa.Column("entities", sa.JSON(none_as_null=True)))
    unnamed = sa.text("entities IS NULL AND published_at IS NOT NULL AND superseded_at IS NULL")
    op.create_index("ix_briefs_unnamed", "briefs", ["id"], sqlite_where=unnamed, postgresql_where=unnamed)
    op.create_table(
        "entities",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("slug", columns.Key, nullable=False),
        sa.Column("name", columns.PlainText, nullable=False),
        sa.Column("barred_at", columns.UtcTime),
        sa.PrimaryKeyConstraint("kind", "slug", name="pk_entities"),
        sqlite_with_rowid=False,
    )
    barred = sa.text("barred_at IS NOT NULL")
    op.create_index("ix_entities_barred", "entities", ["barred_at"], sqlite_where=barred, postgresql_where=barred)
    op.create_table(
        "entity_listing",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("slug", columns.Key, nullable=False),
        sa.Column("listed_at", columns.UtcTime, nullable=False),
        sa.Column("article_id", columns.Id, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("kind", "slug", "listed_at", "article_id", name="pk_entity_listing"),
        sqlite_with_rowid=False,
    )
