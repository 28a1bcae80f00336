"""Where log lines go: standard error, for people or as JSON lines, each bounded and without secrets."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from nutgraf.adapters.recent_log import RECENT_LOG
from nutgraf.text.secrets import mask_secrets

MAX_VALUE_CHARS = 2_000
MAX_TRACEBACK_CHARS = 20_000
MAX_LIST_ITEMS = 100
_TRACEBACK = "exception"


def configure_log(*, level_name: str, as_json: bool) -> None:
    """Show what is at least as severe as `level_name` (debug, info, warning, error).

    RECENT_LOG keeps warnings anyway.
    """
    level = logging.getLevelNamesMapping()[level_name.upper()]
    renderer: structlog.typing.Processor
    if as_json:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            RECENT_LOG,
            _drop_below(level),
            harmless,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(min(level, logging.WARNING)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def harmless(logger: object, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor that bounds every value, masks secrets, and keeps each entry on one line but for a traceback.

    What a publisher wrote may stand in an error's message: it must not begin a line of its own nor steer a terminal.
    """
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _traceback(value) if key == _TRACEBACK else _text(value)
        elif isinstance(value, list | tuple):
            event[key] = [_text(str(item)) for item in value[:MAX_LIST_ITEMS]]
        elif not isinstance(value, int | float | None):
            event[key] = _text(str(value))
    return event


def _text(value: str) -> str:
    if value.isprintable() and value.isalnum():  # most are ids and names
        return value[:MAX_VALUE_CHARS]
    masked = mask_secrets(value[: 2 * MAX_VALUE_CHARS])[:MAX_VALUE_CHARS]
    return masked if masked.isprintable() else "".join(char if char.isprintable() else "�" for char in masked)


def _traceback(value: str) -> str:
    masked = mask_secrets(value[-MAX_TRACEBACK_CHARS:])  # what matters of it stands at its end
    return "".join(char if char.isprintable() or char == "\n" else "�" for char in masked)


def _drop_below(level: int) -> structlog.typing.Processor:
    """A processor that lets pass what is to be printed; RECENT_LOG has seen the rest."""
    levels = logging.getLevelNamesMapping()

    def drop(logger: object, name: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
        if levels.get(str(event.get("level", "")).upper(), level) < level:
            raise structlog.DropEvent
        return event

    return drop
