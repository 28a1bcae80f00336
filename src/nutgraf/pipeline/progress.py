"""What the pipeline is doing, for a person who waits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from nutgraf.domain.desk import WorkReport
from nutgraf.domain.ids import ArticleId, FeedId
from nutgraf.outputs.wording import counted


@dataclass(slots=True)
class Progress:
    """Live counts; changed by the runner only, read by anyone in the same process."""

    feeds_under_way: set[FeedId] = field(default_factory=set)
    articles_under_way: set[ArticleId] = field(default_factory=set)
    totals: Counter[str] = field(default_factory=Counter)
    """Since the start: polled, failed_polls, found, published, copies, quarantined."""
    waiting: int = 0
    """Articles known to be due and not yet started."""

    @property
    def is_idle(self) -> bool:
        """Nothing is under way and nothing is known to wait."""
        return not self.feeds_under_way and not self.articles_under_way and not self.waiting

    def report(self, started_at: datetime) -> WorkReport:
        """The counts as of now, for a page."""
        under_way = len(self.feeds_under_way), len(self.articles_under_way)
        return WorkReport(started_at, *under_way, dict(self.totals))

    def describe(self) -> str:
        """One short line."""
        done = self.totals["published"]
        ahead = len(self.articles_under_way) + self.waiting
        if self.feeds_under_way and not ahead:
            return f"reading {counted(len(self.feeds_under_way), 'feed')}"
        if ahead:
            return f"writing briefs: {done} done, {ahead} to go"
        if not self.totals["polled"] and not done:
            return "looking for news"
        return f"up to date: {counted(done, 'brief')} written since the start" if done else "up to date, nothing new"
