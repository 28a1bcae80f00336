"""The work queue on PostgreSQL: lines, delays, priorities, retries, lost workers, election; by the store's calls."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from nutgraf.adapters.clock import SystemClock
from nutgraf.adapters.queue.postgres_queue import ProcrastinateQueue
from nutgraf.adapters.queue.postgres_schema import prepare_queue
from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.work import WorkBatch, WorkKind
from nutgraf.errors import StoreError
from postgres_databases import database_url, run_sql
from store_values import make_article, make_brief, make_document, make_entry

pytestmark = pytest.mark.postgres
ALL = {(WorkKind.POLL,): 2, (WorkKind.FETCH,): 2, (WorkKind.EXTRACT, WorkKind.WRITE): 2}
LOST_AFTER_S = 1.0


@pytest.fixture(scope="module")
def server(postgresql_url: str, migrated_postgresql: str) -> Iterator[tuple[str, str]]:
    """The server, and the name of a database that has the queue, for making others after it."""
    run_sql(postgresql_url, f"CREATE DATABASE with_queue TEMPLATE {migrated_postgresql}")
    prepare_queue(database_url(postgresql_url, "with_queue"))
    yield postgresql_url, "with_queue"
    run_sql(postgresql_url, "DROP DATABASE with_queue WITH (FORCE)")


@pytest.fixture
def url(server: tuple[str, str]) -> Iterator[str]:
    name = f"queue_{uuid4().hex}"
    run_sql(server[0], f"CREATE DATABASE {name} TEMPLATE {server[1]}")
    yield database_url(server[0], name)
    run_sql(server[0], f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    opened = open_store(url)
    yield opened
    opened.close()


def put_in_state(store: SqlStore, name: str, kind: WorkKind) -> ArticleId:
    """An article that waits to be fetched, extracted or written."""
    clock = SystemClock()
    article_id = store.add_article(make_entry(name), now=clock.now())
    if kind is WorkKind.FETCH:
        return article_id
    store.save_document(article_id, make_document(), now=clock.now())
    if kind is WorkKind.WRITE:
        article = make_article(f"{name} is new. The council voted.", url=f"https://press.example/{name}")
        store.save_extraction(article_id, article, band_keys=[], copy_of=None, now=clock.now())
    return article_id


class Worker:
    """A worker of the queue that does batches by `perform` and keeps what it got."""

    def __init__(self, url: str, perform: Callable[[WorkBatch], Awaitable[None]] | None = None) -> None:
        self.queue = ProcrastinateQueue(url, lost_after_s=LOST_AFTER_S)
        self.done: list[WorkBatch] = []
        self._perform = perform
        self._changed = asyncio.Event()

    async def perform(self, batch: WorkBatch) -> None:
        self.done.append(batch)
        self._changed.set()
        if self._perform is not None:
            await self._perform(batch)

    async def has_done(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.done) < count:
                self._changed.clear()
                await self._changed.wait()

    @contextlib.asynccontextmanager
    async def running(
        self, places: dict[tuple[WorkKind, ...], int] | None = None, grace_s: float = 5
    ) -> AsyncIterator[Worker]:
        stop = asyncio.Event()
        task = asyncio.create_task(self.queue.run(self.perform, places=places or ALL, stop=stop, grace_s=grace_s))
        try:
            yield self
        finally:
            stop.set()
            await task
            await self.queue.close()


def jobs(url: str) -> list[tuple[str, str]]:
    with psycopg.connect(url) as connection:
        query = "SELECT queue_name, status::text FROM procrastinate_jobs ORDER BY id"
        return [tuple(row) for row in connection.execute(query)]


def test_a_stored_step_puts_its_article_in_line_once(store: SqlStore, url: str) -> None:
    article_id = put_in_state(store, "a", WorkKind.EXTRACT)
    assert jobs(url) == [("extract", "todo")]
    store.save_extraction(article_id, make_article(), band_keys=[], copy_of=None, now=SystemClock().now())
    assert jobs(url) == [("write", "todo")], "it is in one line only"
    revision = store.current_revision(article_id)
    store.save_brief(article_id, revision.id, make_brief(revision.article), now=SystemClock().now())
    store.publish(article_id, now=SystemClock().now())

    async def run() -> Worker:
        worker = Worker(url)
        async with worker.running():
            await worker.has_done(1)
        return worker

    worker = asyncio.run(run())
    assert worker.done == [WorkBatch(WorkKind.WRITE, (article_id,))]
    assert jobs(url) == []


def test_a_step_that_is_not_committed_puts_nothing_in_line(store: SqlStore, url: str) -> None:
    article_id = put_in_state(store, "a", WorkKind.FETCH)
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE articles SET state = 'fetched' WHERE id = %s", (article_id,))
        assert connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (1,)
        connection.rollback()
    assert jobs(url) == []


def test_a_deferred_step_waits_for_its_time(store: SqlStore, url: str) -> None:
    clock = SystemClock()
    article_id = put_in_state(store, "a", WorkKind.WRITE)
    other = put_in_state(store, "b", WorkKind.WRITE)
    store.defer(article_id, until=clock.now() + timedelta(seconds=2), error_code="x", error_message="x")
    started_at = clock.now()

    async def run() -> list[WorkBatch]:
        worker = Worker(url)
        async with worker.running():
            await worker.has_done(2)
            assert clock.now() - started_at >= timedelta(seconds=1.9)
        return worker.done

    assert [batch.ids for batch in asyncio.run(run())] == [(other,), (article_id,)]


def test_what_is_nearest_to_the_reader_comes_first(store: SqlStore, url: str) -> None:
    for name, kind in (("a", WorkKind.EXTRACT), ("b", WorkKind.WRITE), ("c", WorkKind.EXTRACT)):
        put_in_state(store, name, kind)

    async def run() -> list[WorkKind]:
        worker = Worker(url)
        async with worker.queue.scheduling() as elected:
            fresh, failed = WorkBatch(WorkKind.POLL, (1, 2)), WorkBatch(WorkKind.POLL, (3,), is_postponed=True)
            await elected.defer([failed, fresh, WorkBatch(WorkKind.FETCH, (4,), host="press.example")])
            assert set(await elected.live(WorkKind.POLL)) == {fresh, failed}
        async with worker.running({tuple(WorkKind): 1}):
            await worker.has_done(6)
        assert worker.done[-2:] == [fresh, failed]
        return [batch.kind for batch in worker.done]

    expected = [WorkKind.WRITE, WorkKind.EXTRACT, WorkKind.EXTRACT, WorkKind.FETCH, WorkKind.POLL, WorkKind.POLL]
    assert asyncio.run(run()) == expected


def test_each_batch_goes_to_one_of_several_workers_and_no_more_at_once_than_places(store: SqlStore, url: str) -> None:
    ids = [put_in_state(store, f"n{number}", WorkKind.WRITE) for number in range(24)]
    present = most = 0
    left = len(ids)
    all_done = asyncio.Event()

    async def perform(batch: WorkBatch) -> None:
        nonlocal present, most, left
        present += 1
        left -= 1
        most = max(most, present)
        await asyncio.sleep(0.02)
        present -= 1
        if not left:
            all_done.set()

    async def run() -> list[int]:
        workers = [Worker(url, perform) for _ in range(3)]
        async with contextlib.AsyncExitStack() as stack:
            for worker in workers:
                await stack.enter_async_context(worker.running({(WorkKind.WRITE,): 2}))
            async with asyncio.timeout(30):
                await all_done.wait()
        return sorted(number for worker in workers for batch in worker.done for number in batch.ids)

    assert asyncio.run(run()) == ids
    assert 1 < most <= 6


def test_a_batch_that_fails_comes_again_after_a_while(store: SqlStore, url: str) -> None:
    clock = SystemClock()
    put_in_state(store, "a", WorkKind.WRITE)
    times = []

    async def perform(batch: WorkBatch) -> None:
        times.append(clock.now())
        if len(times) < 3:
            raise StoreError("The disk is full.", code="disk_full", retryable=True)

    async def run() -> None:
        worker = Worker(url, perform)
        async with worker.running():
            await worker.has_done(3)

    asyncio.run(run())
    first, second = times[1] - times[0], times[2] - times[1]
    assert timedelta(seconds=1.5) < first < second, "the second wait is the longer one"


def test_what_a_stopped_worker_cannot_finish_in_time_goes_to_the_next(store: SqlStore, url: str) -> None:
    article_id = put_in_state(store, "a", WorkKind.WRITE)

    async def hang(batch: WorkBatch) -> None:
        await asyncio.Event().wait()

    async def run() -> list[WorkBatch]:
        async with Worker(url, hang).running(grace_s=0.1) as stopped:
            await stopped.has_done(1)
        assert jobs(url) == [("write", "todo")]
        worker = Worker(url)
        async with worker.running():
            await worker.has_done(1)
        return worker.done

    assert asyncio.run(run()) == [WorkBatch(WorkKind.WRITE, (article_id,))]


def lose(url: str, *, begun: bool = True) -> None:
    """All that waits is with a worker that has died long ago."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
            " RETURNING id) UPDATE procrastinate_jobs SET status = 'doing', worker_id = dead.id FROM dead"
        )
        if begun:
            connection.execute("UPDATE procrastinate_jobs SET args = args || '{\"has_begun\": true}'")


