"""Leases of origins in PostgreSQL: one request at a time to a host, and its gap, across all workers.

Requests that come while a statement is under way go into the next one together, so that leases cost one statement for
many hosts when there is much to do. The database's clock alone decides.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import psycopg_pool
import structlog
from structlog.contextvars import unbind_contextvars

from nutgraf.adapters.queue.postgres_schema import connection_info
from nutgraf.errors import StoreError

ANSWER_WITHIN_S = 15.0
MAX_ORIGIN_CHARS = 300
SHORTEST_WAIT_S, LONGEST_WAIT_S = 0.02, 0.5
_MARGIN_S = 5.0

# Rows are locked in the order of their keys, in all statements, so that no two processes wait for each other crosswise.
_ACQUIRE = """
INSERT INTO host_leases AS lease (origin, holder, held_until)
SELECT wanted.origin, %(holder)s, clock_timestamp() + make_interval(secs => %(held_s)s)
FROM unnest(%(origins)s::text[]) AS wanted(origin) ORDER BY wanted.origin
ON CONFLICT (origin) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
WHERE lease.held_until <= clock_timestamp()
RETURNING origin
"""
_ENDS = """
SELECT origin, extract(epoch FROM held_until - clock_timestamp())::float8 FROM host_leases WHERE origin = ANY(%s)
"""
_RELEASE = """
WITH given_back AS (
    SELECT lease.origin, back.gap_s FROM host_leases AS lease
    JOIN unnest(%(origins)s::text[], %(gaps_s)s::float8[]) AS back(origin, gap_s) ON back.origin = lease.origin
    WHERE lease.holder = %(holder)s ORDER BY lease.origin FOR UPDATE OF lease
)
UPDATE host_leases AS lease SET held_until = clock_timestamp() + make_interval(secs => given_back.gap_s)
FROM given_back WHERE lease.origin = given_back.origin
"""

log = structlog.get_logger(__name__)


class PostgresHostLeases:
    """Implements `ports.HostLeases`. `longest_request_s` bounds one request; a lease ends by itself a little later.

    Make it anywhere, use it in one event loop, close it there. An origin may be wanted once at a time.
    """

    def __init__(self, url: str, *, longest_request_s: float) -> None:
        self._conninfo = connection_info(url)
        self._held_s = longest_request_s + _MARGIN_S
        self._holder = uuid4().hex
        self._pool: psycopg_pool.AsyncConnectionPool[Any] | None = None
        self._wanted: dict[str, asyncio.Future[float]] = {}
        self._given_back: dict[str, tuple[float, asyncio.Future[float]]] = {}
        self._working: asyncio.Task[None] | None = None

    async def acquire(self, origin: str) -> float:
        """0 where this process may ask now; else the seconds after which to try again. Raises StoreError."""
        answer: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        key = origin[:MAX_ORIGIN_CHARS]
        self._wanted[key] = answer
        self._work()
        try:
            return await answer
        except asyncio.CancelledError:  # not asked for yet: then it must not be, for nobody would give it back
            if self._wanted.get(key) is answer:
                del self._wanted[key]
            raise

    async def release(self, origin: str, *, gap_s: float) -> None:
        """Let others ask after `gap_s`. Never raises: a lease that cannot be given back ends by itself."""
        done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._given_back[origin[:MAX_ORIGIN_CHARS]] = gap_s, done
        self._work()
        with contextlib.suppress(StoreError):
            await done

    async def close(self) -> None:
        """Give back what was to be given back, and release connections. Idempotent."""
        if self._working is not None:
            await asyncio.gather(self._working, return_exceptions=True)
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.close()

    def _work(self) -> None:
        if self._working is None:
            self._working = asyncio.create_task(self._work_through())

    async def _work_through(self) -> None:
        unbind_contextvars("article", "feed", "job")  # of whoever came first; this is for all
        try:
            while self._wanted or self._given_back:
                wanted, self._wanted = self._wanted, {}
                given_back, self._given_back = self._given_back, {}
                waiting = [*wanted.values(), *(done for _, done in given_back.values())]
                try:
                    async with asyncio.timeout(ANSWER_WITHIN_S):
                        await self._exchange(wanted, given_back)
                except Exception as error:  # whatever it is, those who wait must hear of it
                    log.warning("no_host_leases", error=str(error))
                    gone = StoreError("The database does not answer.", code="database_gone", retryable=True)
                    for future in waiting:
                        if not future.done():
                            future.set_exception(gone)
        finally:
            self._working = None

    async def _exchange(
        self, wanted: dict[str, asyncio.Future[float]], given_back: dict[str, tuple[float, asyncio.Future[float]]]
    ) -> None:
        if self._pool is None:
            self._pool = psycopg_pool.AsyncConnectionPool(
                self._conninfo,
                min_size=1,
                max_size=1,
                open=False,
                kwargs={"autocommit": True},
                check=psycopg_pool.AsyncConnectionPool.check_connection,
            )
            await self._pool.open()
        async with self._pool.connection() as connection:
            if given_back:
                origins = list(given_back)
                gaps_s = [given_back[origin][0] for origin in origins]
                values = {"holder": self._holder, "origins": origins, "gaps_s": gaps_s}
                await connection.execute(_RELEASE, values)
                for _, done in given_back.values():
                    _tell(done, 0.0)
            if wanted:
                await self._acquire(connection, wanted)

    async def _acquire(self, connection: Any, wanted: dict[str, asyncio.Future[float]]) -> None:
        origins: Sequence[str] = list(wanted)
        cursor = await connection.execute(
            _ACQUIRE, {"holder": self._holder, "held_s": self._held_s, "origins": origins}
        )
        ours = {row[0] for row in await cursor.fetchall()}
        waits_s = {}
        if taken := [origin for origin in origins if origin not in ours]:
            cursor = await connection.execute(_ENDS, (taken,))
            waits_s = {
                origin: min(max(SHORTEST_WAIT_S, wait_s), LONGEST_WAIT_S) for origin, wait_s in await cursor.fetchall()
            }
        for origin, answer in wanted.items():
            _tell(answer, 0.0 if origin in ours else waits_s.get(origin, SHORTEST_WAIT_S))


def _tell(future: asyncio.Future[float], value: float) -> None:
    if not future.done():  # whoever waited was cancelled
        future.set_result(value)
