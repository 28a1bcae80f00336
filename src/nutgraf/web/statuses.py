"""The one table from errors to HTTP statuses."""

from __future__ import annotations

from nutgraf.errors import (
    Blocked,
    ConfigError,
    Conflict,
    FetchError,
    ModelError,
    NotFound,
    NutgrafError,
    SourceError,
    StoreError,
    Timeout,
)

HTTP_STATUSES: dict[type[NutgrafError], int] = {
    ConfigError: 400,
    NotFound: 404,
    Conflict: 409,
    Blocked: 422,
    SourceError: 422,
    FetchError: 502,
    Timeout: 504,
    ModelError: 503,
    StoreError: 503,
}


def http_status(error: NutgrafError) -> int:
    """The status for an error: that of its nearest kind in the table, 500 for a kind that is not there."""
    for kind in type(error).__mro__:
        if kind in HTTP_STATUSES:
            return HTTP_STATUSES[kind]
    return 500
