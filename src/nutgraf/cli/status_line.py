"""A line on standard error that says what is happening, for anything longer than a second."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from types import TracebackType

_TERMINAL_EVERY_S = 0.2
_FILE_EVERY_S = 2.0


class StatusLine:
    """Shows `describe()` from `start()` to the end of the block.

    On a terminal the line is rewritten in place; elsewhere each change is a line of its own.
    """

    def __init__(self, describe: Callable[[], str]) -> None:
        self._describe = describe
        self._is_terminal = sys.stderr.isatty()
        self._shown = ""
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> StatusLine:
        return self

    def start(self) -> None:
        """Begin to show; call it inside the event loop."""
        self._task = asyncio.create_task(self._keep_showing())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._show()
            if self._is_terminal:
                sys.stderr.write("\n")

    async def _keep_showing(self) -> None:
        while True:
            self._show()
            await asyncio.sleep(_TERMINAL_EVERY_S if self._is_terminal else _FILE_EVERY_S)

    def _show(self) -> None:
        text = self._describe()
        if text == self._shown:
            return
        if self._is_terminal:
            sys.stderr.write("\r\x1b[2K" + text)
        else:
            sys.stderr.write(text + "\n")
        sys.stderr.flush()
        self._shown = text
