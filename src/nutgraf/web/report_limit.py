"""How many reports of faults are taken: few from one client, more in all; in memory, so that no address is stored."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

PER_CLIENT = 6
CLIENT_WINDOW = timedelta(minutes=10)
IN_ALL = 120
ALL_WINDOW = timedelta(hours=1)
MAX_CLIENTS = 5_000


class ReportLimit:
    """Counts the reports of late. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: deque[datetime] = deque()
        self._clients: OrderedDict[str, deque[datetime]] = OrderedDict()

    def take(self, client: str, now: datetime) -> bool:
        """Whether another report by `client` is taken; then it counts."""
        with self._lock:
            own = self._clients.setdefault(client, deque())
            self._clients.move_to_end(client)
            _forget(own, now - CLIENT_WINDOW)
            _forget(self._all, now - ALL_WINDOW)
            if len(own) >= PER_CLIENT or len(self._all) >= IN_ALL:
                return False
            own.append(now)
            self._all.append(now)
            while len(self._clients) > MAX_CLIENTS:
                self._clients.popitem(last=False)
            return True


def _forget(moments: deque[datetime], before: datetime) -> None:
    while moments and moments[0] <= before:
        moments.popleft()
