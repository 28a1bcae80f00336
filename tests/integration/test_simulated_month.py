"""A month of 500 feeds with the real poller, schedule, parser and store, a clock that is moved, and restarts."""

from __future__ import annotations

import asyncio

import pytest

from fakes import FakeClock
from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.domain.records import ArticleState, FeedState
from nutgraf.pipeline.polling import FeedPoller
from nutgraf.pipeline.schedule import IntervalLimits
from nutgraf.pipeline.work import TASKS
from simulated_world import DAY_S, DAYS, FEEDS, World, make_feeds

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("simulated_month")]  # they share the month

RESTARTS_AT_S = (0.4 * DAY_S, 3 * DAY_S, 11.9 * DAY_S, 12.05 * DAY_S, 20 * DAY_S, 29.5 * DAY_S)
FEEDS_AT_ONCE = 32
LOOKS_EVERY_S = 900


class Process:
    """One run of Nutgraf over the database, as far as polling goes."""

    def __init__(self, database: str, world: World) -> None:
        self.store: SqlStore = open_store(database)
        self.store.migrate()
        self._world = world
        self._poller = FeedPoller(
            store=self.store,
            fetcher=world,
            stages=InlineStageRunner(TASKS),
            clock=world.clock,
            limits_for=lambda url: IntervalLimits(),
        )

    async def run(self, until_s: float) -> None:
        """Poll what is due, every quarter of an hour."""
        world = self._world
        while world.now_s < until_s:
            due = self.store.due_feeds(now=world.clock.now(), limit=FEEDS_AT_ONCE)
            for feed in due:
                await self._poller.poll(feed)
                world.stored(world.feeds[feed.id - 1])
            if len(due) < FEEDS_AT_ONCE:
                world.clock.advance(LOOKS_EVERY_S)

    async def die(self) -> None:
        """Be killed with polls under way: answered, but not stored."""
        due_at = self.store.next_due_at()
        assert due_at is not None
        self._world.clock.moment = due_at
        for feed in self.store.due_feeds(now=self._world.clock.now(), limit=FEEDS_AT_ONCE):
            await self._poller.attempt(feed)
        self.store.close()


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, SqlStore]:
    """The world after thirty days, and the store."""
    database = f"sqlite:///{tmp_path_factory.mktemp('month') / 'nutgraf.db'}"
    world = World(FakeClock(), make_feeds())
    process = Process(database, world)
    for feed in world.feeds:
        process.store.add_feed(feed.first_url, now=world.clock.now())

    async def live() -> SqlStore:
        running = process
        for restart_at_s in RESTARTS_AT_S:
            await running.run(restart_at_s)
            await running.die()
            running = Process(database, world)
        await running.run(DAYS * DAY_S)
        return running.store

    return world, asyncio.run(live())


def test_every_request_keeps_the_rules(month: tuple[World, SqlStore]) -> None:
    world, _ = month
    assert world.breaches == []
    assert world.counts["conditional"] > 10_000, "or else the month shows little"
    assert world.counts["unchanged"] > 5_000
    assert world.counts["failed"] > 500


def test_moved_and_gone_feeds_are_stored_as_such(month: tuple[World, SqlStore]) -> None:
    world, store = month
    for record in store.list_feeds():
        feed = world.feeds[record.id - 1]
        assert record.url == (feed.first_url if feed.moves_at_s is None else feed.later_url)
        assert record.state is (FeedState.ACTIVE if feed.gone_at_s is None else FeedState.GONE)


def test_healthy_feeds_are_polled_daily_and_lose_no_entry(month: tuple[World, SqlStore]) -> None:
    world, store = month
    healthy = [record for record in store.list_feeds() if world.feeds[record.id - 1].is_healthy]
    assert len(healthy) > FEEDS // 2
    for record in healthy:
        feed = world.feeds[record.id - 1]
        assert record.last_ok_at is not None
        polled_s = (record.last_ok_at - world.began_at).total_seconds()
        assert polled_s > DAYS * DAY_S - 1.1 * DAY_S - LOOKS_EVERY_S or feed.fails_now_and_then
        published = {feed.entry_url(index) for index in range(feed.count_at(polled_s))}
        stored = store.known_entries(record.id, sorted(published))
        assert published == set(stored), record.url


def test_every_entry_is_one_article(month: tuple[World, SqlStore]) -> None:
    world, store = month
    published = sum(len(feed.published_at_s) for feed in world.feeds)
    assert FEEDS < store.counts().articles[ArticleState.FOUND] <= published
