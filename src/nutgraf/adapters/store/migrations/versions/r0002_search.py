"""The index of words, filled with the briefs that are listed already, and saved searches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns, search_index
from nutgraf.domain.ids import ArticleId, BriefId

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BATCH = 500
_LISTED = sa.text(
    "SELECT articles.id, articles.listed_at, articles.current_brief_id, publishers.slug FROM articles "
    "JOIN publishers ON publishers.id = articles.publisher_id "
    "WHERE articles.listed_at IS NOT NULL AND articles.id > :after ORDER BY articles.id LIMIT :batch"
).columns(listed_at=columns.UtcTime())
_TOPICS = sa.text("SELECT slug, parent FROM brief_topics WHERE brief_id = :brief_id")


def upgrade() -> None:
    """Make both and fill the index."""
    op.create_table(
        "saved_searches",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("reader_id", columns.Id, nullable=False),
        sa.Column("text", columns.Key(), nullable=False),
        sa.Column("saved_at", columns.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["reader_id"], ["readers.id"], name="fk_saved_searches_reader_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_searches"),
        sa.UniqueConstraint("reader_id", "text", name="uq_saved_searches_reader_id_text"),
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for statement in search_index.POSTGRESQL_TABLE:
            op.execute(statement)
    else:
        op.execute(search_index.SQLITE_TABLE)
    _fill(connection)


def _fill(connection: sa.Connection) -> None:
    after = 0
    while rows := connection.execute(_LISTED, {"after": after, "batch": _BATCH}).all():
        for row in rows:
            found = connection.execute(_TOPICS, {"brief_id": row.current_brief_id})
            topics = {slug for topic in found for slug in topic if slug}
            search_index.add(
                connection,
                ArticleId(row.id),
                BriefId(row.current_brief_id),
                row.listed_at,
                topics=topics,
                publishers=[row.slug],
            )
        after = rows[-1].id
