"""How often somebody may try to sign in: few failures from one place or for one name, then a wait."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta

MAX_FAILURES = 8
WINDOW = timedelta(minutes=15)
MAX_KEYS = 10_000


class Attempts:
    """Failures of late by key, in memory; a restart forgets them. Not thread-safe: for the event loop only."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, list[datetime]] = OrderedDict()

    def wait_s(self, keys: Iterable[str], now: datetime) -> float:
        """Seconds until another try is let through, 0 where it is now."""
        return max((self._wait_s(key, now) for key in keys), default=0.0)

    def failed(self, keys: Iterable[str], now: datetime) -> None:
        """Note a failure under each key."""
        for key in keys:
            self._failures.setdefault(key, []).append(now)
            self._failures.move_to_end(key)
        while len(self._failures) > MAX_KEYS:
            self._failures.popitem(last=False)

    def succeeded(self, keys: Iterable[str]) -> None:
        """Forget what failed under the keys."""
        for key in keys:
            self._failures.pop(key, None)

    def _wait_s(self, key: str, now: datetime) -> float:
        recent = [moment for moment in self._failures.get(key, ()) if now - moment < WINDOW]
        if key in self._failures:
            self._failures[key] = recent
        if len(recent) < MAX_FAILURES:
            return 0.0
        return (recent[-MAX_FAILURES] + WINDOW - now).total_seconds()
