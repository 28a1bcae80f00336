"""Briefs the pages of an archive at full speed: the bulk door.

A page is stored in the state `fetched` and goes its way from there; a listed address in `found`. What is known already
is passed over, so that a backfill that was cut off goes on when it is run again, and two archives may overlap.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from nutgraf.domain.batches import MAX_BATCH_LINES
from nutgraf.domain.capture import Capture
from nutgraf.domain.feed import Entry
from nutgraf.domain.records import ArticleRecord, ArticleState, EntryToStore
from nutgraf.pipeline.advancing import STEPS, ArticleAdvancer
from nutgraf.pipeline.batching import LOOK_S, BatchWriter
from nutgraf.pipeline.item_trail import about_article
from nutgraf.pipeline.model_use import WishGranter
from nutgraf.ports import Clock, Store
from nutgraf.stages.identify import article_key

_BATCH = 50
FIRST_PAUSE_S = 1.0
"""Captures read and stored together: a thread's turn for each would cost more than the reading."""


@dataclass(slots=True)
class BackfillProgress:
    """Counts since the start; `rested` by the state in which articles came to rest."""

    read: int = 0
    known: int = 0
    batches: int = 0
    """Under way at a model's host."""
    rewritten: int = 0
    """Briefs for which an answer came back from one."""
    rested: Counter[ArticleState] = field(default_factory=Counter)


class Backfiller:
    """Takes captures in and advances their articles, so many at once."""

    def __init__(self, *, store: Store, advancer: ArticleAdvancer, clock: Clock, max_articles: int) -> None:
        self._store = store
        self._advancer = advancer
        self._clock = clock
        self._places = asyncio.Semaphore(max_articles)
        self.progress = BackfillProgress()

    async def run(self, captures: Iterable[Capture]) -> None:
        """Every capture, and before them what an earlier run left half done. Raises what reading them raises."""
        tasks: set[asyncio.Task[None]] = set()
        try:
            for left in await asyncio.to_thread(self._left_over):
                await self._start(left, tasks)
            source = iter(captures)
            while batch := await asyncio.to_thread(self._take_in, source):
                for record in filter(None, batch):
                    await self._start(record, tasks)
        finally:
            await asyncio.gather(*tasks)

    async def finish_batches(self, batches: BatchWriter, granter: WishGranter) -> int:
        """Send what waits for a batch and take the answers, until none is under way; how many briefs still wait.

        Those wait for a budget with room. Killed, it goes on where it was: here, or in a running Nutgraf.
        """
        pause_s = FIRST_PAUSE_S
        while True:
            self.progress.batches = await batches.look()
            while await granter.look():
                written = await asyncio.to_thread(
                    self._store.due_articles, [ArticleState.EXTRACTED], now=self._clock.now(), limit=1_000
                )
                self.progress.rewritten += len(written)
                await asyncio.gather(*(self._advance_placed(record) for record in written))
            if not self.progress.batches:
                return len(await asyncio.to_thread(self._store.waiting_for_batch, limit=MAX_BATCH_LINES))
            await self._clock.sleep(pause_s)
            pause_s = min(2 * pause_s, LOOK_S)

    async def _advance_placed(self, record: ArticleRecord) -> None:
        async with self._places:
            await self._advancer.advance(record)

    async def _start(self, record: ArticleRecord, tasks: set[asyncio.Task[None]]) -> None:
        await self._places.acquire()  # no more pages are read than can be worked on
        task = asyncio.create_task(self._advance(record))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def _advance(self, record: ArticleRecord) -> None:
        try:
            with about_article(record):
                self.progress.rested[await self._advancer.advance(record)] += 1
        finally:
            self._places.release()

    def _left_over(self) -> list[ArticleRecord]:
        wanted = [state for state in STEPS if state is not ArticleState.FOUND]
        return self._store.due_articles(wanted, now=self._clock.now(), limit=1_000)

    def _take_in(self, source: Iterator[Capture]) -> list[ArticleRecord | None]:
        """The next captures, stored; None for each that is known already. Empty at the end."""
        taken: list[ArticleRecord | None] = []
        for capture in source:
            self.progress.read += 1
            taken.append(self._store_capture(capture))
            if len(taken) >= _BATCH:
                break
        return taken

    def _store_capture(self, capture: Capture) -> ArticleRecord | None:
        now = self._clock.now()
        found_at = min(capture.captured_at or now, now)  # a page without a date is listed under this one
        article_id = self._store.add_new_article(_entry_of(capture), now=found_at)
        if article_id is None:
            self.progress.known += 1
            return None
        record = ArticleRecord(
            id=article_id, url=capture.url, title="", state=ArticleState.FOUND, feed_id=None, feed_title="",
            attempts=0, published_at=None, found_at=found_at,
        )  # fmt: skip
        if capture.document is None:
            return record
        saved = self._store.save_document(article_id, capture.document, now=now)
        return replace(record, state=ArticleState.FETCHED) if saved else None


def _entry_of(capture: Capture) -> EntryToStore:
    entry = Entry(id=capture.url, url=capture.url, title="")
    return EntryToStore(
        entry_key=capture.url, article_key=article_key(entry, capture.url), url=capture.url, title="", author="",
        summary_html="", content_html="", published_at=None, updated_at=None, content_hash="",
    )  # fmt: skip
