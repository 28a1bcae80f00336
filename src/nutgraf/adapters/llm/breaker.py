"""A circuit breaker for a model's host: one that is down or busy is left alone for a while, by all who would ask."""

from __future__ import annotations

from datetime import datetime, timedelta

from nutgraf.domain.model import ModelAnswer, ModelRequest
from nutgraf.errors import BadOutput, ModelError, Refused, Unavailable
from nutgraf.ports import Clock, LanguageModel

FAILURES_TO_OPEN = 4
FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 1_800.0
HOPELESS_PAUSE_S = 300.0

HOST_CODES = frozenset({"model_unreachable", "model_hung_up", "model_timeout", "model_host_failed"})
"""These say that the host as a whole is in trouble when they come one after the other."""

HOPELESS_CODES = frozenset({"model_key_refused", "model_not_found", "model_quota", "model_redirected"})
"""These are the same for every request until the operator does something: one is enough."""

REQUEST_CODES = frozenset({"model_request_refused", "model_context_exceeded"})
"""These say that the host is there and does not take this one request."""


class HostBreaker:
    """When a host may be asked; pure, the time is given. After a pause one request goes ahead as a probe."""

    def __init__(self) -> None:
        self._failures = 0
        self._pauses_until: datetime | None = None
        self._is_probing = False
        self._code = ""

    def wait_s(self, now: datetime) -> float | None:
        """Seconds for which the host is left alone, None where this request may go."""
        if self._pauses_until is None:
            return None
        left_s = (self._pauses_until - now).total_seconds()
        if 0 < left_s <= LONGEST_PAUSE_S:  # more only after the clock was set back
            return left_s
        if self._is_probing:
            return 1.0
        self._is_probing = True
        return None

    @property
    def code(self) -> str:
        """The code of the error that began the pause."""
        return self._code

    def answered(self) -> None:
        """The host answered a request as it should, or said what is wrong with that request alone."""
        self._failures, self._pauses_until, self._is_probing = 0, None, False

    def failed(self, error: ModelError, now: datetime) -> None:
        """A request failed."""
        self._is_probing = False
        if error.code == "model_busy" and error.retry_after_s is not None:
            self._pause(error.retry_after_s, error.code, now)
        elif error.code in HOPELESS_CODES:
            self._pause(HOPELESS_PAUSE_S, error.code, now)
        elif error.code in HOST_CODES:
            self._failures += 1
            if self._failures >= FAILURES_TO_OPEN:
                pause_s = FIRST_PAUSE_S * 2.0 ** min(self._failures - FAILURES_TO_OPEN, 16)
                self._pause(pause_s, error.code, now)
        elif isinstance(error, BadOutput | Refused) or error.code in REQUEST_CODES:
            self.answered()

    def abandoned(self) -> None:
        """A request was given up by whoever made it; it says nothing of the host."""
        self._is_probing = False

    def _pause(self, seconds: float, code: str, now: datetime) -> None:
        until = now + timedelta(seconds=min(seconds, LONGEST_PAUSE_S))
        if self._pauses_until is None or until > self._pauses_until or self._pauses_until <= now:
            self._pauses_until, self._code = until, code


class BreakingModel:
    """A language model that does not ask another while its host is left alone."""

    def __init__(self, inner: LanguageModel, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock
        self._breaker = HostBreaker()

    @property
    def name(self) -> str:
        """That of the model asked."""
        return self._inner.name

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        """One answer. Raises Unavailable (code `model_paused`, with `retry_after_s`) during a pause."""
        wait_s = self._breaker.wait_s(self._clock.now())
        if wait_s is not None:
            message = f"{self.name} is not asked for a while after failures ({self._breaker.code})."
            raise Unavailable(message, code="model_paused", retry_after_s=wait_s)
        try:
            answer = await self._inner.complete(request)
        except ModelError as error:
            self._breaker.failed(error, self._clock.now())
            raise
        except BaseException:
            self._breaker.abandoned()
            raise
        self._breaker.answered()
        return answer

    async def close(self) -> None:
        """Close the model asked."""
        await self._inner.close()
