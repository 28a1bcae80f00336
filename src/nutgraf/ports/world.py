"""The world outside: time, the way out, language models, and processes for the stages."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Draft
from nutgraf.domain.document import Document, FetchRequest
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.model import ModelAnswer, ModelRequest


class Clock(Protocol):
    """Time, so that tests can move it."""

    def now(self) -> datetime:
        """The present moment, UTC and timezone-aware."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        ...


class Writer(Protocol):
    """Makes a draft from an article; knows nothing of checking or storing."""

    @property
    def name(self) -> str:
        """Name and version, as stored with each brief."""
        ...

    def write(self, article: Article) -> Draft:
        """A draft whose sentences cite the article's sentences. Never raises for any article text."""
        ...


class Fetcher(Protocol):
    """The only way out of the program."""

    async def fetch(self, request: FetchRequest) -> Document:
        """Fetch one document within all limits.

        Raises FetchError and its kinds; StoreError where processes share hosts by a database and that is away.
        """
        ...

    async def close(self) -> None:
        """Release connections. Idempotent."""
        ...


class LanguageModel(Protocol):
    """A language model behind any provider.

    Budgets, caching, limits of rate and fall-back are language models too: each wraps another and keeps this contract.
    """

    @property
    def name(self) -> str:
        """Provider and model, as stored with each brief."""
        ...

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        """One answer whose text should be JSON that matches `request.schema`. Raises ModelError and its kinds only."""
        ...

    async def close(self) -> None:
        """Release connections. Idempotent."""
        ...


class StageRunner(Protocol):
    """Runs pure, CPU-bound stages where a hostile input can be stopped."""

    async def run(self, task: str, *args: Any, timeout_s: float) -> Any:
        """Run the task registered as `task`; arguments and result must pickle.

        Raises what the task raises (NutgrafError), Timeout when it took too long, SourceError(code="crashed")
        when its process died.
        """
        ...

    async def close(self) -> None:
        """End all processes. Idempotent."""
        ...


class Tracing(Protocol):
    """Tells a collector of traces what was done and how long it took. No method raises for a collector that is away."""

    def span(self, name: str) -> AbstractContextManager[object]:
        """What happens within took so long, as part of the span around it; an error that leaves it is told, too."""
        ...

    def life_of(self, article_id: ArticleId, found_at: datetime) -> AbstractContextManager[object]:
        """Spans within belong to the life of this article, in whatever process each of its steps is done."""
        ...

    def begin_life(self, article_id: ArticleId, found_at: datetime, url: str) -> None:
        """The article was found just now, by what the span around this call is about."""
        ...

    def close(self) -> None:
        """Send what is left, within seconds. Idempotent."""
        ...
