"""Stops fetching before the disk is full, and lets it go on by itself once there is room again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from nutgraf.domain.desk import DiskState
from nutgraf.ports import Clock

LOOK_EVERY = timedelta(seconds=10)
GO_ON_SHARE = 1.1
"""Fetching goes on only with a tenth more than the limit, lest it stop and go on at every article."""

log = structlog.get_logger(__name__)


class DiskGuard:
    """Looks at the room that is left, at most every LOOK_EVERY. Use it in the pipeline's loop; `state` anywhere.

    `free_bytes` says how much room is left, or raises OSError where that cannot be known: then nothing is stopped.
    """

    def __init__(self, *, free_bytes: Callable[[], int], min_free_bytes: int, clock: Clock) -> None:
        self._free_bytes = free_bytes
        self._min_free_bytes = min_free_bytes
        self._clock = clock
        self._looked_at = clock.now()
        self.state = DiskState(0, min_free_bytes, is_low=False)
        self._look()

    def allows_fetching(self) -> bool:
        """Whether there is room for more."""
        now = self._clock.now()
        if abs(now - self._looked_at) >= LOOK_EVERY:
            self._looked_at = now
            self._look()
        return not self.state.is_low

    def _look(self) -> None:
        try:
            free = self._free_bytes()
        except OSError:
            return
        was_low = self.state.is_low
        is_low = free < self._min_free_bytes * (GO_ON_SHARE if was_low else 1)
        self.state = DiskState(free, self._min_free_bytes, is_low)
        if is_low and not was_low:
            log.error("disk_almost_full", free_bytes=free, min_free_bytes=self._min_free_bytes)
        elif was_low and not is_low:
            log.warning("disk_has_room_again", free_bytes=free)
