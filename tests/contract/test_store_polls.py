"""Storing polls of feeds, on each database."""

from __future__ import annotations

import dataclasses

import pytest

from nutgraf.adapters.store import SqlStore
from nutgraf.domain.ids import DEFAULT_READER, ArticleId, FeedId
from nutgraf.domain.records import (
    ArticleState,
    BriefQuery,
    EntryToStore,
    FeedState,
    KnownEntry,
    PollChange,
    PollResult,
)
from nutgraf.errors import NotFound
from store_values import (
    HOUR,
    NOON,
    SECOND_TEXT,
    extract,
    make_article,
    make_document,
    make_entry,
    poll_with,
    publish,
    publish_new,
    record,
    state_of,
)


@pytest.fixture
def feed_id(store: SqlStore) -> FeedId:
    return store.add_feed("https://press.example/feed", now=NOON - HOUR).id


def found(store: SqlStore) -> dict[str, int]:
    """The ids of the articles in FOUND, by address."""
    return {article.url: article.id for article in store.due_articles([ArticleState.FOUND], now=NOON + HOUR, limit=100)}


def test_a_poll_stores_schedule_validators_and_what_the_feed_says_of_itself(store: SqlStore, feed_id: FeedId) -> None:
    result = dataclasses.replace(
        poll_with(make_entry("a")), site_url="https://press.example/", language="en", etag='"1"', last_modified="Sun"
    )
    store.record_poll(feed_id, result)

    feed = store.get_feed(feed_id)
    assert (feed.title, feed.site_url, feed.etag, feed.last_modified) == (
        "Harbour Post", "https://press.example/", '"1"', "Sun",
    )  # fmt: skip
    assert feed.last_poll_at == feed.last_ok_at == feed.last_new_at == NOON
    assert (feed.next_poll_at, feed.interval_s) == (NOON + HOUR, 3600)
    assert feed.article_count == 1


def test_new_entries_become_articles_to_fetch(store: SqlStore, feed_id: FeedId) -> None:
    assert record(store, feed_id, make_entry("a"), make_entry("b")) == PollChange(new_articles=2)

    articles = store.due_articles([ArticleState.FOUND], now=NOON, limit=10)
    first = next(article for article in articles if article.url.endswith("/a"))
    assert len(articles) == 2
    assert (first.title, first.author, first.summary_html, first.content_html) == (
        "Title of a", "A. Writer", "<p>Summary of a</p>", "<p>Content of a</p>",
    )  # fmt: skip
    assert (first.feed_id, first.feed_title, first.attempts) == (feed_id, "Harbour Post", 0)
    assert (first.published_at, first.found_at) == (NOON - HOUR, NOON)


def test_the_same_poll_again_changes_nothing(store: SqlStore, feed_id: FeedId) -> None:
    record(store, feed_id, make_entry("a"))
    before = store.due_articles([ArticleState.FOUND], now=NOON, limit=10)

    assert record(store, feed_id, make_entry("a"), at=NOON + HOUR) == PollChange()

    assert store.due_articles([ArticleState.FOUND], now=NOON, limit=10) == before
    assert store.get_feed(feed_id).last_new_at == NOON
    assert store.counts().articles == {ArticleState.FOUND: 1}


def test_known_entries_are_given_by_key(store: SqlStore, feed_id: FeedId) -> None:
    record(store, feed_id, make_entry("a"), make_entry("b"))
    known = store.known_entries(feed_id, ["guid:a", "guid:z"])
    assert known == {"guid:a": KnownEntry("guid:a", "first", found(store)["https://press.example/a"])}
    assert store.known_entries(FeedId(999), ["guid:a"]) == {}
    assert store.known_entries(feed_id, []) == {}


