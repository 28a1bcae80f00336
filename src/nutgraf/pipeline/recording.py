"""Storing polls in groups: a commit, and the way to a thread and back, cost more than storing an unchanged feed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from nutgraf.domain.ids import FeedId
from nutgraf.domain.records import PollChange, PollResult
from nutgraf.ports import Store

MAX_GROUP_POLLS = 64
MAX_GROUP_ENTRIES = 2_000
"""A group's transaction keeps all others from writing, so that it must be over in a moment (25 µs an entry)."""
GATHER_S = 0.05
"""How long a poll waits for others that are under way, at most."""

_Waiting = tuple[FeedId, PollResult, asyncio.Future[PollChange]]


class PollRecorder:
    """Stores polls together that end within a moment of each other. Use it in one event loop at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._expected = 0
        self._waiting: list[_Waiting] = []
        self._storing: asyncio.Task[None] | None = None
        self._is_complete = asyncio.Event()  # nothing is worth waiting for any more

    @contextlib.contextmanager
    def expecting(self) -> Iterator[None]:
        """While a poll is under way: those that ended already wait a moment for it."""
        self._expected += 1
        try:
            yield
        finally:
            self._expected -= 1
            self._look_for_company()

    async def record(self, feed_id: FeedId, result: PollResult) -> PollChange:
        """Store a poll; it is stored when this returns. Raises what `Store.record_poll` raises."""
        stored: asyncio.Future[PollChange] = asyncio.get_running_loop().create_future()
        self._waiting.append((feed_id, result, stored))
        self._look_for_company()
        if self._storing is None:
            self._storing = asyncio.create_task(self._store_waiting())
        return await stored

    def _look_for_company(self) -> None:
        if self._expected == 0 or len(self._waiting) >= MAX_GROUP_POLLS:
            self._is_complete.set()

    async def _store_waiting(self) -> None:
        self._is_complete = asyncio.Event()  # of this loop
        try:
            while self._waiting:
                self._is_complete.clear()
                self._look_for_company()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(GATHER_S):
                        await self._is_complete.wait()
                group = self._take_group()
                outcomes = await self._store_group([(feed_id, result) for feed_id, result, _ in group])
                for (_, _, stored), outcome in zip(group, outcomes, strict=True):
                    _tell(stored, outcome)
        finally:
            self._storing = None

    async def _store_group(self, polls: list[tuple[FeedId, PollResult]]) -> list[PollChange | Exception]:
        try:
            return await asyncio.to_thread(self._store.record_polls, polls)
        except Exception as error:  # whatever it is, those who wait must hear of it
            return [error] * len(polls)

    def _take_group(self) -> list[_Waiting]:
        """What waits, longest waiting first, as far as it fits in one transaction; a feed once at most."""
        feed_ids: set[FeedId] = set()
        entries = 0
        for feed_id, result, _ in self._waiting[:MAX_GROUP_POLLS]:
            entries += len(result.entries)
            if feed_id in feed_ids or (feed_ids and entries > MAX_GROUP_ENTRIES):
                break
            feed_ids.add(feed_id)
        group, self._waiting = self._waiting[: len(feed_ids)], self._waiting[len(feed_ids) :]
        return group


def _tell(stored: asyncio.Future[PollChange], outcome: PollChange | Exception) -> None:
    if stored.done():  # whoever waited was cancelled
        return
    if isinstance(outcome, Exception):
        stored.set_exception(outcome)
    else:
        stored.set_result(outcome)
