"""Published briefs as pages and lists read them, on each database."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from nutgraf.adapters.store import SqlStore
from nutgraf.domain.brief import Brief
from nutgraf.domain.ids import DEFAULT_READER, ArticleId, BriefId, ReaderId
from nutgraf.domain.records import ArticleState, BriefCard, BriefQuery
from nutgraf.errors import NotFound
from store_values import (
    DIPLOMACY,
    FIRST_TEXT,
    HOUR,
    NOON,
    TRADE,
    WORLD,
    extract,
    make_article,
    make_brief,
    make_entry,
    publish,
    publish_new,
    record,
)


def cards(store: SqlStore, **query: str | int) -> list[BriefCard]:
    return store.list_briefs(BriefQuery(**query), reader_id=DEFAULT_READER)  # type: ignore[arg-type]


def ids(store: SqlStore, **query: str | int) -> list[ArticleId]:
    return [card.article_id for card in cards(store, **query)]


def test_the_briefs_of_a_list_are_counted_by_day(store: SqlStore) -> None:
    for name, ago in (("a", HOUR), ("b", 2 * HOUR), ("c", 50 * HOUR), ("old", 240 * HOUR)):
        publish_new(store, name, published_at=NOON - ago)
    publish_new(store, "other", publisher="Elsewhere", topics=[])
    days = [(NOON - number * 24 * HOUR).date() for number in range(7)]
    by_day = {days[0]: 2, days[2]: 1}
    assert store.brief_rhythm(days, topic="diplomacy") == by_day
    assert store.brief_rhythm(days, publisher="the-harbour-post") == by_day
    assert store.brief_rhythm(days, publisher="elsewhere") == {days[0]: 1}
    assert store.brief_rhythm(days, topic="sport") == {}
    assert store.brief_rhythm([], topic="diplomacy") == {}


def test_an_empty_store_has_nothing_to_show(store: SqlStore) -> None:
    assert cards(store) == cards(store, topic="diplomacy") == cards(store, publisher="nobody") == []
    assert store.topic_counts() == {}
    assert store.list_publishers() == []
    assert (store.counts().feeds, store.counts().briefs, store.counts().articles) == (0, 0, {})


def test_a_brief_comes_back_as_it_was_saved(store: SqlStore) -> None:
    article_id = store.add_article(make_entry("a"), now=NOON)
    brief = publish(store, article_id, make_article(), topics=[WORLD, DIPLOMACY, TRADE])
    page = store.brief_page(article_id, reader_id=DEFAULT_READER)
    assert page.brief == brief
    assert page.version == 1
    assert page.revision == store.current_revision(article_id)
    assert page.previous_revision is None
    assert page.copies == ()


def test_sentences_of_several_briefs_come_at_once_in_their_order(store: SqlStore) -> None:
    expected = {}
    for name in ("a", "b"):
        article_id = store.add_article(make_entry(name), now=NOON)
        publish(store, article_id, make_article(url=f"https://paper.example/{name}"))
        page = store.brief_page(article_id, reader_id=DEFAULT_READER)
        expected[page.card.brief_id] = tuple(page.brief.sentences())
    found = store.list_sentences([*expected, BriefId(9_999)])
    assert found == expected
    assert store.list_sentences([]) == {}


def test_a_brief_with_nothing_but_a_headline_comes_back(store: SqlStore) -> None:
    article_id = store.add_article(make_entry("a"), now=NOON)
    article = make_article()
    extract(store, article_id, article)
    brief = Brief(
        headline="Flash",
        dek=None,
        what_happened=make_brief(article).what_happened,
        insights=(),
        takeaways=(),
        topics=(),
        writer="w",
        created_at=NOON,
        article_hash=article.text_hash,
    )
    store.save_brief(article_id, store.current_revision(article_id).id, brief, now=NOON)
    store.publish(article_id, now=NOON)
    assert store.brief_page(article_id, reader_id=DEFAULT_READER).brief == brief
    (card,) = cards(store)
    assert (card.dek, card.topics) == ("", ())


def test_a_card_shows_what_the_page_does(store: SqlStore) -> None:
    article_id = publish_new(store, "a", topics=[DIPLOMACY, WORLD])
    (card,) = cards(store)
    assert card == store.brief_page(article_id, reader_id=DEFAULT_READER).card
    assert (card.article_id, card.headline, card.dek) == (
        article_id, "Title of a", "Sunday ferries to Skerric return.",
    )  # fmt: skip
    assert (card.publisher.name, card.publisher.brief_count) == ("The Harbour Post", 1)
    assert card.topics == (DIPLOMACY, WORLD), "in the order given, as the taxonomy describes them"
    assert (card.url, card.language, card.is_short) == ("https://press.example/a", "en", True)
    assert (card.reads, card.is_read, card.updated_at) == (0, False, None)
    assert card.published_at == NOON - HOUR


def test_a_card_shows_when_the_article_was_found_where_the_publisher_says_nothing_or_the_future(
    store: SqlStore,
) -> None:
    future = publish_new(store, "future", published_at=NOON + 5 * HOUR)
    article_id = store.add_article(make_entry("silent", published_at=None), now=NOON)
    publish(store, article_id, make_article("Silent.", published_at=None))
    assert {card.article_id: card.published_at for card in cards(store)} == {future: NOON, article_id: NOON}


def test_the_extracted_time_counts_where_the_feed_gave_none(store: SqlStore) -> None:
    article_id = store.add_article(make_entry("a", published_at=None), now=NOON)
    publish(store, article_id, make_article(published_at=NOON - 3 * HOUR))
    assert cards(store)[0].published_at == NOON - 3 * HOUR


def test_nothing_is_listed_before_it_is_published(store: SqlStore) -> None:
    article_id = store.add_article(make_entry("a"), now=NOON)
    article = make_article()
    extract(store, article_id, article)
    store.save_brief(article_id, store.current_revision(article_id).id, make_brief(article), now=NOON)
    assert cards(store) == []
    assert store.counts().briefs == 0
    with pytest.raises(NotFound):
        store.brief_page(article_id, reader_id=DEFAULT_READER)
    with pytest.raises(NotFound):
        store.record_read(DEFAULT_READER, article_id, now=NOON)


def test_lists_are_newest_first_and_of_one_time_latest_found_first(store: SqlStore) -> None:
    old = publish_new(store, "old", published_at=NOON - 9 * HOUR)
    twin = publish_new(store, "twin")
    new = publish_new(store, "new", published_at=NOON - timedelta(microseconds=1))
    other_twin = publish_new(store, "other-twin")
    assert ids(store) == [new, other_twin, twin, old]
    assert ids(store, limit=2) == [new, other_twin]
    assert ids(store, limit=0) == []


@pytest.mark.parametrize("filters", [{}, {"topic": "world-politics"}, {"publisher": "the-harbour-post"}])
def test_pages_have_no_gaps_and_no_repeats(store: SqlStore, filters: dict[str, str]) -> None:
    published = [publish_new(store, f"n{number}", published_at=NOON - (number // 3) * HOUR) for number in range(11)]
    for number in range(3):
        publish_new(store, f"other{number}", publisher="Meridian Wire", topics=[TRADE])
    whole = ids(store, **filters)
    assert len(whole) == (14 if not filters else 11)
    assert set(published) <= set(whole)

    paged: list[ArticleId] = []
    before = ""
    while page := cards(store, before=before, limit=4, **filters):
        paged += [card.article_id for card in page]
        before = page[-1].sort_key
    assert paged == whole


def test_a_page_is_not_disturbed_by_what_is_published_meanwhile(store: SqlStore) -> None:
    published = [publish_new(store, f"n{number}", published_at=NOON - number * HOUR) for number in range(1, 7)]
    first = cards(store, limit=3)
    publish_new(store, "breaking", published_at=NOON)
    rest = ids(store, before=first[-1].sort_key)
    assert [card.article_id for card in first] + rest == published


@pytest.mark.parametrize(
    "cursor", ["x", "1", "1_", "_1", "9" * 400 + "_1", "1_" + "9" * 400, "'; --", "9" * 18 + "_1", "١_١"]
)
def test_a_cursor_that_is_none_of_ours_gives_the_first_page(store: SqlStore, cursor: str) -> None:
    article_id = publish_new(store, "a")
    assert ids(store, before=cursor) == [article_id]


def test_a_topic_lists_its_narrower_ones_too(store: SqlStore) -> None:
    both = publish_new(store, "both", topics=[WORLD, DIPLOMACY], published_at=NOON - 3 * HOUR)
    narrow = publish_new(store, "narrow", topics=[DIPLOMACY], published_at=NOON - 2 * HOUR)
    trade = publish_new(store, "trade", topics=[TRADE, DIPLOMACY], published_at=NOON - HOUR)

    assert ids(store, topic="world-politics") == [trade, narrow, both]
    assert ids(store, topic="diplomacy") == [trade, narrow, both]
    assert ids(store, topic="economy") == ids(store, topic="trade-tariffs") == [trade]
    assert ids(store, topic="unheard-of") == []
    assert cards(store, topic="economy")[0].topics == (TRADE, DIPLOMACY), "parents that were not given are not shown"
    assert store.topic_counts() == {"world-politics": 3, "diplomacy": 3, "economy": 1, "trade-tariffs": 1}


def test_a_new_version_moves_between_topics(store: SqlStore) -> None:
    article_id = publish_new(store, "a", topics=[WORLD, DIPLOMACY])
    feed = store.add_feed("https://press.example/feed", now=NOON)
    for content_hash in ("first", "second"):
        record(store, feed.id, make_entry("a", content_hash=content_hash))
    publish(store, article_id, make_article("Now about trade."), topics=[TRADE])

    assert ids(store, topic="diplomacy") == ids(store, topic="world-politics") == []
    assert ids(store, topic="trade-tariffs") == ids(store, topic="economy") == [article_id]
    assert store.topic_counts() == {"trade-tariffs": 1, "economy": 1}
    assert store.counts().briefs == 1
    assert store.counts().articles == {ArticleState.PUBLISHED: 1}
    assert [publisher.brief_count for publisher in store.list_publishers()] == [1]


def test_topics_are_shown_as_the_taxonomy_last_described_them(store: SqlStore) -> None:
    publish_new(store, "a", topics=[DIPLOMACY])
    renamed = dataclasses.replace(DIPLOMACY, name="Talks", iptc="1", score=0.25)
    publish_new(store, "b", topics=[renamed])
    names = {card.article_id: [(topic.name, topic.score) for topic in card.topics] for card in cards(store)}
    assert sorted(names.values()) == [[("Talks", 0.25)], [("Talks", 0.5)]]


def test_a_publisher_lists_its_own(store: SqlStore) -> None:
    post = publish_new(store, "a", publisher="Harbour Post", topics=[TRADE])
    wire = publish_new(store, "b", publisher="meridian wire", topics=[TRADE])
    publish_new(store, "c", publisher="Harbour Post", topics=[WORLD])
    assert ids(store, publisher="meridian-wire") == [wire]
    assert ids(store, publisher="harbour-post", topic="trade-tariffs") == [post]
    assert [(publisher.name, publisher.brief_count) for publisher in store.list_publishers()] == [
        ("Harbour Post", 2), ("meridian wire", 1),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        store.get_publisher("nobody")


def test_a_publisher_without_a_published_brief_has_a_page_but_no_place_in_the_list(store: SqlStore) -> None:
    extract(store, store.add_article(make_entry("a"), now=NOON), make_article())
    assert store.list_publishers() == []
    assert store.get_publisher("the-harbour-post").brief_count == 0


def test_a_reader_is_counted_once_per_brief(store: SqlStore) -> None:
    first, second = publish_new(store, "a"), publish_new(store, "b")
    assert store.record_read(DEFAULT_READER, first, now=NOON)
    assert not store.record_read(DEFAULT_READER, first, now=NOON + HOUR)
    assert {card.article_id: (card.reads, card.is_read) for card in cards(store)} == {
        first: (1, True), second: (0, False),
    }  # fmt: skip
    elsewhere = store.list_briefs(BriefQuery(), reader_id=ReaderId(2))
    assert [(card.reads, card.is_read) for card in elsewhere] == [(0, False), (1, False)]


def test_only_readers_read(store: SqlStore) -> None:
    article_id = publish_new(store, "a")
    with pytest.raises(NotFound):
        store.record_read(ReaderId(77), article_id, now=NOON)
    with pytest.raises(NotFound):
        store.record_read(DEFAULT_READER, ArticleId(10**25), now=NOON)
    assert cards(store)[0].reads == 0


def test_counts_follow_every_step(store: SqlStore) -> None:
    store.add_feed("https://press.example/feed", now=NOON)
    publish_new(store, "a")
    store.add_article(make_entry("b"), now=NOON)
    extract(store, store.add_article(make_entry("c"), now=NOON), make_article(FIRST_TEXT + " More."))
    counts = store.counts()
    assert (counts.feeds, counts.briefs) == (1, 1)
    assert counts.articles == {ArticleState.PUBLISHED: 1, ArticleState.FOUND: 1, ArticleState.EXTRACTED: 1}
