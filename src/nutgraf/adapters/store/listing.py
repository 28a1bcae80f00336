"""What makes a brief appear in lists and disappear from them: `listed_at`, `topic_listing` and the counters."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from nutgraf.adapters.store.counters import BRIEFS, PUBLISHER, TOPIC, TOTAL, Tally
from nutgraf.adapters.store.tables import articles, brief_topics, publishers, topic_listing
from nutgraf.domain.ids import ArticleId, BriefId


def put_up(connection: Connection, article_id: ArticleId, brief_id: BriefId, listed_at: datetime, tally: Tally) -> None:
    """List an article that is not listed, with this brief."""
    publisher = (
        select(publishers.c.slug)
        .join(articles, articles.c.publisher_id == publishers.c.id)
        .where(articles.c.id == article_id)
    )
    connection.execute(
        update(articles).where(articles.c.id == article_id).values(listed_at=listed_at, current_brief_id=brief_id)
    )
    slugs = _listed_slugs(connection, brief_id)
    if slugs:
        connection.execute(
            topic_listing.insert(),
            [{"slug": slug, "listed_at": listed_at, "article_id": article_id} for slug in sorted(slugs)],
        )
    tally.list_under(TOPIC, slugs, 1)
    tally.list_under(PUBLISHER, connection.execute(publisher).scalars(), 1)
    tally.list_under(TOTAL, [BRIEFS], 1)


def withdraw(connection: Connection, article_id: ArticleId, tally: Tally) -> datetime | None:
    """Take an article off the lists; the time it was listed at, None where it was not."""
    row = connection.execute(
        select(articles.c.listed_at, articles.c.current_brief_id, publishers.c.slug)
        .join(publishers, publishers.c.id == articles.c.publisher_id)
        .where(articles.c.id == article_id, articles.c.listed_at.is_not(None))
    ).first()
    if row is None:
        return None
    slugs = _listed_slugs(connection, BriefId(row.current_brief_id))
    connection.execute(
        delete(topic_listing).where(
            topic_listing.c.slug.in_(slugs),
            topic_listing.c.listed_at == row.listed_at,
            topic_listing.c.article_id == article_id,
        )
    )
    connection.execute(
        update(articles).where(articles.c.id == article_id).values(listed_at=None, current_brief_id=None)
    )
    tally.list_under(TOPIC, slugs, -1)
    tally.list_under(PUBLISHER, [row.slug], -1)
    tally.list_under(TOTAL, [BRIEFS], -1)
    listed_at: datetime = row.listed_at
    return listed_at


def _listed_slugs(connection: Connection, brief_id: BriefId) -> set[str]:
    """The topics that list a brief: its own and those that are their parents."""
    rows = connection.execute(
        select(brief_topics.c.slug, brief_topics.c.parent).where(brief_topics.c.brief_id == brief_id)
    )
    return {slug for row in rows for slug in (row.slug, row.parent) if slug}
