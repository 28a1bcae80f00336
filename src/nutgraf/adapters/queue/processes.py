"""The StageRunner whose stages run in processes: killed when they hang, outgrow their memory or die; then replaced."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections.abc import Mapping
from typing import Any, cast

from nutgraf.adapters.queue import worker as worker_module
from nutgraf.adapters.queue.worker import FRAME_HEADER, MAX_RESULT_BYTES, frame
from nutgraf.errors import ConfigError, NutgrafError, SourceError, Timeout

MEMORY_LIMIT_BYTES = 1024**3
TASKS_PER_WORKER = 10_000  # a new worker imports for a second, as long as parsing a thousand feeds takes
START_TIMEOUT_S = 60.0
# nothing else of the parent's environment (passwords, keys) reaches a process that reads hostile input
PASSED_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "LD_LIBRARY_PATH")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


class ProcessStageRunner:
    """Implements `ports.StageRunner` over worker processes, each of which runs one task at a time.

    `tasks` maps names to `module:function`. Workers start when first needed (or by `start()`), `workers` at most, and
    are replaced after `tasks_per_worker` tasks. `memory_limit_bytes` bounds a worker's address space.
    Use it in one event loop.
    """

    def __init__(
        self,
        tasks: Mapping[str, str],
        *,
        workers: int | None = None,
        memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
        tasks_per_worker: int = TASKS_PER_WORKER,
    ) -> None:
        self._tasks = dict(tasks)
        self._worker_count = workers or os.cpu_count() or 1
        self._memory_limit_bytes = memory_limit_bytes
        self._tasks_per_worker = tasks_per_worker
        self._turns = asyncio.Semaphore(self._worker_count)
        self._idle: list[_Worker] = []
        self._living: set[_Worker] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def start(self) -> None:
        """Start every worker now, so that the first tasks need not wait for imports. Raises ConfigError."""
        self._idle += await asyncio.gather(*(self._start_worker() for _ in range(self._worker_count - len(self._idle))))

    async def run(self, task: str, *args: Any, timeout_s: float) -> Any:
        """Run the task registered as `task`; arguments and result must pickle.

        `timeout_s` counts from when a worker takes the task. Raises what the task raises (NutgrafError), Timeout
        (code `stage_timeout`), or SourceError with code `crashed`, `out_of_memory`, `stage_failed` or `closed`.
        """
        target = self._tasks.get(task)
        if target is None:
            raise ConfigError(f"There is no stage named “{task}”.")
        message = frame((target, args, timeout_s))
        async with self._turns:
            worker = self._take_idle() or await self._start_worker()
            try:
                outcome = await worker.call(message, timeout_s=timeout_s)
            except TimeoutError:
                raise Timeout(f"The stage “{task}” took over {timeout_s:g} s.", code="stage_timeout") from None
            except (EOFError, OSError):
                raise self._death(task) from None
            else:
                if outcome[0] != "out_of_memory" and worker.tasks_done < self._tasks_per_worker:
                    self._keep(worker)
            finally:
                if worker not in self._idle:
                    self._end(worker)
        return outcome_value(task, outcome)

    async def close(self) -> None:
        """Kill all processes; tasks under way fail with code `closed`. Idempotent."""
        self._is_closed = True
        self._idle.clear()
        for worker in list(self._living):
            self._end(worker)
        await asyncio.gather(*self._ending)

    async def _start_worker(self) -> _Worker:
        if self._is_closed:
            raise _closed()
        worker = _Worker()
        self._living.add(worker)
        try:
            setup = (os.getpid(), tuple(sys.path), tuple(self._tasks.values()), self._memory_limit_bytes)
            kind, detail = await worker.start(frame(setup))
        except (EOFError, OSError, TimeoutError) as exc:
            self._end(worker)
            if self._is_closed:
                raise _closed() from exc
            raise SourceError("A stage process could not be started.", code="crashed", retryable=True) from exc
        except BaseException:
            self._end(worker)
            raise
        if kind != "ready":
            self._end(worker)
            raise ConfigError(f"The stages cannot be loaded: {detail[0]}")
        return worker

    def _take_idle(self) -> _Worker | None:
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            self._end(worker)
        return None

    def _keep(self, worker: _Worker) -> None:
        if not self._is_closed:
            self._idle.append(worker)

    def _end(self, worker: _Worker) -> None:
        if worker in self._living:
            self._living.discard(worker)
            worker.kill()
            ending = asyncio.create_task(worker.ended())
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    def _death(self, task: str) -> SourceError:
        if self._is_closed:
            return _closed()
        return SourceError(f"The process of the stage “{task}” died.", code="crashed", retryable=True)


class _Worker:
    """One process and its pipes."""

    def __init__(self) -> None:
        self.tasks_done = 0
        self._pipes = _Pipes()
        self._transport: asyncio.SubprocessTransport | None = None

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended; asks the system, since the event loop hears of a death only later."""
        if self._transport is None or self._transport.get_returncode() is not None:
            return False
        try:
            return os.waitid(os.P_PID, self._transport.get_pid(), os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        except ChildProcessError:  # reaped meanwhile
            return False

    async def start(self, setup: bytes) -> tuple[str, Any]:
        """Start the process; its first answer says whether it could import everything."""
        environment = {name: os.environ[name] for name in PASSED_ENVIRONMENT if name in os.environ}
        self._transport, _ = await asyncio.get_running_loop().subprocess_exec(
            lambda: self._pipes,
            sys.executable,
            "-I",
            worker_module.__file__,
            stderr=None,
            env=environment | ONE_THREAD,
            start_new_session=True,  # a terminal's Ctrl-C goes to the parent alone
        )
        return await self._ask(setup, timeout_s=START_TIMEOUT_S)

    async def call(self, message: bytes, *, timeout_s: float) -> tuple[str, Any]:
        """Send a task and wait for its outcome. Raises TimeoutError, EOFError or OSError; then kill it."""
        outcome = await self._ask(message, timeout_s=timeout_s)
        self.tasks_done += 1
        return outcome

    def kill(self) -> None:
        """End the process at once."""
        if self._transport is not None:
            self._transport.close()

    async def ended(self) -> None:
        """Wait until the killed process and its pipes are gone."""
        if self._transport is not None:
            await self._pipes.ended

    async def _ask(self, message: bytes, *, timeout_s: float) -> tuple[str, Any]:
        assert self._transport
        stdin = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))
        async with asyncio.timeout(timeout_s):
            answer = self._pipes.expect_frame()
            stdin.write(message)
            data = await answer
        outcome: tuple[str, Any] = pickle.loads(data)  # noqa: S301 - our own child, running our own code
        return outcome


