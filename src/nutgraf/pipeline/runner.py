"""The engine of one process: takes what is due from the store and runs it, so much at a time.

Its queue is the store itself: the due time of a feed, the state and due time of an article. `shared_runner` is the
engine for many processes; both run the tasks of `performing`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog

from nutgraf.domain.ids import FeedId, article_mark, feed_mark
from nutgraf.domain.records import ArticleRecord, ArticleState, FeedRecord
from nutgraf.errors import NutgrafError
from nutgraf.pipeline.advancing import STEPS
from nutgraf.pipeline.disk_guard import DiskGuard
from nutgraf.pipeline.performing import WorkPerformer
from nutgraf.pipeline.progress import Progress
from nutgraf.ports import Clock, Store

log = structlog.get_logger(__name__)

AFTER_FETCH = tuple(step for step in STEPS if step is not ArticleState.FOUND)

_BACKLOG = 256
"""Due articles taken from the store at a time."""
_FEED_BACKLOG = 4_000
"""Due feeds taken at a time: enough to see past several hundred feeds of one host, and past all that failed last time,
where everything is due at once."""


@dataclass(frozen=True, slots=True)
class RunnerOptions:
    """How much runs at once, and how often the store is asked for due work that nobody announced.

    `max_of_host` holds for feeds and for articles: as a host is asked one thing at a time, more would only wait.
    """

    max_feeds: int = 256  # servers that hang hold a place for half a minute each
    max_articles: int = 16
    max_of_host: int = 4
    idle_s: float = 5.0


class PipelineRunner:
    """Runs due polls and article steps until it is stopped or, in `run_until_idle`, until nothing is due.

    What is under way is kept here, so that one process starts nothing twice; the store's guarded states keep
    several processes from publishing anything twice.
    """

    def __init__(
        self,
        *,
        store: Store,
        performer: WorkPerformer,
        clock: Clock,
        options: RunnerOptions | None = None,
        disk: DiskGuard | None = None,
    ) -> None:
        self._store = store
        self._performer = performer
        self._clock = clock
        self._options = options or RunnerOptions()
        self.progress: Progress = performer.progress
        self._disk = disk
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._feed_backlog: list[FeedRecord] = []
        self._feeds_asked_at = clock.now()
        self._feed_hosts: Counter[str] = Counter()  # feeds under way by host
        self._backlog: list[ArticleRecord] = []
        self._hosts: Counter[str] = Counter()  # articles under way by the host that they are fetched from
        self._store_failure: NutgrafError | None = None
        self._polls_once = False
        self._polled: set[FeedId] = set()  # kept only where each feed is polled once

    def wake(self) -> None:
        """Look for due work now; call it in the loop's own thread (`loop.call_soon_threadsafe` from another)."""
        self._wake.set()

    async def run_forever(self) -> None:
        """Run until cancelled; steps under way are then cancelled too and taken up at the next start.

        A store that fails is tried again: work must not end for it.
        """
        await self._run(until_idle=False)

    async def run_until_idle(self) -> None:
        """Poll every due feed once and run until nothing is left to do. Raises StoreError where the store fails."""
        await self._run(until_idle=True)

    async def _run(self, *, until_idle: bool) -> None:
        self._polls_once = until_idle
        try:
            while True:
                self._wake.clear()
                was_busy = bool(self._tasks)  # what ends while the store is asked may have left work behind
                started = await self._start_due()
                if until_idle and self._store_failure is not None:
                    raise self._store_failure
                if until_idle and not started and not was_busy:
                    return
                if not started and (self._tasks or not was_busy):
                    await self._rest()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _rest(self) -> None:
        """Return when a task ends, somebody wakes us, or it is time to look again."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._options.idle_s):
                await self._wake.wait()

    async def _start_due(self) -> int:
        try:
            return await self._start_feeds() + await self._start_articles()
        except NutgrafError as error:
            await self._store_failed("due_work_unknown", error)
            return 0

    def _may_fetch(self) -> bool:
        return self._disk is None or self._disk.allows_fetching()

    async def _start_feeds(self) -> int:
        if not self._may_fetch():
            return 0
        started = self._start_from_feed_backlog()
        under_way = self.progress.feeds_under_way
        if started or len(under_way) >= self._options.max_feeds:
            return started
        now = self._clock.now()
        if self._feed_backlog and abs((now - self._feeds_asked_at).total_seconds()) < self._options.idle_s:
            return 0  # only feeds of busy hosts wait: not a reason to read them all again at every step
        self._feeds_asked_at = now
        before = set(under_way)  # one that ends while the store is asked would be taken for due
        due = await asyncio.to_thread(self._store.due_feeds, now=now, limit=_FEED_BACKLOG)
        waiting = (feed for feed in due if feed.id not in before and feed.id not in self._polled)
        self._feed_backlog = sorted(waiting, key=lambda feed: feed.failures > 0)  # failed ones wait
        return self._start_from_feed_backlog()

    def _start_from_feed_backlog(self) -> int:
        """Start what there is room for; a host with hundreds of feeds keeps only a few places."""
        under_way, kept = self.progress.feeds_under_way, []
        started = 0
        for position, feed in enumerate(self._feed_backlog):
            if len(under_way) >= self._options.max_feeds:
                kept += self._feed_backlog[position:]
                break
            host = urlsplit(feed.url).netloc
            if self._feed_hosts[host] >= self._options.max_of_host:
                kept.append(feed)
                continue
            under_way.add(feed.id)
            if self._polls_once:
                self._polled.add(feed.id)
            self._feed_hosts[host] += 1
            self._start(self._poll(feed, host))
            started += 1
        self._feed_backlog = kept
        return started

    async def _start_articles(self) -> int:
        if not self._may_fetch():
            self._backlog = [article for article in self._backlog if article.state is not ArticleState.FOUND]
        started = self._start_from_backlog()
        if started or len(self.progress.articles_under_way) >= self._options.max_articles:
            return started
        steps = STEPS if self._may_fetch() else AFTER_FETCH
        due = await asyncio.to_thread(self._store.due_articles, steps, now=self._clock.now(), limit=_BACKLOG)
        self._backlog = due
        return self._start_from_backlog()

    def _start_from_backlog(self) -> int:
        """Start what there is room for; a host with a long queue keeps only a few places, so that others go on."""
        under_way, kept = self.progress.articles_under_way, []
        started = 0
        for article in self._backlog:
            if article.id in under_way:
                continue
            host = urlsplit(article.url).netloc if article.state is ArticleState.FOUND else ""
            if len(under_way) >= self._options.max_articles or (
                host and self._hosts[host] >= self._options.max_of_host
            ):
                kept.append(article)
                continue
            under_way.add(article.id)
            self._hosts[host] += 1
            self._start(self._advance(article, host))
            started += 1
        self._backlog = kept
        self.progress.waiting = len(kept)
        return started

    async def _store_failed(self, event: str, error: NutgrafError, **what: str) -> None:
        log.error(event, code=error.code, error=error.message, **what)
        self._store_failure = error
        await self._clock.sleep(self._options.idle_s)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.set()

    async def _poll(self, feed: FeedRecord, host: str) -> None:
        try:
            await self._performer.poll(feed)
        except NutgrafError as error:
            await self._store_failed("poll_not_stored", error, feed=feed_mark(feed.id), url=feed.url)
        finally:
            self.progress.feeds_under_way.discard(feed.id)
            _leave(self._feed_hosts, host)

    async def _advance(self, article: ArticleRecord, host: str) -> None:
        try:
            await self._performer.advance(article)
        except NutgrafError as error:
            await self._store_failed("step_not_stored", error, article=article_mark(article.id), url=article.url)
        finally:
            self.progress.articles_under_way.discard(article.id)
            _leave(self._hosts, host)


def _leave(hosts: Counter[str], host: str) -> None:
    hosts[host] -= 1
    if not hosts[host]:
        del hosts[host]
