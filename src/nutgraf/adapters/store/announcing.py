"""Articles as feeds announce them: new ones are taken in, known ones refreshed, renamed, or started again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import repeat
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select, update

from nutgraf.adapters.store.bulk import BulkInsert, is_one_of, key_list
from nutgraf.adapters.store.columns import bounded_key
from nutgraf.adapters.store.counters import Tally
from nutgraf.adapters.store.engine import insert_into
from nutgraf.adapters.store.feeds import KEYS_PER_STATEMENT
from nutgraf.adapters.store.tables import announcements, articles, entries
from nutgraf.domain.ids import ArticleId, FeedId
from nutgraf.domain.records import ArticleState, EntryToStore

SETTLED = (ArticleState.PUBLISHED, ArticleState.COPY, ArticleState.QUARANTINED)
"""States with no next step of their own: a changed entry makes such an article start again."""

START_AGAIN: dict[str, Any] = {
    "state": ArticleState.FOUND.value,
    "attempts": 0,
    "error_code": "",
    "error_message": "",
    "quarantined_at": None,
    "quarantined_step": None,
}
"""The columns of an article that goes back to its first step, but for `due_at`."""

_INSERT_ARTICLES = BulkInsert(
    articles,
    "article_key",
    "url",
    "title",
    "feed_id",
    "due_at",
    "found_at",
    "published_at",
    "updated_at",
    "state",
    "attempts",
    "error_code",
    "error_message",
    "reads",
)
_INSERT_ANNOUNCEMENTS = BulkInsert(announcements, "article_id", "author", "summary_html", "content_html")


@dataclass(frozen=True, slots=True)
class Announced:
    """An entry, the feed that brought it (None: a person did), and when."""

    entry: EntryToStore
    feed_id: FeedId | None
    found_at: datetime


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Ids of announced articles by stored key; `new` are those that were not known, with the feed that was first."""

    ids: Mapping[str, ArticleId]
    new: Mapping[str, FeedId | None]


def take_in_articles(connection: Connection, announced: Iterable[Announced]) -> TakenIn:
    """Store the articles that are not known yet, in FOUND; the first that announces one is the one it is found by.

    On PostgreSQL another transaction may store one of them at the same moment: then this one loses the race
    (`engine`) and its work runs again.
    """
    by_key: dict[str, Announced] = {}
    for one in announced:
        by_key.setdefault(bounded_key(one.entry.article_key), one)
    keys = sorted(by_key)  # one order for all transactions, lest two wait for each other
    ids = _ids_by_key(connection, keys)
    unknown = [key for key in keys if key not in ids]
    if unknown:
        fresh = [by_key[key] for key in unknown]
        found = [one.entry for one in fresh]
        _INSERT_ARTICLES.execute(
            connection,
            unknown,
            [entry.url for entry in found],
            [entry.title for entry in found],
            [one.feed_id for one in fresh],
            [one.found_at for one in fresh],
            [one.found_at for one in fresh],
            [entry.published_at for entry in found],
            [entry.updated_at for entry in found],
            repeat(ArticleState.FOUND.value),
            repeat(0),
            repeat(""),
            repeat(""),
            repeat(0),
        )
        ids |= _ids_by_key(connection, unknown)
        _INSERT_ANNOUNCEMENTS.execute(
            connection,
            [ids[key] for key in unknown],
            [entry.author for entry in found],
            [entry.summary_html for entry in found],
            [entry.content_html for entry in found],
        )
    return TakenIn(ids, {key: by_key[key].feed_id for key in unknown})


def _ids_by_key(connection: Connection, keys: Sequence[str]) -> dict[str, ArticleId]:
    dialect_name = connection.dialect.name
    ids: dict[str, ArticleId] = {}
    for portion in portions(keys):
        rows = connection.execute(_ids_query(dialect_name), {"keys": key_list(dialect_name, portion)})
        ids.update({row.article_key: ArticleId(row.id) for row in rows})
    return ids


@cache
def _ids_query(dialect_name: str) -> Select[tuple[str, int]]:
    return select(articles.c.article_key, articles.c.id).where(is_one_of(dialect_name, articles.c.article_key, "keys"))


def rekey(connection: Connection, feed_id: FeedId, renamed: Sequence[EntryToStore]) -> None:
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


def join(connection: Connection, feed_id: FeedId, known: Sequence[ArticleId]) -> set[int]:
    """Let a feed announce articles that are known through others; those that it had announced before.

    Call it before the entries are stored. An article without a feed becomes this one's.
    """
    repeated: set[int] = set()
    for portion in portions(known):
        orphans = update(articles).where(articles.c.id.in_(portion), articles.c.feed_id.is_(None))
        connection.execute(orphans.values(feed_id=feed_id))
        mine = select(entries.c.article_id).where(entries.c.article_id.in_(portion), entries.c.feed_id == feed_id)
        repeated.update(connection.execute(mine).scalars())
    return repeated


def refresh(
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
    for portion in portions(sorted(changed)):
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
        [
            {
                "article_id": article_id,
                "author": entry.author,
                "summary_html": entry.summary_html,
                "content_html": entry.content_html,
            }
            for article_id, entry in announced.items()
        ],
    )


def start_again(connection: Connection, which: ColumnElement[bool], *, now: datetime, tally: Tally) -> int:
    """Send the articles that satisfy `which` back to their first step; how many they are."""
    rows = connection.execute(
        select(articles.c.id, articles.c.state).where(which).order_by(articles.c.id).with_for_update()
    ).all()
    if not rows:
        return 0
    for row in rows:
        tally.move(ArticleState(row.state), ArticleState.FOUND)
    connection.execute(
        update(articles).where(articles.c.id.in_([row.id for row in rows])).values(START_AGAIN | {"due_at": now})
    )
    return len(rows)


def portions(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """The items in portions that fit into one statement."""
    return (items[start : start + KEYS_PER_STATEMENT] for start in range(0, len(items), KEYS_PER_STATEMENT))
