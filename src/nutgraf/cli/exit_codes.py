"""The one table from errors to exit codes."""

from __future__ import annotations

from nutgraf.errors import (
    ConfigError,
    ExtractError,
    FetchError,
    ModelError,
    NutgrafError,
    ParseError,
    StoreError,
)

INTERRUPTED = 130

_EXIT_CODES: tuple[tuple[type[NutgrafError], int], ...] = (
    (ConfigError, 3),
    (FetchError, 4),
    (ParseError, 5),
    (ExtractError, 6),
    (ModelError, 7),
    (StoreError, 8),
)


def exit_code_for(error: NutgrafError) -> int:
    """The exit code of an error's kind; 1 for a kind that has none."""
    return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), 1)
