"""Briefs written by a language model in batches, for backfills: at half the price, within a day instead of at once.

An article is published with the built-in writer's brief and waits as a wish. Wishes go to the model's host together;
once its answers are there, each brief is written anew as any wish is, finds its answer among those kept, and takes it
through the same reading, repair and checker. A line that failed leaves the built-in writer's brief where it is.
"""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import datetime, timedelta

import structlog

from nutgraf.domain.batches import MAX_BATCH_LINES
from nutgraf.domain.ids import DEFAULT_READER, ArticleId, article_mark
from nutgraf.domain.model import ModelRequest
from nutgraf.domain.spending import WishReason
from nutgraf.errors import ModelError, NutgrafError
from nutgraf.pipeline.model_writing import STAGE_TIMEOUT_S, ModelWriter, with_own_prompt
from nutgraf.pipeline.work import ASK
from nutgraf.ports import BatchModel, Clock, StageRunner, Store

log = structlog.get_logger(__name__)

LOOK_S = 60.0
AFTER_FAILURE = timedelta(minutes=15)


class BatchWriter:
    """Sends what waits and fetches what is done; holds nothing that a restart would need."""

    def __init__(
        self, *, model: BatchModel, writer: ModelWriter, store: Store, stages: StageRunner, clock: Clock
    ) -> None:
        self._model = model
        self._writer = writer
        self._store = store
        self._stages = stages
        self._clock = clock
        self._not_before: datetime | None = None

    async def run_forever(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except NutgrafError as error:
                log.error("batches_not_looked_at", code=error.code, error=error.message)
            await self._clock.sleep(LOOK_S)

    async def look(self) -> int:
        """Fetch, then send; how many batches are under way. Raises StoreError."""
        remaining = await self._model.collect()
        return remaining + await self._send()

    async def close(self) -> None:
        """End the connections. Idempotent."""
        await self._model.close()

    async def _send(self) -> int:
        """Hand over what waits; how many batches that made."""
        now = self._clock.now()
        if self._not_before is not None and now < self._not_before:
            return 0
        ids = await asyncio.to_thread(self._store.waiting_for_batch, limit=MAX_BATCH_LINES)
        requests = [request for article_id in ids if (request := await self._request(article_id)) is not None]
        if not requests:
            return 0
        try:
            return int(await self._model.submit(requests) > 0)
        except ModelError as error:
            log.warning("batch_not_sent", code=error.code, error=error.message, briefs=len(requests))
            self._not_before = now + AFTER_FAILURE
            return 0

    async def _request(self, article_id: ArticleId) -> ModelRequest | None:
        """The call for an article's brief. One that takes several goes to the model at once, in its turn."""
        own = await asyncio.to_thread(self._store.live_prompt)
        style = self._writer.style if own is None else with_own_prompt(self._writer.style, own)
        page = await asyncio.to_thread(self._store.brief_page, article_id, reader_id=DEFAULT_READER)
        requests: tuple[ModelRequest, ...] = ()
        try:
            requests = await self._stages.run(ASK, page.revision.article, style, timeout_s=STAGE_TIMEOUT_S)
        except NutgrafError as error:  # its brief stays the built-in writer's; its neighbours go on
            log.warning("batch_line_not_made", article=article_mark(article_id), code=error.code, error=error.message)
        if len(requests) == 1:
            return dataclasses.replace(requests[0], article_id=article_id)
        await asyncio.to_thread(self._store.end_wish, article_id)
        if requests:
            await asyncio.to_thread(self._store.add_wish, article_id, WishReason.BUDGET, now=self._clock.now())
        return None
