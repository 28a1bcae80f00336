"""Finds the people, places and organisations of briefs that were published before these were looked for.

Briefs that are written now bring them along; this is what an older database needs once.
"""

from __future__ import annotations

import asyncio

import structlog

from nutgraf.errors import NutgrafError
from nutgraf.pipeline.work import NAME
from nutgraf.ports import Clock, StageRunner, Store

PORTION = 20
PAUSE_S = 0.5
"""Between two portions, so that reading and the pipeline go first."""
FIRST_AFTER_S = 20.0
TIMEOUT_S = 20.0

log = structlog.get_logger(__name__)


class NameCatcher:
    """Goes through unnamed briefs from the latest on until there are none; what is done is marked in the store."""

    def __init__(self, *, store: Store, stages: StageRunner, clock: Clock) -> None:
        self._store = store
        self._stages = stages
        self._clock = clock

    async def run_forever(self) -> None:
        """Catch up and return. Ends early, until the next start, where the store or the stages fail."""
        await self._clock.sleep(FIRST_AFTER_S)
        try:
            while await self.catch_up():
                await self._clock.sleep(PAUSE_S)
        except NutgrafError as error:
            log.error("names_not_found", code=error.code, error=error.message)

    async def catch_up(self) -> int:
        """Find the names of one portion of briefs; how many briefs there were. Raises StoreError, NutgrafError."""
        unnamed = await asyncio.to_thread(self._store.unnamed_briefs, limit=PORTION)
        if unnamed:
            found = await self._stages.run(NAME, unnamed, timeout_s=TIMEOUT_S)
            await asyncio.to_thread(self._store.save_entities, found)
        return len(unnamed)
