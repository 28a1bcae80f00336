"""One request at a time per origin, with a gap."""

from __future__ import annotations

import asyncio

import pytest

from fakes import FakeClock
from nutgraf.adapters.http.turns import SWEEP_FROM_ORIGINS, OriginTurns
from nutgraf.errors import Timeout


def test_one_origin_is_visited_by_one_at_a_time_in_order_with_the_gap_between():
    clock = FakeClock()
    turns = OriginTurns(clock, gap_s=1.5, wait_s=60)
    visits, present = [], []

    async def visit(number):
        async with turns.take("https://a.example", url=""):
            present.append(number)
            assert present == [number]
            await asyncio.sleep(0)
            visits.append((number, clock.now()))
            present.remove(number)

    async def main():
        await asyncio.gather(*map(visit, range(4)))

    asyncio.run(main())
    assert [number for number, _ in visits] == [0, 1, 2, 3]
    assert clock.slept_s == [1.5, 1.5, 1.5]


def test_origins_do_not_wait_for_each_other():
    clock = FakeClock()
    turns = OriginTurns(clock, gap_s=1.0, wait_s=60)

    async def main():
        async with (
            turns.take("https://a.example", url=""),
            turns.take("https://b.example", url=""),
            turns.take("http://a.example", url=""),
        ):
            pass

    asyncio.run(main())
    assert clock.slept_s == []


def test_no_gap_where_enough_time_has_passed_or_the_holder_waives_it():
    clock = FakeClock()
    turns = OriginTurns(clock, gap_s=1.0, wait_s=60)

    async def visit(*, gap_s=None):
        async with turns.take("https://a.example", url="") as turn:
            if gap_s is not None:
                turn.gap_s = gap_s

    async def main():
        await visit()
        clock.advance(0.75)
        await visit(gap_s=0.0)
        await visit()
        clock.advance(5)
        await visit()

    asyncio.run(main())
    assert clock.slept_s == [0.25]


def test_a_clock_set_back_delays_by_one_gap_only():
    clock = FakeClock()
    turns = OriginTurns(clock, gap_s=1.0, wait_s=60)

    async def main():
        async with turns.take("https://a.example", url=""):
            pass
        clock.advance(-3600)
        async with turns.take("https://a.example", url=""):
            pass

    asyncio.run(main())
    assert clock.slept_s == [1.0]


def test_waiting_for_others_ends_and_a_failed_or_cancelled_visit_frees_the_turn():
    turns = OriginTurns(FakeClock(), gap_s=0.0, wait_s=0.05)

    async def main():
        async with turns.take("https://a.example", url="https://a.example/1"):
            with pytest.raises(Timeout) as caught:
                async with turns.take("https://a.example", url="https://a.example/2"):
                    raise AssertionError("two at once")
        assert (caught.value.code, caught.value.url) == ("host_busy", "https://a.example/2")
        with pytest.raises(ValueError, match="broken"):
            async with turns.take("https://a.example", url=""):
                raise ValueError("broken")
        async with turns.take("https://a.example", url=""):
            waiting = asyncio.create_task(turns.take("https://a.example", url="").__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
        async with turns.take("https://a.example", url=""):
            return True

    assert asyncio.run(main())


def test_origins_visited_long_ago_are_forgotten():
    clock = FakeClock()
    turns = OriginTurns(clock, gap_s=1.0, wait_s=60)

    async def main():
        for number in range(5 * SWEEP_FROM_ORIGINS):
            async with turns.take(f"https://n{number}.example", url=""):
                clock.advance(0.5)

    asyncio.run(main())
    assert len(turns._turns) <= SWEEP_FROM_ORIGINS + 1
