"""Whatever goes wrong beneath a call, as an error of our own tree, in words for a person and without any secret."""

from __future__ import annotations

import math

import httpx2
from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelTimeoutError,
    UserError,
)

from nutgraf.adapters.llm.options import ModelOptions
from nutgraf.errors import BadOutput, ModelError, Unavailable
from nutgraf.text.secrets import MASK

REQUEST_REFUSED = "model_request_refused"
"""The host takes no such request: another way to ask for the answer's shape may do."""

LONGEST_RETRY_AFTER_S = 24 * 3_600.0
_MAX_QUOTED_CHARS = 200
_MAX_CAUSES = 12
_BUSY_STATUSES = frozenset({429, 529})
_PASSING_STATUSES = frozenset({408, 409, 425})


def model_error(error: BaseException, options: ModelOptions) -> ModelError:
    """The error of our tree for anything that a provider's package raised during a call."""
    causes = _causes(error)
    own = next((cause for cause in causes if isinstance(cause, ModelError)), None)
    if own is not None:
        return own
    if any(isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout) for cause in causes):
        return Unavailable(f"The model's host {options.host} cannot be reached.", code="model_unreachable")
    if isinstance(error, ModelHTTPError):
        return _status_error(error, options)
    if isinstance(error, TimeoutError | ModelTimeoutError | httpx2.TimeoutException):
        return timed_out(options)
    if isinstance(error, ModelConnectionError | httpx2.TransportError):
        message = f"The model's host {options.host} ended the connection before it had answered."
        return Unavailable(message, code="model_hung_up")
    if isinstance(error, UserError):
        message = f"The model {options.name} is not known to take an answer's shape this way."
        return Unavailable(message, code=REQUEST_REFUSED, retryable=False)
    message = f"The model's host {options.host} sent something that is no answer of a model."
    return BadOutput(message, code="model_bad_answer", retryable=isinstance(error, ModelAPIError))


def timed_out(options: ModelOptions) -> Unavailable:
    """No whole answer came in time."""
    message = f"The model {options.name} at {options.host} took too long; model.timeout_s allows for more."
    return Unavailable(message, code="model_timeout")


def _status_error(error: ModelHTTPError, options: ModelOptions) -> ModelError:
    status, host = error.status_code, options.host
    if isinstance(error, ModelQuotaExceededError):
        return Unavailable(f"The account at {host} has no credit left.", code="model_quota", retryable=False)
    if status in (401, 403) or isinstance(error, ModelAuthenticationError):
        said = "does not accept the key" if options.key else "asks for a key, and none is set"
        return Unavailable(
            f"The model's host {host} {said} (HTTP {status}).", code="model_key_refused", retryable=False
        )
    if status in (404, 405, 410) or isinstance(error, ModelNotFoundError):
        message = (
            f"There is no model {options.name} at {options.url} (HTTP {status}); the name may be wrong, or the address."
        )
        return Unavailable(message, code="model_not_found", retryable=False)
    if status in _BUSY_STATUSES or isinstance(error, ModelRateLimitError):
        message = f"The model's host {host} takes no more requests at the moment (HTTP {status})."
        return Unavailable(message, code="model_busy", retry_after_s=_retry_after_s(error.retry_after))
    if status >= 500 or status in _PASSING_STATUSES:
        message = f"The model's host {host} failed (HTTP {status}).{_quoted(error, options)}"
        return Unavailable(message, code="model_host_failed", retry_after_s=_retry_after_s(error.retry_after))
    if isinstance(error, ModelContextWindowExceededError):
        message = f"The text is longer than the model {options.name} can take."
        return Unavailable(message, code="model_context_exceeded", retryable=False)
    message = f"The model's host {host} refused the request (HTTP {status}).{_quoted(error, options)}"
    return Unavailable(message, code=REQUEST_REFUSED, retryable=False)


def _retry_after_s(value: float | None) -> float | None:
    """Seconds to wait, held within a day; None where the host says nothing of use."""
    if value is None or not math.isfinite(value):
        return None
    return min(max(value, 0.0), LONGEST_RETRY_AFTER_S)


def _quoted(error: ModelHTTPError, options: ModelOptions) -> str:
    """The host's own words where it sent some, short, printable and without the key (a host may repeat it)."""
    body = error.body
    for _ in range(3):  # {"error": {"message": "…"}}, with or without either level
        if isinstance(body, dict):
            body = body.get("message") or body.get("error") or body.get("detail")
    if not isinstance(body, str):
        return ""
    if options.key and any(options.key[at : at + 8] in body for at in range(0, max(len(options.key) - 7, 1), 4)):
        return f" It said: {MASK}"
    words = "".join(sign if sign.isprintable() else " " for sign in body[: 4 * _MAX_QUOTED_CHARS])
    return f" It said: {' '.join(words.split())[:_MAX_QUOTED_CHARS]}" if words.strip() else ""


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and len(found) < _MAX_CAUSES:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
