"""What the operator sees and sets at the desk: options of a feed, what is set aside, queues, sizes, the log of late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nutgraf.domain.records import ArticleState
from nutgraf.errors import ConfigError

MAX_FEED_TITLE_CHARS = 200
MAX_CATEGORY_CHARS = 60
SHORTEST_OWN_INTERVAL_S = 300
LONGEST_OWN_INTERVAL_S = 30 * 86_400


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """What the operator says of a feed. Raises ConfigError (bad_feed_option) where it is out of bounds.

    `own_title` stands for the publisher's title where it is not empty. `category` is one word or phrase.
    `min_interval_s` is this feed's own shortest time between two polls; 0: as the settings have it.
    """

    own_title: str = ""
    category: str = ""
    min_interval_s: int = 0

    def __post_init__(self) -> None:
        for name, most in (("own_title", MAX_FEED_TITLE_CHARS), ("category", MAX_CATEGORY_CHARS)):
            plain = " ".join(getattr(self, name).split())
            if len(plain) > most or not plain.isprintable():
                label = "name" if name == "own_title" else "category"
                raise ConfigError(f"A feed's {label} may have {most} printable characters.", code="bad_feed_option")
            object.__setattr__(self, name, plain)
        if self.min_interval_s and not SHORTEST_OWN_INTERVAL_S <= self.min_interval_s <= LONGEST_OWN_INTERVAL_S:
            raise ConfigError("A feed's shortest interval is from 5 minutes to 30 days.", code="bad_feed_option")


MAX_COUNTED = 10_000
"""What waits is counted up to this: a page that is looked at when all goes wrong must not wait for millions."""


@dataclass(frozen=True, slots=True)
class SetAsideReason:
    """How many articles are set aside with one error code, of the latest MAX_COUNTED."""

    error_code: str
    count: int


@dataclass(frozen=True, slots=True)
class StepQueue:
    """Articles that wait for the step that follows `state`: `ready` ones, and `later` ones that failed and wait.

    Both are counted up to MAX_COUNTED. The first of the ready ones is so since `oldest_at`.
    """

    state: ArticleState
    ready: int
    later: int
    oldest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the pipeline is behind: active feeds, those of them that fail or whose poll is due, and since when the
    longest-waiting poll and article step have been due (None: nothing is).
    """

    feeds: int
    failing_feeds: int
    due_feeds: int
    oldest_due_poll_at: datetime | None
    oldest_due_step_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """The database: `kind` and `version` of it, its size, and what pictures take of that, in bytes."""

    kind: str
    version: str
    size_bytes: int
    picture_bytes: int
    picture_count: int


@dataclass(frozen=True, slots=True)
class WorkReport:
    """What the running pipeline does, and has done since `started_at`; `totals` by the names of Progress."""

    started_at: datetime
    feeds_under_way: int
    articles_under_way: int
    totals: dict[str, int]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A warning or an error of the log; no field holds a secret."""

    logged_at: datetime
    level: str
    event: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A setting as it is in force. `value` is fit to be shown; `source` is option, environment, file or default."""

    name: str
    value: str
    source: str
    description: str

    @property
    def group(self) -> str:
        """The section it is in."""
        return self.name.partition(".")[0] if "." in self.name else "general"


@dataclass(frozen=True, slots=True)
class DiskState:
    """Room on the disk that holds the data; `is_low` while nothing is fetched for want of it."""

    free_bytes: int
    min_free_bytes: int
    is_low: bool