def test_keys_longer_than_an_index_takes_are_told_apart(store: SqlStore, feed_id: FeedId) -> None:
    names = ["a" * 20_000 + "1", "a" * 20_000 + "2", "ü" * 900]
    assert record(store, feed_id, *map(make_entry, names)).new_articles == 3
    assert record(store, feed_id, *map(make_entry, names)) == PollChange()
    known = store.known_entries(feed_id, [f"guid:{name}" for name in names])
    assert sorted(known) == sorted(f"guid:{name}" for name in names)
    assert len({entry.article_id for entry in known.values()}) == 3


def test_one_entry_twice_in_a_feed_is_one(store: SqlStore, feed_id: FeedId) -> None:
    newest = make_entry("a", content_hash="newest")
    assert record(store, feed_id, newest, make_entry("a")).new_articles == 1
    assert store.known_entries(feed_id, ["guid:a"])["guid:a"].content_hash == "newest"


def test_two_entries_with_one_address_are_one_article(store: SqlStore, feed_id: FeedId) -> None:
    again = dataclasses.replace(make_entry("a"), entry_key="guid:other")
    assert record(store, feed_id, make_entry("a"), again).new_articles == 1
    assert store.get_feed(feed_id).article_count == 1
    third = dataclasses.replace(make_entry("a"), entry_key="guid:third")
    assert record(store, feed_id, third) == PollChange()
    assert store.get_feed(feed_id).article_count == 1
    known = store.known_entries(feed_id, ["guid:a", "guid:other", "guid:third"])
    assert len(known) == 3
    assert len({entry.article_id for entry in known.values()}) == 1


def test_an_article_known_through_another_feed_is_joined(store: SqlStore, feed_id: FeedId) -> None:
    record(store, feed_id, make_entry("a"))
    other_id = store.add_feed("https://press.example/sport", now=NOON).id

    change = record(store, other_id, make_entry("a", content_hash="said otherwise"), make_entry("b"))

    assert change == PollChange(new_articles=1)
    assert store.counts().articles == {ArticleState.FOUND: 2}
    assert store.get_feed(other_id).article_count == 2
    ids = {feed: store.known_entries(feed, ["guid:a"])["guid:a"].article_id for feed in (feed_id, other_id)}
    assert len(set(ids.values())) == 1


def test_a_changed_entry_of_a_published_article_sends_it_back(store: SqlStore, feed_id: FeedId) -> None:
    record(store, feed_id, make_entry("a"))
    article_id = found(store)["https://press.example/a"]
    publish(store, article_id, make_article())
    later = NOON + HOUR
    changed = dataclasses.replace(
        make_entry("a", content_hash="second", published_at=later), title="Corrected", summary_html="<p>New</p>"
    )

    assert record(store, feed_id, changed, at=later) == PollChange(changed_articles=1)

    (article,) = store.due_articles([ArticleState.FOUND], now=later, limit=5)
    assert (article.id, article.title, article.summary_html) == (article_id, "Corrected", "<p>New</p>")
    assert article.published_at == NOON - HOUR, "a change does not move an article in time"
    assert store.known_entries(feed_id, ["guid:a"])["guid:a"].content_hash == "second"
    assert len(store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)) == 1, "its brief stays meanwhile"
    assert record(store, feed_id, changed, at=later) == PollChange()


def test_a_changed_entry_frees_an_article_that_was_set_aside(store: SqlStore, feed_id: FeedId) -> None:
    record(store, feed_id, make_entry("a"))
    article_id = found(store)["https://press.example/a"]
    store.quarantine(article_id, error_code="http_404", error_message="Gone.", now=NOON)

    record(store, feed_id, make_entry("a", content_hash="second"))

    assert store.list_quarantine() == []
    assert state_of(store, article_id) is ArticleState.FOUND
    assert store.counts().articles == {ArticleState.FOUND: 1}


def test_a_changed_entry_starts_a_copy_again(store: SqlStore, feed_id: FeedId) -> None:
    original = store.add_article(make_entry("original"), now=NOON)
    publish(store, original, make_article())
    record(store, feed_id, make_entry("a"))
    article_id = found(store)["https://press.example/a"]
    assert extract(store, article_id, make_article(SECOND_TEXT), copy_of=original) is ArticleState.COPY

    assert record(store, feed_id, make_entry("a", content_hash="second")).changed_articles == 1
    assert state_of(store, article_id) is ArticleState.FOUND


