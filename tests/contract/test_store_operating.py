"""What the operator looks at and changes, on each database."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from nutgraf.adapters.store import SqlStore
from nutgraf.domain.desk import FeedOptions, SetAsideReason, StepQueue
from nutgraf.domain.ids import ArticleId, FeedId
from nutgraf.domain.records import ArticleState, PollResult
from nutgraf.errors import ConfigError, NotFound
from store_values import HOUR, NOON, make_entry, poll_with, record, state_of

URL = "https://press.example/feed"
DAY = timedelta(days=1)


@pytest.fixture
def feed_id(store: SqlStore) -> FeedId:
    return store.add_feed(URL, title="Harbour Post", category="News", now=NOON).id


def set_aside(store: SqlStore, feed_id: FeedId, reasons: dict[str, str]) -> dict[str, ArticleId]:
    """Articles by name, each set aside a minute after the one before with the error code given."""
    record(store, feed_id, *map(make_entry, reasons))
    due = store.due_articles([ArticleState.FOUND], now=NOON, limit=50)
    ids = {article.url.rpartition("/")[2]: article.id for article in due}
    for number, (name, code) in enumerate(reasons.items()):
        moment = NOON + timedelta(minutes=number)
        store.quarantine(ids[name], error_code=code, error_message="It failed.", now=moment)
    return ids


def test_what_the_operator_says_of_a_feed_outlives_what_the_publisher_says(store: SqlStore, feed_id: FeedId) -> None:
    assert store.get_feed(feed_id).category == "News"
    store.set_feed_options(feed_id, FeedOptions("  The  Post ", "Port city", 900))
    record(store, feed_id, make_entry("a"))

    feed = store.get_feed(feed_id)
    assert (feed.title, feed.own_title, feed.category, feed.min_interval_s) == (
        "The Post",
        "The Post",
        "Port city",
        900,
    )
    store.set_feed_options(feed_id, FeedOptions())
    assert (store.get_feed(feed_id).title, store.get_feed(feed_id).category) == ("Harbour Post", "")
    with pytest.raises(NotFound):
        store.set_feed_options(FeedId(999), FeedOptions())


@pytest.mark.parametrize(
    "options", [("x" * 201,), ("", "x" * 61), ("a\u202eb",), ("", "", 299), ("", "", -1), ("", "", 10**9)]
)
def test_options_out_of_bounds_are_refused(options: tuple[object, ...]) -> None:
    with pytest.raises(ConfigError):
        FeedOptions(*options)  # type: ignore[arg-type]


def test_the_outcomes_of_the_last_polls_are_kept(store: SqlStore, feed_id: FeedId) -> None:
    record(store, feed_id, make_entry("a"))
    store.record_poll(feed_id, dataclasses.replace(poll_with(), not_modified=True))
    store.record_poll(feed_id, dataclasses.replace(poll_with(), error_code="timeout", error_message="Too slow."))
    assert store.get_feed(feed_id).outcomes == "+=!"
    for _ in range(40):
        store.record_poll(feed_id, dataclasses.replace(poll_with(), not_modified=True))
    assert store.get_feed(feed_id).outcomes == "=" * 24


def test_the_rhythm_of_a_feed_counts_articles_by_day(store: SqlStore, feed_id: FeedId) -> None:
    for name, moment in (("a", NOON - HOUR), ("b", NOON - 2 * HOUR), ("c", NOON - 3 * DAY), ("old", NOON - 40 * DAY)):
        record(store, feed_id, make_entry(name, published_at=moment))
    record(store, feed_id, make_entry("undated", published_at=None))
    other = store.add_feed("https://other.example/feed", now=NOON)
    record(store, other.id, make_entry("other"))

    rhythm = store.feed_rhythm(feed_id, since=NOON - 28 * DAY)
    assert rhythm == {NOON.date(): 3, (NOON - 3 * DAY).date(): 1}
    assert store.feed_rhythm(FeedId(999), since=NOON - DAY) == {}


def test_what_is_set_aside_is_listed_by_reason_and_page(store: SqlStore, feed_id: FeedId) -> None:
    ids = set_aside(store, feed_id, {"a": "no_article", "b": "http_404", "c": "no_article"})
    assert store.set_aside_reasons() == [SetAsideReason("no_article", 2), SetAsideReason("http_404", 1)]
    assert [item.article_id for item in store.list_quarantine(error_code="no_article")] == [ids["c"], ids["a"]]
    (latest,) = store.list_quarantine(limit=1)
    older = store.list_quarantine(before=(latest.since, latest.article_id))
    assert [item.article_id for item in older] == [ids["b"], ids["a"]]


def test_a_name_of_the_operator_is_shown_with_what_is_set_aside(store: SqlStore, feed_id: FeedId) -> None:
    set_aside(store, feed_id, {"a": "no_article"})
    store.set_feed_options(feed_id, FeedOptions("Mine"))
    assert [item.feed_title for item in store.list_quarantine()] == ["Mine"]


def test_all_of_a_reason_start_again(store: SqlStore, feed_id: FeedId) -> None:
    ids = set_aside(store, feed_id, {"a": "no_article", "b": "http_404", "c": "no_article"})
    assert store.replay_all(error_code="no_article", now=NOON, limit=1) == 1
    assert state_of(store, ids["c"]) is ArticleState.FOUND
    assert store.replay_all(error_code="no_article", now=NOON) == 1
    assert store.replay_all(error_code="no_article", now=NOON) == 0
    assert [item.article_id for item in store.list_quarantine()] == [ids["b"]]
    assert store.counts().articles[ArticleState.QUARANTINED] == 1
    assert store.replay_all(now=NOON) == 1
    assert store.counts().articles[ArticleState.FOUND] == 3


def test_queues_tell_what_is_ready_from_what_failed_and_waits(store: SqlStore, feed_id: FeedId) -> None:
    record(store, feed_id, *map(make_entry, "abc"))
    article = store.due_articles([ArticleState.FOUND], now=NOON, limit=1)[0]
    store.defer(article.id, until=NOON + HOUR, error_code="timeout", error_message="Too slow.")
    queues = store.step_queues(now=NOON)
    assert queues[0] == StepQueue(ArticleState.FOUND, ready=2, later=1, oldest_at=NOON)
    assert [(queue.ready, queue.later, queue.oldest_at) for queue in queues[1:]] == [(0, 0, None)] * 3


def test_what_waits_is_counted_only_so_far(store: SqlStore, feed_id: FeedId, monkeypatch: pytest.MonkeyPatch) -> None:
    set_aside(store, feed_id, {"a": "no_article", "b": "http_404", "c": "no_article"})
    record(store, feed_id, *map(make_entry, "defg"))
    monkeypatch.setattr("nutgraf.adapters.store.operating.MAX_COUNTED", 2)
    assert store.step_queues(now=NOON)[0].ready == 2
    assert store.set_aside_reasons() == [SetAsideReason("http_404", 1), SetAsideReason("no_article", 1)]


def test_lag_tells_since_when_the_longest_waiting_has_been_due(store: SqlStore, feed_id: FeedId) -> None:
    before = store.lag(now=NOON - timedelta(days=30))
    assert (before.due_feeds, before.oldest_due_poll_at, before.oldest_due_step_at) == (0, None, None)
    record(store, feed_id, *map(make_entry, "abc"))
    store.add_feed("https://press.example/other", now=NOON + HOUR / 2)
    failure = PollResult(NOON, NOON + HOUR, 3600, error_code="timeout", error_message="Too slow.")
    store.record_poll(feed_id, failure)
    lag = store.lag(now=NOON + 2 * HOUR)
    assert (lag.feeds, lag.failing_feeds, lag.due_feeds) == (2, 1, 2)
    assert lag.oldest_due_poll_at == NOON + HOUR / 2
    assert lag.oldest_due_step_at == NOON


def test_the_store_says_what_it_is(store: SqlStore, feed_id: FeedId) -> None:
    facts = store.store_facts()
    assert facts.kind in ("SQLite", "PostgreSQL")
    assert facts.version[0].isdigit()
    assert facts.size_bytes > 100_000
    assert (facts.picture_bytes, facts.picture_count) == (0, 0)
