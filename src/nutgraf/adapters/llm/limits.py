"""How many requests a host gets at once and in a minute."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime, timedelta

from nutgraf.domain.model import ModelAnswer, ModelRequest
from nutgraf.ports import Clock, LanguageModel

WINDOW = timedelta(minutes=1)


class RateWindow:
    """Which requests of the last minute there were; pure, the time is given. `per_minute` 0: no limit."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._taken: deque[datetime] = deque()

    def take(self, now: datetime) -> float:
        """Seconds to wait until there is room, 0.0 where this request took it."""
        if not self._per_minute:
            return 0.0
        while self._taken and not timedelta(0) <= now - self._taken[0] < WINDOW:  # also after the clock was set back
            self._taken.popleft()
        if len(self._taken) < self._per_minute:
            self._taken.append(now)
            return 0.0
        return (self._taken[0] + WINDOW - now).total_seconds()


class LimitedModel:
    """A language model that keeps another's host from being asked too much; whoever comes first is served first."""

    def __init__(self, inner: LanguageModel, clock: Clock, *, max_concurrent: int, per_minute: int = 0) -> None:
        self._inner = inner
        self._clock = clock
        self._places = asyncio.Semaphore(max_concurrent)
        self._window = RateWindow(per_minute)
        self._turn = asyncio.Lock()

    @property
    def name(self) -> str:
        """That of the model asked."""
        return self._inner.name

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        """One answer as soon as there is room; the request's own time limit begins then."""
        async with self._places:
            async with self._turn:
                while wait_s := self._window.take(self._clock.now()):
                    await self._clock.sleep(wait_s)
            return await self._inner.complete(request)

    async def close(self) -> None:
        """Close the model asked."""
        await self._inner.close()