def test_a_changed_entry_of_an_article_on_its_way_only_refreshes_it(store: SqlStore, feed_id: FeedId) -> None:
    record(store, feed_id, make_entry("a"))
    article_id = found(store)["https://press.example/a"]
    store.save_document(article_id, make_document(), now=NOON)
    store.defer(article_id, until=NOON, error_code="timeout", error_message="Slow.")

    changed = dataclasses.replace(make_entry("a", content_hash="second"), content_html="<p>Now</p>")
    assert record(store, feed_id, changed).changed_articles == 1

    (article,) = store.due_articles([ArticleState.FETCHED], now=NOON, limit=5)
    assert (article.id, article.content_html, article.attempts) == (article_id, "<p>Now</p>", 1)


def test_an_entry_whose_address_changes_keeps_its_article(store: SqlStore, feed_id: FeedId) -> None:
    record(store, feed_id, make_entry("a"))
    moved = dataclasses.replace(make_entry("moved", content_hash="second"), entry_key="guid:a")
    assert record(store, feed_id, moved) == PollChange(changed_articles=1)
    assert list(found(store)) == ["https://press.example/moved"]


def test_a_failed_poll_changes_only_the_schedule(store: SqlStore, feed_id: FeedId) -> None:
    store.record_poll(feed_id, dataclasses.replace(poll_with(make_entry("a")), etag='"1"'))
    before = store.get_feed(feed_id)
    later = NOON + HOUR

    for _ in range(2):
        failure = PollResult(
            polled_at=later,
            next_poll_at=later + 2 * HOUR,
            interval_s=7200,
            error_code="http_500",
            error_message="The server failed.",
        )
        assert store.record_poll(feed_id, failure) == PollChange()

    feed = store.get_feed(feed_id)
    assert feed == dataclasses.replace(
        before,
        last_poll_at=later,
        next_poll_at=later + 2 * HOUR,
        interval_s=7200,
        failures=2,
        error_code="http_500",
        error_message="The server failed.",
        outcomes="+!!",
    )
    store.record_poll(feed_id, poll_with(at=later))
    feed = store.get_feed(feed_id)
    assert (feed.failures, feed.error_code, feed.error_message, feed.last_ok_at) == (0, "", "", later)


def test_a_feed_that_is_gone_is_not_due_again(store: SqlStore, feed_id: FeedId) -> None:
    gone = PollResult(
        polled_at=NOON,
        next_poll_at=NOON,
        interval_s=60,
        new_state=FeedState.GONE,
        error_code="http_410",
        error_message="The feed has ended.",
    )
    store.record_poll(feed_id, gone)
    assert store.get_feed(feed_id).state is FeedState.GONE
    assert store.due_feeds(now=NOON + HOUR, limit=5) == []


def test_a_poll_that_was_under_way_does_not_undo_a_pause(store: SqlStore, feed_id: FeedId) -> None:
    store.set_feed_state(feed_id, FeedState.PAUSED)
    store.record_poll(feed_id, poll_with())
    assert store.get_feed(feed_id).state is FeedState.PAUSED


def test_an_unchanged_poll_keeps_what_is_known(store: SqlStore, feed_id: FeedId) -> None:
    store.record_poll(feed_id, dataclasses.replace(poll_with(make_entry("a")), etag='"1"', last_modified="Sun"))
    later = NOON + HOUR
    unchanged = PollResult(
        polled_at=later, next_poll_at=later + HOUR, interval_s=3600, not_modified=True, last_modified="Mon"
    )
    assert store.record_poll(feed_id, unchanged) == PollChange()
    feed = store.get_feed(feed_id)
    assert (feed.title, feed.etag, feed.last_modified) == ("Harbour Post", '"1"', "Mon")
    assert (feed.last_poll_at, feed.last_ok_at, feed.last_new_at) == (later, later, NOON)


