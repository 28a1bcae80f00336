"""Asking again where a host is busy or failed for a moment: a few times, with growing pauses, as it asks for them."""

from __future__ import annotations

import random
from collections.abc import Callable

from nutgraf.domain.model import ModelAnswer, ModelRequest
from nutgraf.errors import ModelError
from nutgraf.ports import Clock, LanguageModel

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 20.0
"""A host that asks for more is not waited for: whoever called has other things to do meanwhile."""

RETRIED_CODES = frozenset({"model_busy", "model_host_failed", "model_unreachable", "model_hung_up", "model_paused"})
"""Not a time-out: the host may still be at work on the request, and be paid for it."""


def pause_before_retry_s(error: ModelError, attempts: int, *, max_attempts: int, jitter: float) -> float | None:
    """Seconds to wait before the next request after `attempts` of them, None to give up. `jitter` is 0..1."""
    if error.code not in RETRIED_CODES or attempts >= max_attempts:
        return None
    asked_s = error.retry_after_s
    if asked_s is not None:
        return None if asked_s > LONGEST_PAUSE_S else asked_s + jitter
    if error.code == "model_paused":
        return None
    longest = min(FIRST_PAUSE_S * 2.0 ** min(attempts - 1, 16), LONGEST_PAUSE_S)
    return longest * (0.5 + 0.5 * jitter)


class RetryingModel:
    """A language model that asks another again after failures that pass."""

    def __init__(
        self, inner: LanguageModel, clock: Clock, *, max_attempts: int, jitter: Callable[[], float] = random.random
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._max_attempts = max_attempts
        self._jitter = jitter

    @property
    def name(self) -> str:
        """That of the model asked."""
        return self._inner.name

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        """One answer after at most `max_attempts` requests. Raises the last one's error."""
        attempts = 0
        while True:
            attempts += 1
            try:
                return await self._inner.complete(request)
            except ModelError as error:
                pause_s = pause_before_retry_s(error, attempts, max_attempts=self._max_attempts, jitter=self._jitter())
                if pause_s is None:
                    raise
            await self._clock.sleep(pause_s)

    async def close(self) -> None:
        """Close the model asked."""
        await self._inner.close()
