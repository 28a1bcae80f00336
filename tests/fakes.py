"""Ports kept in memory, for tests of what stands above them; each passes its port's contract suite."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from nutgraf.adapters.http.addresses import AddressPolicy
from nutgraf.domain.document import Document, FetchRequest
from nutgraf.domain.model import ModelAnswer, ModelRequest, SchemaMode
from nutgraf.errors import FetchError, HTTPStatus, ModelError, Unavailable


class FakeClock:
    """A clock that moves only when told to, or when someone sleeps."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)) -> None:
        self.moment = start
        self.slept_s: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.advance(seconds)


class FakeModel:
    """Answers with `answers` in turn, the last one again and again: a text, a ModelError to raise, or a function.

    `requests` keeps what was asked. Tokens are counted as a quarter of the characters.
    """

    def __init__(self, *answers: str | ModelError | Callable[[ModelRequest], str | ModelError]) -> None:
        self._answers = answers or ("{}",)
        self.requests: list[ModelRequest] = []
        self.is_closed = False

    @property
    def name(self) -> str:
        return "fake/small"

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        if self.is_closed:
            raise Unavailable("The language model has been shut down.", code="model_closed", retryable=False)
        answer = self._answers[min(len(self.requests), len(self._answers) - 1)]
        self.requests.append(request)
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, ModelError):
            raise answer
        asked_chars = len(request.system) + len(request.prompt)
        mode = request.schema_mode or SchemaMode.NATIVE
        return ModelAnswer(answer, "fake", "small", asked_chars // 4, len(answer) // 4 + 1, schema_mode=mode)

    async def close(self) -> None:
        self.is_closed = True


class FakeFetcher:
    """Answers from `documents`: a Document, or the error to raise, by the address asked for.

    An address that is not there is a 404. Validators that match give a 304, as a server would.
    `requests` keeps what was asked.
    """

    def __init__(self, documents: Mapping[str, Document | FetchError] | None = None) -> None:
        self.documents = dict(documents or {})
        self.requests: list[FetchRequest] = []
        self._policy = AddressPolicy()
        self._is_closed = False

    async def fetch(self, request: FetchRequest) -> Document:
        self.requests.append(request)
        if self._is_closed:
            raise FetchError("Fetching has been shut down.", url=request.url, code="closed")
        answer = self.documents.get(request.url)
        if answer is None:
            self._policy.check_url(request.url)
            raise HTTPStatus("There is no such document on the server. (HTTP 404)", status=404, url=request.url)
        if isinstance(answer, FetchError):
            raise answer
        if _is_unchanged(request, answer):
            return dataclasses.replace(answer, url=request.url, status=304, body=b"", not_modified=True)
        return dataclasses.replace(answer, url=request.url)

    async def close(self) -> None:
        self._is_closed = True


def _is_unchanged(request: FetchRequest, answer: Document) -> bool:
    if request.etag:
        return request.etag == answer.etag
    return bool(request.last_modified) and request.last_modified == answer.last_modified
