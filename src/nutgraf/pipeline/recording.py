"""Storing polls as they end, in groups: those that end while one group is being committed are the next group."""

from __future__ import annotations

import asyncio

from nutgraf.domain.ids import FeedId
from nutgraf.domain.records import PollChange, PollResult
from nutgraf.ports import Store

MAX_GROUP_POLLS = 64
MAX_GROUP_ENTRIES = 2_000
"""A group's transaction keeps all others from writing, so that it must be over in a moment (25 µs an entry)."""


class PollRecorder:
    """Stores polls, together where many end at once; nobody waits for company.

    A commit and the way to a thread and back cost more than storing an unchanged feed. Use it in one event loop at a
    time.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[FeedId, PollResult, asyncio.Future[PollChange]]] = []
        self._storing: asyncio.Task[None] | None = None

    async def record(self, feed_id: FeedId, result: PollResult) -> PollChange:
        """Store a poll; it is stored when this returns. Raises what `Store.record_poll` raises."""
        stored: asyncio.Future[PollChange] = asyncio.get_running_loop().create_future()
        self._waiting.append((feed_id, result, stored))
        if self._storing is None:
            self._storing = asyncio.create_task(self._store_waiting())
        return await stored

    async def _store_waiting(self) -> None:
        try:
            while group := self._take_group():
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

    def _take_group(self) -> list[tuple[FeedId, PollResult, asyncio.Future[PollChange]]]:
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
