"""The tables, as SQLAlchemy Core sees them; migrations/ builds the same and a test compares the two.

    feeds ──< entries >── articles ──< revisions ──< briefs ──< brief_sentences ──< evidence
                            │  │                       ├──< withheld
                publishers ─┘  ├── announcements       └──< brief_topics >── topics
                               ├── documents
                               ├──< article_bands          topic_listing, entity_listing, counters, ledger: derived
                               ├──< reports, corrections
                               └──< reads >── readers ──< saved_searches, sessions, tickets, marks,
                                                            access_tokens, mutes, follows, appearances

`articles.listed_at` is set while a brief of the article is published and is what lists are sorted by; every list is one
range of one index. `articles.current_revision_id` and `current_brief_id` have no foreign key, because two tables that
refer to each other can be made on SQLite and PostgreSQL only in different ways. `brief_search`, the index of words, is
an FTS5 table on SQLite and one with a tsvector on PostgreSQL: see search_index.py.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from nutgraf.adapters.store.columns import Id, Key, PlainText, UtcTime
from nutgraf.adapters.store.model_tables import model_answers as model_answers
from nutgraf.adapters.store.model_tables import model_batches as model_batches
from nutgraf.adapters.store.model_tables import model_calls as model_calls
from nutgraf.adapters.store.model_tables import model_days as model_days
from nutgraf.adapters.store.model_tables import model_spending as model_spending
from nutgraf.adapters.store.model_tables import model_wishes as model_wishes
from nutgraf.adapters.store.table_metadata import metadata as metadata
from nutgraf.adapters.store.table_metadata import partial_index
from nutgraf.domain.ledger import MEASURES

_STANDS_UNNAMED = "entities IS NULL AND published_at IS NOT NULL AND superseded_at IS NULL"

readers = Table(
    "readers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", PlainText, nullable=False),
    Column("name_key", Key, unique=True),  # NULL until the reader has chosen a name to sign in with
    Column("role", String(16), nullable=False),
    Column("password_hash", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("disabled_at", UtcTime),
)

sessions = Table(  # readers who are signed in
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("reader_id", Id, ForeignKey("readers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("opened_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

access_tokens = Table(  # with which programs read as a reader
    "access_tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("reader_id", Id, ForeignKey("readers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("scope", String(16), nullable=False),
    Column("name", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("token_hash"),
)

tickets = Table(  # one-time links: to set the site up, to come in, to choose a new password
    "tickets",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("role", String(16), nullable=False),
    Column("reader_id", Id, ForeignKey("readers.id", ondelete="CASCADE"), index=True),
    Column("expires_at", UtcTime, nullable=False),
)

publishers = Table(
    "publishers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("slug", String(80), nullable=False, unique=True),
    Column("name", PlainText, nullable=False),
    Column("name_key", Key, nullable=False, unique=True),  # the name casefolded: one publisher per name
    Column("site_url", PlainText, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", Id, primary_key=True),
    Column("url", PlainText, nullable=False, unique=True),
    Column("title", PlainText, nullable=False),
    Column("site_url", PlainText, nullable=False),
    Column("language", PlainText, nullable=False),
    Column("state", String(16), nullable=False),
    Column("etag", PlainText, nullable=False),
    Column("last_modified", PlainText, nullable=False),
    Column("added_at", UtcTime, nullable=False),
    Column("next_poll_at", UtcTime, nullable=False),
    Column("last_poll_at", UtcTime),
    Column("last_ok_at", UtcTime),
    Column("last_new_at", UtcTime),
    Column("failures", Integer, nullable=False),
    Column("interval_s", Integer, nullable=False),
    Column("error_code", String(64), nullable=False),
    Column("error_message", PlainText, nullable=False),
    Column("article_count", Integer, nullable=False),
    Column("parse_path", String(16), nullable=False, server_default=""),  # of the last document
    Column("dropped_entries", Integer, nullable=False, server_default="0"),  # of the last document, beyond the limit
    Column("hub_url", PlainText, nullable=False, server_default=""),
    Column("topic_url", PlainText, nullable=False, server_default=""),  # what the feed is called at its hub
    Column("pushed_until", UtcTime),  # a hub tells of news until then
    Column("own_title", PlainText, nullable=False, server_default=""),  # the operator's
    Column("category", PlainText, nullable=False, server_default=""),
    Column("min_interval_s", Integer, nullable=False, server_default="0"),  # the operator's; 0: as the settings have it
    Column("outcomes", String(32), nullable=False, server_default=""),  # of the last polls, one sign each
    Column("model_policy", String(16), nullable=False, server_default=""),  # empty: as the settings have it
    Index("ix_feeds_due", "state", "next_poll_at"),
    partial_index("ix_feeds_hub", "id", where="hub_url <> ''"),
    sqlite_autoincrement=True,  # a poll under way must never be recorded for a later feed with the same id
)

articles = Table(
    "articles",
    metadata,
    Column("id", Id, primary_key=True),
    Column("article_key", Key, nullable=False, unique=True),
    Column("url", PlainText, nullable=False),
    Column("canonical_url", Key),
    Column("title", PlainText, nullable=False),
    Column("feed_id", Id, ForeignKey("feeds.id", ondelete="SET NULL")),
    Column("publisher_id", Id, ForeignKey("publishers.id")),
    Column("copy_of", Id, ForeignKey("articles.id")),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcTime),  # next attempt at the current step; NULL where there is no step to take
    Column("error_code", String(64), nullable=False),
    Column("error_message", PlainText, nullable=False),
    Column("quarantined_at", UtcTime),
    Column("quarantined_step", String(16)),
    Column("published_at", UtcTime),  # the first time that the publisher gave
    Column("updated_at", UtcTime),
    Column("found_at", UtcTime, nullable=False),
    Column("listed_at", UtcTime),
    Column("reads", Integer, nullable=False),
    Column("current_revision_id", Id),
    Column("current_brief_id", Id),
    partial_index("ix_articles_due", "state", "due_at", "id", where="due_at IS NOT NULL"),
    partial_index("ix_articles_quarantined", "quarantined_at", "id", where="quarantined_at IS NOT NULL"),
    partial_index("ix_articles_listed", "listed_at", "id", where="listed_at IS NOT NULL"),
    partial_index("ix_articles_listed_of", "publisher_id", "listed_at", "id", where="listed_at IS NOT NULL"),
    partial_index("ix_articles_feed", "feed_id", where="feed_id IS NOT NULL"),
    partial_index("ix_articles_copy_of", "copy_of", where="copy_of IS NOT NULL"),
    # Of all articles with one canonical address only one is not a copy, also when two are stored at the same moment.
    partial_index("uq_articles_canonical_url", "canonical_url", where="copy_of IS NULL", unique=True),
    sqlite_autoincrement=True,
)

announcements = Table(  # what the feed itself said of an article; apart, so that a change of state moves few bytes
    "announcements",
    metadata,
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("author", PlainText, nullable=False),
    Column("summary_html", PlainText, nullable=False),
    Column("content_html", PlainText, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("feed_id", Id, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("entry_key", Key, primary_key=True),
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("content_hash", String(128), nullable=False),
    sqlite_with_rowid=False,
)

documents = Table(
    "documents",
    metadata,
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("url", PlainText, nullable=False),
    Column("final_url", PlainText, nullable=False),
    Column("status", Integer, nullable=False),
    Column("content_type", PlainText, nullable=False),
    Column("etag", PlainText, nullable=False),
    Column("last_modified", PlainText, nullable=False),
    Column("max_age_s", BigInteger),
    Column("moved_to", PlainText, nullable=False),
    Column("not_modified", Boolean, nullable=False),
    Column("body_bytes", Integer, nullable=False),  # size before compression: how much to inflate at most
    Column("body_zlib", LargeBinary, nullable=False),
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("stored_at", UtcTime, nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("url", PlainText, nullable=False),
    Column("canonical_url", PlainText, nullable=False),
    Column("title", PlainText, nullable=False),
    Column("publisher", PlainText, nullable=False),
    Column("byline", PlainText, nullable=False),
    Column("published_at", UtcTime),
    Column("updated_at", UtcTime),
    Column("language", PlainText, nullable=False),
    Column("lead_image_url", PlainText, nullable=False),
    Column("standfirst", PlainText, nullable=False),
    Column("section", PlainText, nullable=False),
    Column("flags", JSON, nullable=False),  # ["opinion", …]
    Column("sentences", JSON, nullable=False),  # [[start, end], …]
    Column("paragraphs", JSON, nullable=False),  # [[start, end, "body"], …]
    Column("text", PlainText, nullable=False),
    UniqueConstraint("article_id", "number"),
    partial_index("ix_revisions_later", "stored_at", "article_id", where="number > 1"),
)

article_bands = Table(  # MinHash band keys of current revisions of articles that are not copies
    "article_bands",
    metadata,
    Column("band_key", BigInteger, primary_key=True, autoincrement=False),
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Index("ix_article_bands_article_id", "article_id"),
    sqlite_with_rowid=False,
)

briefs = Table(
    "briefs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("revision_id", Id, ForeignKey("revisions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("headline", PlainText, nullable=False),
    Column("writer", PlainText, nullable=False),
    Column("language", PlainText, nullable=False),
    Column("is_short", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
    Column("published_at", UtcTime),
    Column("superseded_at", UtcTime),
    Column("model", PlainText, nullable=False, server_default=""),
    Column("prompt_version", PlainText, nullable=False, server_default=""),
    Column(
        "origin", String(16), nullable=False, server_default="writer"
    ),  # "rewrite" of the same text, "desk": a correction
    Column("broken", JSON, nullable=False, server_default="[]"),  # the earlier version's sentences that fell
    Column("usage", JSON(none_as_null=True)),  # of a language model; NULL where none was asked
    Column("entities", JSON(none_as_null=True)),  # [[kind, slug, name], …]; NULL: not looked for yet
    UniqueConstraint("article_id", "version"),
    partial_index("ix_briefs_unnamed", "id", where=_STANDS_UNNAMED),
    sqlite_autoincrement=True,
)

brief_sentences = Table(
    "brief_sentences",
    metadata,
    Column("brief_id", Id, ForeignKey("briefs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("part", String(16), nullable=False),
    Column("text", PlainText, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("score", Float, nullable=False),
    Column("reasons", JSON, nullable=False),
    CheckConstraint("verdict IN ('supported', 'weak')", name="publishable"),
    sqlite_with_rowid=False,
)

evidence = Table(
    "evidence",
    metadata,
    Column("brief_id", Id, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),  # of the sentence
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    ForeignKeyConstraint(
        ["brief_id", "position"], ["brief_sentences.brief_id", "brief_sentences.position"], ondelete="CASCADE"
    ),
    sqlite_with_rowid=False,
)

withheld = Table(  # the ledger of draft sentences that no reader sees
    "withheld",
    metadata,
    Column("brief_id", Id, ForeignKey("briefs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("part", String(16), nullable=False),
    Column("text", PlainText, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("score", Float, nullable=False),
    Column("evidence", JSON, nullable=False),  # [[start, end], …]
    Column("reasons", JSON, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("replacement", PlainText, nullable=False),
    Column("writer", PlainText, nullable=False, server_default=""),  # with the next two, where not the brief's own
    Column("model", PlainText, nullable=False, server_default=""),
    Column("prompt_version", PlainText, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

prompts = Table(  # the operator's own instructions to a language model
    "prompts",
    metadata,
    Column("version", String(32), primary_key=True),
    Column("text", PlainText, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
    Column("previewed_at", UtcTime),
    Column("live_at", UtcTime),  # since when it is in use; of one at most
)

topics = Table(  # as the taxonomy last described them: a brief can be shown when the taxonomy has moved on
    "topics",
    metadata,
    Column("slug", Key, primary_key=True),
    Column("name", PlainText, nullable=False),
    Column("parent", Key, nullable=False),
    Column("iptc", String(32), nullable=False),
    Column("definition", PlainText, nullable=False),
)

brief_topics = Table(
    "brief_topics",
    metadata,
    Column("brief_id", Id, ForeignKey("briefs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("slug", Key, ForeignKey("topics.slug"), nullable=False),
    Column("parent", Key, nullable=False),  # as of the brief: listed under it too
    Column("score", Float, nullable=False),
    sqlite_with_rowid=False,
)

# Derived: which published briefs a topic's page lists, its narrower topics' included. No foreign key: checking one
# would need an index of its own over several rows for each brief.
topic_listing = Table(
    "topic_listing",
    metadata,
    Column("slug", Key, primary_key=True),
    Column("listed_at", UtcTime, primary_key=True),
    Column("article_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

entities = Table(  # people, places and organisations that briefs name
    "entities",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("slug", Key, primary_key=True),
    Column("name", PlainText, nullable=False),
    Column("barred_at", UtcTime),  # the operator has switched it off
    partial_index("ix_entities_barred", "barred_at", where="barred_at IS NOT NULL"),
    sqlite_with_rowid=False,
)

entity_listing = Table(  # derived, as topic_listing is
    "entity_listing",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("slug", Key, primary_key=True),
    Column("listed_at", UtcTime, primary_key=True),
    Column("article_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

reads = Table(
    "reads",
    metadata,
    Column("reader_id", Id, ForeignKey("readers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("read_at", UtcTime, nullable=False),
    Index("ix_reads_article_id", "article_id"),
    Index("ix_reads_history", "reader_id", "read_at", "article_id"),
    sqlite_with_rowid=False,
)

marks = Table(  # what a reader marked a brief with; no row without a mark
    "marks",
    metadata,
    Column("reader_id", Id, ForeignKey("readers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("saved_at", UtcTime),
    Column("hidden_at", UtcTime),
    Column("unread_at", UtcTime),
    Index("ix_marks_article_id", "article_id"),
    partial_index("ix_marks_saved", "reader_id", "saved_at", "article_id", where="saved_at IS NOT NULL"),
    sqlite_with_rowid=False,
)

mutes = Table(
    "mutes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reader_id", Id, ForeignKey("readers.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("value", Key, nullable=False),
    Column("effect", String(16), nullable=False),
    UniqueConstraint("reader_id", "kind", "value"),
)

follows = Table(
    "follows",
    metadata,
    Column("reader_id", Id, ForeignKey("readers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("slug", Key, primary_key=True),
    sqlite_with_rowid=False,
)

visits = Table(  # when a reader was last here, and when before that
    "visits",
    metadata,
    Column("reader_id", Id, ForeignKey("readers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("before_at", UtcTime),
    Column("last_at", UtcTime, nullable=False),
)

appearances = Table(  # how readers like pages to be; no row where nothing was chosen
    "appearances",
    metadata,
    Column("reader_id", Id, ForeignKey("readers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("text_size", String(16), nullable=False),
    Column("measure", String(16), nullable=False),
    Column("theme", String(16), nullable=False),
    Column("list_view", String(16), nullable=False),
    Column("has_keys", Boolean, nullable=False),
)

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reader_id", Id, ForeignKey("readers.id", ondelete="CASCADE"), nullable=False),
    Column("text", Key, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
    UniqueConstraint("reader_id", "text"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("brief_id", Id, ForeignKey("briefs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reader_id", Id, ForeignKey("readers.id", ondelete="SET NULL"), index=True),
    Column("position", Integer),  # NULL: of the whole brief
    Column("part", String(16)),
    Column("text", PlainText, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("note", PlainText, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reported_at", UtcTime, nullable=False),
    Column("decided_at", UtcTime),
    Column("public_note", PlainText, nullable=False),
    Index("ix_reports_state_id", "state", "id"),
    sqlite_autoincrement=True,
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("brief_id", Id, ForeignKey("briefs.id", ondelete="CASCADE"), index=True),  # NULL: withdrawn, or a note only
    Column("kind", String(16), nullable=False),
    Column("published_at", UtcTime, nullable=False),
    Column("note", PlainText, nullable=False),
    Column("changes", JSON, nullable=False),  # [[part, before, after, is_broken], …]
    sqlite_autoincrement=True,
)

ledger = Table(  # derived: sums by day, kept by each transaction that does what they count; see ledger.py
    "ledger",
    metadata,
    Column("period", String(10), primary_key=True),  # a day, 2026-03-01, or a month, 2026-03
    Column("publisher_id", Id, primary_key=True, autoincrement=False),  # 0: all of them
    Column("writer", PlainText, primary_key=True),
    Column("model", PlainText, primary_key=True),
    Column("prompt_version", PlainText, primary_key=True),
    *(Column(name, BigInteger, nullable=False, server_default="0") for name in MEASURES),
    sqlite_with_rowid=False,
)

pictures = Table(  # publishers' icons and articles' lead pictures: where each is, and under which digest it is kept
    "pictures",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("owner_id", Id, primary_key=True, autoincrement=False),  # of a publisher or an article
    Column("url", PlainText, nullable=False),
    Column("due_at", UtcTime),  # NULL where it is not to be fetched again
    Column("attempts", Integer, nullable=False),
    Column("error_code", String(64), nullable=False),
    Column("digest", String(64)),  # NULL until it is fetched, and again when it had to make room
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    partial_index("ix_pictures_due", "due_at", where="due_at IS NOT NULL"),
    partial_index("ix_pictures_digest", "digest", where="digest IS NOT NULL"),
    sqlite_with_rowid=False,
)

picture_bodies = Table(
    "picture_bodies",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("media_type", String(32), nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("stored_at", UtcTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_picture_bodies_stored_at", "stored_at", "size_bytes"),
)

hub_subscriptions = Table(
    "hub_subscriptions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("feed_id", Id, ForeignKey("feeds.id", ondelete="SET NULL"), unique=True),  # NULL: to be ended
    Column("hub_url", PlainText, nullable=False),
    Column("topic_url", PlainText, nullable=False),
    Column("token", String(64), nullable=False, unique=True),
    Column("secret", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("due_at", UtcTime, nullable=False, index=True),
    Column("lease_ends_at", UtcTime),
    Column("failures", Integer, nullable=False),
    Column("error_code", String(64), nullable=False),
)

workers = Table(  # running processes, as they last reported themselves
    "workers",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("queues", JSON, nullable=False),  # ["fetch", …]
    Column("version", String(32), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("feeds_under_way", Integer, nullable=False),
    Column("articles_under_way", Integer, nullable=False),
    Column("is_scheduler", Boolean, nullable=False),
    Column("totals", JSON, nullable=False),
)

host_leases = Table(  # which process may ask an origin, and until when nobody else may; used on PostgreSQL only
    "host_leases",
    metadata,
    Column("origin", Key, primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("held_until", UtcTime, nullable=False),
)

counters = Table(  # derived: what a page may ask without a count over every row
    "counters",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("key", Key, primary_key=True),
    Column("number", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
