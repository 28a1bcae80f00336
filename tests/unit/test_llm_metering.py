"""Budgets around a model: reserved before, settled after, whatever happens between."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ParamSpec
from zoneinfo import ZoneInfo

import pytest

from fakes import FakeClock, FakeModel
from nutgraf.adapters.llm.caching import CachedModel, answer_key, is_worth_keeping
from nutgraf.adapters.llm.metering import MeteredModel
from nutgraf.adapters.llm.prices import OwnPrice, Prices
from nutgraf.adapters.llm.program_budget import ModelBudget
from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.domain.budgets import Budgets, is_short, is_spent
from nutgraf.domain.ids import FeedId, ReaderId
from nutgraf.domain.model import ModelAnswer, ModelPurpose, ModelRequest, usage_of
from nutgraf.domain.spending import BudgetLimit, BudgetScope, BudgetUse, CallId, CallOutcome, CallResult, PlannedCall
from nutgraf.errors import BadOutput, ModelError, Unavailable
from nutgraf.ports import LanguageModel

P = ParamSpec("P")

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANSWER = json.dumps({"dek": "The ferry returns."})
REQUEST = ModelRequest(
    "Write a brief.", "The ferry to Skerric returns. " * 20, {"type": "object"}, max_output_tokens=100
)
PRICES = Prices(own={("fake", "small"): OwnPrice(Decimal(1), Decimal(10))})


def in_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test in an event loop of its own."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[SqlStore]:
    path = tmp_path / "nutgraf.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


def metered(
    inner: LanguageModel,
    store: SqlStore,
    budgets: Budgets | None = None,
    prices: Prices = PRICES,
    clock: FakeClock | None = None,
) -> MeteredModel:
    return MeteredModel(inner, ledger=store, clock=clock or FakeClock(), prices=prices, budgets=budgets or Budgets())


async def outcome(call: asyncio.Task[ModelAnswer]) -> ModelAnswer | ModelError:
    try:
        return await call
    except ModelError as error:
        return error


class SlowModel(FakeModel):
    """Answers when it is let; says when it is asked."""

    def __init__(self) -> None:
        super().__init__(ANSWER)
        self.is_asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        answer = await super().complete(request)
        self.is_asked.set()
        await self.may_answer.wait()
        return answer


def use_of(store: SqlStore, scope: BudgetScope = BudgetScope.ALL, key: str = "") -> BudgetUse:
    return store.budget_use(DAY, scope, key)


@in_loop
async def test_what_was_taken_stands_in_the_ledger(store: SqlStore) -> None:
    answer = await metered(FakeModel(ANSWER), store).complete(REQUEST)
    assert answer.micro_dollars == answer.input_tokens + 10 * answer.output_tokens
    assert use_of(store) == BudgetUse(1, answer.input_tokens + answer.output_tokens, answer.micro_dollars)
    usage = usage_of([answer])
    assert usage is not None
    assert (usage.calls, usage.micro_dollars, usage.is_counted) == (1, answer.micro_dollars, True)


@in_loop
async def test_the_worst_case_is_reserved_while_a_call_is_under_way(store: SqlStore) -> None:
    inner = SlowModel()
    call = asyncio.create_task(metered(inner, store).complete(REQUEST))
    await inner.is_asked.wait()
    reserved = use_of(store)
    assert reserved.tokens > len(REQUEST.prompt) + 100
    inner.may_answer.set()
    await call
    assert use_of(store).tokens < reserved.tokens / 3


@in_loop
async def test_no_call_is_made_that_could_pass_the_budget(store: SqlStore) -> None:
    inner = FakeModel(ANSWER)
    model = metered(inner, store, Budgets(everything=BudgetLimit(tokens=1_000)))
    with pytest.raises(Unavailable) as refusal:
        await model.complete(REQUEST)
    assert refusal.value.code == "budget_spent"
    assert refusal.value.retry_after_s == 16 * 3_600, "until the day ends"
    assert inner.requests == []
    assert use_of(store) == BudgetUse()


@in_loop
async def test_many_at_once_stay_within_the_budget(store: SqlStore) -> None:
    inner = SlowModel()
    model = metered(inner, store, Budgets(everything=BudgetLimit(requests=5)))
    calls = [asyncio.create_task(model.complete(REQUEST)) for _ in range(40)]
    refused = [await first for first in itertools.islice(asyncio.as_completed(map(outcome, calls)), 35)]
    assert {type(one) for one in refused} == {Unavailable}
    inner.may_answer.set()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert len(inner.requests) == sum(isinstance(result, ModelAnswer) for result in results) == 5
    assert {result.code for result in results if isinstance(result, ModelError)} == {"budget_spent"}


@in_loop
async def test_a_storm_of_failures_spends_no_more_than_the_budget(store: SqlStore) -> None:
    inner = FakeModel(Unavailable("too slow", code="model_timeout"))
    model = metered(inner, store, Budgets(everything=BudgetLimit(tokens=10_000)))
    for _ in range(50):
        with pytest.raises(Unavailable):
            await model.complete(REQUEST)
    assert use_of(store).tokens <= 10_000
    assert 2 <= len(inner.requests) < 10, "what may have been charged counts whole"


@in_loop
async def test_a_host_that_turns_away_takes_requests_only(store: SqlStore) -> None:
    model = metered(FakeModel(Unavailable("busy", code="model_busy")), store)
    with pytest.raises(Unavailable):
        await model.complete(REQUEST)
    assert use_of(store) == BudgetUse(1, 0, 0)


@in_loop
async def test_a_bad_answer_and_a_cancelled_call_count_whole(store: SqlStore) -> None:
    with pytest.raises(BadOutput):
        await metered(FakeModel(BadOutput("nothing", code="model_empty")), store).complete(REQUEST)
    first = use_of(store)
    assert first.tokens > 600
    slow = SlowModel()
    call = asyncio.create_task(metered(slow, store).complete(REQUEST))
    await slow.is_asked.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert use_of(store) == BudgetUse(2, 2 * first.tokens, 2 * first.micro_dollars)
    assert store.costs(last=DAY, days=1).total.failed == 2


@in_loop
async def test_an_unknown_price_is_said_to_be_and_refused_where_money_is_bounded(store: SqlStore) -> None:
    answer = await metered(FakeModel(ANSWER), store, prices=Prices()).complete(REQUEST)
    assert answer.micro_dollars is None
    total = store.costs(last=DAY, days=1).total
    assert (total.unpriced, total.micro_dollars) == (1, 0)
    assert total.tokens == answer.input_tokens + answer.output_tokens
    model = metered(FakeModel(ANSWER), store, Budgets(everything=BudgetLimit(micro_dollars=10**9)), Prices())
    with pytest.raises(Unavailable) as refusal:
        await model.complete(REQUEST)
    assert (refusal.value.code, refusal.value.retryable) == ("price_unknown", False)


@in_loop
async def test_tokens_that_a_host_does_not_count_are_estimated(store: SqlStore) -> None:
    class Uncounted(FakeModel):
        async def complete(self, request: ModelRequest) -> ModelAnswer:
            return ModelAnswer(ANSWER, "fake", "small", 0, 0, counted=False)

    answer = await metered(Uncounted(), store).complete(REQUEST)
    assert not answer.counted
    assert len(REQUEST.prompt) / 4 < answer.input_tokens < len(REQUEST.prompt)
    assert store.costs(last=DAY, days=1).total.estimated == 1


@in_loop
async def test_feeds_and_readers_have_budgets_of_their_own(store: SqlStore) -> None:
    one = BudgetLimit(requests=1)
    model = metered(FakeModel(ANSWER), store, Budgets(each_feed=one, each_reader=one))

    async def ask(**owner: int) -> bool:
        whose = {"feed_id": FeedId(owner["feed"])} if "feed" in owner else {}
        reader = {"reader_id": ReaderId(owner["reader"])} if "reader" in owner else {}
        try:
            await model.complete(ModelRequest("a", "b", {}, **whose, **reader))  # type: ignore[arg-type]
        except Unavailable as error:
            assert error.code == "budget_spent"  # noqa: PT017
            return False
        return True

    assert await ask(feed=1)
    assert not await ask(feed=1)
    assert await ask(feed=2)
    assert await ask(feed=1, reader=1), "what a reader asks for is not the feed's"
    assert not await ask(feed=3, reader=1)
    assert await ask(feed=3, reader=2)


@in_loop
async def test_a_day_is_the_operators(store: SqlStore) -> None:
    late = FakeClock(datetime(2026, 3, 2, 23, 30, tzinfo=UTC))
    budgets = Budgets(everything=BudgetLimit(requests=1), zone=ZoneInfo("Europe/Berlin"))
    model = metered(FakeModel(ANSWER), store, budgets, clock=late)
    await model.complete(REQUEST)
    assert store.budget_use(date(2026, 3, 3), BudgetScope.ALL).requests == 1
    with pytest.raises(Unavailable) as refusal:
        await model.complete(REQUEST)
    assert refusal.value.retry_after_s == 23.5 * 3_600


@in_loop
async def test_a_text_is_paid_for_once(store: SqlStore) -> None:
    inner = FakeModel(ANSWER)
    model = CachedModel(metered(inner, store), store=store, clock=FakeClock(), budgets=Budgets())
    first = await model.complete(REQUEST)
    second = await model.complete(REQUEST)
    assert (second.text, second.from_cache, second.micro_dollars) == (first.text, True, 0)
    assert len(inner.requests) == 1
    total = store.costs(last=DAY, days=1).total
    assert (total.calls, total.cached) == (1, 1)
    changed = CachedModel(
        metered(inner, store), store=store, clock=FakeClock(), budgets=Budgets(), variant="temperature 0.2"
    )
    assert not (await changed.complete(REQUEST)).from_cache
    usage = usage_of([first, second])
    assert usage is not None
    assert (usage.calls, usage.cached_calls, usage.input_tokens) == (1, 1, first.input_tokens)


@in_loop
async def test_many_who_ask_the_same_at_once_pay_once(store: SqlStore) -> None:
    inner = SlowModel()
    models = [CachedModel(metered(inner, store), store=store, clock=RealSleep(), budgets=Budgets()) for _ in range(2)]
    calls = [asyncio.create_task(models[number % 2].complete(REQUEST)) for number in range(20)]
    await inner.is_asked.wait()
    inner.may_answer.set()
    answers = await asyncio.gather(*calls)
    assert len(inner.requests) == 1
    assert sum(answer.from_cache for answer in answers) == 19


@in_loop
async def test_who_waited_for_a_failure_asks_again(store: SqlStore) -> None:
    inner = FakeModel(Unavailable("busy", code="model_busy"), ANSWER)
    model = CachedModel(metered(inner, store), store=store, clock=FakeClock(), budgets=Budgets())
    results = await asyncio.gather(*(model.complete(REQUEST) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [Unavailable, ModelAnswer, ModelAnswer]
    assert len(inner.requests) == 2


@in_loop
async def test_tests_and_broken_answers_are_not_kept(store: SqlStore) -> None:
    inner = FakeModel("no JSON", ANSWER)
    model = CachedModel(metered(inner, store), store=store, clock=FakeClock(), budgets=Budgets())
    assert (await model.complete(REQUEST)).text == "no JSON"
    assert (await model.complete(REQUEST)).text == ANSWER
    test = ModelRequest(REQUEST.system, REQUEST.prompt, REQUEST.schema, ModelPurpose.TEST, max_output_tokens=100)
    for _ in range(2):
        assert not (await model.complete(test)).from_cache
    assert len(inner.requests) == 4


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"a": 1', "null", "{}" + " " * 200_000])
def test_what_is_no_whole_object_is_not_worth_keeping(text: str) -> None:
    assert not is_worth_keeping(ModelAnswer(text, "fake", "small"))


def test_a_cut_answer_is_not_worth_keeping() -> None:
    assert not is_worth_keeping(ModelAnswer("{}", "fake", "small", is_cut=True))
    assert is_worth_keeping(ModelAnswer("{}", "fake", "small"))


def test_the_key_heeds_all_that_is_asked_and_not_who_pays() -> None:
    key = answer_key(REQUEST, model="m")
    paid_by_another = ModelRequest(
        REQUEST.system, REQUEST.prompt, REQUEST.schema, max_output_tokens=100, feed_id=FeedId(9), timeout_s=1.0
    )
    assert answer_key(paid_by_another, model="m") == key
    others = [
        answer_key(REQUEST, model="n"),
        answer_key(REQUEST, model="m", variant="x"),
        answer_key(ModelRequest(REQUEST.system, "other", REQUEST.schema, max_output_tokens=100), model="m"),
        answer_key(ModelRequest("other", REQUEST.prompt, REQUEST.schema, max_output_tokens=100), model="m"),
        answer_key(ModelRequest(REQUEST.system, REQUEST.prompt, {}, max_output_tokens=100), model="m"),
        answer_key(ModelRequest(REQUEST.system, REQUEST.prompt, REQUEST.schema, max_output_tokens=99), model="m"),
    ]
    assert len({key, *others}) == 7


def test_half_of_a_budget_is_for_whatever_comes_and_the_rest_is_spread() -> None:
    limit = BudgetLimit(requests=100, tokens=1_000)
    assert not is_short(BudgetUse(49, 0), limit, day_share=0.0)
    assert is_short(BudgetUse(50, 0), limit, day_share=0.1)
    assert is_short(BudgetUse(0, 700), limit, day_share=0.6)
    assert not is_short(BudgetUse(0, 700), limit, day_share=0.75)
    assert not is_short(BudgetUse(10**6, 10**9, 10**9), BudgetLimit(), day_share=0.0), "without a limit there is enough"
    assert is_spent(BudgetUse(100, 0), limit)
    assert not is_spent(BudgetUse(99, 999), limit)


def test_a_day_ends_at_midnight_also_where_the_clock_changes() -> None:
    berlin = Budgets(zone=ZoneInfo("Europe/Berlin"))
    midnight = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)  # of a day that has 23 hours
    assert berlin.day(midnight) == date(2026, 3, 29)
    assert berlin.seconds_left(midnight) == 23 * 3_600
    assert 0 <= berlin.day_share(midnight) < 0.05


def test_the_budget_of_a_program_holds_for_all_its_threads() -> None:
    budget = ModelBudget(requests=40, tokens=40 * 150)
    call = PlannedCall(DAY, "fake", "small", ModelPurpose.WRITE, 100, 50, None)
    taken: list[CallId] = []

    def ask() -> None:
        for turn in range(30):
            with contextlib.suppress(Unavailable):
                call_id = budget.reserve_call(call, {BudgetScope.ALL: budget.limit}, now=NOON, expires_at=NOON)
                taken.append(call_id)
                outcome = CallOutcome.TURNED_AWAY if turn % 2 else CallOutcome.FAILED
                assert budget.settle_call(call_id, CallResult(outcome))
                assert not budget.settle_call(call_id, CallResult(outcome)), "no reservation comes back twice"

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == budget.use.requests == 40
    assert budget.use.tokens <= 40 * 150


class RealSleep(FakeClock):
    """Lets others run while it sleeps."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.02)
