"""The warnings and errors of late, in memory: a processor of structlog that the operator's page reads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

from nutgraf.domain.desk import LogEntry
from nutgraf.text.secrets import mask_secrets

KEPT_ENTRIES = 100
MAX_FIELDS = 12
MAX_FIELD_CHARS = 2_000
_LEVELS = frozenset({"warning", "error", "critical"})
_OWN_FIELDS = frozenset({"event", "level", "timestamp"})


class RecentLog:
    """Keeps the last entries; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[LogEntry] = deque(maxlen=KEPT_ENTRIES)

    def __call__(self, logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Note an entry and pass it on as it is."""
        level = str(event.get("level", name))
        if level in _LEVELS:
            fields = [(str(key), _shown(value)) for key, value in event.items() if key not in _OWN_FIELDS]
            entry = LogEntry(datetime.now(UTC), level, _shown(event.get("event", "")), tuple(fields[:MAX_FIELDS]))
            with self._lock:
                self._entries.append(entry)
        return event

    def entries(self) -> list[LogEntry]:
        """What is kept, the latest first."""
        with self._lock:
            return list(self._entries)[::-1]


def _shown(value: object) -> str:
    return mask_secrets(str(value)[: 2 * MAX_FIELD_CHARS])[:MAX_FIELD_CHARS]


RECENT_LOG = RecentLog()
"""Of this process; the log itself is one, too."""
