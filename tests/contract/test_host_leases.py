"""One request at a time to an origin, and its gap, for all processes that share a database."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import pytest

from nutgraf.adapters.queue.host_leases import PostgresHostLeases
from nutgraf.errors import StoreError
from postgres_databases import run_sql

pytestmark = pytest.mark.postgres
ORIGIN = "https://press.example"


@pytest.fixture
def url(postgresql_url: str, migrated_postgresql: str) -> str:
    """A database with the schema; leases are all that these tests put into it."""
    run_sql(postgresql_url.replace("/postgres?", f"/{migrated_postgresql}?"), "TRUNCATE host_leases")
    return postgresql_url.replace("/postgres?", f"/{migrated_postgresql}?")


async def acquired(leases: PostgresHostLeases, origin: str = ORIGIN) -> None:
    async with asyncio.timeout(30):
        wait_s = 1.0
        while wait_s:
            wait_s = await leases.acquire(origin)
            await asyncio.sleep(wait_s)


def test_who_comes_second_waits_for_the_end_and_for_the_gap(url: str) -> None:
    async def run() -> None:
        first, second = (PostgresHostLeases(url, longest_request_s=30) for _ in range(2))
        assert await first.acquire(ORIGIN) == 0
        assert 0 < await second.acquire(ORIGIN) <= 0.5
        assert await second.acquire("https://other.example") == 0, "origins do not wait for each other"
        await second.release(ORIGIN, gap_s=0)  # not theirs to give back
        assert await second.acquire(ORIGIN) > 0
        released_at_s = time.monotonic()
        await first.release(ORIGIN, gap_s=0.3)
        await acquired(second)
        assert time.monotonic() - released_at_s >= 0.3
        await first.close()
        await second.close()

    asyncio.run(run())


def test_the_lease_of_a_killed_process_ends_by_itself(url: str) -> None:
    async def run() -> None:
        killed, other = PostgresHostLeases(url, longest_request_s=-4.5), PostgresHostLeases(url, longest_request_s=30)
        assert await killed.acquire(ORIGIN) == 0  # for half a second, with the margin of five
        assert await other.acquire(ORIGIN) > 0
        await acquired(other)
        await killed.close()
        await other.close()

    asyncio.run(run())


def test_many_processes_never_ask_one_origin_at_once(url: str) -> None:
    origins = [f"https://press{number}.example" for number in range(5)]
    present: Counter[str] = Counter()
    most: Counter[str] = Counter()

    async def ask(leases: PostgresHostLeases, origin: str) -> None:
        for _ in range(6):
            await acquired(leases, origin)
            present[origin] += 1
            most[origin] = max(most[origin], present[origin])
            await asyncio.sleep(0.005)
            present[origin] -= 1
            await leases.release(origin, gap_s=0)

    async def run() -> None:
        everyone = [PostgresHostLeases(url, longest_request_s=30) for _ in range(4)]
        await asyncio.gather(*(ask(leases, origin) for leases in everyone for origin in origins))
        for leases in everyone:
            await leases.close()

    asyncio.run(run())
    assert most == Counter(origins)


def test_one_who_no_longer_waits_leaves_no_lease_behind(url: str) -> None:
    async def run() -> None:
        leases, other = PostgresHostLeases(url, longest_request_s=30), PostgresHostLeases(url, longest_request_s=30)
        assert await leases.acquire("https://warm.example") == 0  # so that the connection is there
        under_way = asyncio.create_task(leases.acquire("https://a.example"))
        in_line = asyncio.create_task(leases.acquire(ORIGIN))
        await asyncio.sleep(0)
        in_line.cancel()
        await asyncio.gather(in_line, return_exceptions=True)
        await leases.release(ORIGIN, gap_s=0)  # as whoever asked always does
        await under_way
        assert await other.acquire(ORIGIN) == 0
        await leases.close()
        await other.close()

    asyncio.run(run())


def test_a_database_that_is_away_is_an_error_in_time(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nutgraf.adapters.queue.host_leases.ANSWER_WITHIN_S", 1.0)

    async def run() -> None:
        leases = PostgresHostLeases("postgresql://nobody@127.0.0.1:1/nothing", longest_request_s=30)
        with pytest.raises(StoreError) as raised:
            await leases.acquire(ORIGIN)
        assert raised.value.code == "database_gone"
        await leases.release(ORIGIN, gap_s=1)
        await leases.close()

    asyncio.run(run())
