"""Answers kept by the hash of all that was asked: a text is not paid for twice, nor by two at once."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import timedelta

import structlog

from nutgraf.domain.budgets import Budgets
from nutgraf.domain.model import ModelAnswer, ModelPurpose, ModelRequest
from nutgraf.domain.spending import CachedAnswer, PlannedCall
from nutgraf.errors import StoreError
from nutgraf.ports import Clock, LanguageModel
from nutgraf.ports.models import ModelStore

MAX_KEPT_CHARS = 100_000
LOOK_AGAIN_S = 0.5
CLAIM_BEYOND_TIMEOUT = timedelta(minutes=2)
"""Retries and the ways to ask for a shape take longer than one request."""

_LOG = structlog.get_logger(__name__)


class CachedModel:
    """A language model that asks another only what was never answered. Tests of the model are always asked.

    `variant` names whatever else an answer depends on: a change of it makes all answers new ones.
    """

    def __init__(
        self, inner: LanguageModel, *, store: ModelStore, clock: Clock, budgets: Budgets, variant: str = ""
    ) -> None:
        self._inner = inner
        self._store = store
        self._clock = clock
        self._budgets = budgets
        self._variant = variant
        self._asking: dict[str, asyncio.Event] = {}

    @property
    def name(self) -> str:
        """That of the model asked."""
        return self._inner.name

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        """The answer as it was kept (`from_cache`), else a new one. Raises what the model raises."""
        if request.purpose is ModelPurpose.TEST:
            return await self._inner.complete(request)
        key = answer_key(request, model=self.name, variant=self._variant)
        while (others := self._asking.get(key)) is not None:
            await others.wait()
        self._asking[key] = asyncio.Event()
        try:
            return await self._ask_once(key, request)
        finally:
            self._asking.pop(key).set()

    async def close(self) -> None:
        """Close the model asked."""
        await self._inner.close()

    async def _ask_once(self, key: str, request: ModelRequest) -> ModelAnswer:
        try:
            kept = await self._claim(key, request)
        except StoreError as error:
            _LOG.warning("model_answers_unknown", code=error.code, error=error.message)
            return await self._inner.complete(request)
        if kept is not None:
            await self._count(kept, request)
            return ModelAnswer(
                text=kept.text,
                provider=kept.provider,
                model=kept.model,
                input_tokens=kept.input_tokens,
                output_tokens=kept.output_tokens,
                from_cache=True,
                micro_dollars=0,
            )
        answer: ModelAnswer | None = None
        try:
            answer = await self._inner.complete(request)
            return answer
        finally:
            await asyncio.shield(asyncio.create_task(self._end_claim(key, answer)))

    async def _claim(self, key: str, request: ModelRequest) -> CachedAnswer | None:
        """The answer, waiting for it where another process asks; None where it is ours to ask."""
        until = timedelta(seconds=request.timeout_s) + CLAIM_BEYOND_TIMEOUT
        while True:
            now = self._clock.now()
            found = await asyncio.to_thread(self._store.claim_answer, key, now=now, claimed_until=now + until)
            if found is True:
                return None
            if isinstance(found, CachedAnswer):
                return found
            await self._clock.sleep(LOOK_AGAIN_S)

    async def _end_claim(self, key: str, answer: ModelAnswer | None) -> None:
        try:
            if answer is None or not is_worth_keeping(answer):
                await asyncio.to_thread(self._store.drop_claim, key)
                return
            kept = CachedAnswer(answer.text, answer.provider, answer.model, answer.input_tokens, answer.output_tokens)
            await asyncio.to_thread(self._store.keep_answer, key, kept, now=self._clock.now())
        except StoreError as error:
            _LOG.warning("model_answer_not_kept", code=error.code, error=error.message)

    async def _count(self, kept: CachedAnswer, request: ModelRequest) -> None:
        call = PlannedCall(
            day=self._budgets.day(self._clock.now()),
            provider=kept.provider,
            model=kept.model,
            purpose=request.purpose,
            input_tokens=0,
            output_tokens=0,
            micro_dollars=0,
            feed_id=request.feed_id,
        )
        try:
            await asyncio.to_thread(self._store.record_cached, call)
        except StoreError as error:
            _LOG.warning("cached_answer_not_counted", code=error.code, error=error.message)


def answer_key(request: ModelRequest, *, model: str, variant: str = "") -> str:
    """SHA-256 over everything that an answer depends on; not over who pays."""
    asked = [model, variant, request.system, request.prompt, dict(request.schema), request.max_output_tokens]
    text = json.dumps(asked, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_worth_keeping(answer: ModelAnswer) -> bool:
    """Whether an answer is whole: one JSON object of bounded length. What is not may come out right next time."""
    if answer.is_cut or len(answer.text) > MAX_KEPT_CHARS:
        return False
    try:
        return isinstance(json.loads(answer.text), dict)
    except (ValueError, RecursionError):
        return False
