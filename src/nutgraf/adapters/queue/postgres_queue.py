"""The WorkQueue on PostgreSQL: lines, locks and notifications by Procrastinate, in the database of the store.

Procrastinate's Worker gives out jobs. Beats of its heart, and what lost workers leave behind, are kept here: its own
beat stops for good, unnoticed, when the database was away for a moment, and its jobs would be taken from a living
worker.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any

import procrastinate
import psycopg
import psycopg_pool
import structlog
from procrastinate import exceptions, jobs, retry
from procrastinate.worker import Worker
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from structlog.contextvars import bound_contextvars

from nutgraf.adapters.queue.postgres_schema import connection_info
from nutgraf.domain.work import WorkBatch, WorkKind
from nutgraf.errors import NutgrafError, StoreError

LOST_AFTER_S = 20.0
HEARTBEATS_BEFORE_LOST = 4
LOOK_EVERY_S = 1.0
"""How often a worker looks for jobs of which no notification came: those whose time has come."""
RECONNECT_AFTER_S = 2.0
ANSWER_WITHIN_S = 15.0
"""An elected scheduler whose connection says nothing for so long takes itself for no longer elected."""
ADOPT_AFTER_S = 30.0
LONGEST_RETRY_S = 300
MAX_CONNECTIONS = 6
SUSPECT_FROM_LOSSES = 2
"""From so many losses on an item is done alone, and only a loss while it is being done counts against it."""

_ELECTION = 0x6E757467656C65  # "nutgele"
_PRIORITIES = {WorkKind.WRITE: 30, WorkKind.EXTRACT: 20, WorkKind.FETCH: 10, WorkKind.POLL: 5}
_POSTPONED = 4
_NO_HEARTBEAT_S = 10**9

_BEGIN = "UPDATE procrastinate_jobs SET args = args || '{\"has_begun\": true}' WHERE id = %s AND status = 'doing'"
_BEAT = "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = ANY(%s)"
_LIVE = "SELECT args FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing')"
_WAITING = (
    "SELECT queue_name, count(*) AS number FROM procrastinate_jobs"
    " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) GROUP BY queue_name"
)
_DEFER = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING"
)
_LOST = (
    "SELECT id, task_name, queueing_lock, args FROM procrastinate_jobs AS job WHERE status = 'doing' AND NOT EXISTS ("
    "SELECT 1 FROM procrastinate_workers AS worker WHERE worker.id = job.worker_id"
    " AND worker.last_heartbeat > now() - make_interval(secs => %s)) FOR UPDATE OF job SKIP LOCKED"
)
_FORGET_WORKERS = "DELETE FROM procrastinate_workers WHERE last_heartbeat < now() - make_interval(secs => %s)"
_ADOPT = (
    "SELECT count(nutgraf_put_in_line(id, state, due_at)) AS number FROM articles WHERE due_at IS NOT NULL"
    " AND state IN ('fetched', 'extracted', 'written') AND due_at < now() - make_interval(secs => %s)"
    " AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs AS job WHERE job.queueing_lock = 'article:' || articles.id"
    " AND job.status IN ('todo', 'doing'))"
)
_FORGET_LEASES = "DELETE FROM host_leases WHERE held_until < now() - interval '1 hour'"

log = structlog.get_logger(__name__)
logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # what matters of it is said here


class ProcrastinateQueue:
    """Implements `ports.WorkQueue`. Make it anywhere, use it in one event loop, close it there.

    A worker that gives no sign of life for `lost_after_s` is lost.
    """

    def __init__(self, url: str, *, lost_after_s: float = LOST_AFTER_S) -> None:
        self._lost_after_s = lost_after_s
        self._suspects = asyncio.Lock()
        self._conninfo = connection_info(url)
        self._app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(
                conninfo=self._conninfo, min_size=1, max_size=MAX_CONNECTIONS, timeout=ANSWER_WITHIN_S
            )
        )
        self._perform: Callable[[WorkBatch], Awaitable[None]] | None = None
        for kind in WorkKind:
            self._app.task(name=_task_name(kind), queue=kind.value, retry=_Retries(), pass_context=True)(self._do)
        self._workers: set[Worker] = set()
        self._opening = asyncio.Lock()
        self._is_open = False

    async def run(
        self,
        perform: Callable[[WorkBatch], Awaitable[None]],
        *,
        places: dict[tuple[WorkKind, ...], int],
        stop: asyncio.Event,
        grace_s: float,
    ) -> None:
        """Give out batches until `stop` is set; see the port."""
        self._perform = perform
        beating = asyncio.create_task(self._beat_forever())
        try:
            await asyncio.gather(*(self._work(kinds, count, stop, grace_s) for kinds, count in places.items()))
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _work(self, kinds: tuple[WorkKind, ...], count: int, stop: asyncio.Event, grace_s: float) -> None:
        while not stop.is_set():
            try:
                await self._open()
                await self._work_until_it_fails(kinds, count, stop, grace_s)
            except (exceptions.ConnectorException, psycopg.Error, psycopg_pool.PoolTimeout) as error:
                log.warning("queue_away", error=str(error.__cause__ or error))
            if not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), RECONNECT_AFTER_S)

    async def _work_until_it_fails(
        self, kinds: tuple[WorkKind, ...], count: int, stop: asyncio.Event, grace_s: float
    ) -> None:
        worker = Worker(
            self._app,
            queues=[kind.value for kind in kinds],
            concurrency=count,
            fetch_job_polling_interval=LOOK_EVERY_S,
            abort_job_polling_interval=3_600.0,
            shutdown_graceful_timeout=grace_s,
            delete_jobs=jobs.DeleteJobCondition.ALWAYS,
            install_signal_handlers=False,
            update_heartbeat_interval=_NO_HEARTBEAT_S,
            stalled_worker_timeout=self._lost_after_s * 10,  # when it starts; the scheduler looks all the time
        )
        running = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
        stopping = asyncio.create_task(stop.wait())
        self._workers.add(worker)
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            worker.stop()  # type: ignore[no-untyped-call]
            await running
        finally:
            stopping.cancel()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            self._workers.discard(worker)

    async def _do(self, context: procrastinate.JobContext, /, **args: Any) -> None:
        batch = _batch(context.job.task_name, args)
        with bound_contextvars(job=f"j{context.job.id}"):
            await self._do_batch(batch, context.job.id)

    async def _do_batch(self, batch: WorkBatch, job_id: int | None) -> None:
        assert self._perform is not None
        try:
            if batch.losses < SUSPECT_FROM_LOSSES:
                await self._perform(batch)
                return
            async with self._suspects:  # what ended several workers is done alone, so that it is known when it does it
                async with self._pool().connection() as connection:
                    await connection.execute(_BEGIN, (job_id,))
                await self._perform(batch)
        except NutgrafError as error:
            log.warning("batch_failed", kind=batch.kind.value, items=batch.marks, code=error.code, error=error.message)
            raise
        except Exception:
            log.exception("batch_broke", kind=batch.kind.value, items=batch.marks)
            raise

    async def _beat_forever(self) -> None:
        while True:
            await asyncio.sleep(self._lost_after_s / HEARTBEATS_BEFORE_LOST)
            if ids := [worker.worker_id for worker in self._workers if worker.worker_id is not None]:
                try:
                    async with asyncio.timeout(ANSWER_WITHIN_S), self._pool().connection() as connection:
                        await connection.execute(_BEAT, (ids,))
                except (psycopg.Error, psycopg_pool.PoolTimeout, TimeoutError, exceptions.AppNotOpen) as error:
                    log.warning("no_heartbeat", error=str(error))

    @contextlib.asynccontextmanager
    async def scheduling(self) -> AsyncIterator[ProcrastinateScheduling]:
        """Wait to be elected; the session that holds the lock is the one that schedules, and ends with it."""
        with _store_errors():
            connection = await psycopg.AsyncConnection.connect(
                self._conninfo,
                autocommit=True,
                connect_timeout=10,
                keepalives_idle=10,
                keepalives_interval=5,
                keepalives_count=2,
                row_factory=dict_row,
            )
        try:
            with _store_errors():
                await connection.execute("SELECT pg_advisory_lock(%s)", (_ELECTION,))
            yield ProcrastinateScheduling(connection, self._lost_after_s)
        finally:
            await connection.close()

    async def waiting(self) -> dict[WorkKind, int]:
        """Batches in each line that wait for a worker now."""
        await self._open()
        with _store_errors():
            async with self._pool().connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
                await cursor.execute(_WAITING)
                found = {row["queue_name"]: row["number"] for row in await cursor.fetchall()}
        return {kind: found.get(kind.value, 0) for kind in WorkKind}

    async def close(self) -> None:
        """Release connections. Idempotent."""
        if self._is_open:
            self._is_open = False
            await self._app.close_async()

    async def _open(self) -> None:
        async with self._opening:
            if not self._is_open:
                with _store_errors():
                    await self._app.open_async()
                self._is_open = True

    def _pool(self) -> psycopg_pool.AsyncConnectionPool[Any]:
        connector = self._app.connector
        assert isinstance(connector, procrastinate.PsycopgConnector)
        return connector.pool


class ProcrastinateScheduling:
    """Implements `ports.WorkScheduling` in the session that was elected."""

    def __init__(self, connection: psycopg.AsyncConnection[dict[str, Any]], lost_after_s: float) -> None:
        self._connection = connection
        self._lost_after_s = lost_after_s

    async def live(self, kind: WorkKind) -> list[WorkBatch]:
        """Batches that wait or are under way."""
        with _store_errors():
            async with asyncio.timeout(ANSWER_WITHIN_S):
                cursor = await self._connection.execute(_LIVE, (_task_name(kind),))
                return [_batch(_task_name(kind), row["args"]) for row in await cursor.fetchall()]

    async def defer(self, batches: Sequence[WorkBatch]) -> None:
        """Put batches in their line, all of them or none."""
        with _store_errors():
            async with (
                asyncio.timeout(ANSWER_WITHIN_S),
                self._connection.transaction(),
                self._connection.cursor() as cursor,
            ):
                await cursor.executemany(_DEFER, [_row(batch) for batch in batches])

    async def recover(self) -> int:
        """Put back what lost workers had, and due articles that are in no line; how many."""
        with _store_errors():
            async with asyncio.timeout(ANSWER_WITHIN_S), self._connection.transaction():
                cursor = await self._connection.execute(_LOST, (self._lost_after_s,))
                lost = await cursor.fetchall()
                rows = []
                for job in lost:
                    batch = _batch(job["task_name"], job["args"])
                    parts = _after_loss(batch, has_begun=job["args"].get("has_begun", False))
                    rows += [_row(part) for part in parts]
                    log.warning("batch_taken_over", kind=batch.kind.value, items=batch.marks, losses=parts[0].losses)
                if lost:
                    await self._connection.execute(
                        "DELETE FROM procrastinate_jobs WHERE id = ANY(%s)", ([job["id"] for job in lost],)
                    )
                    async with self._connection.cursor() as writing:
                        await writing.executemany(_DEFER, rows)
                await self._connection.execute(_FORGET_WORKERS, (self._lost_after_s * 3,))
                await self._connection.execute(_FORGET_LEASES)
                adopted = await (await self._connection.execute(_ADOPT, (ADOPT_AFTER_S,))).fetchone()
        return len(rows) + (adopted["number"] if adopted else 0)


class _Retries(retry.BaseRetryStrategy):
    """Work is never given up here: what cannot be done is set aside by the tasks themselves, with its reason."""

    def get_retry_decision(self, *, exception: BaseException, job: jobs.Job) -> retry.RetryDecision:
        """At once after a shutdown, else after a growing while."""
        if isinstance(exception, asyncio.CancelledError | exceptions.JobAborted):
            return retry.RetryDecision(retry_in={"seconds": 0})
        return retry.RetryDecision(retry_in={"seconds": min(2 ** min(job.attempts + 1, 10), LONGEST_RETRY_S)})


def _task_name(kind: WorkKind) -> str:
    return f"nutgraf.{kind.value}"


def _batch(task_name: str, args: dict[str, Any]) -> WorkBatch:
    return WorkBatch(
        WorkKind(task_name.removeprefix("nutgraf.")),
        tuple(args["ids"]),
        host=args.get("host", ""),
        losses=args.get("losses", 0),
        is_postponed=args.get("is_postponed", False),
    )


def _row(batch: WorkBatch) -> tuple[str, str, int, str | None, Jsonb]:
    args: dict[str, Any] = {"ids": list(batch.ids)}
    for name in ("host", "losses", "is_postponed"):
        if value := getattr(batch, name):
            args[name] = value
    is_article = batch.kind in (WorkKind.EXTRACT, WorkKind.WRITE) and len(batch.ids) == 1
    lock = f"article:{batch.ids[0]}" if is_article else None
    priority = _PRIORITIES[batch.kind] if not batch.is_postponed else _POSTPONED
    return batch.kind.value, _task_name(batch.kind), priority, lock, Jsonb(args)


def _after_loss(batch: WorkBatch, *, has_begun: bool) -> list[WorkBatch]:
    is_suspect = batch.losses >= SUSPECT_FROM_LOSSES
    losses = batch.losses + (has_begun if is_suspect else 1)
    groups = [(item,) for item in batch.ids] if losses >= SUSPECT_FROM_LOSSES else [batch.ids]
    return [WorkBatch(batch.kind, ids, batch.host, losses, batch.is_postponed) for ids in groups]


@contextlib.contextmanager
def _store_errors() -> Iterator[None]:
    """Errors of the driver and of Procrastinate as ours."""
    try:
        yield
    except (psycopg.Error, psycopg_pool.PoolTimeout, exceptions.ConnectorException, TimeoutError) as error:
        message = f"The work queue's database does not answer: {error.__cause__ or error}"
        raise StoreError(message, code="queue_away", retryable=True) from error
