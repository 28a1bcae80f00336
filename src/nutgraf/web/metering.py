"""Counts requests and their times, for /metrics. By route as it is declared, so that no address makes a new series."""

from __future__ import annotations

import bisect
import time
from collections import Counter, defaultdict
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

METRICS_PATH = "/metrics"
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram, in seconds; one more bucket holds the rest."""

_METHODS = frozenset({"GET", "HEAD", "POST"})
_SCOPE_KEY = "nutgraf.route"


def keep_route(scope: Scope, path: str | None) -> None:
    """Remember which route answers; None where none does."""
    scope[_SCOPE_KEY] = path


class RequestMeter:
    """Counts since the start. Changed in the event loop only."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, str, int]] = Counter()
        """By route, method and status."""
        self.buckets: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS_S) + 1))
        """By route: how many took no longer than each bound and longer than the one before."""
        self.seconds: defaultdict[str, float] = defaultdict(float)
        """By route, in all."""

    def note(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self.answers[route, method if method in _METHODS else "other", status] += 1
        self.buckets[route][bisect.bisect_left(BUCKETS_S, seconds)] += 1
        self.seconds[route] += seconds


class Metering:
    """ASGI middleware, outermost: the time of an answer is that of all the others, too."""

    def __init__(self, app: ASGIApp, meter: RequestMeter) -> None:
        self.app = app
        self.meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began_at = time.perf_counter()
        status = 500

        async def observing(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, observing)
        finally:
            self.meter.note(_route_of(scope), scope["method"], status, time.perf_counter() - began_at)


def _route_of(scope: Mapping[str, object]) -> str:
    route = scope.get(_SCOPE_KEY)
    return route if isinstance(route, str) and route else "none"
