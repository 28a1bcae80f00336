"""Feeds that give all their entries new ids, new addresses or both: nothing is found, fetched or briefed again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape

import pytest

from fakes import FakeClock, FakeFetcher
from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.adapters.store import SqlStore
from nutgraf.domain.document import Document
from nutgraf.domain.records import ArticleState, PollChange
from nutgraf.pipeline.polling import FeedPoller
from nutgraf.pipeline.schedule import IntervalLimits
from nutgraf.pipeline.work import TASKS

FEED_URL = "https://harbour.example/feed"


@dataclass(frozen=True)
class Item:
    guid: str
    link: str
    title: str


ITEMS = [Item(f"urn:{n}", f"https://harbour.example/{n}", f"Ferry {n} is late again") for n in range(12)]


def feed_document(items: list[Item]) -> Document:
    body = "".join(
        f"<item><guid isPermaLink='false'>{item.guid}</guid><link>{escape(item.link)}</link><title>{item.title}</title>"
        f"<description>What {item.title} means. &lt;a href='{item.link}'>More&lt;/a></description></item>"
        for item in items
    )
    rss = f"<rss version='2.0'><channel><title>Harbour</title>{body}</channel></rss>"
    return Document(FEED_URL, FEED_URL, 200, rss.encode(), content_type="application/rss+xml")


def poll(store: SqlStore, *editions: list[Item]) -> list[PollChange]:
    """What each of these editions of one feed changes, polled one after the other."""
    clock, fetcher = FakeClock(), FakeFetcher()
    store.add_feed(FEED_URL, now=clock.now())
    poller = FeedPoller(
        store=store,
        fetcher=fetcher,
        stages=InlineStageRunner(TASKS),
        clock=clock,
        limits_for=lambda _: IntervalLimits(),
    )

    async def run() -> list[PollChange]:
        changes = []
        for items in editions:
            fetcher.documents[FEED_URL] = feed_document(items)
            (feed,) = store.list_feeds()
            outcome = await poller.poll(feed)
            assert outcome.error is None
            changes.append(outcome.change)
            clock.advance(timedelta(hours=2).total_seconds())
        return changes

    return asyncio.run(run())


def new_ids(item: Item) -> Item:
    return replace(item, guid=f"tag:harbour.example,2026:{item.guid}")


def new_ids_and_tracking(item: Item) -> Item:
    return replace(new_ids(item), link=f"{item.link}?utm_source=rss&utm_campaign=spring")


def new_ids_and_addresses(item: Item) -> Item:
    return replace(new_ids(item), link=item.link.replace("harbour.example/", "news.harbour.example/2026/story-"))


@pytest.mark.parametrize("renamed", [new_ids, new_ids_and_tracking, new_ids_and_addresses])
def test_a_renamed_feed_brings_nothing_new(store: SqlStore, renamed: Callable[[Item], Item]) -> None:
    before, after = ITEMS, [renamed(item) for item in ITEMS]
    assert poll(store, before, after, after) == [PollChange(new_articles=12), PollChange(), PollChange()]
    assert store.counts().articles == {ArticleState.FOUND: 12}
    assert store.list_feeds()[0].article_count == 12


def test_news_in_a_moved_feed_is_news(store: SqlStore) -> None:
    fresh = Item("urn:fresh", "https://news.harbour.example/fresh", "A bridge instead of the ferries")
    after = [fresh, *map(new_ids_and_addresses, ITEMS[:11])]
    assert poll(store, ITEMS, after) == [PollChange(new_articles=12), PollChange(new_articles=1)]
    moved = "https://news.harbour.example/2026/story-3"
    due = store.due_articles([ArticleState.FOUND], now=FakeClock().now() + timedelta(days=1), limit=50)
    assert moved in {article.url for article in due}, "read where it stands now"


def test_a_few_entries_in_known_words_are_news(store: SqlStore) -> None:
    again = [new_ids_and_addresses(item) for item in ITEMS[:4]]
    assert poll(store, ITEMS, again + ITEMS[4:]) == [PollChange(new_articles=12), PollChange(new_articles=4)]
