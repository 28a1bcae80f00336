"""Finding texts that later ones have replaced: an index of later texts by the time they came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    later = sa.text("number > 1")
    op.create_index(
        "ix_revisions_later", "revisions", ["stored_at", "article_id"], sqlite_where=later, postgresql_where=later
    )