def test_a_feed_that_moved_for_good_has_its_new_address(store: SqlStore, feed_id: FeedId) -> None:
    store.record_poll(feed_id, dataclasses.replace(poll_with(), moved_to="https://press.example/new"))
    assert store.get_feed(feed_id).url == "https://press.example/new"


def test_a_feed_that_moves_to_another_becomes_that_one(store: SqlStore, feed_id: FeedId) -> None:
    other = store.add_feed("https://press.example/new", now=NOON)
    for brought in (make_entry("old"), make_entry("both")):
        record(store, feed_id, brought)
    record(store, other.id, make_entry("both"), make_entry("new"))
    published = publish_new(store, "published")
    record(store, feed_id, make_entry("published"))
    before = store.get_feed(other.id)

    moved = dataclasses.replace(poll_with(make_entry("both"), make_entry("latest")), moved_to=other.url)
    assert store.record_poll(feed_id, moved) == PollChange(new_articles=1)

    with pytest.raises(NotFound):
        store.get_feed(feed_id)
    after = store.get_feed(other.id)
    assert (after.url, after.next_poll_at, after.article_count) == (before.url, before.next_poll_at, 5)
    names = ("old", "both", "new", "published", "latest")
    assert len(store.known_entries(other.id, [f"guid:{name}" for name in names])) == 5
    assert {article.feed_id for article in store.due_articles([ArticleState.FOUND], now=NOON, limit=9)} == {other.id}
    assert state_of(store, published) is None, "what is briefed stays so"
    assert record(store, other.id, *(make_entry(name) for name in names)) == PollChange()


def test_a_feed_that_moves_unchanged_to_one_that_was_gone_brings_it_back(store: SqlStore, feed_id: FeedId) -> None:
    other = store.add_feed("https://press.example/new", now=NOON)
    store.set_feed_state(other.id, FeedState.GONE)
    moved = PollResult(polled_at=NOON, next_poll_at=NOON, interval_s=60, not_modified=True, moved_to=other.url)
    store.record_poll(feed_id, moved)
    assert [(feed.id, feed.state) for feed in store.list_feeds()] == [(other.id, FeedState.ACTIVE)]


def test_a_feed_does_not_become_one_that_is_paused_nor_itself(store: SqlStore, feed_id: FeedId) -> None:
    other = store.add_feed("https://press.example/new", now=NOON)
    store.set_feed_state(other.id, FeedState.PAUSED)
    moved = dataclasses.replace(poll_with(make_entry("a")), moved_to=other.url)
    assert store.record_poll(feed_id, moved).new_articles == 1
    assert store.get_feed(feed_id).url == "https://press.example/feed"
    store.record_poll(other.id, dataclasses.replace(poll_with(), moved_to=other.url))
    assert store.get_feed(other.id).url == other.url


def test_two_thousand_entries_at_once(store: SqlStore, feed_id: FeedId) -> None:
    entries = [make_entry(f"n{number}") for number in range(2_000)]
    assert record(store, feed_id, *entries) == PollChange(new_articles=2_000)
    assert len(store.known_entries(feed_id, [entry.entry_key for entry in entries])) == 2_000
    changed = [make_entry(f"n{number}", content_hash="second") for number in range(1_500)]
    assert record(store, feed_id, *changed, *entries[1_500:]) == PollChange(changed_articles=1_500)
    assert store.counts().articles == {ArticleState.FOUND: 2_000}


def test_what_no_database_takes_is_replaced(store: SqlStore, feed_id: FeedId) -> None:
    hostile = dataclasses.replace(make_entry("a\x00b"), title="Nul \x00 and \ud800 half a pair", author="’")
    record(store, feed_id, hostile)
    (article,) = store.due_articles([ArticleState.FOUND], now=NOON, limit=5)
    assert article.title == "Nul \ufffd and \ufffd half a pair"
    assert record(store, feed_id, hostile) == PollChange()


