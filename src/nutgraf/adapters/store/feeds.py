"""Subscriptions and their schedule (the FeedStore port, but for polls)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, delete, func, or_, select, update

from nutgraf.adapters.store.columns import bounded_key
from nutgraf.adapters.store.engine import Repository, reading, writing
from nutgraf.adapters.store.tables import entries, feeds
from nutgraf.domain.ids import ArticleId, FeedId
from nutgraf.domain.records import FeedRecord, FeedState, KnownEntry
from nutgraf.domain.spending import ModelPolicy
from nutgraf.errors import Conflict, NotFound, StoreError

MAX_URL_CHARACTERS = 2_000
KEYS_PER_STATEMENT = 1_000

_DUE = (
    select(feeds)
    .where(feeds.c.state == FeedState.ACTIVE.value, feeds.c.next_poll_at <= bindparam("now"))
    .order_by(feeds.c.next_poll_at, feeds.c.id)
    .limit(bindparam("limit"))
)
_KNOWN = select(entries.c.entry_key, entries.c.content_hash, entries.c.article_id).where(
    entries.c.feed_id == bindparam("feed_id"), entries.c.entry_key.in_(bindparam("keys", expanding=True))
)


class SqlFeeds(Repository):
    """Subscriptions in the table `feeds`."""

    @writing
    def add_feed(
        self, connection: Connection, url: str, *, title: str = "", category: str = "", now: datetime
    ) -> FeedRecord:
        """Subscribe; due at once. Raises Conflict if `url` is subscribed."""
        if len(url) > MAX_URL_CHARACTERS:
            raise StoreError(f"An address may have {MAX_URL_CHARACTERS:,} characters.", code="address_too_long")
        if connection.execute(select(feeds.c.id).where(feeds.c.url == url)).first() is not None:
            raise Conflict(f"{url} is subscribed already.")
        feed = {
            "url": url,
            "title": title,
            "site_url": "",
            "language": "",
            "state": FeedState.ACTIVE.value,
            "etag": "",
            "last_modified": "",
            "added_at": now,
            "next_poll_at": now,
            "failures": 0,
            "interval_s": 0,
            "error_code": "",
            "error_message": "",
            "article_count": 0,
            "category": category,
        }
        row = connection.execute(feeds.insert().values(feed).returning(feeds)).one()
        return feed_record(row)

    @writing
    def remove_feed(self, connection: Connection, feed_id: FeedId) -> None:
        """End a subscription; its articles and briefs stay. Raises NotFound."""
        if connection.execute(delete(feeds).where(feeds.c.id == feed_id)).rowcount == 0:
            raise no_feed(feed_id)

    @reading
    def get_feed(self, connection: Connection, feed_id: FeedId) -> FeedRecord:
        """Raises NotFound."""
        row = connection.execute(select(feeds).where(feeds.c.id == feed_id)).first()
        if row is None:
            raise no_feed(feed_id)
        return feed_record(row)

    @reading
    def list_feeds(self, connection: Connection) -> list[FeedRecord]:
        """Every feed, by title."""
        records = [feed_record(row) for row in connection.execute(select(feeds))]
        return sorted(records, key=lambda feed: ((feed.title or feed.url).casefold(), feed.id))

    @reading
    def due_feeds(self, connection: Connection, *, now: datetime, limit: int) -> list[FeedRecord]:
        """Active feeds whose `next_poll_at` is not after `now`, longest due first."""
        return [feed_record(row) for row in connection.execute(_DUE, {"now": now, "limit": limit})]

    @reading
    def next_due_at(self, connection: Connection) -> datetime | None:
        """When the next active feed is due, or None without feeds."""
        query = select(func.min(feeds.c.next_poll_at)).where(feeds.c.state == FeedState.ACTIVE.value)
        return connection.execute(query).scalar()

    @writing
    def poll_soon(self, connection: Connection, feed_id: FeedId | None, *, now: datetime) -> None:
        """Make one feed (or every feed that is not paused) due now; a gone feed becomes active. Raises NotFound.

        A feed that is paused stays so, and is due as soon as it goes on.
        """
        if feed_id is not None:
            state = connection.execute(select(feeds.c.state).where(feeds.c.id == feed_id)).scalar()
            if state is None:
                raise no_feed(feed_id)
            chosen = feeds.c.id == feed_id
            next_state = state if state == FeedState.PAUSED.value else FeedState.ACTIVE.value
        else:
            chosen = feeds.c.state != FeedState.PAUSED.value
            next_state = FeedState.ACTIVE.value
        waiting = or_(feeds.c.next_poll_at > now, feeds.c.state != next_state)
        connection.execute(update(feeds).where(chosen, waiting).values(next_poll_at=now, state=next_state))

    @writing
    def set_feed_state(self, connection: Connection, feed_id: FeedId, state: FeedState) -> None:
        """Pause or go on. Raises NotFound."""
        changed = connection.execute(update(feeds).where(feeds.c.id == feed_id).values(state=state.value))
        if changed.rowcount == 0:
            raise no_feed(feed_id)

    @reading
    def known_entries(
        self, connection: Connection, feed_id: FeedId, entry_keys: Sequence[str]
    ) -> dict[str, KnownEntry]:
        """Those of the feed's entries that are stored already, by key."""
        return load_known_entries(connection, feed_id, entry_keys)

    @reading
    def articles_by_content(
        self, connection: Connection, feed_id: FeedId, content_hashes: Sequence[str]
    ) -> dict[str, ArticleId]:
        """The articles of the feed's entries with these content hashes; a hash of several articles is left out."""
        found: dict[str, set[int]] = {}
        for start in range(0, len(content_hashes), KEYS_PER_STATEMENT):
            query = select(entries.c.content_hash, entries.c.article_id).where(
                entries.c.feed_id == feed_id,
                entries.c.content_hash.in_(content_hashes[start : start + KEYS_PER_STATEMENT]),
            )
            for content_hash, article_id in connection.execute(query):
                found.setdefault(content_hash, set()).add(article_id)
        return {content_hash: ArticleId(min(ids)) for content_hash, ids in found.items() if len(ids) == 1}


