"""Who may have a model write: policies, budgets that run short, wishes; over a real store and a scripted model."""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from fakes import FakeClock, FakeFetcher
from model_scripts import ScriptedModel, faithful
from nutgraf.adapters.llm.metering import MeteredModel
from nutgraf.adapters.llm.prices import Prices
from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.domain.brief import Brief
from nutgraf.domain.budgets import Budgets
from nutgraf.domain.ids import DEFAULT_READER, ArticleId
from nutgraf.domain.records import ArticleState
from nutgraf.domain.spending import BudgetLimit, BudgetScope, ModelPolicy, WishReason
from nutgraf.pipeline.advancing import ArticleAdvancer
from nutgraf.pipeline.model_use import MOST_AT_ONCE, ModelUse, WishGranter
from nutgraf.pipeline.model_writing import ModelWriter
from nutgraf.pipeline.work import TASKS
from store_values import NOON, extract, make_article, make_entry, record

TEXT = (
    "The tram to the harbour will run again from Monday. The council voted for it by nine to four on Thursday. "
    "Repairs to the bridge took eleven months and cost six million crowns. The mayor said that fares would stay. "
    "Two stops near the fish market are closed until May. The operator expects nine thousand riders a day."
)


class Newsroom:
    """Articles in a real store, with a metered model behind the advancer."""

    def __init__(self, path: Path, budgets: Budgets, policy: ModelPolicy) -> None:
        self.store: SqlStore = open_store(f"sqlite:///{path}")
        self.clock = FakeClock(NOON)
        self.model = ScriptedModel(faithful)
        self.use = ModelUse(store=self.store, clock=self.clock, default=policy, budgets=budgets)
        self.granter = WishGranter(
            store=self.store, clock=self.clock, use=self.use, keep_answers=10, answers_kept=timedelta(days=1)
        )
        metered = MeteredModel(self.model, ledger=self.store, clock=self.clock, prices=Prices(), budgets=budgets)
        stages = InlineStageRunner(TASKS)
        self.advancer = ArticleAdvancer(
            store=self.store,
            fetcher=FakeFetcher(),
            stages=stages,
            clock=self.clock,
            model=ModelWriter(model=metered, stages=stages),
            model_use=self.use,
            waits_for_model=True,
        )
        self.feed = self.store.add_feed("https://press.example/feed", now=NOON)

    def bring(self, name: str) -> ArticleId:
        """An article of the feed, extracted."""
        record(self.store, self.feed.id, make_entry(name))
        [found] = self.store.due_articles([ArticleState.FOUND], now=self.clock.now(), limit=5)
        article = make_article(f"About {name}. {TEXT}", publisher="Gazette", url=f"https://press.example/{name}")
        extract(self.store, found.id, dataclasses.replace(article, flags=frozenset()), at=self.clock.now())
        return found.id

    def advance(self) -> list[ArticleState]:
        """Take on all that is due; where each rests."""
        due = self.store.due_articles(list(ArticleState), now=self.clock.now(), limit=50)
        return [asyncio.run(self.advancer.advance(one)) for one in due]

    def publish(self, name: str) -> ArticleId:
        """Bring an article and take it as far as it goes."""
        article_id = self.bring(name)
        assert self.advance() == [ArticleState.PUBLISHED]
        return article_id

    def brief(self, article_id: ArticleId) -> Brief:
        return self.store.brief_page(article_id, reader_id=DEFAULT_READER).brief

    def waiting(self) -> list[ArticleId]:
        return [wish.article_id for wish in self.store.next_wishes(limit=50)]


@pytest.fixture
def path(migrated_sqlite: Path, tmp_path: Path) -> Path:
    path = tmp_path / "nutgraf.db"
    shutil.copy(migrated_sqlite, path)
    return path


def newsroom(path: Path, *, policy: ModelPolicy = ModelPolicy.ALWAYS, **limits: BudgetLimit) -> Newsroom:
    return Newsroom(path, Budgets(**limits), policy)


def test_a_model_writes_where_there_is_room_and_its_calls_name_the_article(path: Path) -> None:
    room = newsroom(path)
    article_id = room.publish("tram")
    assert room.brief(article_id).model == "scripted/one"
    [request] = room.model.requests
    assert (request.feed_id, request.article_id, request.reader_id) == (room.feed.id, article_id, None)
    usage = room.brief(article_id).usage
    assert usage is not None
    assert (usage.calls, usage.micro_dollars) == (1, None)
    assert room.waiting() == []


