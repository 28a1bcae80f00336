"""What language models may take and what they took: budgets, calls, and the sums that the operator is shown."""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal
from typing import NewType

from nutgraf.domain.ids import ArticleId, FeedId, ReaderId
from nutgraf.domain.model import ModelPurpose

CallId = NewType("CallId", int)

MICRO = 1_000_000
"""Millionths in a US dollar: money is counted in whole ones, never in floats."""


def micro_dollars(dollars: Decimal) -> int:
    """Whole millionths of a US dollar, rounded up."""
    return int((dollars * MICRO).to_integral_value(ROUND_CEILING))


class BudgetScope(enum.StrEnum):
    """Whose spending a budget bounds."""

    ALL = "all"
    PROVIDER = "provider"
    FEED = "feed"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class BudgetLimit:
    """The most of a day. 0: no limit."""

    requests: int = 0
    tokens: int = 0
    micro_dollars: int = 0


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """What was spent of a day, reservations included."""

    requests: int = 0
    tokens: int = 0
    micro_dollars: int = 0


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call before it is made, with the most that it can take. `micro_dollars` is None where the price is unknown."""

    day: date
    provider: str
    model: str
    purpose: ModelPurpose
    input_tokens: int
    output_tokens: int
    micro_dollars: int | None
    feed_id: FeedId | None = None
    article_id: ArticleId | None = None
    reader_id: ReaderId | None = None


class CallOutcome(enum.StrEnum):
    """What became of a call."""

    RESERVED = "reserved"  # under way
    ANSWERED = "answered"
    FAILED = "failed"  # may have been charged: what was reserved counts as spent
    TURNED_AWAY = "turned_away"  # never charged: only the request counts
    LOST = "lost"  # its process ended without a word: what was reserved counts as spent


@dataclass(frozen=True, slots=True)
class CallResult:
    """How a call ended and what it took; None for tokens: what was reserved counts."""

    outcome: CallOutcome
    input_tokens: int | None = None
    output_tokens: int | None = None
    is_counted: bool = False
    micro_dollars: int | None = None
    milliseconds: int = 0
    error_code: str = ""


@dataclass(frozen=True, slots=True)
class CostSums:
    """Sums over calls. `failed` ones gave no answer; `cached` answers are no calls; `estimated` calls were not counted
    by their provider; for `unpriced` ones nobody knows the price, so that `micro_dollars` leaves them out.
    """

    calls: int = 0
    failed: int = 0
    cached: int = 0
    estimated: int = 0
    unpriced: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    micro_dollars: int = 0
    milliseconds: int = 0

    @property
    def tokens(self) -> int:
        """Both directions."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: CostSums) -> CostSums:
        return CostSums(*(getattr(self, name) + getattr(other, name) for name in COST_MEASURES))


COST_MEASURES = tuple(field.name for field in fields(CostSums))


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model and who runs it."""

    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class Costs:
    """The sums of the days from `first` to `last`, both included; days, models and feeds without any are left out.

    Models and feeds come by their tokens, the most first. A feed is its id (None: none) and its title, which is empty
    where it is no longer followed.
    """

    first: date
    last: date
    total: CostSums
    by_day: tuple[tuple[date, CostSums], ...]
    by_model: tuple[tuple[ModelName, CostSums], ...]
    by_feed: tuple[tuple[FeedId | None, str, CostSums], ...]
    by_purpose: tuple[tuple[str, CostSums], ...]


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """An answer that was paid for once."""

    text: str
    provider: str
    model: str
    input_tokens: int
    output_tokens: int


class ModelPolicy(enum.StrEnum):
    """Whether a model writes the briefs of a feed."""

    ALWAYS = "always"
    ON_DEMAND = "on_demand"
    NEVER = "never"


class WishReason(enum.StrEnum):
    """Why a published brief is to be written anew by a model."""

    READER = "reader"  # somebody asked for it
    BUDGET = "budget"  # the model's budget was used up when its turn came
    BATCH = "batch"  # it is to go, or has gone, to the model's host with many others
    ANSWERED = "answered"  # the model's answer is there, paid for


@dataclass(frozen=True, slots=True)
class Wish:
    """A brief that waits for a model. `reader_id` is who asked for it, and whose budget pays."""

    article_id: ArticleId
    reason: WishReason
    wished_at: datetime
    reader_id: ReaderId | None = None