def load_known_entries(connection: Connection, feed_id: FeedId, entry_keys: Sequence[str]) -> dict[str, KnownEntry]:
    """Those of the feed's entries that are stored already, by key as it was asked for."""
    known: dict[str, KnownEntry] = {}
    asked = {bounded_key(key): key for key in entry_keys}
    keys = list(asked)
    for start in range(0, len(keys), KEYS_PER_STATEMENT):
        portion = keys[start : start + KEYS_PER_STATEMENT]
        for key, content_hash, article_id in connection.execute(_KNOWN, {"feed_id": feed_id, "keys": portion}):
            known[asked[key]] = KnownEntry(asked[key], content_hash, ArticleId(article_id))
    return known


def no_feed(feed_id: FeedId) -> NotFound:
    """The error for a feed that is not there."""
    return NotFound(f"There is no feed {feed_id}.")


def feed_record(row: Row[tuple[object, ...]]) -> FeedRecord:
    """A row of `feeds` as the domain knows it."""
    return FeedRecord(
        id=FeedId(row.id),
        url=row.url,
        title=row.own_title or row.title,
        site_url=row.site_url,
        state=FeedState(row.state),
        etag=row.etag,
        last_modified=row.last_modified,
        added_at=row.added_at,
        next_poll_at=row.next_poll_at,
        last_poll_at=row.last_poll_at,
        last_ok_at=row.last_ok_at,
        last_new_at=row.last_new_at,
        failures=row.failures,
        interval_s=row.interval_s,
        error_code=row.error_code,
        error_message=row.error_message,
        article_count=row.article_count,
        parse_path=row.parse_path,
        dropped_entries=row.dropped_entries,
        pushed_until=row.pushed_until,
        own_title=row.own_title,
        category=row.category,
        min_interval_s=row.min_interval_s,
        outcomes=row.outcomes,
        model_policy=ModelPolicy(row.model_policy) if row.model_policy else None,
    )
