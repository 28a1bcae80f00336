"""The budgets of a day for language models: whose they are, when a day ends, and when what is left is to be spread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo

from nutgraf.domain.spending import BudgetLimit, BudgetScope, BudgetUse, PlannedCall

NO_LIMIT = BudgetLimit()

FREE_SHARE = 0.5
"""Of the day's budget: the first half is for whatever comes, the rest is spread over the day for the most important."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """The limits of a day, and the time zone whose days they are. `providers` holds those of single providers."""

    everything: BudgetLimit = NO_LIMIT
    providers: Mapping[str, BudgetLimit] = field(default_factory=dict)
    each_feed: BudgetLimit = NO_LIMIT
    each_reader: BudgetLimit = NO_LIMIT
    zone: tzinfo = UTC

    def of(self, call: PlannedCall) -> dict[BudgetScope, BudgetLimit]:
        """The limits that a call falls under. What a reader asks for is the reader's, not the feed's."""
        limits = {
            BudgetScope.ALL: self.everything,
            BudgetScope.PROVIDER: self.providers.get(call.provider, NO_LIMIT),
        }
        if call.reader_id is not None:
            limits[BudgetScope.READER] = self.each_reader
        elif call.feed_id is not None:
            limits[BudgetScope.FEED] = self.each_feed
        return limits

    def day(self, moment: datetime) -> date:
        """The day that a moment belongs to."""
        return moment.astimezone(self.zone).date()

    def day_share(self, moment: datetime) -> float:
        """How much of its day has passed, 0 to 1."""
        return 1 - self.seconds_left(moment) / timedelta(days=1).total_seconds()

    def seconds_left(self, moment: datetime) -> float:
        """Until its day ends; at least 1."""
        midnight = datetime.combine(self.day(moment) + timedelta(days=1), datetime.min.time(), tzinfo=self.zone)
        return max(1.0, (midnight.astimezone(UTC) - moment.astimezone(UTC)).total_seconds())


def is_short(use: BudgetUse, limit: BudgetLimit, *, day_share: float) -> bool:
    """Whether what is left of a budget is kept for the most important: half is spent, and more than the day's share."""
    pairs = (
        (use.requests, limit.requests),
        (use.tokens, limit.tokens),
        (use.micro_dollars, limit.micro_dollars),
    )
    return any(most and spent / most >= max(FREE_SHARE, day_share) for spent, most in pairs)


def is_spent(use: BudgetUse, limit: BudgetLimit) -> bool:
    """Whether not even a small call fits any more."""
    pairs = (
        (use.requests, limit.requests),
        (use.tokens, limit.tokens),
        (use.micro_dollars, limit.micro_dollars),
    )
    return any(most and spent >= most for spent, most in pairs)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a model would take of a feed in a day. `is_measured`: from what such briefs took, else from text lengths."""

    articles: float
    input_tokens: float
    output_tokens: float
    is_measured: bool

    @property
    def tokens(self) -> float:
        """Both directions, in a day."""
        return self.articles * (self.input_tokens + self.output_tokens)


PROMPT_TOKENS = 900
"""About what the instructions and the schema take beside the article's text."""
CHARS_PER_TOKEN = 4.0
ANSWER_TOKENS = 500


def forecast(
    articles_per_day: float, *, measured: tuple[float, float] | None, mean_chars: float | None
) -> Forecast | None:
    """From a feed's rhythm and the mean tokens of its articles; None where nothing is known of those."""
    if measured is not None:
        return Forecast(articles_per_day, *measured, is_measured=True)
    if mean_chars is None:
        return None
    return Forecast(articles_per_day, PROMPT_TOKENS + mean_chars / CHARS_PER_TOKEN, ANSWER_TOKENS, is_measured=False)
