"""The engine for many machines: gives out work from a queue that all share, and schedules it where it is elected."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from nutgraf.domain.work import QUEUES, WorkBatch, WorkKind
from nutgraf.errors import NutgrafError
from nutgraf.pipeline.performing import WorkPerformer
from nutgraf.pipeline.progress import Progress
from nutgraf.pipeline.scheduler import SchedulerOptions, WorkScheduler
from nutgraf.ports import Clock, Store, WorkQueue, WorkScheduling

log = structlog.get_logger(__name__)

GRACE_S = 18.0
"""What is under way at the end has so long to finish, so that all is handed over within 25 s."""
RETRY_S = 2.0
LOOKS_TO_BE_IDLE = 2
STEPS_BACK_AFTER_S = 0.2


@dataclass(frozen=True, slots=True)
class SharedOptions:
    """Which queues this process serves (names of QUEUES) and how much at once.

    Articles on the network and articles in the stages have `max_articles` places each.
    """

    queues: tuple[str, ...] = tuple(QUEUES)
    max_feeds: int = 256
    max_articles: int = 16

    def places(self, feeds_of_batch: int) -> dict[tuple[WorkKind, ...], int]:
        """Batches at once by the kinds that share their places."""
        places: dict[tuple[WorkKind, ...], int] = {}
        if "fetch" in self.queues:
            places[(WorkKind.POLL,)] = math.ceil(self.max_feeds / feeds_of_batch)
            places[(WorkKind.FETCH,)] = self.max_articles
        if inner := tuple(kind for name in ("extract", "write") if name in self.queues for kind in QUEUES[name]):
            places[inner] = self.max_articles
        return places


class SharedRunner:
    """Runs what the queue gives out until it is stopped. `companions` run wherever the scheduler is, and only there.

    Only a process that serves `fetch` may be elected, since scheduling is mostly about fetching.
    """

    def __init__(
        self,
        *,
        store: Store,
        queue: WorkQueue,
        performer: WorkPerformer,
        scheduler: WorkScheduler,
        clock: Clock,
        options: SharedOptions | None = None,
        pace: SchedulerOptions | None = None,
        companions: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
    ) -> None:
        self._store = store
        self._queue = queue
        self._performer = performer
        self._scheduler = scheduler
        self._clock = clock
        self._options = options or SharedOptions()
        self._pace = pace or SchedulerOptions()
        self._companions = companions
        self._wake = asyncio.Event()
        self.is_scheduler = False

    @property
    def progress(self) -> Progress:
        """What this process is doing."""
        return self._performer.progress

    def wake(self) -> None:
        """Look for due work now; call it in the loop's own thread."""
        self._wake.set()

    async def run_forever(self) -> None:
        """Run until cancelled; what is under way then finishes or is handed over within GRACE_S."""
        await self._run(self._until_cancelled)

    async def run_until_idle(self) -> None:
        """Run until nothing is due anywhere, whoever does it. Raises StoreError where the store fails."""
        await self._run(self._until_idle)

    async def _run(self, until: Callable[[], Awaitable[None]]) -> None:
        stop = asyncio.Event()
        places = self._options.places(self._pace.feeds_of_batch)
        working = asyncio.create_task(self._queue.run(self._perform, places=places, stop=stop, grace_s=GRACE_S))
        scheduling = asyncio.create_task(self._schedule_forever()) if "fetch" in self._options.queues else None
        waiting = asyncio.ensure_future(until())
        try:
            await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                waiting.result()
        finally:
            stop.set()
            for task in (waiting, scheduling):
                if task is not None:
                    task.cancel()
            await asyncio.gather(*(task for task in (waiting, scheduling) if task), return_exceptions=True)
            await working
            await self._queue.close()

    async def _perform(self, batch: WorkBatch) -> None:
        await self._performer.perform(batch)

    async def _until_cancelled(self) -> None:
        await asyncio.Event().wait()

    async def _until_idle(self) -> None:
        """Nothing is due, and nothing is under way, at two looks in a row."""
        looks = 0
        while looks < LOOKS_TO_BE_IDLE:
            await self._clock.sleep(STEPS_BACK_AFTER_S)
            looks = looks + 1 if self.progress.is_idle and await asyncio.to_thread(self._nothing_is_due) else 0

    def _nothing_is_due(self) -> bool:
        now = self._clock.now()
        if self._store.due_feeds(now=now, limit=1):
            return False
        return not any(queue.ready for queue in self._store.step_queues(now=now))

    async def _schedule_forever(self) -> None:
        while True:
            try:
                async with self._queue.scheduling() as elected:
                    log.info("scheduler_elected")
                    await self._schedule_while_elected(elected)
            except NutgrafError as error:
                log.warning("scheduler_stopped", code=error.code, error=error.message)
            except Exception:
                log.exception("scheduler_broke")
            finally:
                self.is_scheduler = False
            await self._clock.sleep(RETRY_S)

    async def _schedule_while_elected(self, elected: WorkScheduling) -> None:
        self.is_scheduler = True
        companions = [asyncio.create_task(companion()) for companion in self._companions]
        try:
            await elected.recover()
            recovered_at = self._clock.now()
            while True:
                self._wake.clear()
                if not await self._scheduler.schedule(elected):
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(self._pace.idle_s):
                            await self._wake.wait()
                else:
                    await self._clock.sleep(STEPS_BACK_AFTER_S)
                now = self._clock.now()
                if abs((now - recovered_at).total_seconds()) >= self._pace.recover_s:
                    await elected.recover()
                    recovered_at = now
        finally:
            for companion in companions:
                companion.cancel()
            await asyncio.gather(*companions, return_exceptions=True)
