"""Language models in the store: budgets that hold, calls, sums, answers, and briefs that wait for a model."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.domain.account import Role, TicketKind
from nutgraf.domain.batches import Batch, BatchId, BatchLine
from nutgraf.domain.ids import DEFAULT_READER, ArticleId, FeedId, ReaderId
from nutgraf.domain.model import ModelPurpose, ModelUsage
from nutgraf.domain.records import ArticleState
from nutgraf.domain.spending import (
    BudgetLimit,
    BudgetScope,
    BudgetUse,
    CachedAnswer,
    CallId,
    CallOutcome,
    CallResult,
    CostSums,
    ModelName,
    ModelPolicy,
    PlannedCall,
    WishReason,
)
from nutgraf.errors import NotFound, Unavailable
from store_values import HOUR, NOON, make_brief, make_entry, publish_new, record

DAY = NOON.date()
CALL = PlannedCall(DAY, "local", "tiny", ModelPurpose.WRITE, 900, 100, 2_000)
WIDE: dict[BudgetScope, BudgetLimit] = {}

RESERVE_UNTIL_REFUSED = """
import sys
sys.path[:0] = sys.argv[2:]
from nutgraf.adapters.store import open_store
from nutgraf.domain.spending import BudgetLimit, BudgetScope
from nutgraf.errors import Unavailable
from test_store_models import CALL, reserve
store = open_store(sys.argv[1])
taken = 0
for _ in range(30):
    try:
        reserve(store, CALL, {BudgetScope.ALL: BudgetLimit(tokens=40_500)})
        taken += 1
    except Unavailable:
        pass
