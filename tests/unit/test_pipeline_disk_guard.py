"""Fetching stops before the disk is full, and goes on by itself."""

from __future__ import annotations

import asyncio

from fakes import FakeClock
from nutgraf.pipeline.disk_guard import LOOK_EVERY, DiskGuard


class Disk:
    """A disk whose room is set by the test; None: it cannot be read."""

    def __init__(self, free_bytes: int | None) -> None:
        self.free_bytes = free_bytes
        self.looks = 0

    def __call__(self) -> int:
        self.looks += 1
        if self.free_bytes is None:
            raise OSError(5, "no such disk")
        return self.free_bytes


def later(clock: FakeClock) -> None:
    asyncio.run(clock.sleep(LOOK_EVERY.total_seconds()))


def test_fetching_stops_below_the_limit_and_goes_on_a_little_above_it() -> None:
    clock, disk = FakeClock(), Disk(2_000)
    guard = DiskGuard(free_bytes=disk, min_free_bytes=1_000, clock=clock)
    assert guard.allows_fetching()
    disk.free_bytes = 999
    assert guard.allows_fetching()  # it is not looked at again so soon
    later(clock)
    assert not guard.allows_fetching()
    assert (guard.state.is_low, guard.state.free_bytes) == (True, 999)
    disk.free_bytes = 1_050
    later(clock)
    assert not guard.allows_fetching()
    disk.free_bytes = 1_100
    later(clock)
    assert guard.allows_fetching()


def test_a_disk_that_is_full_at_the_start_stops_fetching_at_once() -> None:
    assert not DiskGuard(free_bytes=Disk(10), min_free_bytes=1_000, clock=FakeClock()).allows_fetching()


def test_a_disk_that_cannot_be_read_stops_nothing() -> None:
    assert DiskGuard(free_bytes=Disk(None), min_free_bytes=1_000, clock=FakeClock()).allows_fetching()


def test_without_a_limit_nothing_stops() -> None:
    assert DiskGuard(free_bytes=Disk(0), min_free_bytes=0, clock=FakeClock()).allows_fetching()
