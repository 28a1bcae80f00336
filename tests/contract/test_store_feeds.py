"""Subscriptions and their schedule, on each database."""

from __future__ import annotations

import pytest

from nutgraf.adapters.store import SqlStore
from nutgraf.domain.ids import DEFAULT_READER, FeedId
from nutgraf.domain.records import ArticleState, BriefQuery, FeedState, PollResult
from nutgraf.errors import Conflict, NotFound, StoreError
from store_values import HOUR, NOON, make_entry, poll_with, publish_new, record

URL = "https://press.example/feed"
NO_FEED = FeedId(999)


def test_a_new_feed_is_due_at_once(store: SqlStore) -> None:
    feed = store.add_feed(URL, title="Harbour Post", now=NOON)

    assert (feed.url, feed.title, feed.state, feed.failures, feed.article_count) == (
        URL, "Harbour Post", FeedState.ACTIVE, 0, 0,
    )  # fmt: skip
    assert feed.added_at == feed.next_poll_at == NOON
    assert feed.last_poll_at is feed.last_ok_at is feed.last_new_at is None
    assert store.get_feed(feed.id) == feed
    assert store.due_feeds(now=NOON, limit=5) == [feed]


def test_times_come_back_exact_and_in_utc(store: SqlStore) -> None:
    feed = store.get_feed(store.add_feed(URL, now=NOON).id)

    assert feed.added_at == NOON
    assert feed.added_at.microsecond == 123_456
    assert feed.added_at.utcoffset() == NOON.utcoffset()


def test_a_time_without_zone_is_refused(store: SqlStore) -> None:
    with pytest.raises(StoreError):
        store.add_feed(URL, now=NOON.replace(tzinfo=None))
    assert store.list_feeds() == []


def test_subscribing_twice_is_a_conflict(store: SqlStore) -> None:
    store.add_feed(URL, now=NOON)
    with pytest.raises(Conflict):
        store.add_feed(URL, now=NOON)
    assert len(store.list_feeds()) == 1


def test_an_address_beyond_all_bounds_is_refused(store: SqlStore) -> None:
    with pytest.raises(StoreError) as refused:
        store.add_feed("https://press.example/" + "a" * 5_000, now=NOON)
    assert refused.value.code == "address_too_long"


def test_feeds_are_listed_by_title_and_without_one_by_address(store: SqlStore) -> None:
    for url, title in (("https://c.example/", "beta"), ("https://b.example/", ""), ("https://a.example/", "Alpha")):
        store.add_feed(url, title=title, now=NOON)
    assert [feed.title or feed.url for feed in store.list_feeds()] == ["Alpha", "beta", "https://b.example/"]


def test_due_feeds_are_the_active_ones_longest_due_first(store: SqlStore) -> None:
    late, later, paused, future = (
        store.add_feed(f"https://{name}.example/", now=NOON + offset * HOUR).id
        for name, offset in (("late", -3), ("later", -2), ("paused", -4), ("future", 1))
    )
    store.set_feed_state(paused, FeedState.PAUSED)

    assert [feed.id for feed in store.due_feeds(now=NOON, limit=10)] == [late, later]
    assert [feed.id for feed in store.due_feeds(now=NOON, limit=1)] == [late]
    assert [feed.id for feed in store.due_feeds(now=NOON + HOUR, limit=10)] == [late, later, future]


def test_when_the_next_feed_is_due(store: SqlStore) -> None:
    assert store.next_due_at() is None
    first = store.add_feed("https://a.example/", now=NOON)
    store.add_feed("https://b.example/", now=NOON + HOUR)
    assert store.next_due_at() == NOON
    store.set_feed_state(first.id, FeedState.PAUSED)
    assert store.next_due_at() == NOON + HOUR


def test_poll_soon_makes_one_feed_due(store: SqlStore) -> None:
    one, other = (store.add_feed(f"https://{name}.example/", now=NOON + HOUR).id for name in "ab")
    store.poll_soon(one, now=NOON)
    assert [feed.id for feed in store.due_feeds(now=NOON, limit=5)] == [one]
    assert store.get_feed(other).next_poll_at == NOON + HOUR


def test_poll_soon_makes_every_feed_due_that_is_not_paused(store: SqlStore) -> None:
    active, paused, gone = (store.add_feed(f"https://{name}.example/", now=NOON + HOUR).id for name in "abc")
    store.set_feed_state(paused, FeedState.PAUSED)
    store.set_feed_state(gone, FeedState.GONE)

    store.poll_soon(None, now=NOON)

    assert {feed.id for feed in store.due_feeds(now=NOON, limit=5)} == {active, gone}
    assert store.get_feed(gone).state is FeedState.ACTIVE
    assert store.get_feed(paused).state is FeedState.PAUSED


def test_poll_soon_brings_a_gone_feed_back_and_leaves_a_paused_one(store: SqlStore) -> None:
    gone, paused = (store.add_feed(f"https://{name}.example/", now=NOON).id for name in "ab")
    store.set_feed_state(gone, FeedState.GONE)
    store.set_feed_state(paused, FeedState.PAUSED)
    store.poll_soon(gone, now=NOON)
    store.poll_soon(paused, now=NOON)
    assert store.get_feed(gone).state is FeedState.ACTIVE
    assert store.get_feed(paused).state is FeedState.PAUSED


def test_what_is_not_there_is_not_found(store: SqlStore) -> None:
    nothing = PollResult(polled_at=NOON, next_poll_at=NOON, interval_s=1, not_modified=True)
    for call in (
        lambda: store.get_feed(NO_FEED),
        lambda: store.remove_feed(NO_FEED),
        lambda: store.poll_soon(NO_FEED, now=NOON),
        lambda: store.set_feed_state(NO_FEED, FeedState.PAUSED),
        lambda: store.record_poll(NO_FEED, nothing),
        lambda: store.record_poll(NO_FEED, poll_with(make_entry("a"))),
        lambda: store.get_feed(FeedId(10**30)),
    ):
        with pytest.raises(NotFound):
            call()
    assert store.counts().articles == {}


def test_removing_a_feed_keeps_its_articles_and_briefs(store: SqlStore) -> None:
    feed = store.add_feed(URL, now=NOON)
    record(store, feed.id, make_entry("on-its-way"))
    published = publish_new(store, "published")

    store.remove_feed(feed.id)

    assert store.list_feeds() == []
    (article,) = store.due_articles([ArticleState.FOUND], now=NOON, limit=5)
    assert (article.feed_id, article.feed_title) == (None, "")
    cards = store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)
    assert [card.article_id for card in cards] == [published]


def test_a_feed_that_comes_back_finds_its_articles_again(store: SqlStore) -> None:
    first = store.add_feed(URL, now=NOON)
    record(store, first.id, make_entry("a"))
    store.remove_feed(first.id)

    second = store.add_feed(URL, now=NOON + HOUR)
    change = record(store, second.id, make_entry("a"), make_entry("b"), at=NOON + HOUR)

    assert second.id != first.id
    assert change.new_articles == 1
    assert store.get_feed(second.id).article_count == 2
    by_url = {article.url: article for article in store.due_articles([ArticleState.FOUND], now=NOON + HOUR, limit=5)}
    assert by_url["https://press.example/a"].feed_id == second.id
