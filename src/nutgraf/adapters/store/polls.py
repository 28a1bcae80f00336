"""Storing a poll of a feed: the schedule, and what its entries change among the articles (FeedStore.record_poll)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, or_, select, update
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.sql.dml import ReturningInsert

from nutgraf.adapters.store.columns import bounded_key
from nutgraf.adapters.store.counters import Tally
from nutgraf.adapters.store.engine import Repository, insert_into, writing
from nutgraf.adapters.store.feeds import KEYS_PER_STATEMENT, MAX_URL_CHARACTERS, load_known_entries, no_feed
from nutgraf.adapters.store.folding import fold_feed
from nutgraf.adapters.store.tables import announcements, articles, entries, feeds
from nutgraf.domain.ids import ArticleId, FeedId
from nutgraf.domain.records import ArticleState, EntryToStore, FeedState, PollChange, PollResult

SETTLED = (ArticleState.PUBLISHED, ArticleState.COPY, ArticleState.QUARANTINED)
"""States with no next step of their own: a changed entry makes such an article start again."""

_SCHEDULE = {
    "last_poll_at": bindparam("polled_at"),
    "next_poll_at": bindparam("due"),
    "interval_s": bindparam("interval"),
    # A poll may find that a feed is gone; that one went well does not undo a pause made meanwhile.
    "state": case((bindparam("new_state") == FeedState.ACTIVE.value, feeds.c.state), else_=bindparam("new_state")),
}
_SUCCESS = {
    **_SCHEDULE,
    "last_ok_at": bindparam("polled_at"),
    "failures": 0,
    "error_code": "",
    "error_message": "",
}


def _unless_empty(column: str) -> Any:
    """The new value, or the stored one where the publisher said nothing."""
    return func.coalesce(func.nullif(bindparam(f"new_{column}"), ""), feeds.c[column])


_CHOSEN = update(feeds).where(feeds.c.id == bindparam("feed_id"))
_RECORD_FAILURE = _CHOSEN.values(
    **_SCHEDULE,
    failures=feeds.c.failures + 1,
    error_code=bindparam("new_error_code"),
    error_message=bindparam("new_error_message"),
)
_RECORD_UNCHANGED = _CHOSEN.values(**_SUCCESS, etag=_unless_empty("etag"), last_modified=_unless_empty("last_modified"))
_RECORD_ENTRIES = _CHOSEN.values(
    **_SUCCESS,
    etag=bindparam("new_etag"),
    last_modified=bindparam("new_last_modified"),
    title=_unless_empty("title"),
    site_url=_unless_empty("site_url"),
    language=_unless_empty("language"),
)
_COUNT_ARTICLES = _CHOSEN.values(
    article_count=feeds.c.article_count + bindparam("more"),
    last_new_at=func.coalesce(bindparam("found_at", type_=feeds.c.last_new_at.type), feeds.c.last_new_at),
)


@cache
def _insert_entries(dialect_name: str) -> Insert:
    return insert_into(dialect_name, entries).on_conflict_do_nothing()


@cache
def _insert_articles(dialect_name: str) -> ReturningInsert[Any]:
    insert = insert_into(dialect_name, articles).on_conflict_do_nothing(index_elements=["article_key"])
    return insert.returning(articles.c.article_key, articles.c.id)


class SqlPolls(Repository):
    """Polls, as rows of `feeds`, `entries`, `articles` and `announcements`."""

    @writing
    def record_poll(self, connection: Connection, feed_id: FeedId, result: PollResult) -> PollChange:
        """Store a poll in one transaction: schedule, validators, new and changed entries with their articles.

        The title, site and language that the publisher gives replace the stored ones. Raises NotFound.
        """
        feed_id = _update_feed(connection, feed_id, result)
        if result.error_code or result.not_modified:
            return PollChange()
        return (
            _store_entries(connection, feed_id, result.entries, now=result.polled_at)
            if result.entries
            else PollChange()
        )


def _update_feed(connection: Connection, feed_id: FeedId, result: PollResult) -> FeedId:
    """Store all but the entries; returns the feed that they belong to now."""
    values = {
        "feed_id": feed_id,
        "polled_at": result.polled_at,
        "due": result.next_poll_at,
        "interval": result.interval_s,
        "new_state": result.new_state.value,
    }
    if result.error_code:
        statement = _RECORD_FAILURE
        values |= {"new_error_code": result.error_code, "new_error_message": result.error_message}
    elif result.not_modified:
        statement = _RECORD_UNCHANGED
        values |= {"new_etag": result.etag, "new_last_modified": result.last_modified}
    else:
        statement = _RECORD_ENTRIES
        for name in ("etag", "last_modified", "title", "site_url", "language"):
            values[f"new_{name}"] = getattr(result, name)
    if connection.execute(statement, values).rowcount == 0:
        raise no_feed(feed_id)
    if result.moved_to and not result.error_code and len(result.moved_to) <= MAX_URL_CHARACTERS:
        taken = select(feeds.c.id).where(feeds.c.url == result.moved_to)
        if connection.execute(taken).first() is None:
            connection.execute(update(feeds).where(feeds.c.id == feed_id).values(url=result.moved_to))
        else:
            return fold_feed(connection, feed_id, result.moved_to)
    return feed_id


def _store_entries(
    connection: Connection, feed_id: FeedId, received: Sequence[EntryToStore], *, now: datetime
) -> PollChange:
    by_key: dict[str, EntryToStore] = {}
    for entry in received:
        by_key.setdefault(bounded_key(entry.entry_key), entry)
    known = load_known_entries(connection, feed_id, list(by_key))
    new = {key: entry for key, entry in by_key.items() if key not in known}
    changed = {
        ArticleId(known[key].article_id): (key, entry)
        for key, entry in by_key.items()
        if key in known and known[key].content_hash != entry.content_hash
    }
    tally = Tally()
    new_articles = _add_entries(connection, feed_id, new, now=now) if new else 0
    if new_articles:
        tally.move(None, ArticleState.FOUND, new_articles)
    if changed:
        _refresh(connection, feed_id, changed, now=now, tally=tally)
    tally.apply(connection)
    return PollChange(new_articles=new_articles, changed_articles=len(changed))


def _add_entries(connection: Connection, feed_id: FeedId, new: Mapping[str, EntryToStore], *, now: datetime) -> int:
    """Store entries that the feed did not have, with their articles where no feed had them; the count of those."""
    unknown = [entry for entry in new.values() if entry.article_id is None]
    ids, added = take_in_articles(connection, unknown, feed_id=feed_id, now=now) if unknown else ({}, set())
    article_ids = {key: entry.article_id or ids[bounded_key(entry.article_key)] for key, entry in new.items()}
    announced = set(article_ids.values())
    joined = sorted(announced - {ids[key] for key in added})
    repeated: set[int] = set()
    for portion in _portions(joined):
        orphans = update(articles).where(articles.c.id.in_(portion), articles.c.feed_id.is_(None))
        connection.execute(orphans.values(feed_id=feed_id))
        mine = select(entries.c.article_id).where(entries.c.article_id.in_(portion), entries.c.feed_id == feed_id)
        repeated.update(connection.execute(mine).scalars())
    if len(unknown) < len(new):
        _rekey(connection, feed_id, [entry for entry in new.values() if entry.article_id is not None])
    connection.execute(
        _insert_entries(connection.dialect.name),
        [
            {
                "feed_id": feed_id,
                "entry_key": key,
                "article_id": article_ids[key],
                "content_hash": entry.content_hash,
            }
            for key, entry in new.items()
        ],
    )
    more = len(announced) - len(repeated)
    connection.execute(_COUNT_ARTICLES, {"feed_id": feed_id, "more": more, "found_at": now if added else None})
    return len(added)


def _rekey(connection: Connection, feed_id: FeedId, renamed: Sequence[EntryToStore]) -> None:
    """Give articles the addresses under which their feed announces them now.

    Only those found through this feed: no feed may say where another's articles are. An address that is another
    article's stays with that one.
    """
    other = articles.alias()
    connection.execute(
        update(articles)
        .where(
            articles.c.id == bindparam("renamed_id"),
            articles.c.feed_id == feed_id,
            ~select(other.c.id).where(other.c.article_key == bindparam("new_key")).exists(),
        )
        .values(article_key=bindparam("new_key"), url=bindparam("new_url")),
        [
            {"renamed_id": entry.article_id, "new_key": entry.article_key, "new_url": entry.url}
            for entry in sorted(renamed, key=lambda entry: entry.article_id or 0)
        ],
    )


def take_in_articles(
    connection: Connection, announced: Iterable[EntryToStore], *, feed_id: FeedId | None, now: datetime
) -> tuple[dict[str, ArticleId], set[str]]:
    """Store the articles that are not known yet, in FOUND. Returns all ids by stored key, and the keys that are new."""
    by_key: dict[str, EntryToStore] = {}
    for entry in announced:
        by_key.setdefault(bounded_key(entry.article_key), entry)
    keys = sorted(by_key)  # one order for all transactions, lest two wait for each other
    inserted = connection.execute(
        _insert_articles(connection.dialect.name),
        [_article_row(key, by_key[key], feed_id=feed_id, now=now) for key in keys],
    )
    ids = {row.article_key: ArticleId(row.id) for row in inserted}
    added = set(ids)
    if added:
        connection.execute(
            announcements.insert(), [_announcement_row(ids[key], by_key[key]) for key in keys if key in added]
        )
    for portion in _portions([key for key in keys if key not in added]):
        query = select(articles.c.article_key, articles.c.id).where(articles.c.article_key.in_(portion))
        ids.update({row.article_key: ArticleId(row.id) for row in connection.execute(query)})
    return ids, added


def _refresh(
    connection: Connection,
    feed_id: FeedId,
    changed: Mapping[ArticleId, tuple[str, EntryToStore]],
    *,
    now: datetime,
    tally: Tally,
) -> None:
    """Store what changed entries say now and start their articles again where those had come to rest.

    An article that was found through another feed is looked at again, but what is said of it is that feed's to say.
    """
    connection.execute(
        update(entries)
        .where(entries.c.feed_id == feed_id, entries.c.entry_key == bindparam("key"))
        .values(content_hash=bindparam("new_hash")),
        [{"key": key, "new_hash": entry.content_hash} for key, entry in changed.values()],
    )
    for portion in _portions(sorted(changed)):
        is_ours = or_(articles.c.feed_id == feed_id, articles.c.feed_id.is_(None))
        ours = select(articles.c.id).where(articles.c.id.in_(portion), is_ours).order_by(articles.c.id)
        if article_ids := connection.execute(ours).scalars().all():
            _replace_announcements(connection, {ArticleId(key): changed[ArticleId(key)][1] for key in article_ids})
        has_settled = articles.c.state.in_([state.value for state in SETTLED])
        start_again(connection, and_(articles.c.id.in_(portion), has_settled), now=now, tally=tally)


def _replace_announcements(connection: Connection, announced: Mapping[ArticleId, EntryToStore]) -> None:
    """Store what a feed says now of these articles.

    The time of publication stays what it first was: a change must not move a brief in the lists.
    """
    connection.execute(
        update(articles)
        .where(articles.c.id == bindparam("article_id"))
        .values(
            url=bindparam("new_url"),
            title=bindparam("new_title"),
            published_at=func.coalesce(
                articles.c.published_at, bindparam("new_published_at", type_=articles.c.published_at.type)
            ),
            updated_at=bindparam("new_updated_at", type_=articles.c.updated_at.type),
        ),
        [
            {
                "article_id": article_id,
                "new_url": entry.url,
                "new_title": entry.title,
                "new_published_at": entry.published_at,
                "new_updated_at": entry.updated_at,
            }
            for article_id, entry in announced.items()
        ],
    )
    insert = insert_into(connection.dialect.name, announcements)
    replaced = {name: insert.excluded[name] for name in ("author", "summary_html", "content_html")}
    connection.execute(
        insert.on_conflict_do_update(index_elements=["article_id"], set_=replaced),
        [_announcement_row(article_id, entry) for article_id, entry in announced.items()],
    )


def start_again(connection: Connection, which: ColumnElement[bool], *, now: datetime, tally: Tally) -> None:
    """Send the articles that satisfy `which` back to their first step."""
    rows = connection.execute(
        select(articles.c.id, articles.c.state).where(which).order_by(articles.c.id).with_for_update()
    ).all()
    if not rows:
        return
    for row in rows:
        tally.move(ArticleState(row.state), ArticleState.FOUND)
    connection.execute(
        update(articles).where(articles.c.id.in_([row.id for row in rows])).values(START_AGAIN | {"due_at": now})
    )


START_AGAIN: dict[str, Any] = {
    "state": ArticleState.FOUND.value,
    "attempts": 0,
    "error_code": "",
    "error_message": "",
    "quarantined_at": None,
    "quarantined_step": None,
}
"""The columns of an article that goes back to its first step, but for `due_at`."""


def _article_row(key: str, entry: EntryToStore, *, feed_id: FeedId | None, now: datetime) -> dict[str, Any]:
    return {
        "article_key": key,
        "url": entry.url,
        "title": entry.title,
        "feed_id": feed_id,
        "state": ArticleState.FOUND.value,
        "attempts": 0,
        "due_at": now,
        "error_code": "",
        "error_message": "",
        "published_at": entry.published_at,
        "updated_at": entry.updated_at,
        "found_at": now,
        "reads": 0,
    }


def _announcement_row(article_id: ArticleId, entry: EntryToStore) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "author": entry.author,
        "summary_html": entry.summary_html,
        "content_html": entry.content_html,
    }


def _portions(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """The items in portions that fit into one statement."""
    return (items[start : start + KEYS_PER_STATEMENT] for start in range(0, len(items), KEYS_PER_STATEMENT))
