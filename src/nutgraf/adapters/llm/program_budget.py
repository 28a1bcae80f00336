"""A budget that a program holds in memory, for language models that it opens itself: `nutgraf.ModelBudget`."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from nutgraf.adapters.llm.prices import OwnPrice
from nutgraf.domain.spending import (
    BudgetLimit,
    BudgetScope,
    BudgetUse,
    CallId,
    CallOutcome,
    CallResult,
    PlannedCall,
    micro_dollars,
)
from nutgraf.errors import ConfigError, Unavailable

Dollars = Decimal | str | int
"""No float: 0.1 of a dollar is not what a float says."""


@dataclass(frozen=True, slots=True)
class _Reserved:
    """What a call holds until it is settled."""

    tokens: int
    micro_dollars: int


class ModelBudget:
    """The most that models opened with it may take together, for as long as it lives; threads may share it.

    0 is no limit. What a call can take at most is reserved before it, so that the budget is never overspent; what was
    not charged is given back after it. With `dollars` a model is only asked where its price is known: from the table
    of genai-prices, or from `input_price` and `output_price` (dollars for a million tokens). Raises ConfigError.
    """

    def __init__(
        self,
        *,
        requests: int = 0,
        tokens: int = 0,
        dollars: Dollars = 0,
        input_price: Dollars | None = None,
        output_price: Dollars | None = None,
    ) -> None:
        if (input_price is None) != (output_price is None):
            raise ConfigError("A price has two parts: input_price and output_price.")
        if requests < 0 or tokens < 0:
            raise ConfigError("A budget cannot be less than 0.")
        self.limit = BudgetLimit(requests, tokens, micro_dollars(_decimal(dollars)))
        self.price: OwnPrice | None = None
        if input_price is not None and output_price is not None:
            self.price = OwnPrice(_decimal(input_price), _decimal(output_price))
        self._lock = threading.Lock()
        self._use = BudgetUse()
        self._open: dict[CallId, _Reserved] = {}
        self._last_id = 0

    @property
    def use(self) -> BudgetUse:
        """What is spent, with what is reserved for calls under way: requests, tokens, millionths of a US dollar."""
        with self._lock:
            return self._use

    def reserve_call(
        self, call: PlannedCall, limits: Mapping[BudgetScope, BudgetLimit], *, now: datetime, expires_at: datetime
    ) -> CallId:
        """Take what a call can cost at most. Raises Unavailable (budget_spent)."""
        taken = _Reserved(call.input_tokens + call.output_tokens, call.micro_dollars or 0)
        most = limits.get(BudgetScope.ALL, self.limit)
        with self._lock:
            after = self._added(1, taken.tokens, taken.micro_dollars)
            for name in ("requests", "tokens", "micro_dollars"):
                if 0 < getattr(most, name) < getattr(after, name) and getattr(after, name) > getattr(self._use, name):
                    raise Unavailable(
                        f"The budget for language models is used up ({name.replace('micro_', '')}).",
                        code="budget_spent",
                        retryable=False,
                    )
            self._use = after
            self._last_id += 1
            self._open[CallId(self._last_id)] = taken
            return CallId(self._last_id)

    def settle_call(self, call_id: CallId, result: CallResult) -> bool:
        """Put what the call took in place of its reservation; False where it is settled already."""
        with self._lock:
            taken = self._open.pop(call_id, None)
            if taken is None:
                return False
            if result.outcome is CallOutcome.TURNED_AWAY:
                self._use = self._added(0, -taken.tokens, -taken.micro_dollars)
            elif result.input_tokens is not None and result.output_tokens is not None:
                tokens = result.input_tokens + result.output_tokens
                self._use = self._added(0, tokens - taken.tokens, (result.micro_dollars or 0) - taken.micro_dollars)
            return True

    def _added(self, requests: int, tokens: int, dollars: int) -> BudgetUse:
        use = self._use
        return BudgetUse(use.requests + requests, use.tokens + tokens, use.micro_dollars + dollars)


def _decimal(dollars: Dollars) -> Decimal:
    try:
        amount = Decimal(dollars)
    except (InvalidOperation, TypeError, ValueError):
        raise ConfigError(f"{dollars!r} is no amount of dollars.") from None
    if not amount.is_finite() or amount < 0:
        raise ConfigError(f"{dollars!r} is no amount of dollars.")
    return amount
