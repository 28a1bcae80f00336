"""The runner shares its places out: one host's feeds do not hold up the others."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fakes import FakeClock, FakeFetcher
from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.domain.document import Document, FetchRequest
from nutgraf.domain.records import ArticleState
from nutgraf.errors import HTTPStatus
from nutgraf.pipeline.advancing import ArticleAdvancer
from nutgraf.pipeline.disk_guard import LOOK_EVERY, DiskGuard
from nutgraf.pipeline.performing import WorkPerformer
from nutgraf.pipeline.polling import FeedPoller
from nutgraf.pipeline.runner import PipelineRunner, RunnerOptions
from nutgraf.pipeline.schedule import IntervalLimits
from nutgraf.pipeline.work import TASKS
from store_values import make_document, make_entry, state_of

CROWD = "crowd.example"
OPTIONS = RunnerOptions(max_feeds=8, max_of_host=3, idle_s=0.01)


class CrowdedFetcher(FakeFetcher):
    """Every feed is missing; those of one host answer only after all others have been asked."""

    def __init__(self, others: int) -> None:
        super().__init__()
        self.present: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.order: list[str] = []
        self._others_left = others
        self._others_done = asyncio.Event()

    async def fetch(self, request: FetchRequest) -> Document:
        host = urlsplit(request.url).netloc
        self.present[host] += 1
        self.most[host] = max(self.most[host], self.present[host])
        try:
            if host == CROWD:
                await self._others_done.wait()
            else:
                self._others_left -= 1
                if not self._others_left:
                    self._others_done.set()
            self.order.append(request.url)
            raise HTTPStatus("There is no such document.", status=404, url=request.url)
        finally:
            self.present[host] -= 1


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[SqlStore]:
    path = tmp_path / "nutgraf.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


def run_until_idle(
    store: SqlStore, fetcher: FakeFetcher, clock: FakeClock, disk: DiskGuard | None = None
) -> PipelineRunner:
    stages = InlineStageRunner(TASKS)
    performer = WorkPerformer(
        store=store,
        poller=FeedPoller(
            store=store, fetcher=fetcher, stages=stages, clock=clock, limits_for=lambda url: IntervalLimits()
        ),
        advancer=ArticleAdvancer(store=store, fetcher=fetcher, stages=stages, clock=clock),
        clock=clock,
    )
    runner = PipelineRunner(
        store=store,
        performer=performer,
        clock=clock,
        options=OPTIONS,
        disk=disk,
    )

    async def run() -> None:
        async with asyncio.timeout(60):
            await runner.run_until_idle()

    asyncio.run(run())
    return runner


def test_five_hundred_feeds_of_one_host_let_the_others_go_on(store: SqlStore) -> None:
    clock = FakeClock()
    for number in range(500):
        store.add_feed(f"https://{CROWD}/feed/{number}", now=clock.now())
    clock.advance(1)
    for number in range(40):
        store.add_feed(f"https://press{number}.example/feed", now=clock.now())
    fetcher = CrowdedFetcher(others=40)
    runner = run_until_idle(store, fetcher, clock)
    assert not any(CROWD in url for url in fetcher.order[:40]), "they would wait for each other for ever"
    assert sorted(fetcher.order) == sorted(set(fetcher.order)), "none is polled twice"
    assert len(fetcher.order) == 540
    assert fetcher.most[CROWD] == OPTIONS.max_of_host
    assert runner.progress.totals["polled"] == 540


def test_a_feed_that_is_removed_while_it_is_polled_is_no_failure(store: SqlStore) -> None:
    clock = FakeClock()
    feed = store.add_feed("https://press.example/feed", now=clock.now())

    class Removing(FakeFetcher):
        async def fetch(self, request: FetchRequest) -> Document:
            store.remove_feed(feed.id)
            return await super().fetch(request)

    runner = run_until_idle(store, Removing(), clock)
    assert runner.progress.totals["polled"] == 0
    assert store.list_feeds() == []


def test_nothing_is_fetched_while_the_disk_is_almost_full(store: SqlStore) -> None:
    clock, fetcher = FakeClock(), FakeFetcher()
    store.add_feed("https://press.example/feed", now=clock.now())
    found = store.add_article(make_entry("found"), now=clock.now())
    fetched = store.add_article(make_entry("fetched"), now=clock.now())
    page = b"<html><body><article><p>Too short for a brief.</p></article></body></html>"
    store.save_document(fetched, make_document("https://press.example/fetched", page), now=clock.now())
    free_bytes = 10
    disk = DiskGuard(free_bytes=lambda: free_bytes, min_free_bytes=1_000, clock=clock)

    run_until_idle(store, fetcher, clock, disk)
    assert fetcher.requests == []
    assert state_of(store, found) is ArticleState.FOUND
    assert state_of(store, fetched) is not ArticleState.FETCHED, "what is here already goes on"

    free_bytes = 10_000
    clock.advance(LOOK_EVERY.total_seconds())
    run_until_idle(store, fetcher, clock, disk)
    assert {request.url for request in fetcher.requests} >= {
        "https://press.example/feed",
        "https://press.example/found",
    }
