"""The index of words, `brief_search`: one row for each listed brief, in full text search of either database.

A row's number holds the second that the brief is listed at and its article, so that numbers sort by time, a range of
time is a range of rows, and the newest matches come first without a sort. The columns hold terms already folded by
`text.search_terms`, so that both databases find the same:

    SQLite      FTS5 table (headline, body, labels)        https://www.sqlite.org/fts5.html
    PostgreSQL  table (rowid, headline, body, words tsvector) with a GIN index

`labels` are publisher and topics as terms: `p_harbour_post`, `t_diplomacy`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, text

from nutgraf.adapters.store.columns import from_microseconds, to_microseconds
from nutgraf.adapters.store.tables import brief_sentences, briefs
from nutgraf.domain.ids import ArticleId, BriefId
from nutgraf.domain.search import Phrase, SearchQuery
from nutgraf.text.search_terms import search_terms

EVERY_BRIEF = "x_brief"
"""A label that each row has: what is not asked for needs something that is."""

_ID_BITS = 30
_ID_MASK = (1 << _ID_BITS) - 1
_LAST_SECOND = (1 << 33) - 1
_MAX_POSITION = 16_383
"""PostgreSQL keeps no higher position of a lexeme."""
_MAX_PUBLISHER_WORDS = 6
_BODY_GAP = 10
"""Positions between headline and body: no phrase goes from one into the other."""

SQLITE_TABLE = (
    "CREATE VIRTUAL TABLE brief_search USING fts5("
    "headline, body, labels, tokenize = \"unicode61 remove_diacritics 0 tokenchars '_'\")"
)
POSTGRESQL_TABLE = (
    "CREATE TABLE brief_search (rowid BIGINT PRIMARY KEY, headline TEXT NOT NULL, body TEXT NOT NULL, "
    "words TSVECTOR NOT NULL)",
    "CREATE INDEX ix_brief_search_words ON brief_search USING gin (words)",
)

_TEXTS = (
    select(briefs.c.headline, brief_sentences.c.text)
    .outerjoin(brief_sentences, brief_sentences.c.brief_id == briefs.c.id)
    .where(briefs.c.id == bindparam("brief_id"))
    .order_by(brief_sentences.c.position)
)
_REMOVE = text("DELETE FROM brief_search WHERE rowid = :number")
_ADD_SQLITE = text(
    "INSERT INTO brief_search (rowid, headline, body, labels) VALUES (:number, :headline, :body, :labels)"
)
_ADD_POSTGRESQL = text(
    "INSERT INTO brief_search (rowid, headline, body, words) "
    "VALUES (:number, :headline, :body, CAST(:words AS tsvector))"
)
_ROWS_SQLITE = text("SELECT rowid, headline, body, labels FROM brief_search WHERE rowid > :number ORDER BY rowid")
_ROWS_POSTGRESQL = text(  # labels are the lexemes without a position
    "SELECT rowid, headline, body, (SELECT coalesce(string_agg(lexeme, ' '), '') FROM unnest(words) "
    "WHERE positions IS NULL) AS labels FROM brief_search WHERE rowid > :number ORDER BY rowid"
)


def row_number(listed_at: datetime, article_id: int) -> int:
    """The number of the row of an article that is listed at this time; below 2**63, rising with the second."""
    second = min(max(to_microseconds(listed_at) // 1_000_000, 0), _LAST_SECOND)
    return second << _ID_BITS | article_id & _ID_MASK


def first_row_number(moment: datetime) -> int:
    """The least number that a row of this second or a later one can have."""
    return row_number(moment, 0)


def listed_at_of(number: int) -> datetime:
    """The second that a row's brief is listed at."""
    return from_microseconds((number >> _ID_BITS) * 1_000_000)


def article_of(number: int) -> ArticleId:
    """The article that a row is of."""
    return ArticleId(number & _ID_MASK)


def add(
    connection: Connection,
    article_id: ArticleId,
    brief_id: BriefId,
    listed_at: datetime,
    *,
    topics: Iterable[str],
    publishers: Iterable[str],
) -> None:
    """Let a brief be found."""
    rows = connection.execute(_TEXTS, {"brief_id": brief_id}).all()
    headline = search_terms(rows[0].headline)
    body = [term for row in rows if row.text for term in search_terms(row.text)]
    named = dict.fromkeys(_label("p", end) for slug in publishers for end in _ends(slug))
    labels = [EVERY_BRIEF, *named, *(_label("t", slug) for slug in sorted(topics))]
    insert_row(connection, row_number(listed_at, article_id), headline, body, labels)