def test_what_a_lost_worker_had_comes_back_and_in_the_end_item_by_item(url: str) -> None:
    batch = WorkBatch(WorkKind.POLL, (1, 2, 3))

    async def run() -> None:
        async with ProcrastinateQueue(url, lost_after_s=LOST_AFTER_S).scheduling() as elected:
            await elected.defer([batch])
            assert await elected.recover() == 0, "nobody is lost"
            lose(url)
            assert await elected.recover() == 1
            assert await elected.live(WorkKind.POLL) == [WorkBatch(WorkKind.POLL, (1, 2, 3), losses=1)]
            lose(url)
            assert await elected.recover() == 3
            parts = [WorkBatch(WorkKind.POLL, (number,), losses=2) for number in (1, 2, 3)]
            assert await elected.live(WorkKind.POLL) == parts
            lose(url, begun=False)
            await elected.recover()
            assert await elected.live(WorkKind.POLL) == parts, "they had only waited for their turn"
            lose(url)
            await elected.recover()
            assert {part.losses for part in await elected.live(WorkKind.POLL)} == {3}

    asyncio.run(run())


def test_a_living_worker_keeps_what_takes_long(store: SqlStore, url: str) -> None:
    put_in_state(store, "a", WorkKind.WRITE)

    async def take_long(batch: WorkBatch) -> None:
        await asyncio.sleep(3 * LOST_AFTER_S)

    async def run() -> None:
        worker = Worker(url, take_long)
        async with worker.queue.scheduling() as elected, worker.running():
            await worker.has_done(1)
            await asyncio.sleep(2 * LOST_AFTER_S)
            assert await elected.recover() == 0
        assert len(worker.done) == 1

    asyncio.run(run())


