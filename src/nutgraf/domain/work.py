"""Work as it is given out: batches of feeds or articles, who does them, and what waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from nutgraf.domain.ids import article_mark, feed_mark

STALE_AFTER_S = 30
"""A process that has not reported for so long is lost."""


class WorkKind(StrEnum):
    """What is done with the items of a batch; each kind waits in a line of its own."""

    POLL = "poll"
    FETCH = "fetch"
    EXTRACT = "extract"
    WRITE = "write"


QUEUES: dict[str, tuple[WorkKind, ...]] = {
    "fetch": (WorkKind.POLL, WorkKind.FETCH),
    "extract": (WorkKind.EXTRACT,),
    "write": (WorkKind.WRITE,),
}
"""What an operator calls them: `fetch` is all that goes out to publishers."""


@dataclass(frozen=True, slots=True)
class WorkBatch:
    """Items of one kind that are done together: ids of feeds (POLL) or of articles.

    `host` is where all of them are fetched from, empty where that does not matter. `losses` counts workers that were
    lost with it. A batch with `is_postponed` comes after all others of its kind.
    """

    kind: WorkKind
    ids: tuple[int, ...]
    host: str = ""
    losses: int = 0
    is_postponed: bool = False

    @property
    def marks(self) -> list[str]:
        """Its items as logs have them."""
        mark = feed_mark if self.kind is WorkKind.POLL else article_mark
        return [mark(number) for number in self.ids]


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """A running process as it last reported itself; `totals` by the names of Progress, since `started_at`."""

    name: str
    role: str
    queues: tuple[str, ...]
    version: str
    started_at: datetime
    seen_at: datetime
    feeds_under_way: int = 0
    articles_under_way: int = 0
    is_scheduler: bool = False
    totals: dict[str, int] = field(default_factory=dict)

    def is_lost(self, now: datetime) -> bool:
        """Whether it has been silent for too long."""
        return (now - self.seen_at).total_seconds() > STALE_AFTER_S
