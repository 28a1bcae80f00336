"""Who may have a model write, and in which order: feeds' policies, readers' wishes, budgets that run short.

While there is enough, an article of a feed whose policy is `always` goes to the model as it comes. Once a budget is
short, it is published with the built-in writer's brief and waits as a wish; the rest of the day's budget then goes, as
the day goes on, to the most important of those that wait. What a reader asks for goes first, and at once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from nutgraf.domain.budgets import Budgets, is_short, is_spent
from nutgraf.domain.ids import ArticleId, FeedId, ReaderId
from nutgraf.domain.spending import BudgetScope, ModelPolicy, Wish, WishReason
from nutgraf.errors import ModelError, NutgrafError
from nutgraf.ports import Clock, Store

log = structlog.get_logger(__name__)

LOOK_S = 30.0
MOST_AT_ONCE = 4
"""Wishes begun at a look: what they take is known only after it."""
MOST_SEEN = 50
NO_ROOM_FOR = timedelta(minutes=15)
"""After a refusal: the day's budget grows no more, but what was reserved may come back."""
WISH_KEPT = timedelta(days=2)
"""An older brief is old news: it keeps the built-in writer's words, unless a reader asks."""
CALLS_KEPT = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Whether a model writes an article's brief now. With a `wish` the brief that is published waits for it."""

    asks: bool
    reader_id: ReaderId | None = None
    wish: WishReason | None = None
    waits: bool = False
    """It does not ask now, but is to wait its turn."""


NOT_ASKED = ModelChoice(False)


class ModelUse:
    """Decides for one article after the other; remembers only for whom there was no room a moment ago.

    `in_batches`: what a model would write at once waits for the next batch instead.
    """

    def __init__(
        self, *, store: Store, clock: Clock, default: ModelPolicy, budgets: Budgets, in_batches: bool = False
    ) -> None:
        self._store = store
        self._clock = clock
        self._default = default
        self._budgets = budgets
        self._in_batches = in_batches
        self._no_room_until: dict[ReaderId | None, datetime] = {}

    async def choose(self, article_id: ArticleId, feed_id: FeedId | None) -> ModelChoice:
        """Whether the model writes this article's brief now. Raises StoreError."""
        return await asyncio.to_thread(self._choose, article_id, feed_id)

    async def ended(self, article_id: ArticleId, choice: ModelChoice, error: ModelError | None) -> None:
        """What became of a choice: a wish ends, or waits for its turn where there was no room. Raises StoreError."""
        had_no_room = error is not None and error.code == "budget_spent"
        if had_no_room:
            self._no_room_until[choice.reader_id] = self._clock.now() + NO_ROOM_FOR
        if choice.wish is not None:
            end = self._store.pause_wish if had_no_room else self._store.end_wish
            await asyncio.to_thread(end, article_id)
        elif choice.waits or (choice.asks and had_no_room):
            reason = WishReason.BATCH if self._in_batches else WishReason.BUDGET
            await asyncio.to_thread(self._store.add_wish, article_id, reason, now=self._clock.now())

    def has_room(self, wish: Wish, moment: datetime) -> bool:
        """Whether it is worth to try a wish now: what no reader asked for waits while the budget is short.

        Raises StoreError.
        """
        if wish.reason is WishReason.ANSWERED:  # nothing is to be paid any more
            return True
        if self._no_room_until.get(wish.reader_id, moment) > moment:
            return False
        if wish.reader_id is None:
            return not self.is_short(moment)
        day = self._budgets.day(moment)
        of_all = self._store.budget_use(day, BudgetScope.ALL)
        own = self._store.budget_use(day, BudgetScope.READER, str(wish.reader_id))
        return not is_spent(of_all, self._budgets.everything) and not is_spent(own, self._budgets.each_reader)

    def is_short(self, moment: datetime) -> bool:
        """Whether what is left of the day's budget is for the most important only. Raises StoreError."""
        use = self._store.budget_use(self._budgets.day(moment), BudgetScope.ALL)
        return is_short(use, self._budgets.everything, day_share=self._budgets.day_share(moment))

    def _choose(self, article_id: ArticleId, feed_id: FeedId | None) -> ModelChoice:
        wish = self._store.get_wish(article_id)
        if wish is not None and wish.reason is WishReason.BATCH:  # its text changed while it waits
            return NOT_ASKED
        if wish is not None:
            return ModelChoice(True, reader_id=wish.reader_id, wish=wish.reason)
        policy = self._store.model_policy(feed_id) or self._default
        if policy is not ModelPolicy.ALWAYS:
            return NOT_ASKED
        if self._in_batches or self.is_short(self._clock.now()):
            return ModelChoice(False, waits=True)
        return ModelChoice(True)


class WishGranter:
    """Sends briefs that wait for a model on their way, the most important first, as far as the budget allows."""

    def __init__(
        self, *, store: Store, clock: Clock, use: ModelUse, keep_answers: int, answers_kept: timedelta
    ) -> None:
        self._store = store
        self._clock = clock
        self._use = use
        self._keep_answers = keep_answers
        self._answers_kept = answers_kept
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look now; call it in the loop's own thread."""
        self._wake.set()

    async def run_forever(self) -> None:
        """Look until cancelled. The pipeline finds what begins at its next look for due work."""
        while True:
            self._wake.clear()
            try:
                await self.look()
            except NutgrafError as error:
                log.error("wishes_not_looked_at", code=error.code, error=error.message)
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def look(self) -> int:
        """Begin what may begin; how many. Raises StoreError."""
        return await asyncio.to_thread(self._look)

    def _look(self) -> int:
        now = self._clock.now()
        if lost := self._store.give_up_calls(now=now):
            log.warning("model_calls_lost", calls=lost)
        self._store.drop_wishes(before=now - WISH_KEPT)
        self._store.trim_answers(before=now - self._answers_kept, most=self._keep_answers)
        self._store.forget_calls(before=(now - CALLS_KEPT).date())
        begun = asking = 0
        for wish in self._store.next_wishes(limit=MOST_SEEN):
            is_answered = wish.reason is WishReason.ANSWERED
            if asking == MOST_AT_ONCE and not is_answered:
                continue
            if self._use.has_room(wish, now) and self._store.start_wish(wish.article_id, now=now):
                begun += 1
                asking += not is_answered
        return begun
