"""What language models take and may take: calls, budgets, answers kept, briefs that wait for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from nutgraf.domain.batches import Batch, BatchId, BatchLine
from nutgraf.domain.ids import ArticleId, FeedId, ReaderId
from nutgraf.domain.model import ModelRequest
from nutgraf.domain.spending import (
    BudgetLimit,
    BudgetScope,
    BudgetUse,
    CachedAnswer,
    CallId,
    CallResult,
    Costs,
    ModelPolicy,
    PlannedCall,
    Wish,
    WishReason,
)


class CallLedger(Protocol):
    """Where calls are written down: before them what they can take at most, after them what they took."""

    def reserve_call(
        self, call: PlannedCall, limits: Mapping[BudgetScope, BudgetLimit], *, now: datetime, expires_at: datetime
    ) -> CallId:
        """Take what a call can cost at most from every budget that it falls under, or from none.

        Counted in one transaction by conditional updates: however many ask at once, no budget is overdrawn. A call of
        unknown price takes no money. Raises Unavailable (budget_spent), which names the budget.
        """
        ...

    def settle_call(self, call_id: CallId, result: CallResult) -> bool:
        """Put what the call took in place of its reservation; False where it is settled or given up already."""
        ...


class SpendingStore(CallLedger, Protocol):
    """The ledger of calls and the budgets over it. A day is the operator's, as the caller says."""

    def give_up_calls(self, *, now: datetime) -> int:
        """Count reservations whose time is over as spent whole: their process ended without a word. How many."""
        ...

    def record_cached(self, call: PlannedCall) -> None:
        """Count an answer that was paid for before; its tokens are not counted again."""
        ...

    def budget_use(self, day: date, scope: BudgetScope, key: str = "") -> BudgetUse:
        """What is spent of a budget; `key` is the provider's name or the id of a feed or a reader."""
        ...

    def costs(self, *, last: date, days: int) -> Costs:
        """The sums of `days` days (at most 366) up to and with `last`."""
        ...

    def tokens_per_article(self, feed_id: FeedId | None, *, since: date) -> tuple[float, float] | None:
        """Mean tokens in and out for an article briefed since then, of one feed or of all; None without any."""
        ...

    def mean_article_chars(self, feed_id: FeedId) -> float | None:
        """Mean length of the texts of the feed's newest articles (at most 100); None without any."""
        ...

    def forget_calls(self, *, before: date) -> int:
        """Let go of single calls of earlier days; the sums by day stay. How many."""
        ...


class AnswerStore(Protocol):
    """Answers that were paid for, by the hash of all that was asked."""

    def claim_answer(self, key: str, *, now: datetime, claimed_until: datetime) -> CachedAnswer | bool:
        """The answer; True where there is none and it is now the caller's to ask; False where another one asks."""
        ...

    def keep_answer(self, key: str, answer: CachedAnswer, *, now: datetime) -> None:
        """Keep what was answered; the claim ends."""
        ...

    def drop_claim(self, key: str) -> None:
        """End a claim that led to nothing. Idempotent."""
        ...

    def trim_answers(self, *, before: datetime, most: int) -> int:
        """Let go of answers stored before then, and of the oldest beyond `most`; how many."""
        ...


class WishStore(Protocol):
    """Who may have a model write, and the published briefs that wait for one."""

    def set_model_policy(self, feed_id: FeedId, policy: ModelPolicy | None) -> None:
        """Whether a model writes this feed's briefs; None: as the settings have it. Raises NotFound."""
        ...

    def model_policy(self, feed_id: FeedId | None) -> ModelPolicy | None:
        """What is set for a feed; None where nothing is or it is not followed."""
        ...

    def article_policy(self, article_id: ArticleId) -> ModelPolicy | None:
        """What is set for the feed that an article came from; None where nothing is."""
        ...

    def add_wish(
        self, article_id: ArticleId, reason: WishReason, *, reader_id: ReaderId | None = None, now: datetime
    ) -> bool:
        """Have a model write an article's brief anew; False where it waits already. Raises NotFound.

        A reader's wish takes the place of one that waits for its budget.
        """
        ...

    def get_wish(self, article_id: ArticleId) -> Wish | None:
        """The wish for an article's brief."""
        ...

    def next_wishes(self, *, limit: int) -> list[Wish]:
        """Published briefs that wait, the most important first.

        Readers' wishes before all others, in the order they came. Then what most publishers carry, then what readers
        opened most, then the latest.
        """
        ...

    def start_wish(self, article_id: ArticleId, *, now: datetime) -> bool:
        """PUBLISHED → EXTRACTED: the brief is written anew while the one there stays. False where it is not."""
        ...

    def end_wish(self, article_id: ArticleId) -> None:
        """The brief waits no longer. Idempotent."""
        ...

    def pause_wish(self, article_id: ArticleId) -> None:
        """The brief waits for its next turn: the budget is used up again. Idempotent."""
        ...

    def keep_brief(self, article_id: ArticleId, *, now: datetime) -> bool:
        """EXTRACTED → PUBLISHED where the brief that is published is of the same text: nothing better was written."""
        ...

    def drop_wishes(self, *, before: datetime) -> int:
        """Let go of wishes of before then that no reader made; how many."""
        ...


class BatchStore(Protocol):
    """Requests that a model's host answers within a day, and the briefs that wait for them (WishReason.BATCH)."""

    def waiting_for_batch(self, *, limit: int) -> list[ArticleId]:
        """Published briefs that are to go with the next batch, those that wait longest first."""
        ...

    def begin_batch(self, *, provider: str, model: str, lines: Sequence[BatchLine], now: datetime) -> Batch | None:
        """Note what is about to be handed over, without the briefs that another process took meanwhile; None without
        any left.
        """
        ...

    def name_batch(self, batch_id: BatchId, host_id: str) -> None:
        """Keep what its host calls it, by which it is found again after a restart."""
        ...

    def open_batches(self) -> list[Batch]:
        """All that were begun and not ended, the oldest first."""
        ...

    def end_batch(self, batch_id: BatchId, *, failed: Sequence[ArticleId]) -> bool:
        """Its answers are kept: all but the `failed` briefs go on as wishes. False where it was ended already."""
        ...

    def undo_batch(self, batch_id: BatchId) -> None:
        """It never reached its host: its briefs wait for the next one. Idempotent."""
        ...

    def mark_answered(self, article_ids: Sequence[ArticleId]) -> None:
        """The answers for these briefs are there: they go on as wishes."""
        ...


class BatchModel(Protocol):
    """A language model that takes many requests at once and answers within a day, for less."""

    @property
    def name(self) -> str:
        """Provider and model."""
        ...

    async def submit(self, requests: Sequence[ModelRequest]) -> int:
        """Hand over as many as the budgets have room for, each with its `article_id`; how many. Raises ModelError."""
        ...

    async def collect(self) -> int:
        """Keep the answers of what is done; how many batches are still under way. Raises StoreError."""
        ...

    async def close(self) -> None:
        """Release the connections. Idempotent."""
        ...


class ModelStore(SpendingStore, AnswerStore, WishStore, BatchStore, Protocol):
    """All that is kept of language models."""
