"""What the elected scheduler puts in line: what waits for its time (feeds) or for its host (pages of articles).

Feeds go in batches, since an unchanged feed takes less work than a job. Pages go by host: as a host is asked one thing
at a time, one worker asks it one page after the other. What follows from a finished step is put in line by the
transaction that stores the step; see the work queue.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog

from nutgraf.domain.ids import ArticleId, FeedId
from nutgraf.domain.records import FeedRecord
from nutgraf.domain.work import WorkBatch, WorkKind
from nutgraf.ports import Clock, Store, WorkQueue, WorkScheduling

log = structlog.get_logger(__name__)

DUE_FEEDS = 4_000
DUE_PAGES = 5_000
"""Looked at in one round; more would only wait in line."""


@dataclass(frozen=True, slots=True)
class SchedulerOptions:
    """How much is in line at most. `max_lag`: articles in line to be extracted or written before fetching waits."""

    feeds_of_batch: int = 50
    pages_of_batch: int = 10
    feeds_of_host: int = 10
    max_feeds_in_line: int = 2_000
    max_hosts_in_line: int = 1_000
    max_lag: int = 2_000
    idle_s: float = 1.0
    recover_s: float = 5.0


class WorkScheduler:
    """Fills the lines in rounds. Holds nothing that the next elected one would miss."""

    def __init__(
        self,
        *,
        store: Store,
        queue: WorkQueue,
        clock: Clock,
        options: SchedulerOptions | None = None,
        may_fetch: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._queue = queue
        self._clock = clock
        self._options = options or SchedulerOptions()
        self._may_fetch = may_fetch
        self._is_lagging = False

    async def schedule(self, elected: WorkScheduling) -> int:
        """Put in line what is due and in no line yet; how many batches. Raises StoreError."""
        if not self._may_fetch() or await self._writing_lags():
            return 0
        # What is live is read before what is due: a batch that ends in between has stored its work before it ended.
        pages = await self._due_pages(await elected.live(WorkKind.FETCH))
        feeds = await self._due_feeds(await elected.live(WorkKind.POLL))
        if batches := [*pages, *feeds]:
            await elected.defer(batches)
        return len(batches)

    async def _writing_lags(self) -> bool:
        """Back-pressure: pages wait in the database until they are written; fetching more would only fill it."""
        waiting = await self._queue.waiting()
        lag = waiting[WorkKind.EXTRACT] + waiting[WorkKind.WRITE]
        was_lagging, self._is_lagging = self._is_lagging, lag > self._options.max_lag
        if self._is_lagging and not was_lagging:
            log.warning("fetching_waits", articles_in_line=lag, most=self._options.max_lag)
        return self._is_lagging

    async def _due_feeds(self, live: Sequence[WorkBatch]) -> list[WorkBatch]:
        options = self._options
        in_line = {number for batch in live for number in batch.ids}
        if len(in_line) >= options.max_feeds_in_line:
            return []
        due = await asyncio.to_thread(self._store.due_feeds, now=self._clock.now(), limit=DUE_FEEDS)
        hosts = Counter(urlsplit(feed.url).netloc for feed in due if feed.id in in_line)
        chosen = []
        for feed in due:
            host = urlsplit(feed.url).netloc
            if feed.id not in in_line and hosts[host] < options.feeds_of_host:
                hosts[host] += 1
                chosen.append(feed)
        return batches_of_feeds(chosen[: options.max_feeds_in_line - len(in_line)], options.feeds_of_batch)

    async def _due_pages(self, live: Sequence[WorkBatch]) -> list[WorkBatch]:
        options = self._options
        hosts = {batch.host for batch in live}
        if len(hosts) >= options.max_hosts_in_line:
            return []
        due = await asyncio.to_thread(self._store.due_addresses, now=self._clock.now(), limit=DUE_PAGES)
        batches = batches_of_pages(due, options.pages_of_batch)
        return [batch for batch in batches if batch.host not in hosts][: options.max_hosts_in_line - len(hosts)]


def batches_of_feeds(feeds: Iterable[FeedRecord], size: int) -> list[WorkBatch]:
    """Batches of at most `size` feeds; those that failed last time are apart, and come last."""
    parts: dict[bool, list[FeedId]] = {False: [], True: []}
    for feed in feeds:
        parts[feed.failures > 0].append(feed.id)
    return [
        WorkBatch(WorkKind.POLL, tuple(ids[start : start + size]), is_postponed=has_failed)
        for has_failed, ids in parts.items()
        for start in range(0, len(ids), size)
    ]


def batches_of_pages(pages: Iterable[tuple[ArticleId, str]], size: int) -> list[WorkBatch]:
    """One batch of at most `size` pages for each host, in the order in which the hosts' first ones are due."""
    of_host: dict[str, list[int]] = defaultdict(list)
    for article_id, url in pages:
        ids = of_host[urlsplit(url).netloc]
        if len(ids) < size:
            ids.append(article_id)
    return [WorkBatch(WorkKind.FETCH, tuple(ids), host=host) for host, ids in of_host.items()]
