"""The first schema: feeds, articles, revisions, briefs with their evidence, topics, reads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nutgraf.adapters.store import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, and the one reader there is until accounts are used."""
    _make_sources()
    _make_articles()
    _make_announcements()
    _make_revisions()
    _make_briefs()
    _make_sentences()
    _make_topics()
    _make_reads()
    op.execute("INSERT INTO readers (name) VALUES ('Reader')")


def _partial_index(name: str, table: str, names: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, names, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _make_sources() -> None:
    op.create_table(
        "readers",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("name", columns.PlainText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_readers"),
    )
    op.create_table(
        "publishers",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", columns.PlainText(), nullable=False),
        sa.Column("name_key", columns.Key(), nullable=False),
        sa.Column("site_url", columns.PlainText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_publishers"),
        sa.UniqueConstraint("name_key", name="uq_publishers_name_key"),
        sa.UniqueConstraint("slug", name="uq_publishers_slug"),
    )
    op.create_table(
        "feeds",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("url", columns.PlainText(), nullable=False),
        sa.Column("title", columns.PlainText(), nullable=False),
        sa.Column("site_url", columns.PlainText(), nullable=False),
        sa.Column("language", columns.PlainText(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("etag", columns.PlainText(), nullable=False),
        sa.Column("last_modified", columns.PlainText(), nullable=False),
        sa.Column("added_at", columns.UtcTime(), nullable=False),
        sa.Column("next_poll_at", columns.UtcTime(), nullable=False),
        sa.Column("last_poll_at", columns.UtcTime()),
        sa.Column("last_ok_at", columns.UtcTime()),
        sa.Column("last_new_at", columns.UtcTime()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=False),
        sa.Column("error_message", columns.PlainText(), nullable=False),
        sa.Column("article_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
        sa.UniqueConstraint("url", name="uq_feeds_url"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feeds_due", "feeds", ["state", "next_poll_at"])


def _make_articles() -> None:
    op.create_table(
        "articles",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("article_key", columns.Key(), nullable=False),
        sa.Column("url", columns.PlainText(), nullable=False),
        sa.Column("canonical_url", columns.Key()),
        sa.Column("title", columns.PlainText(), nullable=False),
        sa.Column("feed_id", columns.Id),
        sa.Column("publisher_id", columns.Id),
        sa.Column("copy_of", columns.Id),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", columns.UtcTime()),
        sa.Column("error_code", sa.String(length=64), nullable=False),
        sa.Column("error_message", columns.PlainText(), nullable=False),
        sa.Column("quarantined_at", columns.UtcTime()),
        sa.Column("quarantined_step", sa.String(length=16)),
        sa.Column("published_at", columns.UtcTime()),
        sa.Column("updated_at", columns.UtcTime()),
        sa.Column("found_at", columns.UtcTime(), nullable=False),
        sa.Column("listed_at", columns.UtcTime()),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("current_revision_id", columns.Id),
        sa.Column("current_brief_id", columns.Id),
        sa.ForeignKeyConstraint(["copy_of"], ["articles.id"], name="fk_articles_copy_of"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_articles_feed_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["publisher_id"], ["publishers.id"], name="fk_articles_publisher_id"),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sa.UniqueConstraint("article_key", name="uq_articles_article_key"),
        sqlite_autoincrement=True,
    )
    _partial_index("ix_articles_copy_of", "articles", ["copy_of"], "copy_of IS NOT NULL")
    _partial_index("ix_articles_due", "articles", ["state", "due_at", "id"], "due_at IS NOT NULL")
    _partial_index("ix_articles_feed", "articles", ["feed_id"], "feed_id IS NOT NULL")
    _partial_index("ix_articles_listed", "articles", ["listed_at", "id"], "listed_at IS NOT NULL")
    _partial_index("ix_articles_listed_of", "articles", ["publisher_id", "listed_at", "id"], "listed_at IS NOT NULL")
    _partial_index("ix_articles_quarantined", "articles", ["quarantined_at", "id"], "quarantined_at IS NOT NULL")
    _partial_index("uq_articles_canonical_url", "articles", ["canonical_url"], "copy_of IS NULL", unique=True)


def _make_announcements() -> None:
    op.create_table(
        "announcements",
        sa.Column("article_id", columns.Id, autoincrement=False, nullable=False),
        sa.Column("author", columns.PlainText(), nullable=False),
        sa.Column("summary_html", columns.PlainText(), nullable=False),
        sa.Column("content_html", columns.PlainText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_announcements_article_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name="pk_announcements"),
    )
    op.create_table(
        "entries",
        sa.Column("feed_id", columns.Id, autoincrement=False, nullable=False),
        sa.Column("entry_key", columns.Key(), nullable=False),
        sa.Column("article_id", columns.Id, nullable=False),
        sa.Column("content_hash", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_entries_article_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_entries_feed_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id", "entry_key", name="pk_entries"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entries_article_id", "entries", ["article_id"])
    op.create_table(
        "documents",
        sa.Column("article_id", columns.Id, autoincrement=False, nullable=False),
        sa.Column("url", columns.PlainText(), nullable=False),
        sa.Column("final_url", columns.PlainText(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", columns.PlainText(), nullable=False),
        sa.Column("etag", columns.PlainText(), nullable=False),
        sa.Column("last_modified", columns.PlainText(), nullable=False),
        sa.Column("max_age_s", sa.BigInteger()),
        sa.Column("moved_to", columns.PlainText(), nullable=False),
        sa.Column("not_modified", sa.Boolean(), nullable=False),
        sa.Column("body_bytes", sa.Integer(), nullable=False),
        sa.Column("body_zlib", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_documents_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", name="pk_documents"),
    )


def _make_revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("article_id", columns.Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stored_at", columns.UtcTime(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("url", columns.PlainText(), nullable=False),
        sa.Column("canonical_url", columns.PlainText(), nullable=False),
        sa.Column("title", columns.PlainText(), nullable=False),
        sa.Column("publisher", columns.PlainText(), nullable=False),
        sa.Column("byline", columns.PlainText(), nullable=False),
        sa.Column("published_at", columns.UtcTime()),
        sa.Column("updated_at", columns.UtcTime()),
        sa.Column("language", columns.PlainText(), nullable=False),
        sa.Column("lead_image_url", columns.PlainText(), nullable=False),
        sa.Column("standfirst", columns.PlainText(), nullable=False),
        sa.Column("section", columns.PlainText(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("paragraphs", sa.JSON(), nullable=False),
        sa.Column("text", columns.PlainText(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_revisions_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sa.UniqueConstraint("article_id", "number", name="uq_revisions_article_id_number"),
    )
    op.create_table(
        "article_bands",
        sa.Column("band_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", columns.Id, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_article_bands_article_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("band_key", "article_id", name="pk_article_bands"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_article_bands_article_id", "article_bands", ["article_id"])


def _make_briefs() -> None:
    op.create_table(
        "briefs",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("article_id", columns.Id, nullable=False),
        sa.Column("revision_id", columns.Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("headline", columns.PlainText(), nullable=False),
        sa.Column("writer", columns.PlainText(), nullable=False),
        sa.Column("language", columns.PlainText(), nullable=False),
        sa.Column("is_short", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.UtcTime(), nullable=False),
        sa.Column("saved_at", columns.UtcTime(), nullable=False),
        sa.Column("published_at", columns.UtcTime()),
        sa.Column("superseded_at", columns.UtcTime()),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_briefs_article_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_briefs_revision_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_briefs"),
        sa.UniqueConstraint("article_id", "version", name="uq_briefs_article_id_version"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_briefs_revision_id", "briefs", ["revision_id"])


def _make_sentences() -> None:
    op.create_table(
        "brief_sentences",
        sa.Column("brief_id", columns.Id, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("text", columns.PlainText(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.CheckConstraint("verdict IN ('supported', 'weak')", name="publishable"),
        sa.ForeignKeyConstraint(["brief_id"], ["briefs.id"], name="fk_brief_sentences_brief_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("brief_id", "position", name="pk_brief_sentences"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "evidence",
        sa.Column("brief_id", columns.Id, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brief_id", "position"],
            ["brief_sentences.brief_id", "brief_sentences.position"],
            name="fk_evidence_brief_id_position",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("brief_id", "position", "number", name="pk_evidence"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "withheld",
        sa.Column("brief_id", columns.Id, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("text", columns.PlainText(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("replacement", columns.PlainText(), nullable=False),
        sa.ForeignKeyConstraint(["brief_id"], ["briefs.id"], name="fk_withheld_brief_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("brief_id", "number", name="pk_withheld"),
        sqlite_with_rowid=False,
    )


def _make_topics() -> None:
    op.create_table(
        "topics",
        sa.Column("slug", columns.Key(), nullable=False),
        sa.Column("name", columns.PlainText(), nullable=False),
        sa.Column("parent", columns.Key(), nullable=False),
        sa.Column("iptc", sa.String(length=32), nullable=False),
        sa.Column("definition", columns.PlainText(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_topics"),
    )
    op.create_table(
        "brief_topics",
        sa.Column("brief_id", columns.Id, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slug", columns.Key(), nullable=False),
        sa.Column("parent", columns.Key(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["brief_id"], ["briefs.id"], name="fk_brief_topics_brief_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["slug"], ["topics.slug"], name="fk_brief_topics_slug"),
        sa.PrimaryKeyConstraint("brief_id", "position", name="pk_brief_topics"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "topic_listing",
        sa.Column("slug", columns.Key(), nullable=False),
        sa.Column("listed_at", columns.UtcTime(), nullable=False),
        sa.Column("article_id", columns.Id, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("slug", "listed_at", "article_id", name="pk_topic_listing"),
        sqlite_with_rowid=False,
    )


def _make_reads() -> None:
    op.create_table(
        "reads",
        sa.Column("reader_id", columns.Id, autoincrement=False, nullable=False),
        sa.Column("article_id", columns.Id, autoincrement=False, nullable=False),
        sa.Column("read_at", columns.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_reads_article_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["reader_id"], ["readers.id"], name="fk_reads_reader_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("reader_id", "article_id", name="pk_reads"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reads_article_id", "reads", ["article_id"])
    op.create_table(
        "counters",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", columns.Key(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_counters"),
        sqlite_with_rowid=False,
    )