print(taken)
"""


def reserve(store: SqlStore, call: PlannedCall = CALL, limits: dict[BudgetScope, BudgetLimit] | None = None) -> CallId:
    return store.reserve_call(call, limits or WIDE, now=NOON, expires_at=NOON + HOUR)


def answered(input_tokens: int = 700, output_tokens: int = 60, micro_dollars: int | None = 1_500) -> CallResult:
    return CallResult(CallOutcome.ANSWERED, input_tokens, output_tokens, True, micro_dollars, 250)


def test_a_call_is_reserved_at_its_worst_and_settled_at_what_it_took(store: SqlStore) -> None:
    call_id = reserve(store)
    assert store.budget_use(DAY, BudgetScope.ALL) == BudgetUse(1, 1_000, 2_000)
    assert store.costs(last=DAY, days=1).total == CostSums(), "what is under way is no cost yet"
    assert store.settle_call(call_id, answered())
    assert store.budget_use(DAY, BudgetScope.ALL) == BudgetUse(1, 760, 1_500)
    assert store.budget_use(DAY, BudgetScope.PROVIDER, "local") == BudgetUse(1, 760, 1_500)
    assert not store.settle_call(call_id, answered(1, 1, 1)), "once"
    assert store.budget_use(DAY, BudgetScope.ALL) == BudgetUse(1, 760, 1_500)


def test_a_failure_that_may_have_been_charged_counts_whole_and_a_refusal_at_the_door_only_as_a_request(
    store: SqlStore,
) -> None:
    store.settle_call(reserve(store), CallResult(CallOutcome.FAILED, error_code="timeout"))
    assert store.budget_use(DAY, BudgetScope.ALL) == BudgetUse(1, 1_000, 2_000)
    store.settle_call(reserve(store), CallResult(CallOutcome.TURNED_AWAY, error_code="http_429"))
    assert store.budget_use(DAY, BudgetScope.ALL) == BudgetUse(2, 1_000, 2_000)
    total = store.costs(last=DAY, days=1).total
    assert (total.calls, total.failed, total.estimated, total.tokens) == (2, 2, 1, 1_000)


def test_a_reservation_of_a_killed_process_stays_spent(store: SqlStore) -> None:
    call_id = reserve(store)
    assert store.give_up_calls(now=NOON + HOUR - timedelta(seconds=1)) == 0
    assert store.give_up_calls(now=NOON + HOUR) == 1
    assert store.give_up_calls(now=NOON + 2 * HOUR) == 0
    assert store.budget_use(DAY, BudgetScope.ALL) == BudgetUse(1, 1_000, 2_000)
    assert not store.settle_call(call_id, answered())
    assert store.costs(last=DAY, days=1).total.failed == 1


@pytest.mark.parametrize(
    ("scope", "limit"),
    [
        (BudgetScope.ALL, BudgetLimit(requests=2)),
        (BudgetScope.PROVIDER, BudgetLimit(tokens=2_999)),
        (BudgetScope.FEED, BudgetLimit(micro_dollars=4_000)),
        (BudgetScope.READER, BudgetLimit(requests=2, tokens=5_000)),
    ],
)
def test_each_budget_refuses_and_takes_nothing_of_the_others(
    store: SqlStore, scope: BudgetScope, limit: BudgetLimit
) -> None:
    owner = {"reader_id": ReaderId(3)} if scope is BudgetScope.READER else {"feed_id": FeedId(7)}
    call = dataclasses.replace(CALL, **owner)
    for _ in range(2):
        reserve(store, call, {scope: limit})
    with pytest.raises(Unavailable) as refusal:
        reserve(store, call, {scope: limit})
    assert refusal.value.code == "budget_spent"
    for of, key in (("all", ""), ("provider", "local"), ("reader", "3") if "reader_id" in owner else ("feed", "7")):
        assert store.budget_use(DAY, BudgetScope(of), key) == BudgetUse(2, 2_000, 4_000)
    tomorrow = dataclasses.replace(call, day=DAY + timedelta(days=1))
    assert reserve(store, tomorrow, {scope: limit})
    other = dataclasses.replace(call, provider="other", feed_id=FeedId(8), reader_id=ReaderId(4))
    if scope is BudgetScope.ALL:
        with pytest.raises(Unavailable):
            reserve(store, other, {scope: limit})
    else:
        assert reserve(store, other, {scope: limit})


def test_many_threads_and_processes_never_overdraw_a_budget(store: SqlStore, store_url: str) -> None:
    """40 calls fit. Two processes and eight threads ask 180 times, and settle nothing."""
    here = Path(__file__).parent
    command = [sys.executable, "-c", RESERVE_UNTIL_REFUSED, store_url, str(here), str(here.parent)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    other = open_store(store_url)
    limits = {BudgetScope.ALL: BudgetLimit(tokens=40_500)}

    def attempt(number: int) -> int:
        try:
            reserve((store, other)[number % 2], CALL, limits)
        except Unavailable:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        taken = sum(pool.map(attempt, range(120)))
    taken += sum(int(process.communicate(timeout=120)[0]) for process in processes)
    other.close()
    assert taken == 40
    assert store.budget_use(DAY, BudgetScope.ALL) == BudgetUse(40, 40_000, 80_000)


def test_a_storm_of_calls_that_are_settled_at_once_never_passes_the_limit(store: SqlStore) -> None:
    limits = {BudgetScope.ALL: BudgetLimit(tokens=20_000), BudgetScope.FEED: BudgetLimit(tokens=15_000)}

    def attempt(number: int) -> int:
        call = dataclasses.replace(CALL, feed_id=FeedId(number % 2 + 1))
        try:
            call_id = reserve(store, call, limits)
        except Unavailable:
            return 0
        assert store.budget_use(DAY, BudgetScope.ALL).tokens <= 20_000
        store.settle_call(call_id, answered(400, 100, 900))
        return 500

    with ThreadPoolExecutor(8) as pool:
        spent = sum(pool.map(attempt, range(120)))
    use = store.budget_use(DAY, BudgetScope.ALL)
    assert spent == use.tokens <= 20_000
    assert use.tokens > 18_500, "whoever comes last finds room for less than two calls"
    assert sum(store.budget_use(DAY, BudgetScope.FEED, key).tokens for key in "12") == use.tokens


@pytest.mark.postgres
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_room_that_comes_between_refusal_and_a_closer_look_is_taken(store: SqlStore, store_url: str) -> None:
    limits = {BudgetScope.ALL: BudgetLimit(tokens=1_500)}
    first = reserve(store, CALL, limits)
    other = open_store(store_url)

    def settle_first(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        if statement.startswith("SELECT model_spending"):
            other.settle_call(first, answered(400, 100, 900))

    event.listen(store._database._engine, "before_cursor_execute", settle_first)
    try:
        reserve(store, CALL, limits)
    finally:
        event.remove(store._database._engine, "before_cursor_execute", settle_first)
        other.close()
    assert store.budget_use(DAY, BudgetScope.ALL) == BudgetUse(2, 1_500, 2_900)


def test_costs_are_summed_by_day_model_feed_and_purpose(store: SqlStore) -> None:
    feed = store.add_feed("https://press.example/feed", title="Harbour Post", now=NOON)
    calls = [
        (dataclasses.replace(CALL, feed_id=feed.id), answered()),
        (dataclasses.replace(CALL, purpose=ModelPurpose.REPAIR, feed_id=feed.id), answered(100, 40, 500)),
        (dataclasses.replace(CALL, day=DAY - timedelta(days=2), model="big"), answered(micro_dollars=None)),
        (dataclasses.replace(CALL, day=DAY - timedelta(days=40)), answered()),
    ]
    for call, result in calls:
        store.settle_call(reserve(store, call), result)
    store.record_cached(dataclasses.replace(CALL, feed_id=feed.id))
    costs = store.costs(last=DAY, days=30)
    assert (costs.first, costs.last) == (DAY - timedelta(days=29), DAY)
    assert [(day, sums.tokens) for day, sums in costs.by_day] == [(DAY - timedelta(days=2), 760), (DAY, 900)]
    assert costs.total == CostSums(3, 0, 1, 0, 1, 1_500, 160, 2_000, 750)
    assert [(name, sums.tokens) for name, sums in costs.by_model] == [
        (ModelName("local", "tiny"), 900),
        (ModelName("local", "big"), 760),
    ]
    assert [(feed_id, title, sums.cached) for feed_id, title, sums in costs.by_feed] == [
        (feed.id, "Harbour Post", 1),
        (None, "", 0),
    ]
    assert [purpose for purpose, _ in costs.by_purpose] == ["write", "repair"]
    assert store.tokens_per_article(feed.id, since=DAY) == (800.0, 100.0)
    assert store.tokens_per_article(FeedId(99), since=DAY) is None
    assert store.forget_calls(before=DAY) == 2
    assert store.costs(last=DAY, days=90).total.calls == 4, "the sums stay"


def test_an_answer_is_asked_for_by_one_and_kept_for_all(store: SqlStore) -> None:
    key, soon = "a" * 64, NOON + timedelta(minutes=2)

    def claim(now_offset: timedelta = timedelta()) -> CachedAnswer | bool:
        return store.claim_answer(key, now=NOON + now_offset, claimed_until=soon + now_offset)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(lambda _: claim(), range(16))) == [False] * 15 + [True]
    assert claim(timedelta(minutes=2)) is True, "whoever asked has died"
    answer = CachedAnswer('{"dek": "Ferry."}', "local", "tiny", 700, 60)
    store.keep_answer(key, answer, now=NOON)
    assert claim() == answer
    store.drop_claim(key)
    assert claim() == answer, "an answer is no claim"
    store.drop_claim("b" * 64)
    assert store.claim_answer("b" * 64, now=NOON, claimed_until=soon) is True
    store.drop_claim("b" * 64)
    assert store.claim_answer("b" * 64, now=NOON, claimed_until=soon) is True


def test_answers_make_room_by_age_and_number(store: SqlStore) -> None:
    answer = CachedAnswer("{}", "local", "tiny", 1, 1)
    for number in range(6):
        store.keep_answer(str(number) * 64, answer, now=NOON + number * HOUR)
    assert store.trim_answers(before=NOON + HOUR, most=100) == 1
    assert store.trim_answers(before=NOON, most=3) == 2
    kept = [
        number for number in range(6) if store.claim_answer(str(number) * 64, now=NOON, claimed_until=NOON) == answer
    ]
    assert kept == [3, 4, 5]


def test_a_feeds_policy_is_kept(store: SqlStore) -> None:
    feed = store.add_feed("https://press.example/feed", now=NOON)
    assert feed.model_policy is None
    assert store.model_policy(feed.id) is None
    store.set_model_policy(feed.id, ModelPolicy.ON_DEMAND)
    assert store.get_feed(feed.id).model_policy is ModelPolicy.ON_DEMAND
    assert store.model_policy(feed.id) is ModelPolicy.ON_DEMAND
    store.set_model_policy(feed.id, None)
    assert store.model_policy(feed.id) is None
    assert store.model_policy(None) is None
    with pytest.raises(NotFound):
        store.set_model_policy(FeedId(99), ModelPolicy.NEVER)


def test_the_important_wait_less(store: SqlStore) -> None:
    quiet, read, asked, late, early = (publish_new(store, name) for name in ("quiet", "read", "asked", "late", "early"))
    store.record_read(DEFAULT_READER, read, now=NOON)
    for article_id in (quiet, read, late, early):
        assert store.add_wish(article_id, WishReason.BUDGET, now=NOON)
    assert store.add_wish(asked, WishReason.READER, reader_id=DEFAULT_READER, now=NOON + HOUR)
    assert store.add_wish(early, WishReason.READER, reader_id=DEFAULT_READER, now=NOON), "a reader's goes before"
    assert not store.add_wish(early, WishReason.READER, reader_id=DEFAULT_READER, now=NOON)
    assert not store.add_wish(early, WishReason.BUDGET, now=NOON)
    order = [wish.article_id for wish in store.next_wishes(limit=10)]
    assert order[:3] == [early, asked, read]
    assert set(order[3:]) == {quiet, late}
    with pytest.raises(NotFound):
        store.add_wish(ArticleId(999), WishReason.READER, now=NOON)
    assert store.drop_wishes(before=NOON + HOUR) == 3
    assert [wish.article_id for wish in store.next_wishes(limit=10)] == [early, asked]


def test_a_brief_is_written_anew_while_the_one_there_stays(store: SqlStore) -> None:
    article_id = publish_new(store, "a")
    store.add_wish(article_id, WishReason.READER, reader_id=DEFAULT_READER, now=NOON)
    assert store.start_wish(article_id, now=NOON)
    assert not store.start_wish(article_id, now=NOON)
    assert store.next_wishes(limit=10) == []
    (waiting,) = store.due_articles([ArticleState.EXTRACTED], now=NOON, limit=10)
    assert waiting.id == article_id
    before = store.brief_page(article_id, reader_id=DEFAULT_READER)
    revision = store.current_revision(article_id)
    usage = ModelUsage(2, 0, 1_900, 480, True, 4_000, 3_200)
    written = dataclasses.replace(make_brief(revision.article), writer="model 1", model="tiny", usage=usage)
    assert store.save_brief(article_id, revision.id, written, now=NOON + HOUR)
    assert store.publish(article_id, now=NOON + HOUR)
    store.end_wish(article_id)
    page = store.brief_page(article_id, reader_id=DEFAULT_READER)
    assert (page.version, page.brief.model, page.brief.usage) == (2, "tiny", usage)
    assert page.card.updated_at is None, "the publisher changed nothing"
    assert page.corrections == ()
    assert before.brief.usage is None
    assert store.ledger(last=DAY, days=1).total.updates == 0
    assert store.get_wish(article_id) is None


def test_nothing_better_was_written_and_the_brief_stays(store: SqlStore) -> None:
    article_id = publish_new(store, "a")
    assert not store.keep_brief(article_id, now=NOON), "it is not on its way"
    store.add_wish(article_id, WishReason.BUDGET, now=NOON)
    assert store.start_wish(article_id, now=NOON)
    assert store.keep_brief(article_id, now=NOON)
    assert store.brief_page(article_id, reader_id=DEFAULT_READER).version == 1
    store.pause_wish(article_id)
    assert [wish.article_id for wish in store.next_wishes(limit=10)] == [article_id]


def test_a_brief_that_is_not_published_cannot_be_written_anew(store: SqlStore) -> None:
    feed = store.add_feed("https://press.example/feed", now=NOON)
    record(store, feed.id, make_entry("a"))
    (found,) = store.due_articles([ArticleState.FOUND], now=NOON, limit=1)
    store.add_wish(found.id, WishReason.BUDGET, now=NOON)
    assert store.next_wishes(limit=10) == []
    assert not store.start_wish(found.id, now=NOON)
    assert not store.keep_brief(found.id, now=NOON)
    wish = store.get_wish(found.id)
    assert wish is not None
    assert wish.reason is WishReason.BUDGET


def test_a_reader_who_is_deleted_leaves_calls_that_are_nobodys(store: SqlStore) -> None:
    operator = store.redeem_ticket(
        store.issue_ticket(TicketKind.INVITE, role=Role.OPERATOR, now=NOON, expires_at=NOON + HOUR),
        name="bo",
        password_hash="x",
        now=NOON,
    )
    call_id = reserve(store, dataclasses.replace(CALL, reader_id=DEFAULT_READER))
    store.delete_reader(DEFAULT_READER)
    assert store.budget_use(DAY, BudgetScope.READER, str(DEFAULT_READER)) == BudgetUse()
    assert store.settle_call(call_id, answered())
    assert store.budget_use(DAY, BudgetScope.ALL) == BudgetUse(1, 760, 1_500)
    assert store.get_reader(operator.id).name == "bo"


def test_days_are_the_callers(store: SqlStore) -> None:
    call = dataclasses.replace(CALL, day=date(2026, 12, 31))
    store.settle_call(reserve(store, call), answered())
    assert store.budget_use(date(2026, 12, 31), BudgetScope.ALL).requests == 1
    assert store.budget_use(date(2027, 1, 1), BudgetScope.ALL).requests == 0


# Batches


def test_a_batch_is_kept_until_its_answers_are_there(store: SqlStore) -> None:
    ids = [publish_new(store, name) for name in ("one", "two", "three", "four")]
    for number, article_id in enumerate(ids):
        store.add_wish(article_id, WishReason.BATCH, now=NOON + timedelta(seconds=number))
    assert store.waiting_for_batch(limit=3) == ids[:3]
    assert store.next_wishes(limit=9) == [], "they do not go one by one"
    lines = [BatchLine(f"key-{article_id}", article_id, CallId(7 + article_id)) for article_id in ids[:3]]
    batch = store.begin_batch(provider="openai", model="small", lines=lines, now=NOON)
    assert batch == Batch(BatchId(1), "openai", "small", "", NOON, tuple(lines))
    batch_id = batch.id
    assert store.begin_batch(provider="openai", model="small", lines=lines[:2], now=NOON) is None, "they are taken"
    assert store.waiting_for_batch(limit=9) == ids[3:]
    store.name_batch(batch_id, "batch_abc")
    assert store.open_batches() == [Batch(batch_id, "openai", "small", "batch_abc", NOON, tuple(lines))]
    assert store.drop_wishes(before=NOON + timedelta(days=9)) == 0
    assert store.end_batch(batch_id, failed=ids[:1])
    assert not store.end_batch(batch_id, failed=ids[1:]), "it was ended"
    assert store.open_batches() == []
    assert [(wish.article_id, wish.reason) for wish in store.next_wishes(limit=9)] == [
        (ids[1], WishReason.ANSWERED),
        (ids[2], WishReason.ANSWERED),
    ]
    assert store.get_wish(ids[0]) is None


def test_a_batch_that_was_never_sent_leaves_its_briefs_waiting(store: SqlStore) -> None:
    article_id = publish_new(store, "one")
    store.add_wish(article_id, WishReason.BATCH, now=NOON)
    lines = [BatchLine("key", article_id, CallId(1))]
    batch = store.begin_batch(provider="openai", model="small", lines=lines, now=NOON)
    assert batch is not None
    store.undo_batch(batch.id)
    store.undo_batch(batch.id)
    assert store.waiting_for_batch(limit=9) == [article_id]
    store.mark_answered([article_id])
    assert [wish.reason for wish in store.next_wishes(limit=9)] == [WishReason.ANSWERED]