def test_what_is_due_but_in_no_line_is_adopted(store: SqlStore, url: str) -> None:
    clock = SystemClock()
    article_id = put_in_state(store, "a", WorkKind.EXTRACT)
    put_in_state(store, "waiting", WorkKind.FETCH)
    run_sql(url, "DELETE FROM procrastinate_jobs")
    past = clock.now() - timedelta(minutes=5)
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE articles DISABLE TRIGGER nutgraf_article_moved")
        connection.execute("UPDATE articles SET due_at = %s", (past,))

    async def run() -> int:
        async with ProcrastinateQueue(url).scheduling() as elected:
            count = await elected.recover()
            assert await elected.live(WorkKind.EXTRACT) == [WorkBatch(WorkKind.EXTRACT, (article_id,))]
            assert await elected.recover() == 0, "it is in line now"
            return count

    assert asyncio.run(run()) == 1


def test_one_schedules_and_the_next_takes_over_when_it_is_cut_off(url: str) -> None:
    async def run() -> None:
        first, second = ProcrastinateQueue(url), ProcrastinateQueue(url)
        is_second_elected = asyncio.Event()

        async def wait_to_be_elected() -> None:
            async with second.scheduling() as elected:
                is_second_elected.set()
                await elected.defer([WorkBatch(WorkKind.POLL, (2,))])

        async with first.scheduling() as elected:
            waiting = asyncio.create_task(wait_to_be_elected())
            await elected.defer([WorkBatch(WorkKind.POLL, (1,))])
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(is_second_elected.wait(), 0.5)
            cut_off_all_but_this(url, keep_waiting=True)
            async with asyncio.timeout(10):
                await waiting
            with pytest.raises(StoreError):
                await elected.defer([WorkBatch(WorkKind.POLL, (3,))])

    asyncio.run(run())


def cut_off_all_but_this(url: str, *, keep_waiting: bool = False) -> None:
    """End the database's sessions, or those of them that wait for no lock."""
    with psycopg.connect(url, autocommit=True) as connection:
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        if keep_waiting:
            others += " AND wait_event_type IS DISTINCT FROM 'Lock'"
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")


def test_a_worker_outlives_the_end_of_its_sessions(store: SqlStore, url: str) -> None:
    async def run() -> None:
        worker = Worker(url)
        async with worker.running():
            first = await asyncio.to_thread(put_in_state, store, "a", WorkKind.EXTRACT)
            await worker.has_done(1)
            cut_off_all_but_this(url)
            second = await asyncio.to_thread(put_in_state, store, "b", WorkKind.EXTRACT)
            await worker.has_done(2)
            assert [batch.ids for batch in worker.done] == [(first,), (second,)]

    asyncio.run(run())


def test_the_queue_is_prepared_once_and_a_second_time_changes_nothing(url: str) -> None:
    prepare_queue(url)
    with psycopg.connect(url) as connection:
        applied = connection.execute("SELECT count(*) FROM nutgraf_queue_schema").fetchone()
    prepare_queue(url)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM nutgraf_queue_schema").fetchone() == applied
