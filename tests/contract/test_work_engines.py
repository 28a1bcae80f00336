"""Both engines do the same: the runner of one process over SQLite, and the shared one over PostgreSQL's queue.

They run the same tasks on a real store; only the publishers are made up.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from fakes import FakeFetcher
from nutgraf.adapters.clock import SystemClock
from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.adapters.queue.postgres_queue import ProcrastinateQueue
from nutgraf.adapters.queue.postgres_schema import prepare_queue
from nutgraf.adapters.store import SqlStore
from nutgraf.domain.document import Document, FetchRequest
from nutgraf.domain.records import ArticleState
from nutgraf.errors import FetchError
from nutgraf.pipeline import shared_runner
from nutgraf.pipeline.advancing import ArticleAdvancer
from nutgraf.pipeline.performing import WorkPerformer
from nutgraf.pipeline.polling import FeedPoller
from nutgraf.pipeline.runner import PipelineRunner
from nutgraf.pipeline.schedule import IntervalLimits
from nutgraf.pipeline.scheduler import SchedulerOptions, WorkScheduler
from nutgraf.pipeline.shared_runner import SharedRunner
from nutgraf.pipeline.work import TASKS
from store_values import make_document, make_entry, state_of

PAGE = (
    "<html><body><article><h1>Ferries return to Skerric on Sundays</h1><p>The ferry to Skerric will run on Sundays"
    " again from May, the council of Harbour decided on Monday by nine votes to four.</p><p>The service had been"
    " stopped in 2019 because too few people used it, the harbour master, Ann Miller, said.</p><p>Number %d of the"
    " boats will carry 120 people and will leave at 9 a.m. and at 4 p.m., according to the plan.</p></article>"
)


class CountingFetcher(FakeFetcher):
    """Serves pages; `holds` are addresses whose requests never end, `fails` those that fail for now."""

    def __init__(self, documents: dict[str, Document] | None = None) -> None:
        super().__init__(documents)
        self.holds: set[str] = set()
        self.fails: set[str] = set()
        self.is_held = asyncio.Event()

    async def fetch(self, request: FetchRequest) -> Document:
        if request.url in self.holds:
            self.requests.append(request)
            self.is_held.set()
            await asyncio.Event().wait()
        if request.url in self.fails:
            self.requests.append(request)
            raise FetchError("The server is away.", url=request.url, code="connection_failed")
        return await super().fetch(request)

    @property
    def counts(self) -> Counter[str]:
        return Counter(request.url for request in self.requests)


def make_engine(store: SqlStore, url: str, fetcher: FakeFetcher) -> PipelineRunner | SharedRunner:
    clock, stages = SystemClock(), InlineStageRunner(TASKS)
    performer = WorkPerformer(
        store=store,
        poller=FeedPoller(
            store=store, fetcher=fetcher, stages=stages, clock=clock, limits_for=lambda _: IntervalLimits()
        ),
        advancer=ArticleAdvancer(store=store, fetcher=fetcher, stages=stages, clock=clock),
        clock=clock,
    )
    if url.startswith("sqlite"):
        return PipelineRunner(store=store, performer=performer, clock=clock)
    prepare_queue(url)
    queue = ProcrastinateQueue(url, lost_after_s=1)
    pace = SchedulerOptions(idle_s=0.1, recover_s=0.5)
    scheduler = WorkScheduler(store=store, queue=queue, clock=clock, options=pace)
    return SharedRunner(store=store, queue=queue, performer=performer, scheduler=scheduler, clock=clock, pace=pace)


def run_until_idle(store: SqlStore, url: str, fetcher: FakeFetcher) -> PipelineRunner | SharedRunner:
    engine = make_engine(store, url, fetcher)

    async def run() -> None:
        async with asyncio.timeout(60):
            await engine.run_until_idle()

    asyncio.run(run())
    return engine


def feed_document(*paths: str) -> Document:
    items = "".join(f"<item><title>{path}</title><link>https://press.example/{path}</link></item>" for path in paths)
    body = f"<rss version='2.0'><channel><title>Harbour Post</title>{items}</channel></rss>".encode()
    return make_document("https://press.example/feed", body)


def test_what_is_due_is_done_once_and_published_once(store: SqlStore, store_url: str) -> None:
    clock = SystemClock()
    paths = [f"news-{number}" for number in range(6)]
    documents = {f"https://press.example/{path}": make_document(body=(PAGE % len(path)).encode()) for path in paths}
    fetcher = CountingFetcher(documents | {"https://press.example/feed": feed_document(*paths)})
    feed = store.add_feed("https://press.example/feed", now=clock.now())
    other = store.add_feed("https://other.example/feed", now=clock.now())
    for _ in range(3):
        store.poll_soon(feed.id, now=clock.now())

    engine = run_until_idle(store, store_url, fetcher)
    assert fetcher.counts == Counter([feed.url, other.url, *documents]), "each address is asked once"
    assert engine.progress.totals["polled"] == 2
    assert engine.progress.totals["failed_polls"] == 1
    counts = store.counts().articles
    assert sum(counts.values()) == 6
    assert set(counts) <= {ArticleState.PUBLISHED, ArticleState.COPY}
    assert store.get_feed(feed.id).failures == 0
    assert store.get_feed(other.id).failures == 1
    run_until_idle(store, store_url, fetcher)
    assert len(fetcher.requests) == 8, "and nothing is left to do"


def test_a_failed_step_waits_and_an_early_one_is_not_begun(store: SqlStore, store_url: str) -> None:
    clock = SystemClock()
    failing = store.add_article(make_entry("failing"), now=clock.now())
    later = store.add_article(make_entry("later"), now=clock.now())
    store.defer(later, until=clock.now() + timedelta(hours=1), error_code="x", error_message="x")
    extracted_later = store.add_article(make_entry("extracted"), now=clock.now())
    store.save_document(extracted_later, make_document(body=PAGE.encode()), now=clock.now())
    store.defer(extracted_later, until=clock.now() + timedelta(hours=1), error_code="x", error_message="x")
    fetcher = CountingFetcher()
    fetcher.fails.add("https://press.example/failing")

    run_until_idle(store, store_url, fetcher)
    assert fetcher.counts == Counter(["https://press.example/failing"])
    (record,) = store.due_articles((ArticleState.FOUND,), now=clock.now() + timedelta(minutes=30), limit=9)
    assert (record.id, record.attempts) == (failing, 1)
    assert store.due_articles((ArticleState.FOUND,), now=clock.now(), limit=9) == [], "it waits"
    assert state_of(store, extracted_later) is ArticleState.FETCHED


def test_our_own_fault_sets_one_article_aside(store: SqlStore, store_url: str) -> None:
    clock = SystemClock()
    broken = store.add_article(make_entry("broken"), now=clock.now())
    store.add_article(make_entry("sound"), now=clock.now())
    documents = {"https://press.example/sound": make_document(body=PAGE.encode())}

    class Breaking(CountingFetcher):
        async def fetch(self, request: FetchRequest) -> Document:
            if request.url.endswith("/broken"):
                raise ZeroDivisionError
            return await super().fetch(request)

    run_until_idle(store, store_url, Breaking(documents))
    assert [item.article_id for item in store.list_quarantine()] == [broken]
    assert [item.error_code for item in store.list_quarantine()] == ["internal"]
    assert store.counts().articles[ArticleState.PUBLISHED] == 1


def test_what_is_under_way_at_the_end_is_taken_up_by_the_next(
    store: SqlStore, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_runner, "GRACE_S", 0.2)
    clock = SystemClock()
    article = store.add_article(make_entry("held"), now=clock.now())
    feed = store.add_feed("https://press.example/feed", now=clock.now())
    fetcher = CountingFetcher(
        {"https://press.example/held": make_document(body=PAGE.encode()), feed.url: feed_document()}
    )
    fetcher.holds = {"https://press.example/held", feed.url}

    async def run_and_stop() -> None:
        running = asyncio.create_task(make_engine(store, store_url, fetcher).run_forever())
        async with asyncio.timeout(30):
            while len(fetcher.requests) < 2:
                await fetcher.is_held.wait()
                await asyncio.sleep(0.01)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(run_and_stop())
    assert state_of(store, article) is ArticleState.FOUND
    fetcher.holds = set()
    run_until_idle(store, store_url, fetcher)
    assert store.counts().articles == {ArticleState.PUBLISHED: 1}
    assert store.get_feed(feed.id).last_ok_at is not None
