"""Budgets around a language model: what a call can cost at most is reserved before it, what it took is settled after.

Each call that passes here is one request to the host, retries included, so that a storm of them spends no more than
the budgets allow.
"""

from __future__ import annotations

import asyncio
import json
import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

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
WHOLE_PRICE = Fraction(1)
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


@dataclass(frozen=True, slots=True)
class CallMeter:
    """Reserves and settles the calls of one model, which `name` names; `price_share` is what of its price they cost."""

    name: str
    ledger: CallLedger
    clock: Clock
    prices: Prices
    budgets: Budgets
    price_share: Fraction = WHOLE_PRICE

    async def reserve(self, request: ModelRequest, takes: timedelta) -> CallId:
        """Take what a call can cost at most. Raises Unavailable (budget_spent, price_unknown, budget_unknown)."""
        now = self.clock.now()
        call = self._plan(request, now)
        limits = self.budgets.of(call)
        if call.micro_dollars is None and any(limit.micro_dollars for limit in limits.values()):
            raise Unavailable(
                f"Nobody knows the price of {self.name}, so that its budget in dollars cannot be kept; tell it "
                "(model.input_price and model.output_price).",
                code="price_unknown",
                retryable=False,
            )
        try:
            return await asyncio.to_thread(self.ledger.reserve_call, call, limits, now=now, expires_at=now + takes)
        except Unavailable as error:
            wait_s = self.budgets.seconds_left(now) if error.retryable else None
            raise Unavailable(error.message, code=error.code, retryable=error.retryable, retry_after_s=wait_s) from None
        except StoreError as error:
            raise Unavailable(f"The budget cannot be read: {error.message}", code="budget_unknown") from error

    def priced(self, answer: ModelAnswer, request: ModelRequest) -> ModelAnswer:
        """The answer with its price, and with our own estimate of tokens where its host did not count them."""
        if not answer.counted:
            answer = replace(answer, input_tokens=answer.input_tokens or -(-_bytes_of(request) // BYTES_PER_TOKEN))
        return self.priced_alone(answer)

    def priced_alone(self, answer: ModelAnswer) -> ModelAnswer:
        """The same where the request is no longer at hand."""
        if not answer.counted:
            own_count = -(-len(answer.text.encode()) // BYTES_PER_TOKEN)
            answer = replace(answer, output_tokens=answer.output_tokens or own_count)
        cost = self._cost(answer.input_tokens, answer.output_tokens, self.clock.now())
        return replace(answer, micro_dollars=cost)

    async def settle(self, call_id: CallId, result: CallResult) -> None:
        """Put what the call took in place of its reservation, which counts as spent where this fails."""
        try:
            await asyncio.to_thread(self.ledger.settle_call, call_id, result)
        except StoreError as error:
            _LOG.error("model_call_not_settled", call=call_id, code=error.code, error=error.message)

    def _plan(self, request: ModelRequest, now: datetime) -> PlannedCall:
        """The most that a call can take: no tokenizer makes more tokens than there are bytes."""
        provider, _, model = self.name.partition("/")
        input_tokens = _bytes_of(request) + OVERHEAD_TOKENS
        return PlannedCall(
            day=self.budgets.day(now),
            provider=provider,
            model=model,
            purpose=request.purpose,
            input_tokens=input_tokens,
            output_tokens=request.max_output_tokens,
            micro_dollars=self._cost(input_tokens, request.max_output_tokens, now),
            feed_id=request.feed_id,
            article_id=request.article_id,
            reader_id=request.reader_id,
        )

    def _cost(self, input_tokens: int, output_tokens: int, at: datetime) -> int | None:
        provider, _, model = self.name.partition("/")
        cost = self.prices.cost(provider, model, input_tokens=input_tokens, output_tokens=output_tokens, at=at)
        return None if cost is None else math.ceil(cost * self.price_share)


def answered(answer: ModelAnswer) -> CallResult:
    """What a priced answer took."""
    return CallResult(
        CallOutcome.ANSWERED,
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        is_counted=answer.counted,
        micro_dollars=answer.micro_dollars,
        milliseconds=round(1000 * answer.seconds),
    )


class MeteredModel:
    """A language model that asks another only within the budgets, and writes down what each call took."""

    def __init__(
        self, inner: LanguageModel, *, ledger: CallLedger, clock: Clock, prices: Prices, budgets: Budgets
    ) -> None:
        self._inner = inner
        self._meter = CallMeter(inner.name, ledger, clock, prices, budgets)

    @property
    def name(self) -> str:
        """That of the model asked."""
        return self._inner.name

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        """One answer, priced. Raises Unavailable (budget_spent, price_unknown, budget_unknown) and the model's own."""
        call_id = await self._meter.reserve(request, timedelta(seconds=request.timeout_s) + WAIT_FOR_TURN)
        result = CallResult(CallOutcome.FAILED, error_code="cancelled")
        try:
            answer = self._meter.priced(await self._inner.complete(request), request)
            result = answered(answer)
            return answer
        except ModelError as error:
            result = failed(error)
            raise
        finally:
            await asyncio.shield(asyncio.create_task(self._meter.settle(call_id, result)))

    async def close(self) -> None:
        """Close the model asked."""
        await self._inner.close()


def failed(error: ModelError) -> CallResult:
    """What a call that gave no answer counts as."""
    outcome = CallOutcome.TURNED_AWAY if error.code in TURNED_AWAY_CODES else CallOutcome.FAILED
    return CallResult(outcome, error_code=error.code)


def _bytes_of(request: ModelRequest) -> int:
    schema = json.dumps(dict(request.schema), ensure_ascii=False)
    return sum(len(text.encode(errors="replace")) for text in (request.system, request.prompt, schema))
