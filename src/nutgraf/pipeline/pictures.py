"""Fetching publishers' icons and lead pictures, so that a reader's browser never asks anyone but Nutgraf."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from nutgraf.domain.document import FetchRequest, Purpose
from nutgraf.domain.picture import PictureFacts, PictureKind, WantedPicture
from nutgraf.errors import FetchError, NutgrafError, SourceError
from nutgraf.pipeline.work import INSPECT
from nutgraf.ports import Clock, Fetcher, StageRunner, Store

INSPECT_TIMEOUT_S = 10.0
ICON_KEPT = timedelta(days=30)
"""An icon is looked at again after so long, also one that could not be had."""
RETRY_WAITS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
PICTURES_PER_ROUND = 32

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PictureOptions:
    """Which kinds are fetched and how much is kept; `at_once` pictures are under way, `idle_s` between two looks."""

    kinds: Sequence[PictureKind] = tuple(PictureKind)
    max_total_bytes: int = 200_000_000
    at_once: int = 4
    idle_s: float = 5.0


class PictureCollector:
    """Fetches the pictures that are wanted; what it has not got to stays due in the store."""

    def __init__(
        self,
        *,
        store: Store,
        fetcher: Fetcher,
        stages: StageRunner,
        clock: Clock,
        options: PictureOptions,
        may_fetch: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._stages = stages
        self._clock = clock
        self._options = options
        self._may_fetch = may_fetch
        self._places = asyncio.Semaphore(options.at_once)

    async def run_forever(self) -> None:
        """Collect until cancelled. A store that fails is tried again."""
        while self._options.kinds:
            count = 0
            try:
                count = await self.collect_due()
            except NutgrafError as error:
                log.error("pictures_not_collected", code=error.code, error=error.message)
            if not count:
                await self._clock.sleep(self._options.idle_s)

    async def collect_due(self) -> int:
        """Fetch what is due, at most PICTURES_PER_ROUND; the count of it. Raises StoreError."""
        if not self._may_fetch():
            return 0
        due = await asyncio.to_thread(
            self._store.due_pictures, self._options.kinds, now=self._clock.now(), limit=PICTURES_PER_ROUND
        )
        await asyncio.gather(*map(self._collect, due))
        return len(due)

    async def _collect(self, wanted: WantedPicture) -> None:
        async with self._places:
            try:
                document = await self._fetcher.fetch(FetchRequest(wanted.url, Purpose.IMAGE))
                facts: PictureFacts = await self._stages.run(
                    INSPECT, document.body, wanted.kind, timeout_s=INSPECT_TIMEOUT_S
                )
            except SourceError as error:
                until = _next_attempt(wanted, error, self._clock.now())
                await asyncio.to_thread(self._store.defer_picture, wanted, until=until, error_code=error.code)
                return
            now = self._clock.now()
            await asyncio.to_thread(
                self._store.save_picture,
                wanted,
                facts,
                document.body[: facts.size_bytes],
                now=now,
                next_at=now + ICON_KEPT if wanted.kind is PictureKind.ICON else None,
                max_total_bytes=self._options.max_total_bytes,
            )


def _next_attempt(wanted: WantedPicture, error: SourceError, now: datetime) -> datetime | None:
    """When to try again; None for a lead picture that is given up."""
    if error.retryable and wanted.attempts < len(RETRY_WAITS):
        asked_s = (error.retry_after_s or 0.0) if isinstance(error, FetchError) else 0.0
        return now + max(RETRY_WAITS[wanted.attempts], timedelta(seconds=min(asked_s, 86_400.0)))
    return now + ICON_KEPT if wanted.kind is PictureKind.ICON else None
