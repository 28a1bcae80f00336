"""Lists of published briefs: cards by keyset, each list one range of one index however many briefs there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, literal, select, tuple_

from nutgraf.adapters.store.columns import from_microseconds, to_microseconds
from nutgraf.adapters.store.counters import PUBLISHER
from nutgraf.adapters.store.tables import (
    articles,
    brief_sentences,
    brief_topics,
    briefs,
    counters,
    publishers,
    reads,
    topic_listing,
    topics,
)
from nutgraf.domain.brief import Part
from nutgraf.domain.ids import ArticleId, BriefId, PublisherId, ReaderId
from nutgraf.domain.records import BriefCard, BriefQuery, Publisher
from nutgraf.domain.topic import Topic

MAX_CARDS = 1_000

_CURSOR = re.compile(r"(-?\d{1,18})_(\d{1,18})", re.ASCII)

PUBLISHER_COLUMNS = (
    publishers.c.id.label("publisher_id"),
    publishers.c.slug,
    publishers.c.name,
    publishers.c.site_url,
    func.coalesce(counters.c.number, 0).label("brief_count"),
)
PUBLISHER_COUNT = and_(counters.c.kind == PUBLISHER, counters.c.key == publishers.c.slug)


def load_cards(connection: Connection, query: BriefQuery, reader_id: ReaderId) -> list[BriefCard]:
    """Cards, newest first, at most MAX_CARDS; a cursor that is none of ours starts at the first."""
    page = _page(query).subquery()
    rows = connection.execute(
        card_query(reader_id)
        .join(page, page.c.article_id == articles.c.id)
        .order_by(articles.c.listed_at.desc(), articles.c.id.desc())
    ).all()
    given = load_topics(connection, [row.brief_id for row in rows])
    return [card_of(row, given.get(row.brief_id, ())) for row in rows]


def card_query(reader_id: ReaderId) -> Select[Any]:
    """What a card needs, for every published brief; to be narrowed by the caller."""
    return (
        select(
            articles.c.id.label("article_id"),
            articles.c.url,
            articles.c.listed_at,
            articles.c.reads,
            briefs.c.id.label("brief_id"),
            briefs.c.revision_id,
            briefs.c.headline,
            briefs.c.language,
            briefs.c.is_short,
            briefs.c.version,
            briefs.c.published_at.label("brief_published_at"),
            func.coalesce(brief_sentences.c.text, "").label("dek"),
            reads.c.read_at,
            *PUBLISHER_COLUMNS,
        )
        .select_from(articles)
        .join(briefs, briefs.c.id == articles.c.current_brief_id)
        .join(publishers, publishers.c.id == articles.c.publisher_id)
        .outerjoin(counters, PUBLISHER_COUNT)
        .outerjoin(
            brief_sentences,
            and_(
                brief_sentences.c.brief_id == briefs.c.id,
                brief_sentences.c.position == 0,
                brief_sentences.c.part == Part.DEK.value,
            ),
        )
        .outerjoin(reads, and_(reads.c.reader_id == reader_id, reads.c.article_id == articles.c.id))
        .where(articles.c.listed_at.is_not(None))
    )


def _page(query: BriefQuery) -> Select[Any]:
    """The ids of one page's articles, chosen before anything is joined to them."""
    if query.topic:
        listed_at, article_id = topic_listing.c.listed_at, topic_listing.c.article_id
        page = select(article_id).where(topic_listing.c.slug == query.topic)
        if query.publisher:
            page = page.join(articles, articles.c.id == article_id)
    else:
        listed_at, article_id = articles.c.listed_at, articles.c.id
        page = select(article_id.label("article_id")).where(listed_at.is_not(None))
    if query.publisher:
        chosen = select(publishers.c.id).where(publishers.c.slug == query.publisher).scalar_subquery()
        page = page.where(articles.c.publisher_id == chosen)
    cursor = _parse_cursor(query.before)
    if cursor is not None:
        time, last_id = cursor
        page = page.where(tuple_(listed_at, article_id) < tuple_(literal(time, listed_at.type), last_id))
    return page.order_by(listed_at.desc(), article_id.desc()).limit(max(0, min(query.limit, MAX_CARDS)))


def card_of(row: Row[Any], given: tuple[Topic, ...]) -> BriefCard:
    """A row of `card_query` with its topics."""
    return BriefCard(
        article_id=ArticleId(row.article_id),
        brief_id=BriefId(row.brief_id),
        headline=row.headline,
        dek=row.dek,
        publisher=publisher_of(row),
        published_at=row.listed_at,
        reads=row.reads,
        topics=given,
        url=row.url,
        language=row.language,
        is_short=row.is_short,
        is_read=row.read_at is not None,
        updated_at=row.brief_published_at if row.version > 1 else None,
        sort_key=f"{to_microseconds(row.listed_at)}_{row.article_id}",
    )


def publisher_of(row: Row[*tuple[Any, ...]]) -> Publisher:
    """The publisher in a row with PUBLISHER_COLUMNS."""
    return Publisher(
        id=PublisherId(row.publisher_id),
        slug=row.slug,
        name=row.name,
        site_url=row.site_url,
        brief_count=row.brief_count,
    )


def load_topics(connection: Connection, brief_ids: Sequence[int]) -> dict[int, tuple[Topic, ...]]:
    """The topics given to each brief, in their order."""
    query = (
        select(
            brief_topics.c.brief_id,
            brief_topics.c.slug,
            brief_topics.c.parent,
            brief_topics.c.score,
            topics.c.name,
            topics.c.iptc,
            topics.c.definition,
        )
        .join(topics, topics.c.slug == brief_topics.c.slug)
        .where(brief_topics.c.brief_id.in_(brief_ids))
        .order_by(brief_topics.c.brief_id, brief_topics.c.position)
    )
    given: dict[int, tuple[Topic, ...]] = {}
    for row in connection.execute(query):
        topic = Topic(
            slug=row.slug,
            name=row.name,
            parent=row.parent,
            iptc=row.iptc,
            definition=row.definition,
            score=row.score,
        )
        given[row.brief_id] = (*given.get(row.brief_id, ()), topic)
    return given


def _parse_cursor(cursor: str) -> tuple[datetime, int] | None:
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        return None
    try:
        return from_microseconds(int(match[1])), int(match[2])
    except OverflowError:
        return None