@pytest.mark.parametrize("policy", [ModelPolicy.ON_DEMAND, ModelPolicy.NEVER])
def test_a_feed_without_a_model_asks_none(path: Path, policy: ModelPolicy) -> None:
    room = newsroom(path)
    room.store.set_model_policy(room.feed.id, policy)
    article_id = room.publish("tram")
    assert room.brief(article_id).model == ""
    assert room.model.requests == []
    assert room.waiting() == []


def test_a_readers_wish_is_granted_and_paid_by_the_reader(path: Path) -> None:
    room = newsroom(path, policy=ModelPolicy.ON_DEMAND)
    article_id = room.publish("tram")
    room.store.add_wish(article_id, WishReason.READER, reader_id=DEFAULT_READER, now=NOON)
    assert room.granter._look() == 1
    assert room.advance() == [ArticleState.PUBLISHED]
    assert room.brief(article_id).model == "scripted/one"
    assert room.store.get_wish(article_id) is None
    day = NOON.date()
    assert room.store.budget_use(day, BudgetScope.READER, str(DEFAULT_READER)).requests == 1
    assert room.store.budget_use(day, BudgetScope.FEED, str(room.feed.id)).requests == 0
    assert room.granter._look() == 0


def test_when_the_budget_is_short_briefs_are_published_and_wait_and_the_most_important_goes_first(path: Path) -> None:
    room = newsroom(path, everything=BudgetLimit(requests=7))
    early = [room.publish(f"early{number}") for number in range(4)]
    assert all(room.brief(article_id).model for article_id in early)
    plain, opened = room.publish("plain"), room.publish("opened")
    assert not room.brief(plain).model, "half is spent and half of the day is over: the rest is kept"
    assert len(room.model.requests) == 4
    room.store.record_read(DEFAULT_READER, opened, now=room.clock.now())
    assert room.waiting() == [opened, plain]
    assert room.granter._look() == 0
    room.clock.advance(6 * 3_600)
    room.store.end_wish(plain)
    assert room.granter._look() == 1
    assert room.advance() == [ArticleState.PUBLISHED]
    assert room.brief(opened).model == "scripted/one"
    assert room.waiting() == []


def test_a_spent_budget_costs_no_article_its_brief_and_the_next_day_goes_on(path: Path) -> None:
    room = newsroom(path, each_feed=BudgetLimit(requests=1))
    room.publish("first")
    second = room.publish("second")
    assert not room.brief(second).model
    assert room.waiting() == [second]
    assert room.granter._look() == 0, "a refusal of a moment ago is heeded"
    room.clock.advance(24 * 3_600)
    assert room.granter._look() == 1
    assert room.advance() == [ArticleState.PUBLISHED]
    assert room.brief(second).model == "scripted/one"


def test_a_wish_for_which_there_is_no_room_keeps_the_brief_that_is_there(path: Path) -> None:
    room = newsroom(path, policy=ModelPolicy.ON_DEMAND, each_reader=BudgetLimit(tokens=500))
    article_id = room.publish("tram")
    before = room.brief(article_id)
    room.store.add_wish(article_id, WishReason.READER, reader_id=DEFAULT_READER, now=NOON)
    assert room.granter._look() == 1
    assert room.advance() == [ArticleState.PUBLISHED]
    page = room.store.brief_page(article_id, reader_id=DEFAULT_READER)
    assert (page.version, page.brief) == (1, before)
    assert room.model.requests == []
    assert room.waiting() == [article_id], "it waits for its turn"
    assert room.granter._look() == 0


def test_old_wishes_are_let_go_and_few_begin_at_once(path: Path) -> None:
    room = newsroom(path, policy=ModelPolicy.ON_DEMAND)
    ids = [room.publish(f"n{number}") for number in range(MOST_AT_ONCE + 2)]
    for article_id in ids:
        room.store.add_wish(article_id, WishReason.BUDGET, now=NOON)
    assert room.granter._look() == MOST_AT_ONCE
    room.clock.advance(3 * 86_400)
    assert room.granter._look() == 0
    assert room.waiting() == []
