"""One request at a time per origin, with a gap between two: the manners of a single polite visitor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nutgraf.errors import Timeout
from nutgraf.ports import Clock, HostLeases

SWEEP_FROM_ORIGINS = 1_024


@dataclass(slots=True, eq=False)
class Turn:
    """An origin's queue. The holder may change `gap_s`, the pause after its request, before leaving."""

    gap_s: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: datetime | None = None
    wanted_by: int = 0


class OriginTurns:
    """Gives out turns, first come first served; memory is bound to the origins that were visited within their gap."""

    def __init__(self, clock: Clock, *, gap_s: float, wait_s: float) -> None:
        self._clock = clock
        self._gap_s = gap_s
        self._wait_s = wait_s
        self._turns: dict[str, Turn] = {}
        self._sweep_above = SWEEP_FROM_ORIGINS

    @asynccontextmanager
    async def take(self, origin: str, *, url: str, check: Callable[[], None] = lambda: None) -> AsyncIterator[Turn]:
        """Hold the origin's turn. Raises Timeout (code `host_busy`) after waiting too long for the others.

        `check` is called when the turn has come but before the gap is waited for: what it raises costs no gap.
        """
        turn = self._turns.setdefault(origin, Turn(self._gap_s))
        turn.wanted_by += 1
        try:
            try:
                if turn.wanted_by == 1:  # it is free; wait_for would make a task to find that out
                    await turn.lock.acquire()
                else:
                    await asyncio.wait_for(turn.lock.acquire(), self._wait_s)
            except TimeoutError:
                raise Timeout("Too many requests to this site are waiting.", url=url, code="host_busy") from None
            try:
                check()
                await self._pause(turn)
                turn.gap_s = self._gap_s
                try:
                    yield turn
                finally:
                    turn.free_at = self._clock.now() + timedelta(seconds=turn.gap_s)
            finally:
                turn.lock.release()
        finally:
            turn.wanted_by -= 1
            self._forget_idle(origin, turn)

    async def _pause(self, turn: Turn) -> None:
        if turn.free_at is not None:
            wait_s = (turn.free_at - self._clock.now()).total_seconds()
            if wait_s > 0:
                await self._clock.sleep(min(wait_s, self._gap_s))  # a clock set back must not stop us for long

    def _forget_idle(self, origin: str, turn: Turn) -> None:
        if not turn.wanted_by and turn.gap_s == 0:
            self._turns.pop(origin, None)
        elif len(self._turns) > self._sweep_above:
            now = self._clock.now()
            self._turns = {
                key: kept
                for key, kept in self._turns.items()
                if kept.wanted_by or (kept.free_at and kept.free_at > now)
            }
            self._sweep_above = max(SWEEP_FROM_ORIGINS, 2 * len(self._turns))


@asynccontextmanager
async def leased(
    leases: HostLeases | None, turn: Turn, origin: str, *, url: str, wait_s: float, clock: Clock
) -> AsyncIterator[None]:
    """Hold the origin among all processes, in one's own turn. Raises Timeout (`host_busy`), StoreError."""
    if leases is None:
        yield
        return
    try:
        waited_s = 0.0
        while pause_s := await leases.acquire(origin):
            if waited_s >= wait_s:
                raise Timeout("Too many requests to this site are waiting.", url=url, code="host_busy")
            await clock.sleep(pause_s)
            waited_s += pause_s
        yield
    finally:
        await asyncio.shield(leases.release(origin, gap_s=turn.gap_s))
