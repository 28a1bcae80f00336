"""A language model that is asked in batches: each line reserved before, settled after, its answer kept for its brief.

What comes back is put where answers of earlier calls lie. Whoever then asks the same finds it there, and takes it
through the same checks as an answer that was waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import structlog

from nutgraf.adapters.llm.batch_hosts import BatchAnswers, BatchHost
from nutgraf.adapters.llm.caching import answer_key, is_worth_keeping
from nutgraf.adapters.llm.metering import CallMeter, answered, failed
from nutgraf.adapters.llm.prices import Prices
from nutgraf.domain.batches import BATCH_TIME, Batch, BatchLine
from nutgraf.domain.budgets import Budgets
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.model import ModelAnswer, ModelRequest
from nutgraf.domain.spending import CachedAnswer, CallOutcome, CallResult
from nutgraf.errors import ModelError, Unavailable
from nutgraf.ports import Clock
from nutgraf.ports.models import ModelStore

BATCH_PRICE = Fraction(1, 2)
HANDING_OVER = timedelta(minutes=15)
"""Longer takes no upload: a batch without its host's name is then one whose process was killed."""

_LOG = structlog.get_logger(__name__)


class BatchedModel:
    """Hands requests over and fetches answers; what is under way is in the store, so that a restart loses nothing.

    `model_name` and `variant` are those of the model that would be asked at once: its answers have the same keys.
    """

    def __init__(
        self,
        host: BatchHost,
        *,
        store: ModelStore,
        clock: Clock,
        prices: Prices,
        budgets: Budgets,
        variant: str,
        min_output_tokens: int,
    ) -> None:
        self._host = host
        self._store = store
        self._clock = clock
        self._variant = variant
        self._min_output_tokens = min_output_tokens
        self._meter = CallMeter(host.name, store, clock, prices, budgets, BATCH_PRICE)

    @property
    def name(self) -> str:
        """Provider and model."""
        return self._host.name

    async def submit(self, requests: Sequence[ModelRequest]) -> int:
        """Hand over as many of `requests`, each with its article, as the budgets have room for; how many.

        Raises ModelError where the host takes none; nothing is under way then.
        """
        lines: list[BatchLine] = []
        taken: dict[str, ModelRequest] = {}
        for request in requests:
            assert request.article_id is not None
            key = answer_key(request, model=self.name, variant=self._variant)
            if key in taken or not await self._is_new(key, request.article_id):
                continue
            try:
                call_id = await self._meter.reserve(self._as_sent(request), BATCH_TIME)
            except Unavailable as error:
                if not lines:
                    raise
                _LOG.info("batch_cut", code=error.code, lines=len(lines), left=len(requests) - len(lines))
                break
            lines.append(BatchLine(key, request.article_id, call_id))
            taken[key] = self._as_sent(request)
        if not lines:
            return 0
        provider, _, model = self.name.partition("/")
        now = self._clock.now()
        batch = await asyncio.to_thread(self._store.begin_batch, provider=provider, model=model, lines=lines, now=now)
        begun = batch.lines if batch else ()
        for line in set(lines).difference(begun):  # another process sends it
            await self._meter.settle(line.call_id, CallResult(CallOutcome.TURNED_AWAY, error_code="sent_already"))
        if batch is None:
            return 0
        try:
            host_id = await self._host.submit({line.key: taken[line.key] for line in begun})
        except ModelError as error:
            for line in begun:
                await self._meter.settle(line.call_id, failed(error))
            await asyncio.to_thread(self._store.undo_batch, batch.id)
            raise
        await asyncio.to_thread(self._store.name_batch, batch.id, host_id)
        return len(begun)

    async def collect(self) -> int:
        """Fetch what is done, of all batches under way; how many of them remain. Raises StoreError."""
        remaining = 0
        for batch in await asyncio.to_thread(self._store.open_batches):
            if f"{batch.provider}/{batch.model}" != self.name:
                continue
            remaining += not await self._collect(batch)
        return remaining

    async def close(self) -> None:
        """End the connections. Idempotent."""
        await self._host.close()

    async def _is_new(self, key: str, article_id: ArticleId) -> bool:
        """Whether nobody has asked this yet; a brief whose answer is there goes on at once."""
        now = self._clock.now()
        found = await asyncio.to_thread(self._store.claim_answer, key, now=now, claimed_until=now)
        if found is True:
            await asyncio.to_thread(self._store.drop_claim, key)
        elif isinstance(found, CachedAnswer):
            await asyncio.to_thread(self._store.mark_answered, [article_id])
        return found is True

    async def _collect(self, batch: Batch) -> bool:
        """Whether the batch is over."""
        age = self._clock.now() - batch.submitted_at
        if not batch.host_id:
            if age < HANDING_OVER:
                return False
            for line in batch.lines:  # the host may have it and charge for it
                await self._meter.settle(line.call_id, CallResult(CallOutcome.LOST, error_code="lost"))
            await asyncio.to_thread(self._store.undo_batch, batch.id)
            return True
        try:
            answers = await self._host.fetch(batch.host_id)
        except ModelError as error:
            _LOG.warning("batch_not_fetched", batch=batch.host_id, code=error.code, error=error.message)
            answers = None
        if answers is None and age < BATCH_TIME:
            return False
        await self._end(batch, answers)
        return True

    async def _end(self, batch: Batch, answers: BatchAnswers | None) -> None:
        """Settle all lines; None: nobody knows what became of them, so that they count as spent."""
        unanswered = CallResult(CallOutcome.TURNED_AWAY, error_code="batch_failed")
        if answers is None:
            unanswered = CallResult(CallOutcome.LOST, error_code="lost")
        without: list[ArticleId] = []
        for line in batch.lines:
            answer = (answers or {}).get(line.key)
            if answer is None:
                without.append(line.article_id)
                await self._meter.settle(line.call_id, unanswered)
                continue
            answer = self._meter.priced_alone(answer)
            await self._meter.settle(line.call_id, answered(answer))
            if is_worth_keeping(answer):
                await asyncio.to_thread(self._store.keep_answer, line.key, _kept(answer), now=self._clock.now())
            else:
                without.append(line.article_id)
        await asyncio.to_thread(self._store.end_batch, batch.id, failed=without)
        _LOG.info("batch_ended", batch=batch.host_id, answered=len(batch.lines) - len(without), failed=len(without))

    def _as_sent(self, request: ModelRequest) -> ModelRequest:
        return replace(request, max_output_tokens=max(request.max_output_tokens, self._min_output_tokens))


def _kept(answer: ModelAnswer) -> CachedAnswer:
    return CachedAnswer(answer.text, answer.provider, answer.model, answer.input_tokens, answer.output_tokens)