class _Pipes(asyncio.SubprocessProtocol):
    """Gathers the frames that a worker sends."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = loop.create_future()
        self._answer: asyncio.Future[bytes] = loop.create_future()
        self._received = bytearray()
        self._is_broken = False

    def expect_frame(self) -> asyncio.Future[bytes]:
        """The next frame's pickle; EOFError where the process ends first."""
        self._answer = asyncio.get_running_loop().create_future()
        if self._is_broken:
            self._answer.set_exception(EOFError())
        return self._answer

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        """Collect; the worker answers once per task, so that a frame's end is the data's end."""
        assert isinstance(data, bytes)
        self._received += data
        if len(self._received) < FRAME_HEADER.size:
            return
        (length,) = FRAME_HEADER.unpack_from(self._received)
        if length > 2 * MAX_RESULT_BYTES:  # no worker of ours says that
            self._break()
        elif len(self._received) >= FRAME_HEADER.size + length and not self._answer.done():
            self._answer.set_result(bytes(memoryview(self._received)[FRAME_HEADER.size :]))
            self._received = bytearray()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """A pipe closed: no answer will come."""
        self._break()

    def process_exited(self) -> None:
        """The process is gone: no answer will come."""
        self._break()

    def connection_lost(self, exc: Exception | None) -> None:
        """The process and its pipes are all gone."""
        if not self.ended.done():
            self.ended.set_result(None)

    def _break(self) -> None:
        self._is_broken = True
        self._received = bytearray()
        if not self._answer.done():
            self._answer.set_exception(EOFError())


def outcome_value(task: str, outcome: tuple[str, Any]) -> Any:
    """A task's result from its `worker.run_task` outcome, or its error raised."""
    kind, detail = outcome
    if kind == "result":
        return detail
    if kind == "error":
        raise _rebuild(*detail)
    if kind == "out_of_memory":
        raise SourceError(f"The stage “{task}” needed too much memory.", code="out_of_memory", retryable=False)
    summary, trace = detail
    error = SourceError(f"The stage “{task}” failed: {summary}", code="stage_failed", retryable=False)
    if trace:
        error.add_note(trace)
    raise error


def _rebuild(kind: type[NutgrafError], args: tuple[Any, ...], attributes: dict[str, Any]) -> NutgrafError:
    """The error as it was raised; its own pickling would call an __init__ whose arguments it does not know."""
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(attributes)
    return error


def _closed() -> SourceError:
    return SourceError("The stage processes have been shut down.", code="closed", retryable=True)
