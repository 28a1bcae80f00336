"""The daily clean-up: lets go of what the settings keep no longer, a little at a time beside all other work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from nutgraf.errors import NutgrafError
from nutgraf.ports import Clock, Store

PORTION = 100
PAUSE_S = 0.2
"""Between two portions, so that others can write."""
FIRST_AFTER_S = 60.0
EVERY_S = 86_400.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RetentionOptions:
    """Days that briefs which nobody saved, and texts that were replaced, are kept; 0: for ever."""

    keep_days: int = 0
    old_text_days: int = 0


class Cleaner:
    """Cleans up once a day. It keeps no place of its own: a clean-up that was cut off goes on with what is left."""

    def __init__(self, *, store: Store, clock: Clock, options: RetentionOptions) -> None:
        self._store = store
        self._clock = clock
        self._options = options

    async def run_forever(self) -> None:
        """Clean up until cancelled; returns at once where everything is kept for ever."""
        if not (self._options.keep_days or self._options.old_text_days):
            return
        await self._clock.sleep(FIRST_AFTER_S)
        while True:
            try:
                await self.clean_up()
            except NutgrafError as error:
                log.error("not_cleaned_up", code=error.code, error=error.message)
            await self._clock.sleep(EVERY_S)

    async def clean_up(self) -> tuple[int, int]:
        """Let go of all that is due; how many briefs and texts. Raises StoreError."""
        options, now = self._options, self._clock.now()
        briefs = texts = 0
        if options.keep_days:
            limit = now - timedelta(days=options.keep_days)
            briefs = await self._in_portions(lambda: self._store.expire_briefs(before=limit, limit=PORTION))
        if options.old_text_days:
            replaced = now - timedelta(days=options.old_text_days)
            texts = await self._in_portions(lambda: self._store.drop_old_texts(before=replaced, limit=PORTION))
        if briefs or texts:
            log.info("cleaned_up", briefs=briefs, texts=texts)
        return briefs, texts

    async def _in_portions(self, let_go: Callable[[], int]) -> int:
        total = 0
        while count := await asyncio.to_thread(let_go):
            total += count
            await self._clock.sleep(PAUSE_S)
        return total
