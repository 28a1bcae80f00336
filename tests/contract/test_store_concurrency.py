"""Many threads, and many stores on one database, at once."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.adapters.store.counters import STATE, counts_by_key
from nutgraf.adapters.store.engine import Database
from nutgraf.adapters.store.tables import articles
from nutgraf.domain.ids import DEFAULT_READER, ArticleId, FeedId
from nutgraf.domain.records import ArticleState, BriefQuery
from nutgraf.errors import Conflict, NotFound
from store_values import (
    DIPLOMACY,
    FIRST_TEXT,
    HOUR,
    NOON,
    TRADE,
    WORLD,
    make_article,
    make_brief,
    make_document,
    make_entry,
    poll_with,
    publish_new,
    record,
)

T = TypeVar("T")

THREADS = 8


def at_once(works: Sequence[Callable[[], T]]) -> list[T]:
    """What each piece of work returns, all of them done by THREADS threads."""
    with ThreadPoolExecutor(THREADS) as pool:
        return [future.result() for future in [pool.submit(work) for work in works]]


def test_each_step_is_taken_by_one_of_many(store: SqlStore) -> None:
    article_id = store.add_article(make_entry("a"), now=NOON)
    article = make_article()
    brief = make_brief(article)
    document = make_document()

    assert sum(at_once([lambda: store.save_document(article_id, document, now=NOON)] * THREADS)) == 1

    def save_extraction() -> ArticleState | None:
        return store.save_extraction(article_id, article, band_keys=[1, 2], copy_of=None, now=NOON)

    assert sorted(map(str, at_once([save_extraction] * THREADS))) == ["None"] * (THREADS - 1) + ["extracted"]
    revision_id = store.current_revision(article_id).id
    assert sum(at_once([lambda: store.save_brief(article_id, revision_id, brief, now=NOON)] * THREADS)) == 1
    assert sum(at_once([lambda: store.publish(article_id, now=NOON)] * THREADS)) == 1
    assert sum(at_once([lambda: store.record_read(DEFAULT_READER, article_id, now=NOON)] * THREADS)) == 1
    page = store.brief_page(article_id, reader_id=DEFAULT_READER)
    assert (page.version, page.revision.number, page.card.reads) == (1, 1, 1)
    assert store.counts().articles == {ArticleState.PUBLISHED: 1}


def test_one_subscription_comes_of_many_at_once(store: SqlStore) -> None:
    def add() -> int:
        try:
            store.add_feed("https://press.example/feed", now=NOON)
        except Conflict:
            return 0
        return 1

    assert sum(at_once([add] * THREADS)) == 1
    assert len(store.list_feeds()) == 1


def test_feeds_that_announce_the_same_articles_at_once_share_them(store: SqlStore) -> None:
    feed_ids = [store.add_feed(f"https://press.example/{number}", now=NOON).id for number in range(THREADS)]
    entries = [make_entry(f"n{number}") for number in range(40)]

    def poll(feed_id: FeedId, turn: int) -> int:
        order = entries[turn:] + entries[:turn] if turn % 2 else entries[::-1]
        return store.record_poll(feed_id, poll_with(*order)).new_articles

    works = [lambda feed_id=feed_id, turn=turn: poll(feed_id, turn) for turn, feed_id in enumerate(feed_ids)]
    assert sum(at_once(works)) == 40
    assert store.counts().articles == {ArticleState.FOUND: 40}
    assert {feed.article_count for feed in store.list_feeds()} == {40}


def test_of_articles_with_one_canonical_address_extracted_at_once_one_is_no_copy(store: SqlStore) -> None:
    ids = [store.add_article(make_entry(f"n{number}"), now=NOON) for number in range(THREADS)]
    for article_id in ids:
        store.save_document(article_id, make_document(), now=NOON)
    article = make_article(canonical_url="https://press.example/one")

    def save_extraction(article_id: ArticleId) -> ArticleState | None:
        return store.save_extraction(article_id, article, band_keys=[], copy_of=None, now=NOON)

    states = at_once([lambda article_id=article_id: save_extraction(article_id) for article_id in ids])
    assert sorted(map(str, states)) == ["copy"] * (THREADS - 1) + ["extracted"]


def test_many_workers_publish_while_readers_page(store: SqlStore, store_url: str) -> None:
    others = [open_store(store_url) for _ in range(2)]
    stores = [store, *others]
    publishers = ["Harbour Post", "Meridian Wire", "Record"]

    def work(number: int) -> int:
        own = stores[number % len(stores)]
        publish_new(own, f"n{number}", publisher=publishers[number % 3], topics=[WORLD, TRADE][: number % 2 + 1])
        seen = own.list_briefs(BriefQuery(limit=50), reader_id=DEFAULT_READER)
        assert all(card.topics and card.dek for card in seen), "a reader sees a whole brief or none"
        return len(seen)

    at_once([lambda number=number: work(number) for number in range(48)])

    assert store.counts().articles == {ArticleState.PUBLISHED: 48}
    assert store.counts().briefs == 48
    assert store.topic_counts() == {"world-politics": 48, "trade-tariffs": 24, "economy": 24}
    assert sorted(publisher.brief_count for publisher in store.list_publishers()) == [16, 16, 16]
    assert len(store.list_briefs(BriefQuery(limit=100), reader_id=DEFAULT_READER)) == 48
    for other in others:
        other.close()


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_counters_and_lists_say_what_the_rows_say(store: SqlStore, store_url: str, seed: int) -> None:
    dice = random.Random(seed)
    feed = store.add_feed("https://press.example/feed", now=NOON)
    names = [f"n{number}" for number in range(12)]
    record(store, feed.id, *map(make_entry, names))
    ids = [article.id for article in store.due_articles([ArticleState.FOUND], now=NOON, limit=50)]

    for turn in range(150):
        with contextlib.suppress(NotFound, Conflict):
            take_any_step(store, feed.id, dice, names, ids, turn)

    counted = select(articles.c.state, func.count()).group_by(articles.c.state)
    database = Database(store_url)
    rows = database.read(lambda connection: connection.execute(counted).all())
    assert database.read(lambda connection: counts_by_key(connection, STATE)) == {row[0]: row[1] for row in rows}
    database.close()
    check_lists(store)


def take_any_step(
    store: SqlStore, feed_id: FeedId, dice: random.Random, names: list[str], ids: list[ArticleId], turn: int
) -> None:
    """Some article takes some step, whether it can or not."""
    article_id, other = dice.sample(ids, 2)
    match dice.choice(["change", "quarantine", "replay", *["go on"] * 12]):
        case "change":
            changed = [make_entry(name, content_hash=str(turn)) for name in dice.sample(names, 3)]
            store.record_poll(feed_id, poll_with(*changed))
        case "quarantine":
            store.quarantine(article_id, error_code="x", error_message="x", now=NOON)
        case "replay":
            store.replay(article_id, now=NOON)
        case _:
            text = f"Version {dice.randrange(2)} of {article_id}. {FIRST_TEXT}"
            article = make_article(text, publisher=f"Publisher {dice.randrange(3)}")
            copy_of = other if dice.random() < 0.1 else None
            store.save_document(article_id, make_document(), now=NOON)
            store.save_extraction(article_id, article, band_keys=[turn], copy_of=copy_of, now=NOON)
            revision = store.current_revision(article_id)
            brief = make_brief(revision.article, topics=dice.choice([[WORLD], [TRADE], [DIPLOMACY, TRADE]]))
            store.save_brief(article_id, revision.id, brief, now=NOON)
            store.publish(article_id, now=NOON + HOUR)


def check_lists(store: SqlStore) -> None:
    """Every counter equals the length of its list, and each list holds what it should."""
    cards = store.list_briefs(BriefQuery(limit=100), reader_id=DEFAULT_READER)
    assert store.counts().briefs == len(cards) > 0
    by_publisher = Counter(card.publisher.name for card in cards)
    assert {publisher.name: publisher.brief_count for publisher in store.list_publishers()} == by_publisher
    by_topic = Counter(
        slug for card in cards for slug in {slug for topic in card.topics for slug in (topic.slug, topic.parent)} - {""}
    )
    assert store.topic_counts() == by_topic
    for slug, count in by_topic.items():
        listed = store.list_briefs(BriefQuery(topic=slug, limit=100), reader_id=DEFAULT_READER)
        assert len(listed) == count
        assert all(any(slug in (topic.slug, topic.parent) for topic in card.topics) for card in listed)


def test_a_page_is_made_of_one_moment(store: SqlStore) -> None:
    def count(of: SqlStore) -> int:
        return of.counts().articles.get(ArticleState.FOUND, 0)

    other = open_store(str(store._database.url.render_as_string(hide_password=False)))
    try:
        with store.one_moment():
            assert count(store) == 0
            other.add_article(make_entry("a"), now=NOON)
            assert (count(store), count(other)) == (0, 1)
            with store.one_moment():
                assert count(store) == 0, "one within another is the same"
            with pytest.raises(NotFound):
                store.get_publisher("nobody")
            assert count(store) == 1, "an error ends it"
            other.add_article(make_entry("b"), now=NOON)
            assert count(store) == 1
            store.add_article(make_entry("c"), now=NOON)
            assert count(store) == 3, "so does a write"
            other.add_article(make_entry("d"), now=NOON)
        assert count(store) == 4
    finally:
        other.close()
