"""Budgets around a language model: what a call can cost at most is reserved before it, what it took is settled after.

Each call that passes here is one request to the host, retries included, so that a storm of them spends no more than
the budgets allow.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from nutgraf.adapters.llm.prices import Prices
from nutgraf.domain.budgets import Budgets
from nutgraf.domain.model import ModelAnswer, ModelRequest
from nutgraf.domain.spending import CallId, CallOutcome, CallResult, PlannedCall
from nutgraf.errors import ModelError, StoreError, Unavailable
from nutgraf.ports import Clock, LanguageModel
from nutgraf.ports.models import CallLedger

OVERHEAD_TOKENS = 512
"""For what a chat template and the words about the answer's shape add."""
BYTES_PER_TOKEN = 3
"""To estimate what a host did not count: its tokens are about four bytes long in English, fewer in most languages."""
WAIT_FOR_TURN = timedelta(hours=1)
"""A call may wait so long for the host's rate limit, beside its own time, before it is given up for lost."""

TURNED_AWAY_CODES = frozenset(
    {
        "model_busy",
        "model_key_refused",
        "model_not_found",
        "model_quota",
        "model_redirected",
        "model_request_refused",
        "model_context_exceeded",
        "model_other_host",
        "model_closed",
    }
)
"""The host said no before it wrote anything: nothing is charged. All else may have been, a broken connection too."""

_LOG = structlog.get_logger(__name__)


class MeteredModel:
    """A language model that asks another only within the budgets, and writes down what each call took."""

    def __init__(
        self, inner: LanguageModel, *, ledger: CallLedger, clock: Clock, prices: Prices, budgets: Budgets
    ) -> None:
        self._inner = inner
        self._ledger = ledger
        self._clock = clock
        self._prices = prices
        self._budgets = budgets
        self._provider, _, self._model = inner.name.partition("/")

    @property
    def name(self) -> str:
        """That of the model asked."""
        return self._inner.name

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        """One answer, priced. Raises Unavailable (budget_spent, price_unknown, budget_unknown) and the model's own."""
        now = self._clock.now()
        call_id = await self._reserve(self._plan(request, now), now, timedelta(seconds=request.timeout_s))
        result = CallResult(CallOutcome.FAILED, error_code="cancelled")
        try:
            answer = self._priced(await self._inner.complete(request), request, now)
            result = CallResult(
                CallOutcome.ANSWERED,
                input_tokens=answer.input_tokens,
                output_tokens=answer.output_tokens,
                is_counted=answer.counted,
                micro_dollars=answer.micro_dollars,
                milliseconds=round(1000 * answer.seconds),
            )
            return answer
        except ModelError as error:
            outcome = CallOutcome.TURNED_AWAY if error.code in TURNED_AWAY_CODES else CallOutcome.FAILED
            result = CallResult(outcome, error_code=error.code)
            raise
        finally:
            await asyncio.shield(asyncio.create_task(self._settle(call_id, result)))

    async def close(self) -> None:
        """Close the model asked."""
        await self._inner.close()

    def _plan(self, request: ModelRequest, now: datetime) -> PlannedCall:
        """The most that a call can take: no tokenizer makes more tokens than there are bytes."""
        input_tokens = _bytes_of(request) + OVERHEAD_TOKENS
        return PlannedCall(
            day=self._budgets.day(now),
            provider=self._provider,
            model=self._model,
            purpose=request.purpose,
            input_tokens=input_tokens,
            output_tokens=request.max_output_tokens,
            micro_dollars=self._cost(input_tokens, request.max_output_tokens, now),
            feed_id=request.feed_id,
            article_id=request.article_id,
            reader_id=request.reader_id,
        )

    async def _reserve(self, call: PlannedCall, now: datetime, takes: timedelta) -> CallId:
        limits = self._budgets.of(call)
        if call.micro_dollars is None and any(limit.micro_dollars for limit in limits.values()):
            raise Unavailable(
                f"Nobody knows the price of {self.name}, so that its budget in dollars cannot be kept; tell it "
                "(model.input_price and model.output_price).",
                code="price_unknown",
                retryable=False,
            )
        expires_at = now + takes + WAIT_FOR_TURN
        try:
            return await asyncio.to_thread(self._ledger.reserve_call, call, limits, now=now, expires_at=expires_at)
        except Unavailable as error:
            wait_s = self._budgets.seconds_left(now) if error.retryable else None
            raise Unavailable(error.message, code=error.code, retryable=error.retryable, retry_after_s=wait_s) from None
        except StoreError as error:
            raise Unavailable(f"The budget cannot be read: {error.message}", code="budget_unknown") from error

    def _priced(self, answer: ModelAnswer, request: ModelRequest, now: datetime) -> ModelAnswer:
        """The answer with its price, and with our own estimate of tokens where its host did not count them."""
        if not answer.counted:
            answer = replace(
                answer,
                input_tokens=answer.input_tokens or -(-_bytes_of(request) // BYTES_PER_TOKEN),
                output_tokens=answer.output_tokens or -(-len(answer.text.encode()) // BYTES_PER_TOKEN),
            )
        return replace(answer, micro_dollars=self._cost(answer.input_tokens, answer.output_tokens, now))

    def _cost(self, input_tokens: int, output_tokens: int, at: datetime) -> int | None:
        return self._prices.cost(
            self._provider, self._model, input_tokens=input_tokens, output_tokens=output_tokens, at=at
        )

    async def _settle(self, call_id: CallId, result: CallResult) -> None:
        try:
            await asyncio.to_thread(self._ledger.settle_call, call_id, result)
        except StoreError as error:  # its reservation will be counted as spent
            _LOG.error("model_call_not_settled", call=call_id, code=error.code, error=error.message)


def _bytes_of(request: ModelRequest) -> int:
    schema = json.dumps(dict(request.schema), ensure_ascii=False)
    return sum(len(text.encode(errors="replace")) for text in (request.system, request.prompt, schema))