def remove(connection: Connection, article_id: ArticleId, listed_at: datetime) -> None:
    """Let a brief be found no longer."""
    connection.execute(_REMOVE, {"number": row_number(listed_at, article_id)})


def match_sqlite(query: SearchQuery) -> str:
    """The query for FTS5's MATCH. Terms hold letters, digits and underscores only, so that quoting them is enough."""
    wanted = [f"({{headline body}} : {_fts_phrase(phrase)})" for phrase in query.wanted]
    wanted += [f"(labels : ({' OR '.join(alternatives)}))" for alternatives in _labels_wanted(query, '"{}"', '"{}" *')]
    unwanted = [f" NOT ({{headline body}} : {_fts_phrase(phrase)})" for phrase in query.unwanted]
    return f"({' AND '.join(wanted or [EVERY_BRIEF])}){''.join(unwanted)}"


def match_postgresql(query: SearchQuery) -> str:
    """The query as a tsquery."""
    parts = [_ts_phrase(phrase) for phrase in query.wanted]
    parts += [f"({' | '.join(alternatives)})" for alternatives in _labels_wanted(query, "'{}'", "'{}':*")]
    parts += [f"!({_ts_phrase(phrase)})" for phrase in query.unwanted]
    return " & ".join([f"'{EVERY_BRIEF}'", *parts] if not query.wanted else parts)


def _labels_wanted(query: SearchQuery, whole: str, prefix: str) -> Iterator[list[str]]:
    if query.publishers:
        yield [prefix.format(_label("p", slug)) for slug in query.publishers]
    if query.topics:
        yield [whole.format(_label("t", slug)) for slug in query.topics]


def _ends(slug: str) -> list[str]:
    """The slug from each of its first words on: `the-harbour-post` is found as `harbour`, too."""
    words = slug.split("-")
    return ["-".join(words[start:]) for start in range(min(len(words), _MAX_PUBLISHER_WORDS))]


def _label(kind: str, slug: str) -> str:
    return f"{kind}_{slug.replace('-', '_')}"


def _fts_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.terms)}"' + (" *" if phrase.is_prefix else "")


def _ts_phrase(phrase: Phrase) -> str:
    *whole, last = phrase.terms
    return "(" + " <-> ".join([*(f"'{term}'" for term in whole), f"'{last}'" + ":*" * phrase.is_prefix]) + ")"


def _vector(headline: Sequence[str], body: Sequence[str], labels: Sequence[str]) -> str:
    """A tsvector as text: each term with its positions."""
    positions: dict[str, list[int]] = {label: [] for label in labels}
    for offset, terms in ((1, headline), (1 + len(headline) + _BODY_GAP, body)):
        for index, term in enumerate(terms):
            if index + offset <= _MAX_POSITION:
                positions.setdefault(term, []).append(index + offset)
    return " ".join(f"'{term}'" + (f":{','.join(map(str, at))}" if at else "") for term, at in positions.items())


def rows_after(connection: Connection, number: int) -> Iterator[tuple[int, str, str, str]]:
    """Every row above this number in their order: number, and its three columns as terms between spaces."""
    is_postgresql = connection.dialect.name == "postgresql"
    rows = connection.execution_options(yield_per=1_000).execute(
        _ROWS_POSTGRESQL if is_postgresql else _ROWS_SQLITE, {"number": number}
    )
    for row in rows:
        labels = " ".join(sorted(row.labels.split(" ")))  # a tsvector has an order of its own
        yield row.rowid, row.headline, row.body, labels


def insert_row(
    connection: Connection, number: int, headline: Sequence[str], body: Sequence[str], labels: Sequence[str]
) -> None:
    """Insert one row as `rows_after` gave it, its columns as terms."""
    values = {"number": number, "headline": " ".join(headline), "body": " ".join(body)}
    if connection.dialect.name == "postgresql":
        connection.execute(_ADD_POSTGRESQL, values | {"words": _vector(headline, body, labels)})
    else:
        connection.execute(_ADD_SQLITE, values | {"labels": " ".join(labels)})
