"""A stage process: reads tasks from one pipe, answers on another, and can be killed at any moment.

Started by path (`python -I worker.py`), so it imports nothing of Nutgraf before its first message tells it where that
is. A frame is eight bytes of length (big-endian) and a pickle; the pipes are its parent's, whom it trusts.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import math
import os
import pickle
import resource
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

FRAME_HEADER = struct.Struct(">Q")
MAX_RESULT_BYTES = 64 * 1024**2
NICENESS = 5
OOM_SCORE = 800  # of -1000..1000: if the machine runs out of memory, a stage dies before the service does
PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


@dataclass(frozen=True, slots=True)
class Setup:
    """The first message, as plain values: where to import from, what, and how much memory there is."""

    parent_id: int
    import_path: tuple[str, ...]
    targets: tuple[str, ...]
    memory_limit_bytes: int


def load_target(target: str) -> Callable[..., Any]:
    """The function that `module:function` names. Raises ImportError or AttributeError."""
    module_name, _, function_name = target.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module_name), function_name)
    return function


def run_task(target: str, args: tuple[Any, ...]) -> tuple[str, Any]:
    """Run a task and describe its outcome in a tuple that pickles; see `processes.outcome_value` for the kinds."""
    try:
        return "result", load_target(target)(*args)
    except MemoryError:
        return "out_of_memory", None
    except (Exception, SystemExit) as exc:
        if hasattr(exc, "code") and hasattr(exc, "retryable"):  # a NutgrafError, which is not imported here
            return "error", (type(exc), exc.args, dict(exc.__dict__))
        return "failed", (f"{type(exc).__name__}: {exc}"[:500], traceback.format_exc(limit=-8)[:8_000])


def read_frame(source: BinaryIO) -> Any:
    """The next message. Raises EOFError when the other side is gone."""
    header = source.read(FRAME_HEADER.size)
    if len(header) < FRAME_HEADER.size:
        raise EOFError
    (length,) = FRAME_HEADER.unpack(header)
    return pickle.loads(source.read(length))  # noqa: S301 - our own parent


def frame(message: Any) -> bytes:
    """A message as bytes for the pipe."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return FRAME_HEADER.pack(len(data)) + data


def main() -> None:
    """Serve tasks until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle, and so is its own end
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    source, sink = _take_pipes()
    try:
        setup = Setup(*read_frame(source))
        _die_with_parent(setup.parent_id)
        _be_modest(setup.memory_limit_bytes)
        sys.path[:] = setup.import_path
        sink.write(frame(_import_targets(setup.targets)))
        while True:
            target, args, timeout_s = read_frame(source)
            _limit_cpu(timeout_s)
            sink.write(_answer(run_task(target, args)))
    except (EOFError, BrokenPipeError):
        os._exit(0)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for ourselves: whatever a task prints goes to stderr, and it finds nothing to read."""
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return source, sink


def _die_with_parent(parent_id: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_id:  # it died before we asked
        os._exit(0)


def _be_modest(memory_limit_bytes: int) -> None:
    os.nice(NICENESS)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write(str(OOM_SCORE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError):  # macOS knows the limit but does not take it
        resource.setrlimit(resource.RLIMIT_AS, (memory_limit_bytes, memory_limit_bytes))


def _limit_cpu(timeout_s: float) -> None:
    """A second line of defence: the kernel ends us should the parent have died without our noticing."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed_s = math.ceil(used.ru_utime + used.ru_stime + timeout_s) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (allowed_s, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _import_targets(targets: tuple[str, ...]) -> tuple[str, Any]:
    try:
        for target in targets:
            load_target(target)
    except Exception as exc:
        return "failed", (f"{type(exc).__name__}: {exc}"[:500], traceback.format_exc(limit=-8)[:8_000])
    return "ready", None


def _answer(outcome: tuple[str, Any]) -> bytes:
    try:
        answer = frame(outcome)
    except MemoryError:
        return frame(("out_of_memory", None))
    except Exception as exc:
        return frame(("failed", (f"the result does not pickle: {exc}"[:500], "")))
    if len(answer) > MAX_RESULT_BYTES:
        return frame(("failed", (f"the result has {len(answer):,} bytes", "")))
    return answer


if __name__ == "__main__":
    main()
