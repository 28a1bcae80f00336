"""A process says that it is there and what it does, for whoever asks how the installation is doing."""

from __future__ import annotations

import asyncio
import os
import platform
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import structlog

from nutgraf.domain.desk import WorkReport
from nutgraf.domain.work import WorkerRecord
from nutgraf.errors import NutgrafError
from nutgraf.outputs.wording import counted
from nutgraf.pipeline.progress import Progress
from nutgraf.ports import Clock, Store

REPORT_EVERY_S = 10.0
READ_EVERY_S = 5.0

log = structlog.get_logger(__name__)


class Presence:
    """Reports this process to the store; `role` is the command that it runs."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        role: str,
        version: str,
        queues: tuple[str, ...] = (),
        progress: Progress | None = None,
        is_scheduler: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._clock = clock
        self._role = role
        self._version = version
        self._queues = queues
        self._progress = progress or Progress()
        self._is_scheduler = is_scheduler
        self._started_at = clock.now()
        self.name = f"{platform.node()[:64]}:{os.getpid()}:{uuid4().hex[:6]}"

    async def run_forever(self) -> None:
        """Report until cancelled, then say goodbye. A store that fails is tried again."""
        try:
            while True:
                try:
                    await asyncio.to_thread(self._store.report_worker, self._record())
                except NutgrafError as error:
                    log.warning("not_reported", code=error.code, error=error.message)
                await self._clock.sleep(REPORT_EVERY_S)
        finally:
            await self._leave()

    async def _leave(self) -> None:
        try:
            await asyncio.to_thread(self._store.forget_worker, self.name)
        except NutgrafError as error:
            log.info("not_forgotten", code=error.code)

    def _record(self) -> WorkerRecord:
        return WorkerRecord(
            name=self.name,
            role=self._role,
            queues=self._queues,
            version=self._version,
            started_at=self._started_at,
            seen_at=self._clock.now(),
            feeds_under_way=len(self._progress.feeds_under_way),
            articles_under_way=len(self._progress.articles_under_way),
            is_scheduler=self._is_scheduler(),
            totals=dict(self._progress.totals),
        )


class WorkReporter:
    """What is being done, for pages: by this process, or by all that share the database (read every READ_EVERY_S)."""

    def __init__(
        self, *, store: Store, clock: Clock, progress: Progress, is_shared: bool, started_at: datetime
    ) -> None:
        self._store = store
        self._clock = clock
        self._progress = progress
        self._is_shared = is_shared
        self._started_at = started_at
        self._read: tuple[datetime, WorkReport] | None = None

    def report(self) -> WorkReport:
        """The counts as of now, or as last reported by all processes. Raises StoreError."""
        if not self._is_shared:
            return self._progress.report(self._started_at)
        now = self._clock.now()
        if self._read is None or abs((now - self._read[0]).total_seconds()) > READ_EVERY_S:
            self._read = now, _sum_of([worker for worker in self._store.list_workers() if not worker.is_lost(now)], now)
        return self._read[1]

    def describe(self) -> str:
        """One short line, empty while all rests."""
        if not self._is_shared:
            return "" if self._progress.is_idle else self._progress.describe()
        report = self.report()
        doing = []
        if report.feeds_under_way:
            doing.append(f"reading {counted(report.feeds_under_way, 'feed')}")
        if report.articles_under_way:
            doing.append(f"writing {counted(report.articles_under_way, 'brief')}")
        return ", ".join(doing)


def _sum_of(workers: list[WorkerRecord], now: datetime) -> WorkReport:
    totals: Counter[str] = Counter()
    for worker in workers:
        totals.update(worker.totals)
    return WorkReport(
        min((worker.started_at for worker in workers), default=now),
        sum(worker.feeds_under_way for worker in workers),
        sum(worker.articles_under_way for worker in workers),
        dict(totals),
    )
