"""Work that is spread over processes and machines: who does what, who may ask which host, who is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from nutgraf.domain.work import WorkBatch, WorkerRecord, WorkKind


class WorkScheduling(Protocol):
    """What only the elected scheduler does; every call raises StoreError once it is no longer the elected one."""

    async def live(self, kind: WorkKind) -> list[WorkBatch]:
        """Batches that wait or are under way."""
        ...

    async def defer(self, batches: Sequence[WorkBatch]) -> None:
        """Put batches in their line, all of them or none."""
        ...

    async def recover(self) -> int:
        """Put back what lost workers had, and what is due but in no line; how many batches.

        A batch that lost a second worker comes back item by item, each of which is then done alone, so that one item
        that ends its workers is found and its neighbours are not blamed.
        """
        ...


class WorkQueue(Protocol):
    """Lines of work in a database that many workers share.

    What an article's finished step makes due is in its line as soon as the step is stored, in the same transaction;
    what waits for its time or its host is put there by the scheduler.
    """

    async def run(
        self,
        perform: Callable[[WorkBatch], Awaitable[None]],
        *,
        places: dict[tuple[WorkKind, ...], int],
        stop: asyncio.Event,
        grace_s: float,
    ) -> None:
        """Give out batches to `perform` until `stop` is set: so many at once of each group of kinds.

        The kinds of a group share its places, the nearest to the reader first. A batch is given to one worker at a
        time, and again when `perform` raises (after a growing while) or its worker is lost. At the end what is under
        way has `grace_s` to finish; the rest is cancelled and given to others at once. A database that is away is
        waited for.
        """
        ...

    def scheduling(self) -> AbstractAsyncContextManager[WorkScheduling]:
        """Wait to be elected scheduler and stay so within the context; ends with StoreError where that is lost."""
        ...

    async def waiting(self) -> dict[WorkKind, int]:
        """Batches in each line that wait for a worker now, those under way not counted."""
        ...

    async def close(self) -> None:
        """Release connections. Idempotent."""
        ...


class HostLeases(Protocol):
    """Which process may send a request to an origin, among all processes of an installation."""

    async def acquire(self, origin: str) -> float:
        """0 where this process may ask now and until it releases; else the seconds after which to try again.

        A lease that is never released (its process was killed) ends by itself. Raises StoreError.
        """
        ...

    async def release(self, origin: str, *, gap_s: float) -> None:
        """Let others ask after `gap_s`. Never raises: a lease that cannot be given back ends by itself."""
        ...

    async def close(self) -> None:
        """Release connections. Idempotent."""
        ...


class WorkerStore(Protocol):
    """Running processes, as they report themselves."""

    def report_worker(self, worker: WorkerRecord) -> None:
        """Keep what a process says of itself; those silent for a day are forgotten."""
        ...

    def list_workers(self) -> list[WorkerRecord]:
        """Those that have reported, the longest running first; some may be lost (`WorkerRecord.is_lost`)."""
        ...

    def forget_worker(self, name: str) -> None:
        """A process has ended in order. Idempotent."""
        ...
