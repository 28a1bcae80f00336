"""Hosts that take many requests at once and answer within a day at half the price: OpenAI's Batch API, Anthropic's.

Spoken without the providers' packages: five requests with JSON in them, through the same guarded transport.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

import httpx2

from nutgraf.adapters.llm.options import ModelOptions
from nutgraf.adapters.llm.transport import guarded_client
from nutgraf.domain.model import MAX_ANSWER_CHARS, ModelAnswer, ModelRequest, SchemaMode
from nutgraf.errors import BadOutput, ModelError, Unavailable

MAX_RESULT_BYTES = 64_000_000
"""Beyond what 500 answers at their longest take."""
SHAPE_NAME = "brief"
_MAX_COUNTED_TOKENS = 10_000_000
_HOST_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_OVER = frozenset({"completed", "failed", "expired", "cancelled"})

BatchAnswers = Mapping[str, ModelAnswer]
"""By key; a request without one was not answered, and is not paid for."""


class BatchHost(Protocol):
    """One model of one host, asked in batches."""

    @property
    def name(self) -> str:
        """Provider and model."""
        ...

    async def submit(self, requests: Mapping[str, ModelRequest]) -> str:
        """Hand over requests by key; what the host calls them. Raises ModelError."""
        ...

    async def fetch(self, host_id: str) -> BatchAnswers | None:
        """The answers, None while the host is at work. Raises ModelError."""
        ...

    async def close(self) -> None:
        """End the connections. Idempotent."""
        ...


def open_batch_host(options: ModelOptions) -> BatchHost | None:
    """The host of `options`, not reached yet; None where this provider takes no batches."""
    if options.provider == "openai":
        return OpenAIBatches(options)
    return AnthropicBatches(options) if options.provider == "anthropic" else None


class _Host:
    """What both have in common."""

    key_header = "authorization"
    key_prefix = "Bearer "

    def __init__(self, options: ModelOptions) -> None:
        self._options = options
        self._http = guarded_client(
            replace(options, max_answer_bytes=MAX_RESULT_BYTES), key_header=self.key_header, key_prefix=self.key_prefix
        )

    @property
    def name(self) -> str:
        """Provider and model, as the model that is asked at once is called."""
        return f"{self._options.provider}/{self._options.name}"

    async def close(self) -> None:
        """End the connections. Idempotent."""
        await self._http.aclose()

    async def _ask(self, method: str, path: str, **content: Any) -> bytes:
        """The body of a good answer. Raises ModelError, whose words hold nothing of what the host sent."""
        host, failure = self._options.host, None
        try:
            response = await self._http.request(method, f"{self._options.url}{path}", **content)
        except ModelError as error:
            failure = error
        except httpx2.HTTPError:
            failure = Unavailable(f"The model's host {host} cannot be reached.", code="model_unreachable")
        else:
            if response.status_code < 300:
                return response.content
            failure = _refusal(response.status_code, host)
        raise failure  # outside, so that it carries no request, and no key, along as its context

    async def _ask_json(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        return _object(await self._ask(method, path, **content), self._options.host)


class OpenAIBatches(_Host):
    """A file of requests, a batch over it, a file of answers."""

    async def submit(self, requests: Mapping[str, ModelRequest]) -> str:
        """Upload the requests and have them worked on."""
        lines = [
            {"custom_id": key, "method": "POST", "url": "/v1/chat/completions", "body": self._body(request)}
            for key, request in requests.items()
        ]
        text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        file = {"file": ("briefs.jsonl", text.encode("utf-8", "replace"), "application/jsonl")}
        uploaded = await self._ask_json("POST", "/files", data={"purpose": "batch"}, files=file)
        order = {
            "input_file_id": _checked_id(uploaded.get("id"), self._options.host),
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
        }
        return _checked_id((await self._ask_json("POST", "/batches", json=order)).get("id"), self._options.host)

    async def fetch(self, host_id: str) -> BatchAnswers | None:
        """The answers; what failed or ran out of time has none."""
        batch = await self._ask_json("GET", f"/batches/{host_id}")
        if batch.get("status") not in _OVER:
            return None
        if not batch.get("output_file_id"):
            return {}
        file_id = _checked_id(batch["output_file_id"], self._options.host)
        return _answers(await self._ask("GET", f"/files/{file_id}/content"), self._answer)

    def _body(self, request: ModelRequest) -> dict[str, Any]:
        shape = {"name": SHAPE_NAME, "schema": dict(request.schema), "strict": False}
        body: dict[str, Any] = {
            "model": self._options.name,
            "messages": [
                {"role": "system", "content": request.system},
                {"role": "user", "content": request.prompt},
            ],
            "max_completion_tokens": request.max_output_tokens,
            "response_format": {"type": "json_schema", "json_schema": shape},
        }
        return body if self._options.temperature is None else {**body, "temperature": self._options.temperature}

    def _answer(self, line: dict[str, Any]) -> ModelAnswer:
        body = line["response"]["body"]
        choice, usage = body["choices"][0], body.get("usage") or {}
        return _model_answer(
            self._options,
            choice["message"]["content"],
            usage.get("prompt_tokens"),
            usage.get("completion_tokens"),
            is_cut=choice.get("finish_reason") == "length",
        )


class AnthropicBatches(_Host):
    """A list of requests, and later a list of results."""

    key_header = "x-api-key"
    key_prefix = ""
    _version: Mapping[str, str] = {"anthropic-version": "2023-06-01"}

    async def submit(self, requests: Mapping[str, ModelRequest]) -> str:
        """Send the requests."""
        told = {"requests": [{"custom_id": key, "params": self._params(request)} for key, request in requests.items()]}
        batch = await self._ask_json("POST", "/v1/messages/batches", json=told, headers=self._version)
        return _checked_id(batch.get("id"), self._options.host)

    async def fetch(self, host_id: str) -> BatchAnswers | None:
        """The answers; what failed or ran out of time has none."""
        path = f"/v1/messages/batches/{host_id}"
        batch = await self._ask_json("GET", path, headers=self._version)
        if batch.get("processing_status") != "ended":
            return None
        return _answers(await self._ask("GET", f"{path}/results", headers=self._version), self._answer)

    def _params(self, request: ModelRequest) -> dict[str, Any]:
        tool = {"name": SHAPE_NAME, "description": "The answer, in full.", "input_schema": dict(request.schema)}
        params: dict[str, Any] = {
            "model": self._options.name,
            "max_tokens": request.max_output_tokens,
            "system": request.system,
            "messages": [{"role": "user", "content": request.prompt}],
            "tools": [tool],
            "tool_choice": {"type": "tool", "name": SHAPE_NAME},
        }
        return params if self._options.temperature is None else {**params, "temperature": self._options.temperature}

    def _answer(self, line: dict[str, Any]) -> ModelAnswer:
        message = line["result"]["message"]
        given = next(part["input"] for part in message["content"] if part["type"] == "tool_use")
        usage = message.get("usage") or {}
        return _model_answer(
            self._options,
            json.dumps(given, ensure_ascii=False),
            usage.get("input_tokens"),
            usage.get("output_tokens"),
            is_cut=message.get("stop_reason") == "max_tokens",
        )


def _answers(body: bytes, read: Callable[[dict[str, Any]], ModelAnswer]) -> BatchAnswers:
    """The answers of a file of lines; a line that is none is passed over."""
    found: dict[str, ModelAnswer] = {}
    for line in body.decode("utf-8", "replace").splitlines():
        try:
            told = json.loads(line)
            found.setdefault(str(told["custom_id"]), read(told))
        except (ValueError, KeyError, TypeError, IndexError, StopIteration, AttributeError, RecursionError):
            continue
    return found


def _model_answer(
    options: ModelOptions, text: object, tokens_in: object, tokens_out: object, *, is_cut: bool
) -> ModelAnswer:
    if not isinstance(text, str):
        raise TypeError("no text")
    counts = [
        min(max(count, 0), _MAX_COUNTED_TOKENS) if isinstance(count, int) else 0 for count in (tokens_in, tokens_out)
    ]
    return ModelAnswer(
        text=text[: MAX_ANSWER_CHARS + 1],
        provider=options.provider,
        model=options.name,
        input_tokens=counts[0],
        output_tokens=counts[1],
        counted=all(counts),
        is_cut=is_cut,
        schema_mode=SchemaMode.NATIVE,
    )


def _object(body: bytes, host: str) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise BadOutput(
            f"The model's host {host} sent something that is no answer of a model.", code="model_bad_answer"
        )
    return told


def _checked_id(value: object, host: str) -> str:
    """An identifier that can stand in an address of ours."""
    if not isinstance(value, str) or not _HOST_ID.fullmatch(value):
        raise BadOutput(f"The model's host {host} named a batch in a way that is none.", code="model_bad_answer")
    return value


def _refusal(status: int, host: str) -> ModelError:
    if status in (401, 403):
        message = f"The model's host {host} does not accept the key for batches (HTTP {status})."
        return Unavailable(message, code="model_key_refused", retryable=False)
    if status == 429:
        return Unavailable(f"The model's host {host} takes no more batches at the moment.", code="model_busy")
    if status >= 500:
        return Unavailable(f"The model's host {host} failed (HTTP {status}).", code="model_host_failed")
    message = f"The model's host {host} refused the batch (HTTP {status})."
    return Unavailable(message, code="model_request_refused", retryable=False)
