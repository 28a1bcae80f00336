"""The StageRunner without processes, for one trusted item at a time: `nutgraf brief`, and tests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from nutgraf.adapters.queue.processes import outcome_value
from nutgraf.adapters.queue.worker import run_task
from nutgraf.errors import ConfigError, SourceError


class InlineStageRunner:
    """Implements `ports.StageRunner` in a thread. A task cannot be stopped there: `timeout_s` is not kept."""

    def __init__(self, tasks: Mapping[str, str]) -> None:
        self._tasks = dict(tasks)
        self._is_closed = False

    async def run(self, task: str, *args: Any, timeout_s: float) -> Any:
        """Run the task registered as `task`. Raises as `ProcessStageRunner.run` does, but for what needs a process."""
        target = self._tasks.get(task)
        if target is None:
            raise ConfigError(f"There is no stage named “{task}”.")
        if self._is_closed:
            raise SourceError("The stages have been shut down.", code="closed", retryable=True)
        return outcome_value(task, await asyncio.to_thread(run_task, target, args))

    async def close(self) -> None:
        """Take no more tasks. Idempotent."""
        self._is_closed = True