def test_times_at_the_ends_of_the_calendar_are_kept(store: SqlStore, feed_id: FeedId) -> None:
    first = NOON.replace(year=1, month=1, day=1)
    last = NOON.replace(year=9999)
    record(store, feed_id, make_entry("old", published_at=first), make_entry("new", published_at=last))
    by_url = {article.url: article for article in store.due_articles([ArticleState.FOUND], now=NOON, limit=5)}
    assert by_url["https://press.example/old"].published_at == first
    assert by_url["https://press.example/new"].published_at == last


def test_articles_are_found_with_the_texts_of_the_first_feed(store: SqlStore, feed_id: FeedId) -> None:
    record(store, feed_id, make_entry("a"))
    other_id = store.add_feed("https://press.example/sport", now=NOON).id
    record(store, other_id, dataclasses.replace(make_entry("a"), title="Other title"))
    (article,) = store.due_articles([ArticleState.FOUND], now=NOON, limit=5)
    assert (article.title, article.feed_id) == ("Title of a", feed_id)


# Feeds that give their entries new ids


def renamed_entry(name: str, article_id: int, *, address: str = "") -> EntryToStore:
    """The entry `name` under a new id, at `address` where that changed too."""
    entry = make_entry(address or name)
    return dataclasses.replace(entry, entry_key=f"new guid:{name}", article_id=ArticleId(article_id))


def test_articles_are_given_by_the_content_of_their_entries(store: SqlStore, feed_id: FeedId) -> None:
    entries = [make_entry("a", content_hash="A"), make_entry("b", content_hash="B"), make_entry("c", content_hash="B")]
    record(store, feed_id, *entries)
    ids = found(store)
    assert store.articles_by_content(feed_id, ["A", "B", "C"]) == {"A": ids["https://press.example/a"]}
    other_id = store.add_feed("https://press.example/sport", now=NOON).id
    assert store.articles_by_content(other_id, ["A"]) == {}
    assert store.articles_by_content(feed_id, []) == {}


def test_a_known_entry_under_a_new_id_and_address_stays_with_its_article(store: SqlStore, feed_id: FeedId) -> None:
    record(store, feed_id, make_entry("a"))
    article_id = found(store)["https://press.example/a"]
    publish(store, article_id, make_article())

    assert record(store, feed_id, renamed_entry("a", article_id, address="moved")) == PollChange()

    assert state_of(store, article_id) is None, "nothing is fetched again"
    (card,) = store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)
    assert (card.article_id, card.url) == (article_id, "https://press.example/moved")
    assert store.get_feed(feed_id).article_count == 1
    known = store.known_entries(feed_id, ["guid:a", "new guid:a"])
    assert {entry.article_id for entry in known.values()} == {article_id}
    assert len(known) == 2
    other_id = store.add_feed("https://press.example/sport", now=NOON).id
    assert record(store, other_id, make_entry("moved")) == PollChange(), "known through other feeds too"
    assert record(store, feed_id, renamed_entry("a", article_id, address="moved")) == PollChange()


def test_new_entries_beside_renamed_ones_are_new(store: SqlStore, feed_id: FeedId) -> None:
    record(store, feed_id, make_entry("a"))
    article_id = found(store)["https://press.example/a"]
    change = record(store, feed_id, renamed_entry("a", article_id, address="moved"), make_entry("b"))
    assert change == PollChange(new_articles=1)
    assert sorted(found(store)) == ["https://press.example/b", "https://press.example/moved"]
    assert store.get_feed(feed_id).article_count == 2


def test_a_feed_does_not_move_another_feeds_article(store: SqlStore, feed_id: FeedId) -> None:
    record(store, feed_id, make_entry("a"))
    article_id = found(store)["https://press.example/a"]
    other_id = store.add_feed("https://other.example/feed", now=NOON).id
    record(store, other_id, make_entry("a"))
    assert record(store, other_id, renamed_entry("a", article_id, address="elsewhere")) == PollChange()
    assert list(found(store)) == ["https://press.example/a"]
    changed = make_entry("elsewhere", content_hash="second")
    record(store, other_id, dataclasses.replace(changed, entry_key="guid:a", summary_html="<p>Not theirs</p>"))
    (article,) = store.due_articles([ArticleState.FOUND], now=NOON, limit=5)
    assert (article.url, article.title) == ("https://press.example/a", "Title of a")
    assert article.summary_html == "<p>Summary of a</p>"


