"""Many requests handed to a language model's host at once, to be answered within a day at half the price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from nutgraf.domain.ids import ArticleId
from nutgraf.domain.spending import CallId

BatchId = NewType("BatchId", int)

MAX_BATCH_LINES = 500
"""Some 7 MB of requests; providers allow for many more, but all of a batch waits for its slowest line."""
BATCH_TIME = timedelta(hours=26)
"""Providers answer or give up within 24 hours; then what was reserved counts as spent."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One request: the hash of all that is asked, whose brief it is for, and its reservation in the ledger."""

    key: str
    article_id: ArticleId
    call_id: CallId


@dataclass(frozen=True, slots=True)
class Batch:
    """Requests on their way. `host_id` is the host's name for them, empty while they are being handed over."""

    id: BatchId
    provider: str
    model: str
    host_id: str
    submitted_at: datetime
    lines: tuple[BatchLine, ...]
