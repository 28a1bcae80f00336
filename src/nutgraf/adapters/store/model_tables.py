"""The tables of language models' calls, budgets, answers and wishes; `tables` hands them on with all others."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, String, Table

from nutgraf.adapters.store.columns import Id, Key, PlainText, UtcTime
from nutgraf.adapters.store.table_metadata import metadata, partial_index
from nutgraf.domain.spending import COST_MEASURES

model_calls = Table(  # each call of a language model from its reservation on; not what an answer said
    "model_calls",
    metadata,
    Column("id", Id, primary_key=True),
    Column("day", String(10), nullable=False, index=True),
    Column("reserved_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("provider", Key, nullable=False),
    Column("model", Key, nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("feed_id", Id),
    Column("article_id", Id),
    Column("reader_id", Id),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("is_counted", Boolean, nullable=False),
    Column("micro_dollars", BigInteger),  # NULL: the price is unknown
    Column("milliseconds", BigInteger, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("error_code", String(64), nullable=False),
    partial_index("ix_model_calls_open", "expires_at", where="outcome = 'reserved'"),
    sqlite_autoincrement=True,  # a call under way must never be settled as a later one with the same id
)

model_spending = Table(  # what budgets are kept with: spent and reserved, by day and whose it is
    "model_spending",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("scope", String(16), primary_key=True),
    Column("key", Key, primary_key=True),
    Column("requests", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("micro_dollars", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

model_days = Table(  # derived: sums of ended calls
    "model_days",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("provider", Key, primary_key=True),
    Column("model", Key, primary_key=True),
    Column("feed_id", Id, primary_key=True, autoincrement=False),  # 0: of no feed
    Column("purpose", String(16), primary_key=True),
    *(Column(name, BigInteger, nullable=False, server_default="0") for name in COST_MEASURES),
    sqlite_with_rowid=False,
)

model_answers = Table(  # answers by the hash of all that was asked; without a text while somebody asks
    "model_answers",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("stored_at", UtcTime, nullable=False, index=True),
    Column("claimed_until", UtcTime),
    Column("text", PlainText),
    Column("provider", PlainText, nullable=False),
    Column("model", PlainText, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
)

model_batches = Table(  # requests that a host answers within a day; `lines` is JSON: [key, article, call]
    "model_batches",
    metadata,
    Column("id", Id, primary_key=True),
    Column("provider", PlainText, nullable=False),
    Column("model", PlainText, nullable=False),
    Column("host_id", PlainText, nullable=False),
    Column("submitted_at", UtcTime, nullable=False),
    Column("lines", PlainText, nullable=False),
)

model_wishes = Table(  # published briefs that wait for a language model
    "model_wishes",
    metadata,
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("reason", String(16), nullable=False),
    Column("reader_id", Id, ForeignKey("readers.id", ondelete="CASCADE"), index=True),
    Column("wished_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),  # its article is on its way to be written
)
