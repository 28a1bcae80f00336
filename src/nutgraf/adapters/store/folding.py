"""Two feeds that turn out to be one: what the first brought goes over to the second."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select, update

from nutgraf.adapters.store.tables import articles, entries, feeds
from nutgraf.domain.ids import FeedId
from nutgraf.domain.records import FeedState


def fold_feed(connection: Connection, feed_id: FeedId, moved_to: str) -> FeedId:
    """End a feed that has moved for good to where another one is; its entries and articles become that one's.

    Returns the feed that stays: `feed_id` itself where no other is at `moved_to`, or where the other is paused, since
    what the operator wants to read must not fall silent. The document came from the other's own address, so that it
    speaks for both; a feed that was taken for gone is there after all. No article changes its state: nothing is
    fetched or briefed again.
    """
    other = connection.execute(
        select(feeds.c.id, feeds.c.state).where(feeds.c.url == moved_to, feeds.c.id != feed_id).with_for_update()
    ).first()
    if other is None or other.state == FeedState.PAUSED.value:
        return feed_id
    known = select(entries.c.entry_key).where(entries.c.feed_id == other.id)
    connection.execute(
        update(entries).where(entries.c.feed_id == feed_id, entries.c.entry_key.not_in(known)).values(feed_id=other.id)
    )
    connection.execute(update(articles).where(articles.c.feed_id == feed_id).values(feed_id=other.id))
    connection.execute(delete(feeds).where(feeds.c.id == feed_id))
    count = select(func.count(entries.c.article_id.distinct())).where(entries.c.feed_id == other.id).scalar_subquery()
    connection.execute(
        update(feeds).where(feeds.c.id == other.id).values(article_count=count, state=FeedState.ACTIVE.value)
    )
    return FeedId(other.id)
