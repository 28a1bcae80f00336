"""The tasks that every engine runs: poll feeds, take articles a step on; what goes wrong is stored, counted and told.

The in-process runner calls them with records that it has read already, a work queue with batches of ids.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from nutgraf.domain.ids import ArticleId, FeedId, feed_mark
from nutgraf.domain.records import ArticleRecord, ArticleState, FeedRecord
from nutgraf.domain.work import WorkBatch, WorkKind
from nutgraf.errors import NotFound, NutgrafError
from nutgraf.pipeline.advancing import STEPS, ArticleAdvancer
from nutgraf.pipeline.item_trail import about_article
from nutgraf.pipeline.polling import FeedPoller
from nutgraf.pipeline.progress import Progress
from nutgraf.ports import Clock, Store

MAX_LOSSES = 5
"""An item that so many workers were lost with, the last of them while they did it alone, is set aside."""
CLOCK_TOLERANCE = timedelta(seconds=10)
"""How far the clocks of two machines may differ before work that one called due is not due for the other."""

STATES = {
    WorkKind.FETCH: (ArticleState.FOUND,),
    WorkKind.EXTRACT: (ArticleState.FETCHED,),
    WorkKind.WRITE: (ArticleState.EXTRACTED, ArticleState.WRITTEN),
}
"""The steps that one batch takes its articles."""

log = structlog.get_logger(__name__)


class WorkPerformer:
    """Does due work and counts it in `progress`. Only what the store cannot take raises: NutgrafError."""

    def __init__(
        self,
        *,
        store: Store,
        poller: FeedPoller,
        advancer: ArticleAdvancer,
        clock: Clock,
        progress: Progress | None = None,
    ) -> None:
        self._store = store
        self._poller = poller
        self._advancer = advancer
        self._clock = clock
        self.progress = progress or Progress()

    async def perform(self, batch: WorkBatch) -> None:
        """Do what is still due of a batch. Raises NutgrafError where something of it could not be stored."""
        if batch.kind is WorkKind.POLL:
            await self._poll_batch(batch)
        else:
            await self._advance_batch(batch)

    async def poll(self, feed: FeedRecord) -> None:
        """Poll a feed and store what came of it."""
        try:
            outcome = await self._poller.poll(feed)
        except NotFound:
            log.info("feed_removed_meanwhile", feed=feed_mark(feed.id), url=feed.url)
            return
        self.progress.totals["polled"] += 1
        self.progress.totals["found"] += outcome.change.new_articles
        if outcome.error is not None:
            self.progress.totals["failed_polls"] += 1
            error = outcome.error
            log.warning("poll_failed", feed=feed_mark(feed.id), url=feed.url, code=error.code, error=error.message)

    async def advance(self, article: ArticleRecord, steps: Sequence[ArticleState] = STEPS) -> None:
        """Take an article through those of `steps` that come next. One on which our own code breaks is set aside."""
        with about_article(article):
            try:
                state = await self._advancer.advance(article, steps)
            except NutgrafError:
                raise
            except Exception as error:
                log.exception("step_broke", url=article.url)
                kind = type(error).__name__
                await self._set_aside(article, "internal", f"Nutgraf failed on this article ({kind}); a fault of ours.")
            else:
                self._count(state)

    async def _poll_batch(self, batch: WorkBatch) -> None:
        feed_ids = [FeedId(number) for number in batch.ids]
        now = self._clock.now() + CLOCK_TOLERANCE
        feeds = await asyncio.to_thread(self._store.due_feeds_among, feed_ids, now=now)
        if batch.losses >= MAX_LOSSES:
            for feed in feeds:
                await self._poller.fail(feed, _worker_lost("feed"))
            return
        await _all_of([self._poll_in_batch(feed) for feed in feeds])

    async def _poll_in_batch(self, feed: FeedRecord) -> None:
        under_way = self.progress.feeds_under_way
        if feed.id in under_way:  # by a batch that was taken from this process while it was away
            return
        under_way.add(feed.id)
        try:
            await self.poll(feed)
        finally:
            under_way.discard(feed.id)

    async def _advance_batch(self, batch: WorkBatch) -> None:
        steps = STATES[batch.kind]
        article_ids = [ArticleId(number) for number in batch.ids]
        now = self._clock.now() + CLOCK_TOLERANCE
        for article in await asyncio.to_thread(self._store.due_articles_among, article_ids, steps, now=now):
            if batch.losses >= MAX_LOSSES:
                error = _worker_lost("article")
                await self._set_aside(article, error.code, error.message)
                continue
            under_way = self.progress.articles_under_way
            under_way.add(article.id)
            try:
                await self.advance(article, steps)
            finally:
                under_way.discard(article.id)

    async def _set_aside(self, article: ArticleRecord, error_code: str, error_message: str) -> None:
        now = self._clock.now()
        await asyncio.to_thread(
            self._store.quarantine, article.id, error_code=error_code, error_message=error_message, now=now
        )
        with about_article(article):
            log.info("article_set_aside", code=error_code, error=error_message)
        self._count(ArticleState.QUARANTINED)

    def _count(self, state: ArticleState) -> None:
        if state in (ArticleState.PUBLISHED, ArticleState.COPY, ArticleState.QUARANTINED):
            self.progress.totals[state.value] += 1


async def _all_of(works: Sequence[object]) -> None:
    """Wait for all, whatever becomes of some; then raise the first error that there was."""
    outcomes = await asyncio.gather(*works, return_exceptions=True)  # type: ignore[call-overload]
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


def _worker_lost(what: str) -> NutgrafError:
    message = f"{MAX_LOSSES} workers were lost while they had this {what}."
    return NutgrafError(message, code="worker_lost")