def test_a_renamed_entry_does_not_take_anothers_address(store: SqlStore, feed_id: FeedId) -> None:
    record(store, feed_id, make_entry("a"), make_entry("b"))
    ids = found(store)
    assert record(store, feed_id, renamed_entry("a", ids["https://press.example/a"], address="b")) == PollChange()
    assert found(store) == ids


# Polls of several feeds at once


def add_feeds(store: SqlStore, count: int) -> list[FeedId]:
    return [store.add_feed(f"https://press.example/{number}", now=NOON - HOUR).id for number in range(count)]


def test_polls_stored_together_are_as_those_stored_one_by_one(store: SqlStore) -> None:
    first, second, third, fourth = add_feeds(store, 4)
    record(store, second, make_entry("known"))
    unchanged = PollResult(polled_at=NOON, next_poll_at=NOON + HOUR, interval_s=3600, not_modified=True)
    failure = dataclasses.replace(unchanged, not_modified=False, error_code="http_500", error_message="It failed.")
    changed = [make_entry("known", content_hash="second"), make_entry("shared"), make_entry("own")]

    outcomes = store.record_polls(
        [(third, unchanged), (first, poll_with(make_entry("shared"))), (second, poll_with(*changed)), (fourth, failure)]
    )

    assert outcomes == [PollChange(), PollChange(1), PollChange(new_articles=1, changed_articles=1), PollChange()]
    feeds = [store.get_feed(feed_id) for feed_id in (first, second, third, fourth)]
    assert [feed.article_count for feed in feeds] == [1, 3, 0, 0]
    assert [feed.last_ok_at for feed in feeds] == [NOON, NOON, NOON, None]
    assert [feed.failures for feed in feeds] == [0, 0, 0, 1]
    (shared,) = [a for a in store.due_articles([ArticleState.FOUND], now=NOON, limit=9) if a.url.endswith("/shared")]
    assert shared.feed_id == first, "the first that announces an article is the one it is found by"
    assert {store.known_entries(f, ["guid:shared"])["guid:shared"].article_id for f in (first, second)} == {shared.id}
    assert store.counts().articles == {ArticleState.FOUND: 3}


def test_a_feed_that_is_gone_takes_none_of_its_neighbours_along(store: SqlStore) -> None:
    first, second, third = add_feeds(store, 3)
    store.remove_feed(second)
    polls = [(feed_id, poll_with(make_entry(f"of {feed_id}"))) for feed_id in (first, second, third)]
    one, gone, other = store.record_polls(polls)
    assert (one, other) == (PollChange(1), PollChange(1))
    assert isinstance(gone, NotFound)
    assert sorted(found(store)) == [f"https://press.example/of {feed_id}" for feed_id in (first, third)]


def test_a_poll_that_cannot_be_stored_takes_none_of_its_neighbours_along(store: SqlStore) -> None:
    first, second, third = add_feeds(store, 3)
    broken = dataclasses.replace(make_entry("b"), published_at=NOON.replace(tzinfo=None))
    polls = [
        (first, poll_with(make_entry("a"))),
        (second, poll_with(make_entry("beside it"), broken)),
        (third, poll_with(make_entry("c"))),
    ]
    one, failed, other = store.record_polls(polls)
    assert (one, other) == (PollChange(1), PollChange(1))
    assert isinstance(failed, Exception)
    assert sorted(found(store)) == ["https://press.example/a", "https://press.example/c"]
    assert store.get_feed(second).last_poll_at is None, "what failed is not stored in part"


def test_no_polls_are_stored_without_a_fuss(store: SqlStore) -> None:
    assert store.record_polls([]) == []
