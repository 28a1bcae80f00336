"""Who wrote a withheld sentence, where it was not the writer of the brief; the operator's own prompts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns of withheld, and the table."""
    for name in ("writer", "model", "prompt_version"):
        op.add_column("withheld", sa.Column(name, columns.PlainText, nullable=False, server_default=""))
    op.create_table(
        "prompts",
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("text", columns.PlainText, nullable=False),
        sa.Column("saved_at", columns.UtcTime, nullable=False),
        sa.Column("previewed_at", columns.UtcTime),
        sa.Column("live_at", columns.UtcTime),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_prompts")),
    )
