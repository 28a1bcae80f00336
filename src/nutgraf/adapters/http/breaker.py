"""A circuit breaker per origin: a server that does not answer costs a few timeouts, not one for each of its feeds."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from nutgraf.errors import FetchError
from nutgraf.ports import Clock

FAILURES_TO_OPEN = 3
FIRST_PAUSE_S = 300.0
LONGEST_PAUSE_S = 3_600.0
MAX_ORIGINS = 4_096

TRANSPORT_CODES = frozenset({"timeout", "connection_failed", "dns_failed", "tls_failed"})
"""Codes of errors that, before any answer came, mean that the server as a whole cannot be reached."""


@dataclass(slots=True)
class _Trouble:
    failures: int = 0  # in a row
    pauses_until: datetime | None = None


class OriginBreaker:
    """Remembers which origins failed lately; after the pause one request is let through as a probe.

    There is one request at a time to an origin (`OriginTurns`), so that whoever is let through first is the probe and
    the others learn of its outcome before their turn. A failed probe doubles the pause, up to an hour.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._troubles: OrderedDict[str, _Trouble] = OrderedDict()

    def check(self, origin: str, *, url: str) -> None:
        """Raise FetchError (code `host_down`, with `retry_after_s`) while the origin is left alone."""
        trouble = self._troubles.get(origin)
        if trouble is None or trouble.pauses_until is None:
            return
        left_s = (trouble.pauses_until - self._clock.now()).total_seconds()
        if 0 < left_s <= LONGEST_PAUSE_S:  # more only after the clock was set back
            message = (
                f"The last {trouble.failures} requests to this site failed, so that none is sent at the moment; "
                "it will be tried again later."
            )
            raise FetchError(message, url=url, code="host_down", retry_after_s=left_s)

    def answered(self, origin: str) -> None:
        """The server sent an answer, be it an error: it is there."""
        self._troubles.pop(origin, None)

    def failed(self, origin: str, error: FetchError) -> None:
        """A request ended before any answer came."""
        if error.code not in TRANSPORT_CODES:
            return
        trouble = self._troubles.setdefault(origin, _Trouble())
        self._troubles.move_to_end(origin)
        if len(self._troubles) > MAX_ORIGINS:
            self._troubles.popitem(last=False)
        trouble.failures += 1
        if trouble.failures >= FAILURES_TO_OPEN:
            pause_s = FIRST_PAUSE_S * 2.0 ** min(trouble.failures - FAILURES_TO_OPEN, 16)
            trouble.pauses_until = self._clock.now() + timedelta(seconds=min(pause_s, LONGEST_PAUSE_S))
