"""The loop that keeps the news moving: takes what is due from the store and runs it, so much at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from nutgraf.domain.ids import ArticleId
from nutgraf.domain.records import ArticleRecord, ArticleState, FeedRecord
from nutgraf.errors import NutgrafError
from nutgraf.pipeline.advancing import STEPS, ArticleAdvancer
from nutgraf.pipeline.polling import FeedPoller
from nutgraf.pipeline.progress import Progress
from nutgraf.ports import Clock, Store

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunnerOptions:
    """How much runs at once, and how often the store is asked for due work that nobody announced."""

    max_feeds: int = 32
    max_articles: int = 16
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
        poller: FeedPoller,
        advancer: ArticleAdvancer,
        clock: Clock,
        options: RunnerOptions | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._store = store
        self._poller = poller
        self._advancer = advancer
        self._clock = clock
        self._options = options or RunnerOptions()
        self.progress = progress or Progress()
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look for due work now; call it in the loop's own thread (`loop.call_soon_threadsafe` from another)."""
        self._wake.set()

    async def run_forever(self) -> None:
        """Run until cancelled; steps under way are then cancelled too and taken up at the next start."""
        await self._run(until_idle=False)

    async def run_until_idle(self) -> None:
        """Run until nothing is due and nothing is under way."""
        await self._run(until_idle=True)

    async def _run(self, *, until_idle: bool) -> None:
        try:
            while True:
                self._wake.clear()
                started = await self._start_due()
                if until_idle and not started and not self._tasks:
                    return
                if not started:
                    await self._rest()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _rest(self) -> None:
        """Return when a task ends, somebody wakes us, or it is time to look again."""
        waker = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({waker, *self._tasks}, timeout=self._options.idle_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waker.cancel()

    async def _start_due(self) -> int:
        try:
            return await self._start_feeds() + await self._start_articles()
        except NutgrafError as error:  # a store that is away comes back; work must not end for it
            log.error("due_work_unknown", code=error.code, error=error.message)
            await self._clock.sleep(self._options.idle_s)
            return 0

    async def _start_feeds(self) -> int:
        under_way = self.progress.feeds_under_way
        room = self._options.max_feeds - len(under_way)
        if room <= 0:
            return 0
        due = await asyncio.to_thread(
            self._store.due_feeds, now=self._clock.now(), limit=self._options.max_feeds + len(under_way)
        )
        chosen = [feed for feed in due if feed.id not in under_way][:room]
        for feed in chosen:
            under_way.add(feed.id)
            self._start(self._poll(feed))
        return len(chosen)

    async def _start_articles(self) -> int:
        under_way = self.progress.articles_under_way
        room = self._options.max_articles - len(under_way)
        if room <= 0:
            return 0
        limit = 4 * self._options.max_articles + len(under_way)
        due = await asyncio.to_thread(self._store.due_articles, STEPS, now=self._clock.now(), limit=limit)
        waiting = [article for article in due if article.id not in under_way]
        for article in waiting[:room]:
            under_way.add(article.id)
            self._start(self._advance(article))
        self.progress.waiting = len(waiting[room:])
        return min(len(waiting), room)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _poll(self, feed: FeedRecord) -> None:
        try:
            outcome = await self._poller.poll(feed)
            self.progress.totals["polled"] += 1
            self.progress.totals["found"] += outcome.change.new_articles
            if outcome.error is not None:
                self.progress.totals["failed_polls"] += 1
                log.warning("poll_failed", feed=feed.url, code=outcome.error.code, error=outcome.error.message)
        except NutgrafError as error:
            log.error("poll_not_stored", feed=feed.url, code=error.code, error=error.message)
            await self._clock.sleep(self._options.idle_s)
        finally:
            self.progress.feeds_under_way.discard(feed.id)

    async def _advance(self, article: ArticleRecord) -> None:
        try:
            state = await self._advancer.advance(article)
            self._count(article.id, state)
        except NutgrafError as error:
            log.error("step_not_stored", article=article.url, code=error.code, error=error.message)
            await self._clock.sleep(self._options.idle_s)
        except Exception as error:
            log.exception("step_broke", article=article.url)
            await self._set_aside(article, error)
        finally:
            self.progress.articles_under_way.discard(article.id)

    async def _set_aside(self, article: ArticleRecord, error: Exception) -> None:
        """Quarantine an article on which our own code broke, so that it cannot break again every few seconds."""
        message = f"Nutgraf failed on this article ({type(error).__name__}); this is a fault of ours."
        await asyncio.to_thread(
            self._store.quarantine, article.id, error_code="internal", error_message=message, now=self._clock.now()
        )
        self._count(article.id, ArticleState.QUARANTINED)

    def _count(self, article_id: ArticleId, state: ArticleState) -> None:
        if state in (ArticleState.PUBLISHED, ArticleState.COPY, ArticleState.QUARANTINED):
            self.progress.totals[state.value] += 1
            log.info("article_done", article=article_id, state=state.value)
