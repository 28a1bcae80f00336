"""What makes a brief appear in lists and disappear from them: `listed_at`, `topic_listing`, `entity_listing`, the
index of words and the counters.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from nutgraf.adapters.store import search_index
from nutgraf.adapters.store.counters import BRIEFS, PUBLISHER, TOPIC, TOTAL, Tally
from nutgraf.adapters.store.naming import list_entities, unlist_entities
from nutgraf.adapters.store.tables import articles, brief_topics, publishers, topic_listing
from nutgraf.domain.ids import ArticleId, BriefId

_LIST = (
    update(articles)
    .where(articles.c.id == bindparam("in_id"))
    .values(listed_at=bindparam("new_listed_at"), current_brief_id=bindparam("new_brief_id"))
)
_PUBLISHER = (
    select(publishers.c.slug)
    .join(articles, articles.c.publisher_id == publishers.c.id)
    .where(articles.c.id == bindparam("in_id"))
)
_LISTED = (
    select(articles.c.listed_at, articles.c.current_brief_id, publishers.c.slug)
    .join(publishers, publishers.c.id == articles.c.publisher_id)
    .where(articles.c.id == bindparam("in_id"), articles.c.listed_at.is_not(None))
)
_TOPICS = select(brief_topics.c.slug, brief_topics.c.parent).where(brief_topics.c.brief_id == bindparam("in_brief_id"))


def put_up(connection: Connection, article_id: ArticleId, brief_id: BriefId, listed_at: datetime, tally: Tally) -> None:
    """List an article that is not listed, with this brief."""
    new = {"in_id": article_id, "new_listed_at": listed_at, "new_brief_id": brief_id}
    connection.execute(_LIST, new)
    slugs = _listed_slugs(connection, brief_id)
    if slugs:
        connection.execute(
            topic_listing.insert(),
            [{"slug": slug, "listed_at": listed_at, "article_id": article_id} for slug in sorted(slugs)],
        )
    tally.list_under(TOPIC, slugs, 1)
    publisher = connection.execute(_PUBLISHER, {"in_id": article_id}).scalars().all()
    tally.list_under(PUBLISHER, publisher, 1)
    search_index.add(connection, article_id, brief_id, listed_at, topics=slugs, publishers=publisher)
    list_entities(connection, article_id, brief_id, listed_at, tally)
    tally.list_under(TOTAL, [BRIEFS], 1)


def withdraw(connection: Connection, article_id: ArticleId, tally: Tally) -> datetime | None:
    """Take an article off the lists; the time it was listed at, None where it was not."""
    row = connection.execute(_LISTED, {"in_id": article_id}).first()
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
    unlist_entities(connection, article_id, BriefId(row.current_brief_id), row.listed_at, tally)
    search_index.remove(connection, article_id, row.listed_at)
    connection.execute(_LIST, {"in_id": article_id, "new_listed_at": None, "new_brief_id": None})
    tally.list_under(TOPIC, slugs, -1)
    tally.list_under(PUBLISHER, [row.slug], -1)
    tally.list_under(TOTAL, [BRIEFS], -1)
    listed_at: datetime = row.listed_at
    return listed_at


def _listed_slugs(connection: Connection, brief_id: BriefId) -> set[str]:
    """The topics that list a brief: its own and those that are their parents."""
    rows = connection.execute(_TOPICS, {"in_brief_id": brief_id})
    return {slug for row in rows for slug in (row.slug, row.parent) if slug}
